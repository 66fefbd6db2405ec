/**
 * Ingest says who can warn (risk) and the tick before says when to look again (due). Nobody else is visited, and that
 * must not be seen in what is sent: visiting a plant at every tick must give the same messages.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Permit } from "../../register/domain/permit.ts";
import { floorMinute, MINUTE } from "../../shared/shanghai.ts";
import { accepted, at, device, item, limit, outlet, permit, ruleData } from "../../telemetry/fixtures.ts";
import type { Block, LiveHead } from "../../telemetry/domain/block.ts";
import { mergeFrames, type AcceptedFrame } from "../../telemetry/domain/merge-plant.ts";
import type { DeviceRecord } from "../../telemetry/domain/reading.ts";
import { calmUntil, evaluatePlant, windowOf } from "./evaluate-plant.ts";
import { freshState, type DueMessage } from "./plant-state.ts";

const TICK = 5 * MINUTE;

/** What happened at each tick, visited always or only as ingest and the ticks before ask for. */
function play(p: Permit, frames: readonly AcceptedFrame[], end: number, always: boolean): [string, DueMessage[]][] {
  const blocks = new Map<number, Block>();
  const live: LiveHead = { devices: {}, applied: {}, riskUntil: 0 };
  const first: Record<string, number> = {};
  let risk: number | null = null;
  let due = Infinity;
  let deficit = 0;
  let state = freshState();
  const sent: [string, DueMessage[]][] = [];
  const inOrder = [...frames].sort((a, b) => a.receivedAt - b.receivedAt);
  let next = 0;
  for (let t = at("08:00"); t <= end; t += TICK) {
    for (let f = inOrder[next]; f && f.receivedAt < t; f = inOrder[++next]) {
      const known = live.devices[f.record.mn] !== undefined;
      const merged = mergeFrames([f], p, blocks, live, ruleData, f.receivedAt);
      const fresh = Object.entries(merged.carried).filter(([key]) => first[key] === undefined);
      for (const [key, when] of fresh) first[key] = when;
      if (!known || fresh.length > 0) [due, deficit] = [f.receivedAt, 0];
      if (merged.riskUntil > live.riskUntil) risk = Math.max(risk ?? 0, merged.riskUntil);
      live.riskUntil = merged.riskUntil;
    }
    const atRisk = always || risk !== null;
    if (!atRisk && due > t) continue;
    const numbers = ruleData.warning(t);
    const calm = atRisk ? null : calmUntil({ permit: p, live }, state, deficit, t, numbers);
    if (calm !== null) {
      due = calm;
      continue;
    }
    const from = windowOf(p, t, atRisk, numbers);
    const records = [...blocks.values()].flatMap((b) => b.records.filter((r) => r.at >= from && r.at <= t));
    const result = evaluatePlant({ permit: p, records, live, first, marks: {} }, state, {
      t,
      ruleData,
      atRisk,
      late: false,
      inOutage: new Set(),
    });
    ({ state, due, deficit } = result);
    if (state.outbox.length > 0) sent.push([new Date(t).toISOString(), state.outbox]);
    const open = state.episodes.length > 0 || state.outbox.length > 0;
    if (open && !atRisk) risk = t;
    else if (risk !== null && t > risk && !open) risk = null;
  }
  return sent;
}

interface Segment {
  minutes: number;
  value: number;
  mode: "N" | "D" | "silent";
  lag: number;
}
const MODES: readonly Segment["mode"][] = ["N", "N", "N", "D", "silent"];
const segments = (values: fc.Arbitrary<number>, longest: number): fc.Arbitrary<Segment[]> =>
  fc.array(
    fc.record({
      minutes: fc.integer({ min: 1, max: longest }),
      value: values,
      mode: fc.constantFrom(...MODES),
      lag: fc.oneof(fc.constant(70), fc.integer({ min: 1, max: 5400 })),
    }),
    { minLength: 1, maxLength: 12 },
  );

/** Frames of one device every `k` minutes; values waver a little, so that means fall on both sides of a limit. */
function framesOf(
  start: number,
  list: readonly Segment[],
  k: number,
  of: (value: number, flag: string) => Partial<DeviceRecord>,
): AcceptedFrame[] {
  const frames: AcceptedFrame[] = [];
  let t = start;
  for (const s of list)
    for (let i = 0; i < s.minutes; i += k, t += k * MINUTE)
      if (s.mode !== "silent") {
        const sent = of(s.value + ((t / MINUTE) % 7) / 4, s.mode);
        frames.push(accepted({ dataTime: t, ...sent }, t + (k - 1) * MINUTE + s.lag * 1000));
      }
  return frames;
}
const same = (p: Permit, frames: AcceptedFrame[], end: number): void =>
  expect(play(p, frames, end, false)).toEqual(play(p, frames, end, true));

