import { expect, test } from "vitest";
import { device, limit, outlet, permit } from "../../telemetry/fixtures.ts";
import { pastEffect, type PastEffect } from "./past-effect.ts";
import type { DeviceBinding, Limit } from "./permit.ts";

const NOW = Date.UTC(2026, 9, 1);
const PAST = NOW - 1000;
const NEXT = NOW + 1000;
const of = (limits: Limit[], devices: DeviceBinding[] = []) => permit({ outlets: [outlet({ limits, devices })] });
const converted = { basis: "converted", referenceO2: 6 } as const;
const none: PastEffect = { limits: null, basis: null, bindings: null };

test.each<[string, ReturnType<typeof of>, ReturnType<typeof of>, Partial<PastEffect>]>([
  ["nothing", of([limit()]), of([limit()]), {}],
  ["only its source", of([limit()]), of([limit({ source: "GB 13223" })]), {}],
  ["only the order of limits", of([limit(), limit({ pollutant: "x" })]), of([limit({ pollutant: "x" }), limit()]), {}],
  ["from the future", of([limit()]), of([limit({ to: NEXT }), limit({ from: NEXT, max: 40 })]), {}],
  ["from now", of([limit()]), of([limit({ to: NOW }), limit({ from: NOW, max: 40 })]), {}],
  ["from the past", of([limit()]), of([limit({ to: PAST }), limit({ from: PAST, max: 40 })]), { limits: PAST }],
  ["a past one taken out", of([limit({ from: PAST - 1, to: PAST })]), of([]), { limits: PAST - 1 }],
  ["ever", of([limit()]), of([limit({ max: 40 })]), { limits: "ever" }],
  [
    "the basis",
    of([limit()]),
    of([limit({ to: PAST }), limit({ from: PAST, ...converted })]),
    { limits: PAST, basis: PAST },
  ],
  ["back to as measured", of([limit(converted)]), of([limit()]), { limits: "ever", basis: "ever" }],
  [
    "a further limit as measured",
    of([limit(converted)]),
    of([limit(converted), limit({ statistic: "day" })]),
    { limits: "ever", basis: "ever" },
  ],
  ["the first limit of a pollutant, as measured", of([]), of([limit()]), { limits: "ever" }],
  ["the first one, converted", of([]), of([limit(converted)]), { limits: "ever", basis: "ever" }],
  ["a binding", of([], [device({ from: 0 })]), of([], [device({ from: 0, to: PAST })]), { bindings: PAST }],
  [
    "precedence",
    of([], [device({ from: 0 }), device({ mn: "B", from: PAST })]),
    of([], [device({ mn: "B", from: PAST }), device({ from: 0 })]),
    { bindings: PAST },
  ],
  [
    "the minute interval",
    of([], [device({ from: 0 })]),
    of([], [device({ from: 0, minuteInterval: 5 })]),
    { bindings: "ever" },
  ],
])("%s", (_what, before, after, expected) => {
  expect(pastEffect(before, after, NOW)).toEqual({ ...none, ...expected });
});
