/** The JSON message of `plants/{mn}/telemetry` (contract, "Telemetry by MQTT") as a `DeviceRecord`. Units are as sent. */
import * as z from "zod/mini";
import type { RuleData } from "../../../layers/rule-data.ts";
import { parseIso } from "../../shared/shanghai.ts";
import type { DeviceRecord, QuarantineReason } from "./reading.ts";

const LARGEST = 1e12;
const Code = z.string().check(z.minLength(1), z.maxLength(32));
const Value = z.nullish(z.number().check(z.gte(-LARGEST), z.lte(LARGEST)));

const Message = z.looseObject({
  at: z.string(),
  kind: z.optional(z.enum(["realtime", "minute"])),
  readings: z.nullish(
    z.array(
      z.looseObject({
        pollutant: Code,
        value: Value,
        converted: Value,
        flag: z.nullish(z.string().check(z.maxLength(8))),
      }),
    ),
  ),
  facilities: z.nullish(
    z.array(z.looseObject({ code: z.string().check(z.minLength(1), z.maxLength(64)), running: z.boolean() })),
  ),
});

export type JsonResult = { ok: true; record: DeviceRecord } | { ok: false; reason: QuarantineReason; detail: string };

const refuse = (detail: string): JsonResult => ({ ok: false, reason: "schema", detail });

/** Reads a message of the device `mn`, the topic's; never throws. Old codes are resolved, unknown ones kept as sent. */
export function readJsonTelemetry(bytes: Uint8Array, mn: string, ruleData: RuleData): JsonResult {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    return refuse(
      `the payload is not JSON in UTF-8: ${error instanceof Error ? error.message.slice(0, 120) : "unreadable"}`,
    );
  }
  const parsed = Message.safeParse(json);
  if (!parsed.success) return refuse(describe(parsed.error.issues[0]));
  const { at, kind, readings, facilities } = parsed.data;
  if (kind === undefined && readings != null && readings.length > 0)
    return refuse('kind: "realtime" or "minute" is needed with readings');
  const dataTime = parseIso(at);
  if (dataTime === null)
    return {
      ok: false,
      reason: "time",
      detail: `at: ${JSON.stringify(at.slice(0, 40))} is not a moment; 2026-10-01T08:30:00+08:00 would be`,
    };

  const notes = new Set<string>();
  const items = new Map<string, DeviceRecord["items"][number]>();
  for (const [i, reading] of (readings ?? []).entries()) {
    const pollutant = ruleData.resolve(reading.pollutant) ?? reading.pollutant;
    if (pollutant !== reading.pollutant) notes.add("old-code");
    if (items.has(pollutant)) return refuse(`readings[${i}].pollutant: ${pollutant} stands twice in one message`);
    const value = reading.value ?? null;
    const flag = reading.flag?.trim() || null;
    if (flag === null && value !== null) notes.add("no-flag");
    items.set(pollutant, { pollutant, value, converted: reading.converted ?? null, flag });
  }
  const states = new Map<string, number>();
  for (const [i, { code, running }] of (facilities ?? []).entries()) {
    if (states.has(code)) return refuse(`facilities[${i}].code: ${code} stands twice in one message`);
    states.set(code, running ? 1 : 0);
  }
  return {
    ok: true,
    record: {
      mn,
      command: "json",
      kind: items.size > 0 ? kind! : null,
      dataTime,
      qn: null,
      items: [...items.values()],
      facilities: Array.from(states, ([code, state]) => ({ sb: null, code, state })),
      notes: [...notes],
    },
  };
}

/** Path and what was expected there. */
function describe(issue: z.core.$ZodIssue | undefined): string {
  if (issue === undefined) return "message: not understood";
  const said =
    issue.code === "invalid_type"
      ? `${issue.expected} expected`
      : JSON.stringify({ ...issue, path: undefined, message: undefined, input: undefined });
  return `${pathOf(issue.path)}: ${said}`;
}

/** `readings[0].value`; the whole message is `message`. */
const pathOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, part) =>
      typeof part === "number" ? `${text}[${part}]` : text === "" ? String(part) : `${text}.${String(part)}`,
    "",
  ) || "message";
