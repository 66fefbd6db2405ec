/**
 * Slots: what fills them, what hides, what counts. Every outlet has 44 valid minutes of 50 (08:00–08:43) and one slot, 08:50,
 * by which a mechanism is seen: with the value x the hour has 45 valid slots and the mean (2200 + x)/45, without it 44 and 50.
 */
import type { TraceMessage } from "../oracle/types.ts";
import {
  always,
  at,
  type Case,
  device,
  hourLimit,
  inOrder,
  type OutletSpec,
  plant,
  run,
  send,
  sendJson,
} from "./build.ts";

interface Mechanism {
  outlet: OutletSpec;
  messages: TraceMessage[];
  base?: TraceMessage[];
  expect: string;
}
const converted = hourLimit({ basis: "converted", referenceO2: 6 });
const SLOT = at("08:50");
const RECEIVED = at("08:51");

let made = 0;
/** A mechanism on an outlet of its own; `mn` is its device. */
function mechanism(
  limit: Record<string, unknown>,
  make: (mn: string) => TraceMessage[],
  expect: string,
  more: { device?: Record<string, unknown>; base?: number; second?: boolean } = {},
): Mechanism {
  made++;
  const code = `DA${String(made).padStart(3, "0")}`;
  const mn = `S${made}`;
  const base = more.base ?? 50;
  const values =
    limit["basis"] === "converted" ? `a21002-ZsAvg=${base},a21002-Flag=N` : `a21002-Avg=${base},a21002-Flag=N`;
  const devices = [device(mn, more.device), ...(more.second ? [device(`${mn}b`)] : [])];
  return {
    outlet: { code, devices, limits: [limit] },
    messages: make(mn),
    base: Array.from({ length: 44 }, (_, i) => {
      const time = at("08:00") + i * 60_000;
      return send(time + 59_000, { mn, time, values });
    }),
    expect: `09:10 hour ${code} a21002 08 ${expect}`,
  };
}
const minute = (mn: string, values: Record<string, number> | string, qn?: string, flag?: string | null): TraceMessage =>
  send(RECEIVED, {
    mn,
    time: SLOT,
    values,
    ...(qn === undefined ? {} : { qn }),
    ...(flag === undefined ? {} : { flag }),
  });
const sample = (mn: string, second: number, values: Record<string, number> | string, flag = "N"): TraceMessage =>
  send(SLOT + second * 1000 + 500, { mn, cn: "2011", time: SLOT + second * 1000, values, flag });

const VALID = "45 51 >50 exceeded r0"; // x = 95: 2295/45
const NOTHING = "44 50 >50 insufficient r0";
const LOW = "45 49 >50 met r0"; // x = 5: 2205/45

