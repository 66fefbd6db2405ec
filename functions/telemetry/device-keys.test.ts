import { ParameterNotFound, type GetParameterCommand } from "@aws-sdk/client-ssm";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { CachedRegister } from "../register/cached-register.ts";
import { bindingsOf } from "../register/domain/bindings.ts";
import { logger } from "../shared/logger.ts";
import { deviceKeys, ssmKeys } from "./device-keys.ts";
import { encodeFrame } from "./domain/hj212/encode.ts";
import { at, device, outlet, permit, ruleData } from "./fixtures.ts";
import { readMessage } from "./read-message.ts";

const KEY = "0000000000000000";
const OLD = "00112233445566778899aabbccddeeff";
const MN = "330483A890001600000169C1";
const plants = [
  permit({ outlets: [outlet({ devices: [device({ mn: MN, secretRef: "devices/1" }), device({ mn: "PLAIN" })] })] }),
  permit({ permitNo: "OTHER", outlets: [outlet({ devices: [device({ mn: "B", secretRef: "devices/2" })] })] }),
];
const register = {
  getPlant: async (permitNo: string) => {
    const found = plants.find((p) => p.permitNo === permitNo);
    return found ? { permit: found, revision: 1, code: "", shard: 0, importedAt: "" } : null;
  },
  bindings: async (mn: string) => plants.flatMap(bindingsOf).filter((b) => b.mn === mn),
} satisfies Pick<CachedRegister, "getPlant" | "bindings">;

let parameters: Record<string, string>;
let failing: boolean;
let asked: string[];
let clock: number;
const client = {
  send: async ({ input: { Name = "" } }: GetParameterCommand) => {
    asked.push(Name);
    if (failing) throw new Error("throttled");
    if (parameters[Name] === undefined) throw new ParameterNotFound({ message: "", $metadata: {} });
    return { Parameter: { Value: parameters[Name] } };
  },
};
const keysIn = () => ssmKeys(client as never, "/keys", () => clock);
const hex = (keys: readonly Uint8Array[]): string[] => keys.map((key) => Buffer.from(key).toString("hex"));

beforeEach(() => {
  vi.spyOn(logger, "warn").mockImplementation(() => {});
  parameters = { "/keys/devices/1": `${KEY}\n${OLD}\n` };
  failing = false;
  asked = [];
  clock = 0;
});

describe("the keys in a secret", () => {
  test.each([
    ["16 characters, 32 hex digits", `${KEY} ${OLD.toUpperCase()}`, [Buffer.from(KEY).toString("hex"), OLD]],
    [
      "what is no key is passed over",
      `short ${KEY}0 ${KEY} 密钥密钥密钥密钥密钥密钥密钥密钥`,
      [Buffer.from(KEY).toString("hex")],
    ],
    ["nothing", "", []],
  ])("%s", async (_, text, keys) => {
    parameters = { "/keys/x": text };
    expect(hex(await keysIn()("x"))).toEqual(keys);
  });

  test.each(["", "/x", "../sms-secret", "a//b", "a b", "a".repeat(201)])(
    "the name %j is asked of nobody",
    async (ref) => {
      expect(await keysIn()(ref)).toEqual([]);
      expect(asked).toEqual([]);
    },
  );

  test("are asked for again after ten minutes, their absence after one; a failure is thrown and not kept", async () => {
    const keys = keysIn();
    await keys("devices/1");
    await keys("none");
    clock = 60_000;
    await keys("devices/1");
    await keys("none");
    expect(asked).toEqual(["/keys/devices/1", "/keys/none", "/keys/none"]);
    clock = 600_000;
    failing = true;
    await expect(keys("devices/1")).rejects.toThrow("throttled");
    failing = false;
    expect(await keys("devices/1")).toHaveLength(2);
  });
});

test("a device has the keys of the permits that bind it, or of the one asked for", async () => {
  const keysOf = deviceKeys(register, keysIn());
  expect(await keysOf(MN, null)).toHaveLength(2);
  expect(await keysOf(MN, plants[0]!.permitNo)).toHaveLength(2);
  for (const [mn, permitNo] of [
    [MN, "OTHER"],
    ["PLAIN", null],
    ["NOBODY", null],
  ] as const)
    expect(await keysOf(mn, permitNo)).toEqual([]);
});

describe("a message with an encrypted frame", () => {
  const clear = { qn: "20261001083000123", st: "31", cn: "2011", pw: "123456", mn: MN, flag: 9 };
  const cp = "DataTime=20261001083000;a21002-Rtd=38.6,a21002-Flag=N";
  const sealed = (key: string): Uint8Array => encodeFrame({ ...clear, cp }, Buffer.from(key));
  const take = (topic: string, bytes: Uint8Array) => {
    const envelope = { topic, payload: Buffer.from(bytes).toString("base64"), receivedAt: at("08:31") };
    const data = Buffer.from(JSON.stringify(envelope)).toString("base64");
    return readMessage(
      { eventID: "shard:1", kinesis: { sequenceNumber: "1", data } },
      { bindings: register.bindings, keysOf: deviceKeys(register, keysIn()), ruleData },
    );
  };

  test("is read with the device's key; kept as it came, PW covered", async () => {
    const { frames } = await take(`plants/${MN}/hj212`, sealed(KEY));
    expect(frames).toMatchObject([
      { notes: [], result: { ok: true, accepted: { record: { items: [{ value: 38.6 }] } } } },
    ]);
    const kept = Buffer.from(frames[0]!.bytes);
    expect(kept.indexOf("PW=******;")).toBeGreaterThan(0);
    const content = kept.indexOf("CP=&&");
    expect(kept.subarray(content).equals(Buffer.from(sealed(KEY)).subarray(content, -2))).toBe(true);
  });

  test("over a gateway: only the keys of its plant are tried", async () => {
    const good = await take(`gateways/g1/${plants[0]!.permitNo}/hj212`, sealed(KEY));
    expect(good.frames).toMatchObject([{ result: { ok: true } }]);
    const bad = await take("gateways/g1/OTHER/hj212", sealed(KEY));
    expect(bad.frames).toMatchObject([{ result: { ok: false, reason: "encrypted" } }]);
  });

  test.each([
    ["another key", MN, "another key of 16", "crc"],
    ["the topic of another device", "PLAIN", KEY, "encrypted"],
  ])("%s: refused", async (_, mn, key, reason) => {
    const { frames } = await take(`plants/${mn}/hj212`, sealed(key.slice(0, 16)));
    expect(frames).toMatchObject([{ result: { ok: false, reason } }]);
  });

  test("in clear nobody is asked for a key", async () => {
    await take(`plants/${MN}/hj212`, encodeFrame({ ...clear, cp }));
    expect(asked).toEqual([]);
  });
});
