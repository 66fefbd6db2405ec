import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matchRule, renderPartitionKey, renderSql, RULES, topicMatches, type TelemetryRule } from "./rules.ts";

const rule = (name: string): TelemetryRule => {
  const found = RULES.find((r) => r.name === name);
  if (!found) throw new Error(`no rule ${name}`);
  return found;
};
const bytes = new Uint8Array([0x23, 0x23, 0x00, 0xff]);
const message = (topic: string) => ({ topic, payload: bytes, receivedAt: 1_790_000_000_000, clientId: "c1" });
/** Names of the rules that take a message, with its partition key. */
const takers = (topic: string) =>
  RULES.flatMap((r) => {
    const match = matchRule(r, message(topic));
    return match ? [[r.name, match.partitionKey]] : [];
  });

describe("SQL", () => {
  test.each([
    ["device_frames", "plants/+/hj212", "${topic(2)}"],
    ["device_telemetry", "plants/+/telemetry", "${topic(2)}"],
    ["gateway_frames", "gateways/+/+/hj212", "${topic(3)}"],
  ])("%s", (name, filter, key) => {
    const envelope =
      "encode(*, 'base64') AS payload, topic() AS topic, timestamp() AS receivedAt, clientid() AS clientId";
    expect(renderSql(rule(name))).toBe(`SELECT ${envelope} FROM '${filter}'`);
    expect(renderPartitionKey(rule(name))).toBe(key);
  });

  test("conditions are joined by AND, quotes are doubled", () => {
    const sql = renderSql({
      ...rule("device_frames"),
      select: [{ fn: "topic", level: 2, as: "mn" }],
      where: [
        { fn: "topic", level: 1, equals: "plants" },
        { fn: "topic", level: 3, equals: "o'clock" },
      ],
    });
    expect(sql).toBe("SELECT topic(2) AS mn FROM 'plants/+/hj212' WHERE topic(1) = 'plants' AND topic(3) = 'o''clock'");
  });

  test("names are what a rule and a Basic Ingest topic may have", () => {
    for (const { name } of RULES) expect(name).toMatch(/^[a-zA-Z0-9_]+$/);
    expect(new Set(RULES.map((r) => r.name)).size).toBe(RULES.length);
  });
});

describe("topic filter", () => {
  test.each([
    ["plants/+/hj212", "plants/330483A/hj212", true],
    ["plants/+/hj212", "plants//hj212", true], // an empty level is a level
    ["plants/+/hj212", "plants/a/b/hj212", false],
    ["plants/+/hj212", "plants/a", false],
    ["plants/+/hj212", "plants/a/hj212/x", false],
    ["plants/+/hj212", "Plants/a/hj212", false],
    ["plants/#", "plants/a/b", true],
    ["plants/#", "plants", true],
    ["#", "$aws/things/x", false],
    ["+/things", "$aws/things", false],
    ["$aws/#", "$aws/things/x", true],
  ])("%s · %s → %s", (filter, topic, expected) => {
    expect(topicMatches(filter, topic)).toBe(expected);
  });
});

describe("match", () => {
  test.each([
    ["plants/M1/hj212", [["device_frames", "M1"]]],
    ["plants/M1/telemetry", [["device_telemetry", "M1"]]],
    ["gateways/g1/91330483MA2ABCD126001P/hj212", [["gateway_frames", "91330483MA2ABCD126001P"]]],
    ["plants/M1/other", []],
    // Basic Ingest names the rule; topic() and topic(n) do not see the prefix.
    ["$aws/rules/device_frames/plants/M1/hj212", [["device_frames", "M1"]]],
    ["$aws/rules/gateway_frames/gateways/g1/P1/hj212", [["gateway_frames", "P1"]]],
    ["$aws/rules/unknown/plants/M1/hj212", []],
    // A topic that the rule does not expect reaches the ingest function, which says why it refuses it.
    ["$aws/rules/gateway_frames/plants/M1/hj212", [["gateway_frames", "hj212"]]],
    // No such level: the action cannot be carried out, the error action keeps the message.
    ["$aws/rules/gateway_frames/plants", [["gateway_frames", null]]],
    ["$aws/rules/device_frames", []],
  ])("%s", (topic, expected) => {
    expect(takers(topic)).toEqual(expected);
  });

  test("the envelope is the one of docs/architecture.md, the bytes unchanged", () => {
    // A view into a larger buffer, as brokers hand out.
    const payload = new Uint8Array([1, 2, ...bytes, 3]).subarray(2, 6);
    const match = matchRule(rule("device_frames"), { ...message("$aws/rules/device_frames/plants/M1/hj212"), payload });
    expect(match?.record).toEqual({
      payload: "IyMA/w==",
      topic: "plants/M1/hj212",
      receivedAt: 1_790_000_000_000,
      clientId: "c1",
    });
  });

  test("a condition that does not hold keeps the message out", () => {
    const strict = { ...rule("device_frames"), where: [{ fn: "topic", level: 3, equals: "hj212" }] } as const;
    expect(matchRule(strict, message("$aws/rules/device_frames/plants/M1/hj212"))).not.toBeNull();
    expect(matchRule(strict, message("$aws/rules/device_frames/plants/M1/telemetry"))).toBeNull();
  });

  test("a level that is not there is left out of the record, not null", () => {
    const wide: TelemetryRule = { ...rule("device_frames"), select: [{ fn: "topic", level: 9, as: "x" }] };
    expect(matchRule(wide, message("plants/M1/hj212"))?.record).toEqual({});
  });

  test("any bytes and any MN come through", () => {
    const mn = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
    fc.assert(
      fc.property(mn, fc.uint8Array({ maxLength: 300 }), fc.boolean(), (id, payload, basic) => {
        const topic = `plants/${id}/hj212`;
        const sent = basic ? `$aws/rules/device_frames/${topic}` : topic;
        const match = matchRule(rule("device_frames"), { ...message(sent), payload });
        expect(match?.partitionKey).toBe(id);
        expect(match?.record.topic).toBe(topic);
        expect(new Uint8Array(Buffer.from(String(match?.record.payload), "base64"))).toEqual(payload);
      }),
    );
  });
});