const mechanisms: Mechanism[] = [
  // Samples of a slot are averaged; only flag N counts: (90 + 100)/2 = 95.
  mechanism(
    hourLimit(),
    (m) => [sample(m, 0, { a21002: 90 }), sample(m, 30, { a21002: 100 }), sample(m, 40, { a21002: 500 }, "D")],
    VALID,
  ),
  // A minute record hides the samples of its slot …
  mechanism(hourLimit(), (m) => [sample(m, 0, { a21002: 95 }), minute(m, { a21002: 5 })], LOW),
  // … also where its own value does not count.
  mechanism(hourLimit(), (m) => [sample(m, 0, { a21002: 95 }), minute(m, { a21002: 95 }, undefined, "D")], NOTHING),
  // No flag counts.
  mechanism(hourLimit(), (m) => [minute(m, { a21002: 95 }, undefined, null)], VALID),
  // Any other flag does not.
  mechanism(hourLimit(), (m) => [minute(m, { a21002: 95 }, undefined, "C")], NOTHING),
  // Converted: ZsAvg whatever the O2 …
  mechanism(
    converted,
    (m) => [minute(m, "a21002-Avg=3,a21002-ZsAvg=95,a21002-Flag=N;a19001-Avg=20.5,a19001-Flag=N")],
    VALID,
  ),
  // … else by the O2 of the frame: 85.5 · 15/13.5 = 95.
  mechanism(converted, (m) => [minute(m, "a21002-Avg=85.5,a21002-Flag=N;a19001-Avg=7.5,a19001-Flag=N")], VALID),
  // O2 = 20 does not count; 19 does: 12 · 15/2 = 90, (2200 + 90)/45 = 50.888889.
  mechanism(converted, (m) => [minute(m, "a21002-Avg=3,a21002-Flag=N;a19001-Avg=20,a19001-Flag=N")], NOTHING),
  mechanism(
    converted,
    (m) => [minute(m, "a21002-Avg=12,a21002-Flag=N;a19001-Avg=19,a19001-Flag=N")],
    "45 50.888889 >50 exceeded r0",
  ),
  // O2 that does not count, no O2: the pollutant does not count.
  mechanism(converted, (m) => [minute(m, "a21002-Avg=85.5,a21002-Flag=N;a19001-Avg=7.5,a19001-Flag=D")], NOTHING),
  mechanism(converted, (m) => [minute(m, { a21002: 85.5 })], NOTHING),
  // Measured: Avg, whatever ZsAvg says.
  mechanism(hourLimit(), (m) => [minute(m, "a21002-Avg=95,a21002-ZsAvg=300,a21002-Flag=N")], VALID),
  // The device sends µg/m³.
  mechanism(hourLimit(), (m) => [minute(m, { a21002: 95_000 })], VALID, {
    device: { units: { a21002: "µg/m³" } },
    base: 50_000,
  }),
  // Samples are converted before they are averaged: 85.5 · 15/13.5 = 95 and 38 · 15/6 = 95 → 95 (of the means: 61.75 · 15/9.75 = 95; so
  // with 12 at O2 19 → 90 and 90 at O2 7.5 → 100: mean 95; conversion of the means: 51 · 15/7.75 = 98.7).
  mechanism(
    converted,
    (m) => [
      sample(m, 0, "a21002-Rtd=12,a21002-Flag=N;a19001-Rtd=19,a19001-Flag=N"),
      sample(m, 30, "a21002-Rtd=90,a21002-Flag=N;a19001-Rtd=7.5,a19001-Flag=N"),
    ],
    VALID,
  ),
  // The greater QN is used; a smaller one that comes later does not return.
  mechanism(
    hourLimit(),
    (m) => [
      minute(m, { a21002: 5 }, "20261001085100001"),
      minute(m, { a21002: 95 }, "20261001085200001"),
      minute(m, { a21002: 500 }, "20261001085100002"),
    ],
    VALID,
  ),
  // Equal QN, other content: the later receipt.
  mechanism(
    hourLimit(),
    (m) => [minute(m, { a21002: 5 }, "20261001085100001"), minute(m, { a21002: 95 }, "20261001085100001")],
    VALID,
  ),
  // No QN: the later receipt; the first again (a duplicate) changes nothing.
  mechanism(
    hourLimit(),
    (m) => [minute(m, { a21002: 5 }, ""), minute(m, { a21002: 95 }, ""), minute(m, { a21002: 5 }, "")],
    VALID,
  ),
  // A superseded value never returns, also when the new one does not count.
  mechanism(
    hourLimit(),
    (m) => [minute(m, { a21002: 95 }, "20261001085100001"), minute(m, { a21002: 95 }, "20261001085200001", "D")],
    NOTHING,
  ),
  // Two devices: the first listed with a counting value.
  mechanism(hourLimit(), (m) => [minute(`${m}b`, { a21002: 5 }), minute(m, { a21002: 95 })], VALID, { second: true }),
  mechanism(hourLimit(), (m) => [minute(m, { a21002: 500 }, undefined, "D"), minute(`${m}b`, { a21002: 95 })], VALID, {
    second: true,
  }),
  // A sample of the first listed comes before a minute record of the second.
  mechanism(hourLimit(), (m) => [minute(`${m}b`, { a21002: 5 }), sample(m, 10, { a21002: 95 })], VALID, {
    second: true,
  }),
  // DataTime is floored to its minute.
  mechanism(hourLimit(), (m) => [send(RECEIVED, { mn: m, time: SLOT + 37_000, values: { a21002: 95 } })], VALID),
  // An hour record is never judged.
  mechanism(
    hourLimit(),
    (m) => [send(RECEIVED, { mn: m, cn: "2061", time: at("08:00"), values: { a21002: 95 } })],
    NOTHING,
  ),
  // JSON: a minute record, and samples.
  mechanism(
    hourLimit(),
    (m) => [
      sendJson(RECEIVED, m, {
        at: "2026-10-01T08:50:00+08:00",
        kind: "minute",
        readings: [{ pollutant: "a21002", value: 95, flag: "N" }],
      }),
    ],
    VALID,
  ),
  mechanism(
    converted,
    (m) => [
      sendJson(RECEIVED, m, {
        at: "2026-10-01T08:50:12+08:00",
        kind: "realtime",
        readings: [{ pollutant: "a21002", value: 1, converted: 95 }],
      }),
    ],
    VALID,
  ),
];

const MOVED = "2026-10-01T08:30:00+08:00";

export const slotCases: Case[] = [
  {
    name: "what fills a slot, what hides it, what counts",
    permits: { permits: [plant(mechanisms.map((m) => m.outlet))] },
    messages: inOrder(...mechanisms.map((m) => [...(m.base ?? []), ...m.messages])),
    until: "09:10",
    only: ["hour"],
    expect: mechanisms.map((m) => m.expect).join("\n"),
  },
  {
    // Ten-minute records from 07:55: five slots in hour 07, five of 40 in hour 08; then 52: (5·40 + 55·52)/60 = 3060/60 = 51.
    // The record of 08:55 fills five slots of hour 09.
    name: "a ten-minute logger across the hour",
    permits: {
      permits: [plant([{ code: "DA001", devices: [device("M1", { minuteInterval: 10 })], limits: [hourLimit()] }])],
    },
    messages: run("07:55", 7, { k: 10, value: steps40 }),
    until: "10:10",
    only: ["hour"],
    expect: `
      08:10 hour DA001 a21002 07 5 40 >50 insufficient r0
      09:10 hour DA001 a21002 08 60 51 >50 exceeded r0
      10:10 hour DA001 a21002 09 5 52 >50 insufficient r0`,
  },
  {
    // M1 moves from DA001 to DA002 at 08:30; the record of 08:10 comes at 08:40 and still belongs to DA001.
    // DA001: slots 0–29, 29 of 40 and the late one of 70: (1160 + 70)/30 = 41. DA002: 30 of 44.
    name: "a binding changes by DataTime, not by receipt",
    permits: {
      permits: [
        plant([
          { code: "DA001", devices: [device("M1", { to: MOVED })], limits: [hourLimit()] },
          { code: "DA002", devices: [device("M1", { from: MOVED })], limits: [hourLimit()] },
        ]),
      ],
    },
    messages: inOrder(
      run("08:00", 30, { value: (i) => (i === 10 ? null : 40) }),
      [send(at("08:40"), { time: at("08:10"), values: { a21002: 70 } })],
      run("08:30", 30, { value: always(44) }),
    ),
    until: "09:10",
    only: ["hour"],
    expect: `
      09:10 hour DA001 a21002 08 30 41 >50 insufficient r0
      09:10 hour DA002 a21002 08 30 44 >50 insufficient r0`,
  },
];

function steps40(i: number): number {
  return i === 0 ? 40 : 52;
}
