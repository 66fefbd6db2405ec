/** Silence, mass outage, quarantine, duplicates. */
import { createHash } from "node:crypto";
import type { TraceMessage } from "../oracle/types.ts";
import {
  always,
  at,
  type Case,
  device,
  frame,
  frameOf,
  hourLimit,
  inOrder,
  plant,
  run,
  send,
  sendJson,
} from "./build.ts";

const heartbeat = (mn: string, clock: string): TraceMessage => ({
  receivedAt: at(clock),
  topic: `plants/${mn}/hj212`,
  payload: frameOf(`QN=20261001080000000;ST=31;CN=9015;PW=123456;MN=${mn};Flag=9;CP=&&&&`),
});
const many = (n: number, code: (i: number) => string) =>
  Array.from({ length: n }, (_, i) => ({ code: code(i), devices: [device(`Q${i}`)], limits: [hourLimit()] }));
const bundle = (from: number, to: number, clock: string): TraceMessage => ({
  receivedAt: at(clock),
  topic: `gateways/town/91330483MA2ABCD126001P/hj212`,
  payload: Buffer.concat(
    Array.from({ length: to - from }, (_, i) =>
      Buffer.concat([
        frame({ mn: `Q${from + i}`, cn: "2021", time: at(clock) - 30_000, values: "SB1-RS=1" }),
        Buffer.from("\r\n"),
      ]),
    ),
  ),
});
const outletCode = (i: number): string => `DA${String(i + 1).padStart(3, "0")}`;
const sha = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex").slice(0, 12);

const NOW = at("08:00");
const good = frame({ time: NOW - 60_000, values: { a21002: 30 } });
/** The same with one digit of the value changed: length right, CRC wrong. */
const damaged = Uint8Array.from(good, (b, i) => (i === good.length - 30 ? b ^ 1 : b));
/** Cut off in the middle. */
const cut = good.slice(0, good.length - 20);
const other = frame({ mn: "M2", time: NOW - 60_000, values: { a21002: 30 } });
const stranger = frame({ mn: "X9", time: NOW - 60_000, values: { a21002: 30 } });
const ahead = frame({ time: NOW + 601_000, values: { a21002: 30 } });
const behind = frame({ time: NOW - 7 * 86_400_000 - 1000, values: { a21002: 30 } });
const justAhead = frame({ time: NOW + 600_000, values: { a21002: 30 } });
const justBehind = frame({ time: NOW - 7 * 86_400_000, values: { a21002: 30 } });
const message = (second: number, topic: string, payload: Uint8Array): TraceMessage => ({
  receivedAt: NOW + second * 1000,
  topic,
  payload,
});
const json = sendJson(NOW + 8000, "M1", { at: "2026-10-01T08:00:00+08:00", kind: "minutes", readings: [] });

