/** Verdicts and their revisions: hours and gas days. L = 50 mg/m³. */
import { always, at, type Case, device, hourLimit, inOrder, plant, run, send, simplePlant, steps } from "./build.ts";

const outlets = (n: number, limit: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
  permits: [
    plant(
      Array.from({ length: n }, (_, i) => ({
        code: `DA00${i + 1}`,
        devices: [device(`M${i + 1}`, more)],
        limits: [limit],
      })),
    ),
  ],
});

export const verdictCases: Case[] = [
  {
    // Comparisons are between values rounded to 6 decimals: 50.0000004 rounds to 50.
    name: "44 and 45 slots; a mean at, just above and within rounding of the limit",
    permits: outlets(5, hourLimit()),
    messages: inOrder(
      run("08:00", 44, { mn: "M1", value: always(90) }),
      run("08:00", 45, { mn: "M2", value: always(90) }),
      run("08:00", 60, { mn: "M3", value: always(50) }),
      run("08:00", 60, { mn: "M4", value: always(50.000001) }),
      run("08:00", 60, { mn: "M5", value: always(50.0000004) }),
    ),
    until: "09:10",
    only: ["hour"],
    expect: `
      09:10 hour DA001 a21002 08 44 90 >50 insufficient r0
      09:10 hour DA002 a21002 08 45 90 >50 exceeded r0
      09:10 hour DA003 a21002 08 60 50 >50 met r0
      09:10 hour DA004 a21002 08 60 50.000001 >50 exceeded r0
      09:10 hour DA005 a21002 08 60 50 >50 met r0`,
  },
  {
    // 59 × 50 at 09:10. 09:12: slot 59 = 110 → 09:15: 3060/60 = 51. 09:21: the same slot by a greater QN = 50 → 09:25.
    // 09:26 the first again (duplicate) and 09:27 a smaller QN: nothing. Oxygen keeps the device speaking; it makes no hour line.
    name: "late data revise the verdict at the next tick, a superseding record too, a duplicate not",
    permits: simplePlant(),
    messages: inOrder(
      run("08:00", 59, { value: always(50) }),
      run("09:00", 35, { pollutant: "a19001", value: always(7) }),
      [
        send(at("09:12"), { time: at("08:59"), qn: "20261001091200000", values: { a21002: 110 } }),
        send(at("09:21"), { time: at("08:59"), qn: "20261001092100000", values: { a21002: 50 } }),
        send(at("09:26"), { time: at("08:59"), qn: "20261001091200000", values: { a21002: 110 } }),
        send(at("09:27"), { time: at("08:59"), qn: "20261001091200001", values: { a21002: 120 } }),
      ],
    ),
    until: "09:35",
    only: ["hour", "summary"],
    expect: `
      09:10 hour DA001 a21002 08 59 50 >50 met r0
      09:15 hour DA001 a21002 08 60 51 >50 exceeded r1
      09:25 hour DA001 a21002 08 60 50 >50 met r2
      09:35 summary messages=98 frames=98 accepted=97 duplicates=1 quarantined=0 sms=0 episodes=0`,
  },
  {
    // Received at 09:10 sharp: not strictly before the closing, so it is a revision at 09:15; received 09:09:59.999: in it.
    name: "the closing sees what was received strictly before it",
    permits: outlets(2, hourLimit()),
    messages: inOrder(
      run("08:00", 44, { mn: "M1", value: always(50) }),
      run("08:00", 44, { mn: "M2", value: always(50) }),
      [
        send(at("09:10"), { mn: "M1", time: at("08:50"), values: { a21002: 50 } }),
        send(at("09:10") - 1, { mn: "M2", time: at("08:50"), values: { a21002: 50 } }),
      ],
    ),
    until: "09:15",
    only: ["hour"],
    expect: `
      09:10 hour DA001 a21002 08 44 50 >50 insufficient r0
      09:10 hour DA002 a21002 08 45 50 >50 met r0
      09:15 hour DA001 a21002 08 45 50 >50 met r1`,
  },
  {
    // Reported from the hour of the first frame that carries the pollutant: 08, though it comes at 09:20 only. Hours 09 and 10
    // have no slot: 09 is closed at 10:10 as every hour from then on.
    name: "an outlet is reported from the hour of its first frame; without data as insufficient",
    permits: simplePlant(),
    messages: [
      ...run("07:00", 30, { pollutant: "a19001", value: always(7) }),
      ...run("08:00", 60, { value: always(40), delay: 80 * 60_000 }),
    ],
    until: "11:10",
    only: ["hour"],
    times: ["08:10", "09:10", "10:10", "10:20", "10:25", "11:10"],
    // The record of 08:59 comes at 10:19: revisions at every tick 09:25 … 10:20; at 10:25 nothing is new.
    expect: `
      10:10 hour DA001 a21002 08 50 40 >50 met r9
      10:10 hour DA001 a21002 09 0 - >50 insufficient r0
      10:20 hour DA001 a21002 08 60 40 >50 met r11
      11:10 hour DA001 a21002 10 0 - >50 insufficient r0`,
  },
  {
    // Half-hour records. DA001: hours 0–18 at 40: 19 valid hours, insufficient, mean 40. DA002: the same and hour 19 at 260:
    // (760 + 260)/20 = 51 > 50. At 00:32 DA001 gets hour 19 at 40 by two late records → 20 hours, met, at 00:35.
    // DA003: 19 hours of 40 and an hour of 30 minutes at 999: not a valid hour.
    name: "gas day: the mean of 20 valid hours",
    permits: outlets(
      3,
      { pollutant: "a21002", statistic: "day", basis: "measured", max: 50, source: "permit" },
      { minuteInterval: 30 },
    ),
    messages: inOrder(
      run("00:00", 38, { mn: "M1", k: 30, value: always(40) }),
      run("00:00", 40, { mn: "M2", k: 30, value: steps([38, 40], [2, 260]) }),
      run("00:00", 39, { mn: "M3", k: 30, value: steps([38, 40], [1, 999]) }),
      [
        send(at("+1 00:32"), { mn: "M1", time: at("19:00"), values: { a21002: 40 } }),
        send(at("+1 00:33"), { mn: "M1", time: at("19:30"), values: { a21002: 40 } }),
      ],
    ),
    until: "+1 00:35",
    only: ["day", "hour"],
    expect: `
      +1 00:30 day DA001 a21002 19 40 unweighted >50 insufficient r0
      +1 00:30 day DA002 a21002 20 51 unweighted >50 exceeded r0
      +1 00:30 day DA003 a21002 19 40 unweighted >50 insufficient r0
      +1 00:35 day DA001 a21002 20 40 unweighted >50 met r1`,
  },
];
