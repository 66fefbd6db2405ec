import type { Parsed } from "../../shared/problems.ts";
import { REASONS } from "./permit-reasons.ts";

/** The JSON of a permits file; a byte order mark is left out, anything but UTF-8 JSON is refused with what to do. */
export function readPermitsFile(bytes: Uint8Array): Parsed<unknown> {
  const refuse = (reason: string): Parsed<unknown> => ({ ok: false, problems: [{ path: "", reason }] });
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return refuse(REASONS.notUtf8().en);
  }
  try {
    return { ok: true, data: JSON.parse(text) as unknown };
  } catch (error) {
    return refuse(`the file is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