export const silenceCases: Case[] = [
  {
    // M1 (k = 1): 15 minutes. Last frame 08:00:30: at 08:15 14:30 have passed, at 08:20 offline; again after an hour, 09:20.
    // Speaks at 09:21 (a heartbeat is a frame); 09:35: 14 min; 09:40: a new silence.
    // M2 (k = 10): 20 minutes: last frame 08:00:00: 08:20 sharp is offline ("or more"); 09:20 again.
    // M3 never spoke.
    name: "silence: 15 minutes or k + 10, hourly until it speaks",
    permits: {
      permits: [
        plant([
          { code: "DA001", devices: [device("M1")], limits: [hourLimit()] },
          { code: "DA002", devices: [device("M2", { minuteInterval: 10 })], limits: [hourLimit()] },
          { code: "DA003", devices: [device("M3")], limits: [hourLimit()] },
        ]),
      ],
    },
    messages: [
      heartbeat("M2", "08:00"),
      heartbeat("M1", "08:00:30"),
      { ...send(at("09:21"), { cn: "2021", time: at("09:20"), values: "SB1-RS=1" }) },
    ],
    until: "09:40",
    only: ["sms"],
    expect: `
      08:20 OE DA001 - offline0 | DA002 - offline0
      09:20 OE DA001 - offline0 | DA002 - offline0
      09:40 OE DA001 - offline0`,
  },
  {
    // 19 of 20 devices silent: below 20, so every plant is told: one SMS per phone with 19 lines (DA020 speaks at 08:10).
    name: "19 silent devices are no mass outage",
    permits: { permits: [plant(many(20, outletCode))] },
    messages: [bundle(0, 20, "08:00:30"), bundle(19, 20, "08:10")],
    until: "08:20",
    only: ["sms"],
    expect: `08:20 OE ${Array.from({ length: 19 }, (_, i) => `${outletCode(i)} - offline0`).join(" | ")}`,
  },
  {
    // 20 of 400 = 5 %: a mass outage, no SMS to plants.
    name: "20 devices and 5 percent are a mass outage",
    permits: { permits: [plant(many(400, outletCode))] },
    messages: [bundle(0, 400, "08:00:30"), bundle(20, 400, "08:10")],
    until: "08:20",
    only: ["sms", "summary"],
    expect: "08:20 summary messages=2 frames=780 accepted=780 duplicates=0 quarantined=0 sms=0 episodes=0",
  },
  {
    // 20 of 401 = 4.99 %: not.
    name: "20 devices below 5 percent are not",
    permits: { permits: [plant(many(401, outletCode))] },
    messages: [bundle(0, 401, "08:00:30"), bundle(20, 401, "08:10")],
    until: "08:20",
    only: ["sms"],
    expect: `08:20 OE ${Array.from({ length: 20 }, (_, i) => `${outletCode(i)} - offline0`).join(" | ")}`,
  },
  {
    // Clock: exactly 10 min ahead and exactly 7 days behind are accepted.
    name: "quarantine: every reason, and the frames at the bounds of the clock",
    permits: {
      permits: [
        plant([{ code: "DA001", devices: [device("M1")], limits: [hourLimit()] }]),
        plant([{ code: "DA001", devices: [device("M2")], limits: [hourLimit()] }], {}, 2),
      ],
    },
    messages: [
      message(0, "plants/M1/hj212", justAhead),
      message(0, "plants/M1/hj212", justBehind),
      message(0, "plants/M1/hj212", ahead),
      message(0, "plants/M1/hj212", behind),
      message(1, "plants/M1/hj212", damaged),
      message(2, "plants/M1/hj212", cut),
      message(3, "plants/X9/hj212", stranger),
      message(4, "plants/M1/hj212", other),
      message(5, "gateways/town/91330483MA2ABCD126001P/hj212", other),
      message(6, "gateways/town/91330483MA2ABCD126001P/hj212", stranger),
      message(7, "plants/M.1/hj212", good),
      json,
      message(9, "gateways/town/91330483MA2ABCD126001P/hj212", good),
      message(10, "$aws/rules/device_frames/plants/M1/hj212", good),
    ],
    until: "08:01",
    expect: `
      08:00 quarantine plants/M1/hj212 time ${sha(ahead)}
      08:00 quarantine plants/M1/hj212 time ${sha(behind)}
      08:00:01 quarantine plants/M1/hj212 crc ${sha(damaged)}
      08:00:02 quarantine plants/M1/hj212 length ${sha(cut)}
      08:00:03 quarantine plants/X9/hj212 mn-unknown ${sha(stranger)}
      08:00:04 quarantine plants/M1/hj212 mn-mismatch ${sha(other)}
      08:00:05 quarantine gateways/town/91330483MA2ABCD126001P/hj212 mn-mismatch ${sha(other)}
      08:00:06 quarantine gateways/town/91330483MA2ABCD126001P/hj212 mn-unknown ${sha(stranger)}
      08:00:07 quarantine plants/M.1/hj212 topic ${sha(good)}
      08:00:08 quarantine plants/M1/telemetry schema ${sha(json.payload)}
      08:01 summary messages=14 frames=14 accepted=3 duplicates=1 quarantined=10 sms=0 episodes=0`,
  },
  {
    // Every message twice: the second is a duplicate; the rest is the worked example of one plant, 30 minutes.
    name: "a doubled trace counts once",
    permits: { permits: [plant([{ code: "DA001", devices: [device("M1")], limits: [hourLimit()] }])] },
    messages: inOrder(run("08:00", 30, { value: always(62) }), run("08:00", 30, { value: always(62) })),
    until: "08:30",
    only: ["sms", "summary"],
    times: ["08:30"],
    expect: `
      08:30 OEM DA001 a21002 warning2 30/62/62/38
      08:30 summary messages=60 frames=60 accepted=30 duplicates=30 quarantined=0 sms=9 episodes=1`,
  },
];