describe("visiting a plant only when it can warn or is due sends what visiting it at every tick would", () => {
  const gas = segments(fc.integer({ min: 30, max: 110 }), 80);

  test("for an hourly limit, whatever is missing, late or does not count", () => {
    fc.assert(
      fc.property(gas, fc.constantFrom(1, 2, 5, 10), fc.boolean(), (list, k, realtime) => {
        const p = permit({ outlets: [outlet({ devices: [device({ minuteInterval: k })] })] });
        const frames = framesOf(at("08:07"), list, k, (value, flag) =>
          realtime
            ? { kind: "realtime", command: "2011", items: [item("a21002", value, { flag })] }
            : { items: [item("a21002", value, { flag })] },
        );
        same(p, frames, at("20:00"));
      }),
      { numRuns: 50 },
    );
  });

  test("for two devices on one outlet", () => {
    fc.assert(
      fc.property(gas, gas, (a, b) => {
        const p = permit({ outlets: [outlet({ devices: [device(), device({ mn: "B" })] })] });
        const of =
          (mn: string) =>
          (value: number, flag: string): Partial<DeviceRecord> => ({ mn, items: [item("a21002", value, { flag })] });
        same(p, [...framesOf(at("08:07"), a, 1, of("A")), ...framesOf(at("08:40"), b, 1, of("B"))], at("20:00"));
      }),
      { numRuns: 30 },
    );
  });

  test("for a limit that changes at an hour, in value or in basis", () => {
    fc.assert(
      fc.property(gas, fc.constantFrom(40, 60), fc.boolean(), (list, max, converted) => {
        const change = at("10:00");
        const after = converted ? ({ basis: "converted", referenceO2: 6 } as const) : {};
        const p = permit({
          outlets: [outlet({ limits: [limit({ to: change }), limit({ from: change, max, ...after })] })],
        });
        const frames = framesOf(at("08:07"), list, 1, (value, flag) => ({
          items: [item("a21002", value, { flag, converted: value })],
        }));
        same(p, frames, at("20:00"));
      }),
      { numRuns: 50 },
    );
  });

  test("for a water outlet with a day limit and a pH range", () => {
    fc.assert(
      fc.property(
        segments(fc.integer({ min: 60, max: 120 }), 600),
        fc.integer({ min: 0, max: 3 }),
        fc.boolean(),
        (list, flow, metered) => {
          const limits = [
            limit({ pollutant: "w01018", statistic: "day", max: 80 }),
            limit({ pollutant: "w01001", statistic: "instant", min: 6, max: 9 }),
          ];
          const p = permit({
            outlets: [outlet({ code: "DW001", medium: "water", devices: [device({ minuteInterval: 10 })], limits })],
          });
          const frames = framesOf(at("08:00"), list, 10, (value, flag) => ({
            items: [
              item("w01018", value, { flag }),
              item("w01001", value / 10 - 1, { flag }),
              ...(metered ? [item("w00000", flow * ((value * 7) % 3))] : []),
            ],
          }));
          same(p, frames, at("47:00"));
        },
      ),
      { numRuns: 4 },
    );
  });

  test("for noise by day and night", () => {
    fc.assert(
      fc.property(segments(fc.integer({ min: 45, max: 65 }), 200), (list) => {
        const limits = [
          limit({ pollutant: "Leq", statistic: "period", max: 60, period: "day" }),
          limit({ pollutant: "Leq", statistic: "period", max: 50, period: "night" }),
        ];
        const p = permit({
          outlets: [outlet({ code: "N1", medium: "noise", devices: [device({ minuteInterval: 10 })], limits })],
        });
        same(
          p,
          framesOf(at("18:00"), list, 10, (value, flag) => ({ items: [item("Leq", value, { flag })] })),
          at("32:00"),
        );
      }),
      { numRuns: 20 },
    );
  });

  test("for a treatment facility that is switched off", () => {
    const facilities = [
      { code: "TA001", kind: "treatment", outlets: ["DA001"], mn: null, sb: null },
      { code: "PR001", kind: "production", outlets: ["DA001"], mn: null, sb: null },
    ] as const;
    const p = permit({
      facilities: facilities.map((f) => ({ ...f, outlets: [...f.outlets] })),
      outlets: [outlet({ limits: [] })],
    });
    const state = fc.record({
      code: fc.constantFrom("TA001", "PR001"),
      on: fc.boolean(),
      after: fc.integer({ min: 1, max: 30 }),
      lag: fc.integer({ min: 1, max: 2400 }),
    });
    fc.assert(
      fc.property(fc.array(state, { maxLength: 30 }), (reports) => {
        let t = at("08:00");
        const frames = reports.map(({ code, on, after, lag }) => {
          t += after * MINUTE;
          const facility = { sb: null, code, state: on ? 1 : 0 };
          return accepted(
            { command: "json", kind: null, dataTime: t, items: [], facilities: [facility] },
            t + lag * 1000,
          );
        });
        same(p, frames, floorMinute(t) + 7_200_000);
      }),
      { numRuns: 40 },
    );
  });
});
