/** Episodes of the clock hour: recovery, lapse, escalation, recipients, the data message. L = 50 mg/m³. */
import { always, type Case, device, hourLimit, inOrder, phoneOf, plant, run, simplePlant, steps } from "./build.ts";

const two = {
  permits: [
    plant([
      { code: "DA001", devices: [device("M1")], limits: [hourLimit()] },
      { code: "DA002", devices: [device("M2")], limits: [hourLimit()] },
    ]),
  ],
};
const oxygen = (from: string, count: number): ReturnType<typeof run> =>
  run(from, count, { pollutant: "a19001", value: always(7) });

export const hourEpisodes: Case[] = [
  {
    // 20 × 60, then x. :05 R = 2700/55 = 49.090909, :15 2100/45 = 46.666667.
    // From :25 on c = x and P = (1200 + 40 x)/60. DA001 x = 41.25: P = 47.5 = 0.95 L at :30 → recovered;
    // M = 1612.5/30 = 53.75, R = 1387.5/30 = 46.25. DA002 x = 41.2501: P = 47.500067 until 09:00; ticks without a level
    // with n ≥ 3: :25 … :55 (7), 09:00 (8), 09:05, 10, 15, 20 (12) → recovered at 09:20; R = (3000 − 825.002)/40 = 54.37495.
    name: "recovered at P = 0.95 L; or after twelve ticks without a level",
    permits: two,
    messages: inOrder(
      run("08:00", 80, { mn: "M1", value: steps([20, 60], [60, 41.25]) }),
      run("08:00", 80, { mn: "M2", value: steps([20, 60], [60, 41.2501]) }),
    ),
    until: "09:20",
    only: ["sms"],
    expect: `
      08:05 OE DA001 a21002 warning1 5/60/60/49.090909 | DA002 a21002 warning1 5/60/60/49.090909
      08:15 OE DA001 a21002 warning1 15/60/60/46.666667 | DA002 a21002 warning1 15/60/60/46.666667
      08:30 OE DA001 a21002 recovered0 30/53.75/47.5/46.25
      09:20 OE DA002 a21002 recovered0 20/41.2501/41.2501/54.37495`,
  },
  {
    // NOx for five minutes at 80, then oxygen only. R with n = 5, f pending at 80:
    // :05 2600/55 = 47.272727; :15 f=10: 1800/45 = 40; :25 f=20: 1000/35 = 28.571429; :35 f=20, r=25, D=50: 500/25 = 20;
    // :45 D=40: data, R = (2000 − 2000)/15 = 0. n < 3 from 09:05: 24 ticks in a row at 11:00 → lapsed, silent.
    // 11:00–11:04 at 80 again: at 11:05 a second episode.
    name: "lapsed after 24 ticks with n < 3: the next exceedance is a new episode",
    permits: simplePlant(),
    messages: inOrder(
      run("08:00", 5, { value: always(80) }),
      oxygen("08:05", 175),
      run("11:00", 5, { value: always(80) }),
    ),
    until: "11:05",
    only: ["sms", "summary"],
    expect: `
      08:05 OE DA001 a21002 warning1 5/80/80/47.272727
      08:15 OE DA001 a21002 warning1 5/80/80/40
      08:25 OE DA001 a21002 warning1 5/80/80/28.571429
      08:35 OE DA001 a21002 warning1 5/80/80/20
      08:45 OE DA001 a21002 data0 5/80/80/0
      11:05 OE DA001 a21002 warning1 5/80/80/47.272727
      11:05 summary messages=185 frames=185 accepted=185 duplicates=0 quarantined=0 sms=12 episodes=2`,
  },
  {
    // One tick less: three values in the slots 10:55–10:57 are n = 3 at 11:00 only if they are in hour 10: n ≥ 3 breaks the row.
    // 11:00 looks at hour 10: n = 3, r = 0: no level. P at 30 = 30 ≤ 47.5 but n < 20: not recovered. Still the first episode.
    name: "a tick with n = 3 breaks the lapse",
    permits: simplePlant(),
    messages: inOrder(
      run("08:00", 5, { value: always(80) }),
      oxygen("08:05", 175),
      run("10:55", 3, { value: always(30) }),
      run("11:00", 5, { value: always(80) }),
    ),
    until: "11:05",
    only: ["summary"],
    expect: "11:05 summary messages=188 frames=188 accepted=188 duplicates=0 quarantined=0 sms=12 episodes=1",
  },
  {
    // Hour 08: 40 × 40, 20 × 100: :45 P = (2100 + 15·100)/60 = 60 → level 2 (1), :50 (2), :55 R < 0: level 3 (3).
    // 09:00 and the ticks before :30 are not counted. Hour 09 at 62: :30 (4), :35 (5), :40 (6): escalated, after the due message.
    // R as in the worked example: 38, 33.2, 26. 09:45: 30 minutes since escalation asked, 5 passed: silent.
    name: "escalation counts the half-hour ticks only, over the hour",
    permits: simplePlant(),
    messages: run("08:00", 120, { value: steps([40, 40], [20, 100], [60, 62]) }),
    until: "09:45",
    only: ["sms"],
    times: ["09:30", "09:35", "09:40", "09:45"],
    expect: `
      09:30 OEM DA001 a21002 warning2 30/62/62/38
      09:35 OEM DA001 a21002 warning2 35/62/62/33.2
      09:40 OEM DA001 a21002 warning2 40/62/62/26
      09:40 T DA001 a21002 escalated2 40/62/62/26`,
  },
  {
    // 51.875 all hour: level 2 at :30 … :55; :55 the sixth: R = (3000 − 2853.125)/5 = 29.375. Phone 1 is operator and town
    // officer: one SMS with both lines; phones 2 and 3 have the warning only.
    name: "two roles on one phone: the union in one SMS",
    permits: simplePlant({
      contacts: [
        { role: "operator", phone: phoneOf(1) },
        { role: "town-officer", phone: phoneOf(1) },
        { role: "environment-manager", phone: phoneOf(2) },
        { role: "maintenance", phone: phoneOf(3) },
      ],
    }),
    messages: run("08:00", 60, { value: always(51.875) }),
    until: "08:55",
    only: ["sms"],
    times: ["08:55"],
    expect: `
      08:55 O DA001 a21002 warning2 55/51.875/51.875/29.375 | DA001 a21002 escalated2 55/51.875/51.875/29.375
      08:55 EM DA001 a21002 warning2 55/51.875/51.875/29.375`,
  },
  {
    // Two plants with the same contacts, both at 62: two SMS per phone.
    name: "two plants on one phone: two SMS",
    permits: {
      permits: [
        plant([{ code: "DA001", devices: [device("M1")], limits: [hourLimit()] }]),
        plant([{ code: "DA001", devices: [device("M2")], limits: [hourLimit()] }], {}, 2),
      ],
    },
    messages: inOrder(run("08:00", 5, { value: always(62) }), run("08:00", 5, { mn: "M2", value: always(62) })),
    until: "08:05",
    expect: `
      08:05 OE DA001 a21002 warning1 5/62/62/48.909091
      08:05 OE #2 DA001 a21002 warning1 5/62/62/48.909091
      08:05 summary messages=10 frames=10 accepted=10 duplicates=0 quarantined=0 sms=4 episodes=2`,
  },
  {
    // Same level: worst first by projected / L. NOx 62/50 = 1.24; SO2 (limit 35) 49/35 = 1.4; DA002 NOx 62/50 = 1.24.
    // SO2: R = (2100 − 245)/55 = 33.727273.
    name: "lines of one SMS: by level, then projected over limit, then outlet, then pollutant",
    permits: {
      permits: [
        plant([
          { code: "DA002", devices: [device("M2")], limits: [hourLimit()] },
          {
            code: "DA001",
            devices: [device("M1")],
            limits: [hourLimit(), hourLimit({ pollutant: "a21026", max: 35 })],
          },
        ]),
      ],
    },
    messages: inOrder(
      run("08:00", 5, { value: always(62), extra: "a21026-Avg=49,a21026-Flag=N" }),
      run("08:00", 5, { mn: "M2", value: always(62) }),
    ),
    until: "08:05",
    only: ["sms"],
    expect:
      "08:05 OE DA001 a21026 warning1 5/49/49/33.727273 | DA001 a21002 warning1 5/62/62/48.909091 | DA002 a21002 warning1 5/62/62/48.909091",
  },
  {
    // 61 plants with one operator each on the same phone, all at level 1 at 08:05: 60 SMS, the last plant's is in-app only.
    // Values 100: at 08:30 level 3 for all of them: exempt, 61 SMS to the operator. 08:15 and 08:25: none.
    name: "the daily cap of 60; level 3 is exempt",
    alone: true,
    permits: {
      permits: Array.from({ length: 61 }, (_, i) =>
        plant(
          [{ code: "DA001", devices: [device(`N${i + 1}`)], limits: [hourLimit()] }],
          { contacts: [{ role: "operator", phone: phoneOf(1) }] },
          i + 1,
        ),
      ),
    },
    messages: inOrder(
      ...Array.from({ length: 61 }, (_, i) => run("08:00", 30, { mn: `N${i + 1}`, value: always(100) })),
    ),
    until: "08:30",
    only: ["sms"],
    expect: [
      ...Array.from(
        { length: 60 },
        (_, i) => `08:05 O ${i > 0 ? `#${i + 1} ` : ""}DA001 a21002 warning1 5/100/100/45.454545`,
      ),
      ...Array.from({ length: 61 }, (_, i) => `08:30 O ${i > 0 ? `#${i + 1} ` : ""}DA001 a21002 warning3 30/100/100/0`),
    ].join("\n"),
  },
  {
    // Data from 08:00 to 08:10 at 30 (no level), then nothing: offline at 08:25 (15:01 after 08:09:59); D < 45 from :50
    // (10 + 20 + 10 = 40) is held back: all devices are offline. It speaks again at 09:40 (slot 09:40, received 09:40:59):
    // 09:25 second offline SMS (60 min). 09:45: n = 5 (slots 40–44), f = 15 (slots 25–39), r = 15: D = 35: data; c = 30,
    // P = 30, R = (35·50 − 150 − 15·30)/15 = 1150/15 = 76.666667. Not again at 09:50, nor in hour 10 while 10:00 found n < 45.
    name: "a data deficit is not told while the devices are offline, and told once",
    alone: true,
    permits: simplePlant(),
    messages: inOrder(run("08:00", 10, { value: always(30) }), run("09:40", 20, { value: always(30) })),
    until: "10:00",
    only: ["sms"],
    expect: `
      08:25 OE DA001 - offline0
      09:25 OE DA001 - offline0
      09:45 OE DA001 a21002 data0 5/30/30/76.666667`,
  },
  {
    // Hour 08: slots 0–15 flagged D: D = 44 at :20 (n = 4): told; R = (2200 − 4·30 )/40 = 52. n at 09:00 is 44 < 45: not told
    // again in hour 09 (also 16 invalid; D < 45 from :16). At 10:00 hour 09 has n = 45 (slots 15–59: one invalid less):
    // forgotten; hour 10 (16 invalid): told at 10:20 again.
    name: "the data message comes again after a complete hour",
    permits: simplePlant(),
    messages: inOrder(
      run("08:00", 60, { value: always(30), flagOf: (i) => (i < 16 ? "D" : "N") }),
      run("09:00", 60, { value: always(30), flagOf: (i) => (i < 15 ? "D" : "N") }),
      run("10:00", 60, { value: always(30), flagOf: (i) => (i < 16 ? "D" : "N") }),
    ),
    until: "11:00",
    only: ["sms"],
    expect: `
      08:20 OE DA001 a21002 data0 4/30/30/52
      10:20 OE DA001 a21002 data0 4/30/30/52`,
  },
];
