/** Ranges, facilities, noise. */
import type { TraceMessage } from "../oracle/types.ts";
import { always, at, type Case, device, type FrameSpec, inOrder, plant, run, send, steps } from "./build.ts";

const phOutlet = {
  code: "DW001",
  medium: "water",
  devices: [device("M1")],
  limits: [{ pollutant: "w01001", statistic: "instant", basis: "measured", min: 6, max: 9, source: "permit" }],
};
const gasOutlet = (code: string, mn: string) => ({
  code,
  devices: [device(mn)],
  limits: [{ pollutant: "a21002", statistic: "hour", basis: "measured", max: 50, source: "permit" }],
});
const status = (clock: string, mn: string, states: string): TraceMessage => {
  const spec: FrameSpec = { mn, cn: "2021", time: at(clock), values: states };
  return send(at(clock) + 10_000, spec);
};
const states = (mn: string, ...list: [clock: string, states: string][]): TraceMessage[] =>
  list.map(([clock, text]) => status(clock, mn, text));
const noise = (from: string, values: (number | null)[]): TraceMessage[] =>
  run(from, values.length, {
    st: "23",
    pollutant: "Leq",
    k: 10,
    value: (i) => values[i] ?? null,
  });

const noiseOutlet = {
  code: "ZS-01",
  medium: "noise",
  devices: [device("M1", { minuteInterval: 10 })],
  limits: [
    { pollutant: "Leq", statistic: "period", basis: "measured", period: "day", max: 60, source: "permit" },
    { pollutant: "Leq", statistic: "period", basis: "measured", period: "night", max: 50, source: "permit" },
  ],
};

