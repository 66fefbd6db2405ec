/** Why a message was refused, in words; a reason that is newer than this page by its own name. */
import type { useText } from "../texts.ts";

export const REASONS = [
  "mn-unknown",
  "mn-mismatch",
  "encrypted",
  "time",
  "crc",
  "length",
  "frame",
  "incomplete",
  "schema",
  "unit",
  "edition",
  "topic",
  "too-large",
] as const;

export function reasonText(reason: string, t: ReturnType<typeof useText>): string {
  if (reason === "bytes-missing") return t("refused.bytes-missing");
  const known = REASONS.find((each) => each === reason);
  return known ? t(`refused.${known}`) : reason;
}
