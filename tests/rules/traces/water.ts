/** The flow-weighted day of water. COD in mg/L with L = 80, flow in L/s; ten- and thirty-minute loggers. */
import type { TraceMessage } from "../oracle/types.ts";
import { always, at, type Case, device, inOrder, type OutletSpec, plant, send } from "./build.ts";

const dayLimit = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  pollutant: "w01018",
  statistic: "day",
  basis: "measured",
  max: 80,
  source: "permit",
  ...more,
});
const outlet = (i: number, k: number): OutletSpec => ({
  code: `DW00${i}`,
  medium: "water",
  devices: [device(`W${i}`, { minuteInterval: k })],
  limits: [dayLimit()],
});
interface Day {
  mn: string;
  k: number;
  count: number;
  /** Concentration and flow of the i-th record; null: no such item. */
  C: (i: number) => number | null;
  v: (i: number) => number | null;
}
/** Records of a day from 00:00, each received one second before its interval ends. */
const day = ({ mn, k, count, C, v }: Day): TraceMessage[] =>
  Array.from({ length: count }, (_, i) => {
    const time = at("00:00") + i * k * 60_000;
    const items = [];
    const flow = v(i);
    const concentration = C(i);
    if (flow !== null) items.push(`w00000-Avg=${flow},w00000-Flag=N`);
    if (concentration !== null) items.push(`w01018-Avg=${concentration},w01018-Flag=N`);
    return send(time + k * 60_000 - 1000, { mn, st: "32", time, values: items.join(";") });
  });
const none = (): null => null;

