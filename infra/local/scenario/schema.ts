/** The form of `events/scenarios/*.json` (docs/scenarios.md): a short city day with what must come of it. */
import * as z from "zod/mini";
import { MINUTE, parseIso } from "../../../functions/shared/shanghai.ts";

const text = z.string().check(z.minLength(1));
/** A sentence for people, Chinese and English. */
const Words = z.strictObject({ zh: text, en: text });
export type Words = z.infer<typeof Words>;

const CLOCK = /^(\+[1-9] )?([01]\d|2[0-3]):[0-5]\d$/;
/** `08:30`, or `+1 00:30` on the day after; Shanghai time on the scenario's day. */
const clock = z.string().check(z.regex(CLOCK));
const devices = z.array(text).check(z.minLength(1));
const note = z.optional(Words);
const span = { from: clock, to: clock, note };
/** By pollutant, in the unit the device sends; a pair is what was measured and its conversion to the reference oxygen. */
const values = z.record(text, z.union([z.number(), z.strictObject({ avg: z.number(), converted: z.number() })]));
const flag = z.string().check(z.regex(/^[A-Za-z0-9]$/));

const Event = z.discriminatedUnion("do", [
  z.strictObject({ do: z.literal("measure"), devices, ...span, values }),
  /** Every limited pollutant at this share of its limit, ranges at this share of their width. */
  z.strictObject({ do: z.literal("level"), devices, ...span, share: z.number().check(z.gt(0)) }),
  z.strictObject({ do: z.literal("flag"), devices, ...span, flag, pollutants: z.optional(z.array(text)) }),
  z.strictObject({ do: z.literal("silence"), devices, ...span }),
  z.strictObject({ do: z.literal("uplink-cut"), devices, ...span }),
  z.strictObject({ do: z.literal("clock"), devices, ...span, minutes: z.int() }),
  z.strictObject({
    do: z.literal("resend"),
    devices,
    ...span,
    at: clock,
    values: z.optional(values),
    flag: z.optional(flag),
  }),
  z.strictObject({
    do: z.literal("facilities"),
    plant: z.optional(text),
    ...span,
    running: z.record(text, z.boolean()),
  }),
  z.strictObject({
    do: z.literal("answer"),
    plant: z.optional(text),
    at: clock,
    role: z.enum(["environment-manager", "operator", "legal-person", "maintenance", "town-officer"]),
    text,
    note,
  }),
]);
export type ScenarioEvent = z.infer<typeof Event>;

const number = z.nullable(z.number());
/** Whose lines: each field that is given has to be so. */
const where = {
  plant: z.optional(text),
  outlet: z.optional(z.nullable(text)),
  pollutant: z.optional(z.nullable(text)),
};
const Check = z.discriminatedUnion("check", [
  /** How many SMS lines of this kind left, one for each phone. */
  z.strictObject({
    check: z.literal("sms"),
    ...where,
    kind: z.optional(z.enum(["warning", "recovered", "escalated", "data", "offline"])),
    level: z.optional(z.int()),
    role: z.optional(text),
    from: z.optional(clock),
    to: z.optional(clock),
    count: z.int().check(z.gte(0)),
  }),
  /** Level of the warning told at a tick; null: none is told. Figures of the line where they are given. */
  z.strictObject({
    check: z.literal("level"),
    ...where,
    at: clock,
    level: z.nullable(z.int()),
    mean: z.optional(number),
    projected: z.optional(number),
    required: z.optional(number),
  }),
  /** The last verdict of a clock hour or a day, and how it got there. */
  z.strictObject({
    check: z.literal("verdict"),
    ...where,
    hour: z.optional(clock),
    day: z.optional(z.string().check(z.regex(/^\d{4}-\d\d-\d\d$/))),
    verdicts: z.array(z.enum(["met", "exceeded", "insufficient", "marked"])).check(z.minLength(1)),
    valid: z.optional(z.int()),
    mean: z.optional(number),
    weighted: z.optional(z.boolean()),
  }),
  z.strictObject({ check: z.literal("quarantine"), device: text, reason: text, count: z.int().check(z.gte(0)) }),
  z.strictObject({ check: z.literal("episodes"), plant: z.optional(text), count: z.int().check(z.gte(0)) }),
]);
export type ScenarioCheck = z.infer<typeof Check>;

export const ScenarioForm = z.strictObject({
  title: Words,
  story: Words,
  day: z.string().check(z.refine((d) => /^\d{4}-\d{2}-\d{2}$/.test(d) && parseIso(d) !== null, "must be a real date")),
  until: clock,
  /** Permits as the permits file has them, or the 24 plants of the demo. */
  permits: z.union([z.literal("demo"), z.array(z.unknown()).check(z.minLength(1))]),
  /** Edition of HJ 212 by MN; 2017 where none is given. */
  editions: z.optional(z.record(text, z.literal([2005, 2017, 2025]))),
  timeline: z.array(Event).check(z.minLength(1)),
  expect: z.array(z.strictObject({ says: Words, checks: z.array(Check).check(z.minLength(1)) })).check(z.minLength(1)),
});
export type ScenarioForm = z.infer<typeof ScenarioForm>;

/** Epoch ms of a clock text on the scenario's day. */
export function clockTime(day: string, text: string): number {
  const [days, time] = text.startsWith("+") ? [Number(text[1]), text.slice(3)] : [0, text];
  const start = parseIso(`${day}T${time}:00+08:00`);
  if (start === null) throw new Error(`${text} is not a clock time like 08:30 or +1 00:30`);
  return start + days * 24 * 60 * MINUTE;
}
