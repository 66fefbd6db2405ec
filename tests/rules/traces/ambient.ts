/** Dust and wind at the fence, noise at the boundary of night. Dust is kept in ng/m³ and sent in µg/m³; L = 1 mg/m³. */
import { always, type Case, device, hourLimit, plant, run, steps } from "./build.ts";

const dustOutlet = {
  code: "WZ-01",
  medium: "dust",
  devices: [device("M1", { units: { a34001: "µg/m³" } })],
  limits: [hourLimit({ pollutant: "a34001", max: 1_000_000 })],
};
const noiseOutlet = {
  code: "ZS-01",
  medium: "noise",
  devices: [device("M2", { minuteInterval: 10 })],
  limits: [
    { pollutant: "Leq", statistic: "period", basis: "measured", period: "day", max: 60, source: "permit" },
    { pollutant: "Leq", statistic: "period", basis: "measured", period: "night", max: 50, source: "permit" },
  ],
};

export const ambientCases: Case[] = [
  {
    // TSP 20 × 500, 40 × 1300 µg/m³, wind 9 m/s from 350° beside it, which has no limit and no line. At :25 the median of the 15
    // newest is still 500. From :30 c = 1300, P = (10,000 + 52,000)/60 = 1033.333333. R = (60,000 − 10,000 − 1300·m)/r µg/m³:
    // :30 37,000/30, :35 30,500/25 = 1220, :40 24,000/20 = 1200, :45 17,500/15, :50 11,000/10 = 1100, :55 4500/5 = 900: the sixth.
    // M: 23,000/30, 29,500/35, 36,000/40, 42,500/45, 49,000/50, 55,500/55. All × 1000.
    name: "dust: judged by the hour as gas, in the register's unit; wind is no matter of limits",
    permits: { permits: [plant([dustOutlet])] },
    messages: run("08:00", 60, {
      st: "39",
      pollutant: "a34001",
      value: steps([20, 500], [40, 1300]),
      extra: "a01007-Avg=9,a01007-Flag=N;a01008-Avg=350,a01008-Flag=N",
    }),
    until: "09:10",
    expect: `
      08:30 OEM WZ-01 a34001 warning2 30/766666.666667/1033333.333333/1233333.333333
      08:35 OEM WZ-01 a34001 warning2 35/842857.142857/1033333.333333/1220000
      08:40 OEM WZ-01 a34001 warning2 40/900000/1033333.333333/1200000
      08:45 OEM WZ-01 a34001 warning2 45/944444.444444/1033333.333333/1166666.666667
      08:50 OEM WZ-01 a34001 warning2 50/980000/1033333.333333/1100000
      08:55 OEM WZ-01 a34001 warning2 55/1009090.909091/1033333.333333/900000
      08:55 T WZ-01 a34001 escalated2 55/1009090.909091/1033333.333333/900000
      09:10 hour WZ-01 a34001 08 60 1033333.333333 >1000000 exceeded r0
      09:10 summary messages=60 frames=60 accepted=60 duplicates=0 quarantined=0 sms=19 episodes=1`,
  },
  {
    // 55 dB since 21:30: below the day's 60, above the night's 50 from the record that starts at 22:00: 22:00, 22:10, 22:20:
    // level 2 at 22:30. 45 from 22:30: three records by 23:00: recovered.
    name: "noise: the night begins at 22:00 with a limit of its own",
    permits: { permits: [plant([noiseOutlet])] },
    messages: run("21:00", 12, { mn: "M2", st: "23", pollutant: "Leq", k: 10, value: steps([9, 55], [3, 45]) }),
    until: "23:00",
    expect: `
      22:30 OEM ZS-01 Leq warning2
      23:00 OEM ZS-01 Leq recovered0
      23:00 summary messages=12 frames=12 accepted=12 duplicates=0 quarantined=0 sms=6 episodes=1`,
  },
  {
    // A station of dust without a limit by the hour: stored and shown, never judged.
    name: "dust without an hour limit says nothing",
    permits: { permits: [plant([{ ...dustOutlet, limits: [] }])] },
    messages: run("08:00", 60, { st: "39", pollutant: "a34001", value: always(9000) }),
    until: "09:10",
    expect: "09:10 summary messages=60 frames=60 accepted=60 duplicates=0 quarantined=0 sms=0 episodes=0",
  },
];