export const conditionCases: Case[] = [
  {
    // 08:10 and 08:12 are single slots of 9.1: nothing. 08:15, 08:16 at 9.0 and 08:17, 08:18 at 6.0: bounds are inside.
    // 9.1 from 08:20 to 09:31: at 08:25 level 2; next at 09:25 (60 min). :30 … :55 six counted ticks: escalated at 08:55.
    // 09:35 the newest two (09:33, 09:34) are 7: recovered, to all that had a message. 5.9 from 09:40 to 09:46: outside at
    // 09:45 — a new episode, but within 60 min of 09:25: no SMS; inside again at 09:50: nobody had a message.
    name: "pH: bounds included, two adjacent slots, at most hourly",
    permits: { permits: [plant([phOutlet])] },
    messages: run("08:00", 120, {
      st: "32",
      pollutant: "w01001",
      value: steps(
        [10, 7],
        [1, 9.1],
        [1, 7],
        [1, 9.1],
        [2, 7],
        [2, 9],
        [2, 6],
        [1, 7],
        [72, 9.1],
        [8, 7],
        [7, 5.9],
        [13, 7],
      ),
    }),
    until: "10:00",
    expect: `
      08:25 OEM DW001 w01001 warning2
      08:55 T DW001 w01001 escalated2
      09:25 OEM DW001 w01001 warning2
      09:35 OEMT DW001 w01001 recovered0
      10:00 summary messages=120 frames=120 accepted=120 duplicates=0 quarantined=0 sms=11 episodes=2`,
  },
  {
    // 9.1 in slots 08:05 and 08:07, the slot between them flagged (not valid) or missing: not adjacent.
    name: "pH: two slots with an invalid one between are not adjacent",
    permits: { permits: [plant([phOutlet])] },
    messages: run("08:00", 15, {
      st: "32",
      pollutant: "w01001",
      value: steps([5, 7], [3, 9.1], [1, 7], [1, 9.1], [1, null], [1, 9.1], [3, 7]),
      flagOf: (i) => (i === 6 ? "D" : "N"),
    }),
    until: "08:15",
    only: ["sms"],
    expect: "",
  },
  {
    // TA001 (SB1) and MF0001 (SB2) share DA001. One report "off while production runs" (08:12): nothing at 08:15. Two (08:17):
    // 08:20, then every tick. 08:32 on: at 08:35 one of each: no level, still open. 08:37 on: recovered at 08:40.
    // Counted ticks at level 2: only 08:30. SMS: 3 + 3 + 3 + 3.
    name: "treatment off while production runs, in two reports in a row",
    permits: {
      permits: [
        plant([gasOutlet("DA001", "M1")], {
          facilities: [
            { code: "TA001", kind: "treatment", outlets: ["DA001"], mn: "M1", sb: 1 },
            { code: "MF0001", kind: "production", outlets: ["DA001"], mn: "M1", sb: 2 },
          ],
        }),
      ],
    },
    messages: states(
      "M1",
      ["08:02", "SB1-RS=1;SB2-RS=1"],
      ["08:07", "SB1-RS=1;SB2-RS=1"],
      ["08:12", "SB1-RS=0;SB2-RS=1"],
      ["08:17", "SB1-RS=0;SB2-RS=1"],
      ["08:22", "SB1-RS=0;SB2-RS=1"],
      ["08:27", "SB1-RS=0;SB2-RS=1"],
      ["08:32", "SB1-RS=1;SB2-RS=1"],
      ["08:37", "SB1-RS=1;SB2-RS=1"],
    ),
    until: "08:40",
    expect: `
      08:20 OEM - - warning2
      08:25 OEM - - warning2
      08:30 OEM - - warning2
      08:40 OEM - - recovered0
      08:40 summary messages=8 frames=8 accepted=8 duplicates=0 quarantined=0 sms=12 episodes=1`,
  },
  {
    // Production stands still (0), is in maintenance (3), shares no outlet, or is not known: no level.
    // Plant 4: reports off – on – off – on: never two in a row.
    name: "treatment off: when the rule does not speak",
    permits: {
      permits: [
        plant([gasOutlet("DA001", "M1")], {
          facilities: [
            { code: "TA001", kind: "treatment", outlets: ["DA001"], mn: "M1", sb: 1 },
            { code: "MF0001", kind: "production", outlets: ["DA001"], mn: "M1", sb: 2 },
          ],
        }),
        plant(
          [gasOutlet("DA001", "M2"), gasOutlet("DA002", "M3")],
          {
            facilities: [
              { code: "TA001", kind: "treatment", outlets: ["DA001"], mn: "M2", sb: 1 },
              { code: "MF0001", kind: "production", outlets: ["DA002"], mn: "M2", sb: 2 },
            ],
          },
          2,
        ),
        plant(
          [gasOutlet("DA001", "M4")],
          { facilities: [{ code: "TA001", kind: "treatment", outlets: ["DA001"], mn: "M4", sb: 1 }] },
          3,
        ),
        plant(
          [gasOutlet("DA001", "M5")],
          {
            facilities: [
              { code: "TA001", kind: "treatment", outlets: ["DA001"], mn: "M5", sb: 1 },
              { code: "MF0001", kind: "production", outlets: ["DA001"], mn: "M5", sb: 2 },
            ],
          },
          4,
        ),
      ],
    },
    messages: inOrder(
      states("M1", ["08:02", "SB1-RS=0;SB2-RS=0"], ["08:07", "SB1-RS=0;SB2-RS=3"], ["08:12", "SB1-RS=0;SB2-RS=0"]),
      states("M2", ["08:02", "SB1-RS=0;SB2-RS=1"], ["08:07", "SB1-RS=0;SB2-RS=1"], ["08:12", "SB1-RS=0;SB2-RS=1"]),
      states("M4", ["08:02", "SB1-RS=0"], ["08:07", "SB1-RS=0"], ["08:12", "SB1-RS=0"]),
      states("M5", ["08:02", "SB1-RS=0;SB2-RS=1"], ["08:07", "SB1-RS=1;SB2-RS=1"], ["08:12", "SB1-RS=0;SB2-RS=1"]),
    ),
    until: "08:15",
    only: ["sms"],
    expect: "",
  },
  {
    // Night until 06:00, limit 50. 05:20 at the limit is not above. 05:30, 05:40, 05:50 = 55: the third ends at 06:00 and is
    // received at 05:59:59: level 2 at 06:00. 06:00 is day (limit 60): 55 is not above: three such records by 06:30: recovered.
    name: "noise: three records in a row above the limit of their period",
    permits: { permits: [plant([noiseOutlet])] },
    messages: noise("05:00", [55, 55, 50, 55, 55, 55, 55, 55, 60]),
    until: "06:30",
    expect: `
      06:00 OEM ZS-01 Leq warning2
      06:30 OEM ZS-01 Leq recovered0
      06:30 summary messages=9 frames=9 accepted=9 duplicates=0 quarantined=0 sms=6 episodes=1`,
  },
  {
    // 61 all the time by day: level 2 at 08:30 (records 08:00, 08:10, 08:20), again at 09:30. :30 … :55 escalate at 08:55.
    name: "noise: at most hourly",
    permits: { permits: [plant([noiseOutlet])] },
    messages: noise("08:00", Array.from({ length: 9 }, always(61))),
    until: "09:30",
    only: ["sms"],
    expect: `
      08:30 OEM ZS-01 Leq warning2
      08:55 T ZS-01 Leq escalated2
      09:30 OEM ZS-01 Leq warning2`,
  },
  {
    // Two reports "off while production runs", 08:00 and 08:01, then silence: every tick while the newest is younger than
    // 25 minutes (08:25: 24), none at 08:30. M1 is offline from 08:20 (last frame 08:01:10).
    name: "treatment off: old reports say nothing",
    permits: {
      permits: [
        plant([gasOutlet("DA001", "M1")], {
          facilities: [
            { code: "TA001", kind: "treatment", outlets: ["DA001"], mn: "M1", sb: 1 },
            { code: "MF0001", kind: "production", outlets: ["DA001"], mn: "M1", sb: 2 },
          ],
        }),
      ],
    },
    messages: states("M1", ["08:00", "SB1-RS=0;SB2-RS=1"], ["08:01", "SB1-RS=0;SB2-RS=1"]),
    until: "08:30",
    only: ["sms"],
    expect: `
      08:05 OEM - - warning2
      08:10 OEM - - warning2
      08:15 OEM - - warning2
      08:20 OE - - warning2 | DA001 - offline0
      08:20 M - - warning2
      08:25 OEM - - warning2`,
  },
];
