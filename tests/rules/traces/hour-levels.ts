/** The clock-hour mean: figures and level boundaries. L = 50 mg/m³ throughout; arithmetic beside each expectation. */
import { always, type Case, device, hourLimit, inOrder, plant, run, simplePlant, steps } from "./build.ts";

/** R with D = 60 and nothing pending: (3000 − n·M) / r. */
const twoOutlets = {
  permits: [
    plant([
      { code: "DA001", devices: [device("M1")], limits: [hourLimit()] },
      { code: "DA002", devices: [device("M2")], limits: [hourLimit()] },
    ]),
  ],
};
const flags =
  (invalid: number) =>
  (i: number): string =>
    i < invalid ? "D" : "N";

export const hourLevels: Case[] = [
  {
    // "Worked checks: L=50, M=62: n=30 → R=38.0; n=45 → R=14.0; n=50 → R=−10.0". w ≥ 5 values of 62: c = 62, P = 62.
    // R: n=5 2690/55 = 48.909091; 15 2070/45 = 46; 25 1450/35 = 41.428571; 35 830/25 = 33.2; 40 520/20 = 26;
    // 55 −410/5 = −82. Level 1 (e < 30) repeats after 10 min, level 2 at every tick, 3 after 15; at :55 the sixth
    // counted tick (:30 … :55) escalates. SMS: 2+2+2+3+3+3+3+4+1 = 23.
    name: "the worked example of the rules",
    permits: simplePlant(),
    messages: run("08:00", 60, { value: always(62) }),
    until: "09:10",
    expect: `
      08:05 OE DA001 a21002 warning1 5/62/62/48.909091
      08:15 OE DA001 a21002 warning1 15/62/62/46
      08:25 OE DA001 a21002 warning1 25/62/62/41.428571
      08:30 OEM DA001 a21002 warning2 30/62/62/38
      08:35 OEM DA001 a21002 warning2 35/62/62/33.2
      08:40 OEM DA001 a21002 warning2 40/62/62/26
      08:45 OEM DA001 a21002 warning2 45/62/62/14
      08:50 OEML DA001 a21002 warning3 50/62/62/-10
      08:55 T DA001 a21002 escalated3 55/62/62/-82
      09:10 hour DA001 a21002 08 60 62 >50 exceeded r0
      09:10 summary messages=60 frames=60 accepted=60 duplicates=0 quarantined=0 sms=23 episodes=1`,
  },
  {
    // n=15: R = (3000 − 778.125)/45 = 49.375, R + 2.5 = 51.875 = c: not above. n=20: R = 1962.5/40 = 49.0625 → level 1.
    // n=25: 1703.125/35 = 48.660714. n=30: P = 51.875 > 50 → level 2, R = 1443.75/30 = 48.125.
    name: "level 1 needs c above R + 0.05 L, not at it",
    permits: simplePlant(),
    messages: run("08:00", 30, { value: always(51.875) }),
    until: "08:30",
    expect: `
      08:20 OE DA001 a21002 warning1 20/51.875/51.875/49.0625
      08:30 OEM DA001 a21002 warning2 30/51.875/51.875/48.125
      08:30 summary messages=30 frames=30 accepted=30 duplicates=0 quarantined=0 sms=5 episodes=1`,
  },
  {
    // P = 50 exactly at every tick: not above L, so no level 2; level 1 needs c > R + 2.5 and R = c = 50.
    name: "a mean at the limit is no level and no exceedance",
    permits: simplePlant(),
    messages: run("08:00", 60, { value: always(50) }),
    until: "09:10",
    expect: `
      09:10 hour DA001 a21002 08 60 50 >50 met r0
      09:10 summary messages=60 frames=60 accepted=60 duplicates=0 quarantined=0 sms=0 episodes=0`,
  },
  {
    // DA001: slots 0–2 invalid, n = 2 of 90 → no level. DA002: slots 0–1 invalid, n = 3, D = 3 + 0 + 55 = 58,
    // R = (58·50 − 270)/55 = 2630/55 = 47.818182, c = 90, P = (270 + 55·90)/58 = 90.
    name: "level 1 needs three valid slots",
    permits: twoOutlets,
    messages: inOrder(
      run("08:00", 5, { mn: "M1", value: always(90), flagOf: flags(3) }),
      run("08:00", 5, { mn: "M2", value: always(90), flagOf: flags(2) }),
    ),
    until: "08:05",
    only: ["sms"],
    expect: "08:05 OE DA002 a21002 warning1 3/90/90/47.818182",
  },
  {
    // Slots flagged D have a record and do not count. DA001: 15 of them, D = 5 + 0 + 40 = 45 at :20,
    // R = (2250 − 310)/40 = 48.5; :30 n=15 < 20: level 1 again, R = (2250 − 930)/30 = 44.
    // DA002: 16 of them, D = 4 + 40 = 44 at :20: no level, the data message; P = 62, R = (2200 − 248)/40 = 48.8. Told once.
    // :35 DA001: n = 20 ≥ 20 and e ≥ 30, P = 62 > 50: level 2, R = (2250 − 1240)/25 = 40.4.
    name: "45 slots are needed for a level; 44 are a data message",
    permits: twoOutlets,
    messages: inOrder(
      run("08:00", 35, { mn: "M1", value: always(62), flagOf: flags(15) }),
      run("08:00", 35, { mn: "M2", value: always(62), flagOf: flags(16) }),
    ),
    until: "08:35",
    only: ["sms"],
    expect: `
      08:20 OE DA001 a21002 warning1 5/62/62/48.5 | DA002 a21002 data0 4/62/62/48.8
      08:30 OE DA001 a21002 warning1 15/62/62/44
      08:35 OEM DA001 a21002 warning2 20/62/62/40.4`,
  },
  {
    // 15 × 40, 10 × 70, 5 × 30. :20 w = min(15, ⌈40/2⌉) = 15: five 70 and ten 40, median 40, mean of five 70: c = 40,
    // R = (3000 − 950)/40 = 51.25: nothing. :25 w = 15: ten 70, five 40: c = 70, R = (3000 − 1300)/35 = 48.571429,
    // P = (1300 + 35·70)/60 = 62.5: level 1. :30 w = 15: ten 70, five 30: median 70, mean of five 30: c = 30,
    // P = (1450 + 900)/60 = 39.166667 ≤ 47.5: recovered; M = 48.333333, R = 1550/30 = 51.666667.
    name: "c is the lower of the median and the mean of five",
    permits: simplePlant(),
    messages: run("08:00", 30, { value: steps([15, 40], [10, 70], [5, 30]) }),
    until: "08:30",
    only: ["sms"],
    expect: `
      08:25 OE DA001 a21002 warning1 25/52/62.5/48.571429
      08:30 OE DA001 a21002 recovered0 30/48.333333/39.166667/51.666667`,
  },
  {
    // 30 × 70, 5 × 44, 5 × 56. :40 w = ⌈20/2⌉ = 10: five 44, five 56: median (44 + 56)/2 = 50 < mean of five 56: c = 50.
    // n·M = 2600, P = (2600 + 20·50)/60 = 60, R = 400/20 = 20, M = 65.
    name: "an even median is the mean of the middle two",
    permits: simplePlant(),
    messages: run("08:00", 40, { value: steps([30, 70], [5, 44], [5, 56]) }),
    until: "08:40",
    only: ["sms"],
    times: ["08:40"],
    expect: "08:40 OEM DA001 a21002 warning2 40/65/60/20",
  },
  {
    // Records come 20 s after their minute: the last slot is pending at each tick (f = 1) and stands at c.
    // :05 n=4: R = (3000 − 248 − 62)/55 = 48.909091; :30 n=29: R = (3000 − 1798 − 62)/30 = 38.
    name: "a slot whose record has not come yet stands at c",
    permits: simplePlant(),
    messages: run("08:00", 30, { value: always(62), delay: 80_000 }),
    until: "08:30",
    only: ["sms"],
    times: ["08:05", "08:30"],
    expect: `
      08:05 OE DA001 a21002 warning1 4/62/62/48.909091
      08:30 OEM DA001 a21002 warning2 29/62/62/38`,
  },
  {
    // 07:00–07:59 at 40, then 80. 08:05 w = 15: five 80 and ten 40 of the hour before: median 40 → nothing (alone: 80).
    // 08:10 ten 80, five 40: c = 80, R = (3000 − 800)/50 = 44.
    name: "the newest slots reach into the hour before",
    permits: simplePlant(),
    messages: run("07:00", 70, { value: steps([60, 40], [10, 80]) }),
    until: "08:10",
    only: ["sms"],
    expect: "08:10 OE DA001 a21002 warning1 10/80/80/44",
  },
  {
    // NOx stops at 08:10, oxygen goes on. f counts the slots ended in the last 20 minutes without a record.
    // :05 n=5, 48.909091. :15 f=5, r=45, D=60: (3000 − 620 − 310)/45 = 46. :25 f=15: (3000 − 620 − 930)/35 = 41.428571.
    // :35 f=20 (slots 15–34), r=25, D=55; no valid slot ended in the last 25 min: c = M: (2750 − 620 − 1240)/25 = 35.6.
    // :45 D=10+20+15=45: (2250 − 1860)/15 = 26. :50 D=40: no level, data: R = (2000 − 1860)/10 = 14. n < 20: no level 2.
    name: "a pending slot is missing after 20 minutes",
    permits: simplePlant(),
    messages: inOrder(
      run("08:00", 10, { value: always(62) }),
      run("08:10", 50, { pollutant: "a19001", value: always(7) }),
    ),
    until: "09:00",
    only: ["sms"],
    expect: `
      08:05 OE DA001 a21002 warning1 5/62/62/48.909091
      08:15 OE DA001 a21002 warning1 10/62/62/46
      08:25 OE DA001 a21002 warning1 10/62/62/41.428571
      08:35 OE DA001 a21002 warning1 10/62/62/35.6
      08:45 OE DA001 a21002 warning1 10/62/62/26
      08:50 OE DA001 a21002 data0 10/62/62/14`,
  },
  {
    // Constant 100: R = (3000 − 100 n)/(60 − n): 45.454545, 33.333333, 14.285714 (35 min: 500/35), :30 exactly 0 → level 3.
    // Level 3 again after 15 min (c > L): :45, R = −1500/15 = −100; :55 sixth counted tick: escalated, R = −2500/5 = −500.
    // 09:05 a fall to level 1: silent. Escalated: 30 min after 08:45 → 09:15 (n=15, 33.333333). 09:30 rise to 3: sent.
    // SMS 2·3 + 4 + 4 + 1 + 2 + 4 + 2 = 23. 10:05 fall, silent; 10:10 level 1, 40 min since: sent, R = (3000 − 1000)/50 = 40.
    name: "level 3 from R = 0; repeats after 15, once escalated after 30 minutes; a fall is silent",
    permits: simplePlant(),
    messages: run("08:00", 130, { value: always(100) }),
    until: "10:10",
    expect: `
      08:05 OE DA001 a21002 warning1 5/100/100/45.454545
      08:15 OE DA001 a21002 warning1 15/100/100/33.333333
      08:25 OE DA001 a21002 warning1 25/100/100/14.285714
      08:30 OEML DA001 a21002 warning3 30/100/100/0
      08:45 OEML DA001 a21002 warning3 45/100/100/-100
      08:55 T DA001 a21002 escalated3 55/100/100/-500
      09:10 hour DA001 a21002 08 60 100 >50 exceeded r0
      09:15 OE DA001 a21002 warning1 15/100/100/33.333333
      09:30 OEML DA001 a21002 warning3 30/100/100/0
      10:10 hour DA001 a21002 09 60 100 >50 exceeded r0
      10:10 OE DA001 a21002 warning1 10/100/100/40
      10:10 summary messages=130 frames=130 accepted=130 duplicates=0 quarantined=0 sms=23 episodes=1`,
  },
  {
    // 30 × 110, 15 × 20, 15 × 60. :30 level 3, R = (3000 − 3300)/30 = −10. :45 15 min since, but c = 20 ≤ 50: silent.
    // :50 w=5: c = 60 > 50 and 20 min since: sent; n·M = 3900, M = 78, P = (3900 + 600)/60 = 75, R = −900/10 = −90.
    // :55 escalated: n·M = 4200, M = 76.363636, P = (4200 + 300)/60 = 75, R = −1200/5 = −240.
    name: "level 3 repeats only while c is above L",
    permits: simplePlant(),
    messages: run("08:00", 60, { value: steps([30, 110], [15, 20], [15, 60]) }),
    until: "08:55",
    only: ["sms"],
    times: ["08:30", "08:35", "08:40", "08:45", "08:50", "08:55"],
    expect: `
      08:30 OEML DA001 a21002 warning3 30/110/110/-10
      08:50 OEML DA001 a21002 warning3 50/78/75/-90
      08:55 T DA001 a21002 escalated3 55/76.363636/75/-240`,
  },
  {
    // The limit drops to 40 at 09:00; 45 all the time. Hour 08: 45 ≤ 50. Hour 09: n=5: R = (2400 − 225)/55 = 39.545455,
    // c = 45 > 39.545455 + 2 → level 1.
    // SMS: :05 :15 :25 two each, :30 … :50 level 2 three each, :55 R = −75/5 → level 3 four, escalated one: 6 + 15 + 5 = 26.
    name: "the limit in force at the start of the hour governs it",
    permits: {
      permits: [
        plant([
          {
            code: "DA001",
            devices: [device("M1")],
            limits: [
              hourLimit({ to: "2026-10-01T09:00:00+08:00" }),
              hourLimit({ max: 40, from: "2026-10-01T09:00:00+08:00" }),
            ],
          },
        ]),
      ],
    },
    messages: run("08:00", 120, { value: always(45) }),
    until: "10:10",
    times: ["09:05", "09:10", "10:10"],
    expect: `
      09:05 OE DA001 a21002 warning1 5/45/45/39.545455
      09:10 hour DA001 a21002 08 60 45 >50 met r0
      10:10 hour DA001 a21002 09 60 45 >40 exceeded r0
      10:10 summary messages=120 frames=120 accepted=120 duplicates=0 quarantined=0 sms=26 episodes=1`,
  },
  {
    // 40 until 08:01, 80 from 08:02. 08:10 w = min(15, ⌈50/2⌉) = 15: eight 80, seven 40: median 80 (of 16 it would be 60): c = 80;
    // n·M = 8·80 + 2·40 = 720, P = (720 + 50·80)/60 = 78.666667, R = 2280/50 = 45.6. 08:05: three 80 of fifteen: nothing.
    name: "the median is of fifteen at most",
    permits: simplePlant(),
    messages: run("07:00", 70, { value: steps([62, 40], [8, 80]) }),
    until: "08:10",
    only: ["sms"],
    expect: "08:10 OE DA001 a21002 warning1 10/72/78.666667/45.6",
  },
  {
    // At 08:25 the window of 25 minutes begins with slot 08:00. DA001: 60 and four times 80 from 08:00: c = mean of five 76;
    // f = 20, D = 60: R = (3000 − 380 − 20·76)/35 = 31.428571. DA002: 60 at 07:59 is outside, four times 80 from 08:00: c = 80,
    // slot 4 ended 20 minutes ago: missing; f = 20, D = 59, R = (2950 − 320 − 1600)/35 = 29.428571.
    name: "the newest slots ended in the last 25 minutes",
    permits: twoOutlets,
    messages: inOrder(
      run("08:00", 5, { mn: "M1", value: steps([1, 60], [4, 80]) }),
      run("07:59", 5, { mn: "M2", value: steps([1, 60], [4, 80]) }),
      run("08:05", 20, { mn: "M1", pollutant: "a19001", value: always(7) }),
      run("08:04", 21, { mn: "M2", pollutant: "a19001", value: always(7) }),
    ),
    until: "08:25",
    only: ["sms"],
    times: ["08:25"],
    expect: "08:25 OE DA002 a21002 warning1 4/80/80/29.428571 | DA001 a21002 warning1 5/76/76/31.428571",
  },
];
