import { array, assert, constantFrom, integer, nat, oneof, property, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import { loadRuleData } from "../../../layers/rule-data.ts";
import {
  comparable,
  expected,
  fixtureBytes,
  fixtureFiles,
  fixtureKeys,
  readFixtures,
} from "../../../events/hj212/fixtures.ts";
import type { KeysOf } from "./hj212/encrypted.ts";
import { MAX_PAYLOAD, parseTopic, readPayload } from "./read-payload.ts";

const ruleData = loadRuleData(new URL("../../../layers/rule-data", import.meta.url).pathname);
const frames = (bytes: Uint8Array, keysOf: KeysOf = () => []) =>
  readPayload({ channel: "hj212", mn: null, bytes, ruleData, keysOf });

describe.each(fixtureFiles())("frames of events/hj212/%s", (file) => {
  const fixtures = readFixtures(file);
  test.each(fixtures.map((f) => [f.name, f] as const))("%s", (_, fixture) => {
    const bytes = fixtureBytes(fixture);
    const pieces = frames(bytes, fixtureKeys(fixture));
    expect(pieces).toHaveLength(1);
    if (fixture.record === undefined)
      expect(pieces[0]).toMatchObject({
        ok: false,
        reason: fixture.reason,
        detail: expect.stringContaining(fixture.detail!),
      });
    else expect(comparable(pieces[0])).toEqual(expected(fixture));
  });

  test("all of them as one payload: the same pieces", () => {
    const accepted = fixtures.filter((f) => f.record !== undefined);
    const payload = Buffer.concat(accepted.map(fixtureBytes));
    const keysOf: KeysOf = () => accepted.flatMap((f) => fixtureKeys(f)("")).slice(0, 1);
    expect(frames(payload, keysOf).filter((p) => p.ok)).toHaveLength(accepted.length);
  });
});

test("a gateway's bundle: what is damaged does not keep the rest from being read", () => {
  const [a, b] = readFixtures("appendix-a.json").map(fixtureBytes) as [Uint8Array, Uint8Array];
  const pieces = frames(Buffer.concat([a, Buffer.from("##0101damaged\r\n"), b]));
  expect(pieces.map((p) => p.ok || p.reason)).toEqual([true, "length", true]);
  expect(Buffer.from(pieces[1]!.bytes).toString()).toBe("##0101damaged");
});

test("frames damaged in several bytes among whole ones: nothing throws, nothing is lost, the whole ones are read", () => {
  const known = readFixtures("appendix-a.json").map(fixtureBytes);
  const whole = constantFrom(...known).map((bytes) => ({ bytes, whole: true }));
  const changes = array(tuple(nat(), integer({ min: 1, max: 255 })), { minLength: 2, maxLength: 4 });
  const damaged = tuple(constantFrom(...known), changes).map(([frame, changes]) => {
    const bytes = new Uint8Array(frame);
    for (const [at, change] of changes) bytes[at % bytes.length]! ^= change;
    return { bytes, whole: false };
  });
  const text = (bytes: Uint8Array): string =>
    Buffer.from(bytes)
      .toString("latin1")
      .replaceAll(/[\r\n]/g, "");
  assert(
    property(array(oneof(whole, damaged), { minLength: 1, maxLength: 5 }), (parts) => {
      const payload = Buffer.concat(parts.map((part) => part.bytes));
      const pieces = frames(payload);
      expect(pieces.map((p) => text(p.bytes)).join("")).toBe(text(payload));
      const accepted = pieces.flatMap((p) => (p.ok ? [text(p.bytes)] : []));
      for (const part of parts) if (part.whole) expect(accepted).toContain(text(part.bytes));
    }),
    { numRuns: 500 },
  );
});

describe("payloads", () => {
  test.each<[string, Uint8Array, string]>([
    ["empty", new Uint8Array(), "frame"],
    ["too large", new Uint8Array(MAX_PAYLOAD + 1), "too-large"],
    ["as large as they may be", new Uint8Array(MAX_PAYLOAD), "frame"],
  ])("%s", (_, bytes, reason) => {
    const pieces = frames(bytes);
    expect(pieces).toMatchObject([{ ok: false, reason }]);
    expect(pieces[0]!.bytes.length).toBe(bytes.length);
  });

  test("a JSON message is one piece with the MN of the topic", () => {
    const bytes = Buffer.from(
      '{"at":"2026-10-01T08:30:00+08:00","kind":"minute","readings":[{"pollutant":"a21002","value":1,"flag":"N"}]}',
    );
    const pieces = readPayload({ channel: "telemetry", mn: "TX1", bytes, ruleData });
    expect(pieces).toMatchObject([{ ok: true, bytes, record: { mn: "TX1", command: "json", kind: "minute" } }]);
    expect(readPayload({ channel: "telemetry", mn: null, bytes, ruleData })).toMatchObject([
      { ok: false, reason: "topic" },
    ]);
  });
});

describe("parseTopic", () => {
  const device = { kind: "device", mn: "330483A890001600000169C1" };
  const gateway = { kind: "gateway", gateway: "g-1", permitNo: "91330483MA2ABCD126001P", channel: "hj212" };
  test.each([
    ["plants/330483A890001600000169C1/hj212", { ...device, channel: "hj212" }],
    ["plants/330483A890001600000169C1/telemetry", { ...device, channel: "telemetry" }],
    ["$aws/rules/device_frames/plants/330483A890001600000169C1/hj212", { ...device, channel: "hj212" }],
    ["gateways/g-1/91330483MA2ABCD126001P/hj212", gateway],
    ["$aws/rules/gateway_frames/gateways/g-1/91330483MA2ABCD126001P/hj212", gateway],
    ["gateways/g-1/91330483MA2ABCD126001P/telemetry", null],
    ["plants/330483A890001600000169C1/hj212/more", null],
    ["plants/330483A890001600000169C1/status", null],
    ["plants//hj212", null],
    [`plants/${"8".repeat(65)}/hj212`, null],
    ["plants/a b/hj212", null],
    ["$aws/rules/plants/a/hj212", null],
    ["$aws/rules/x/$aws/rules/x/plants/a/hj212", null],
    ["", null],
  ])("%s", (topic, meaning) => {
    expect(parseTopic(topic)).toEqual(meaning);
  });
});