export const waterCases: Case[] = [
  {
    // Eight hours each of 60 · 10, 60 · 10, 100 · 30 (flow): (600 + 600 + 3000)/50 = 84 > 80. Without a flow meter the same
    // concentrations are 220/3 = 73.333333 ≤ 80: unweighted.
    // DW003: flow missing from 20:00, with 100 in those slots: they do not count: 20 valid hours, mean 60, met.
    // DW004: flow missing from 19:00: 19 valid hours, insufficient. DW005: flow 0 all day: V = 0: insufficient, no mean.
    // DW006: half-hours 0 of hours 0–4 without a value: these hours have 30 slots: 19 valid hours; the mean is over all slots.
    name: "day verdicts: weighted, unweighted, lacking flow, no volume, valid hours",
    permits: { permits: [plant([1, 2, 3, 4, 5, 6].map((i) => outlet(i, 30)))] },
    messages: inOrder(
      day({ mn: "W1", k: 30, count: 48, C: (i) => (i < 32 ? 60 : 100), v: (i) => (i < 32 ? 10 : 30) }),
      day({ mn: "W2", k: 30, count: 48, C: (i) => (i < 32 ? 60 : 100), v: none }),
      day({ mn: "W3", k: 30, count: 48, C: (i) => (i < 40 ? 60 : 100), v: (i) => (i < 40 ? 10 : null) }),
      day({ mn: "W4", k: 30, count: 48, C: (i) => (i < 38 ? 60 : 100), v: (i) => (i < 38 ? 10 : null) }),
      day({ mn: "W5", k: 30, count: 48, C: always(100), v: always(0) }),
      day({ mn: "W6", k: 30, count: 48, C: (i) => (i < 10 && i % 2 === 0 ? null : 60), v: always(10) }),
    ),
    until: "+1 00:30",
    only: ["day"],
    expect: `
      +1 00:30 day DW001 w01018 24 84 weighted >80 exceeded r0
      +1 00:30 day DW002 w01018 24 73.333333 unweighted >80 met r0
      +1 00:30 day DW003 w01018 20 60 weighted >80 met r0
      +1 00:30 day DW004 w01018 19 60 weighted >80 insufficient r0
      +1 00:30 day DW005 w01018 24 - weighted >80 insufficient r0
      +1 00:30 day DW006 w01018 19 60 weighted >80 insufficient r0`,
  },
  {
    // C = 100, flow 10 from 00:00; no flow before, so the volume of the last 24 h is V = 10 e and Vr = V (1440 − e)/1440.
    // 06:00 V=3600, Vr=2700: R = (6300·80 − 360000)/2700 = 53.333333, c > R + 4: level 1 (not before 6 h). Rise only.
    // 12:00 V=7200, Vr=3600: P = 100 > 80: level 2, R = 144000/3600 = 40. Repeats every 120 min:
    // 14:00 V=8400, Vr=3500: 112000/3500 = 32. 16:00 V=9600, Vr=3200: 64000/3200 = 20.
    // 18:00 V=10800, Vr=2700: R = 0: level 3 (at 17:55, V=10700, Vr=2712.15: R = 1.1). 20:00 V=12000, Vr=2000: −80000/2000 = −40:
    // the third repeat: escalated. 22:00 V=13200, Vr=1100: (14300·80 − 1320000)/1100 = −160. Verdict 00:30: 24 h, 100.
    name: "water levels at 6 h and 12 h, repeats, escalation after three repeats",
    permits: { permits: [plant([outlet(1, 10)])] },
    messages: day({ mn: "W1", k: 10, count: 144, C: always(100), v: always(10) }),
    until: "+1 00:05",
    only: ["sms", "summary"],
    expect: `
      06:00 OE DW001 w01018 warning1 360/100/100/53.333333
      12:00 OEM DW001 w01018 warning2 720/100/100/40
      14:00 OEM DW001 w01018 warning2 840/100/100/32
      16:00 OEM DW001 w01018 warning2 960/100/100/20
      18:00 OEML DW001 w01018 warning3 1080/100/100/0
      20:00 OEML DW001 w01018 warning3 1200/100/100/-40
      20:00 T DW001 w01018 escalated3 1200/100/100/-40
      22:00 OEML DW001 w01018 warning3 1320/100/100/-160
      +1 00:05 summary messages=144 frames=144 accepted=144 duplicates=0 quarantined=0 sms=24 episodes=1`,
  },
  {
    // The same without a flow meter: every v equal: V = e, the same P and R.
    name: "water levels without a flow meter",
    permits: { permits: [plant([outlet(1, 10)])] },
    messages: day({ mn: "W1", k: 10, count: 73, C: always(100), v: none }),
    until: "12:05",
    only: ["sms"],
    expect: `
      06:00 OE DW001 w01018 warning1 360/100/100/53.333333
      12:00 OEM DW001 w01018 warning2 720/100/100/40`,
  },
  {
    // 100 until 06:00, then 50; flow 10. The newest 120 slots: at 06:00 + x minutes (x whole tens) c = 100 − 50 x/120.
    // 07:40 (x = 100): c = 58.333333, V = 4600, Vr = 4600·980/1440 = 3130.555556, P = 592615.74/7730.56 = 76.66 > 76.
    // 07:45: Vr = 3114.583333, P = 76.70. 07:50 (x = 110): c = 54.166667, V = 4700, Vr = 4700·970/1440 = 3165.972222,
    // P = (415000 + 171490.162037)/7865.972222 = 74.560416 ≤ 76: recovered; M = 88.297872, R = 214277.777778/3165.972222 = 67.681509.
    name: "water recovers at P = 0.95 L with the newest 120 slots",
    permits: { permits: [plant([outlet(1, 10)])] },
    messages: day({ mn: "W1", k: 10, count: 48, C: (i) => (i < 36 ? 100 : 50), v: always(10) }),
    until: "08:00",
    only: ["sms"],
    expect: `
      06:00 OE DW001 w01018 warning1 360/100/100/53.333333
      07:50 OE DW001 w01018 recovered0 470/88.297872/74.560416/67.681509`,
  },
  {
    // Flow 0 until 07:00: no V, no level; then 10 at C = 100. Newest with flow > 0. 07:10: V = 100, last 24 h 100,
    // Vr = 100·1010/1440 = 70.138889, M = c = 100; n = 430 ≥ 60: level 1: R = (170.138889·80 − 10000)/70.138889 = 51.485149.
    name: "no volume, no level",
    permits: { permits: [plant([outlet(1, 10)])] },
    messages: day({ mn: "W1", k: 10, count: 43, C: always(100), v: (i) => (i < 42 ? 0 : 10) }),
    until: "07:10",
    only: ["sms"],
    expect: "07:10 OE DW001 w01018 warning1 430/100/100/51.485149",
  },
  {
    // Concentration from 05:20 on, flow from 00:00: n = 50 at 06:10, 60 at 06:20: V = 600; the volume of the last 24 h is all the
    // flow, 3800: Vr = 3800·1060/1440 = 2797.222222, R = (3397.222222·80 − 60000)/2797.222222 = 75.71003, c > R + 4.
    name: "water needs 60 valid slots",
    permits: { permits: [plant([outlet(1, 10)])] },
    messages: day({ mn: "W1", k: 10, count: 38, C: (i) => (i < 32 ? null : 100), v: always(10) }),
    until: "06:20",
    only: ["sms"],
    expect: "06:20 OE DW001 w01018 warning1 60/100/100/75.71003",
  },
];
