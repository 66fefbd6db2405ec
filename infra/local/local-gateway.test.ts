import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { frameOf, MN, PERMIT, startAbove, talk, type Above } from "../gateway/fixture.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { DynamoCall } from "./dynamodb-call.ts";
import { loopbackOf, startLocalGateway } from "./local-gateway.ts";
import { temporaryFolder } from "./test-assembly.ts";

let folder: ReturnType<typeof temporaryFolder>;
let above: Above;
let gateway: Gateway | undefined;
/** What the register answers for a device. */
let bound: { from: number; to: number | null }[];
beforeEach(async () => {
  folder = temporaryFolder();
  above = await startAbove();
  bound = [{ from: 0, to: null }];
});
afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
  await above.stop();
  folder[Symbol.dispose]();
});

const call = (async (operation: string, input: { TableName: string; Key: { pk: { S: string } } }) => {
  expect([operation, input.TableName, input.Key]).toEqual([
    "GetItem",
    "register",
    { pk: { S: `DEVICE#${MN}` }, sk: { S: "BINDINGS" } },
  ]);
  const number = (n: number | null) => (n === null ? { NULL: true } : { N: String(n) });
  const L = bound.map(({ from, to }) => ({
    M: { permitNo: { S: PERMIT }, outlet: { S: "DA001" }, from: number(from), to: number(to) },
  }));
  return bound.length > 0 ? { Item: { bindings: { L }, version: { N: "1" } } } : {};
}) as DynamoCall;

/** What a frame with this PW is answered, from this address. */
async function answer(pw: string, from?: string): Promise<string> {
  gateway ??= await startLocalGateway({
    machine: { call, setting: () => "register", mqttPort: above.port },
    dataDir: folder.path,
    host: "127.0.0.1",
    port: 0,
    log: () => undefined,
  });
  const logger = talk(gateway.port, from);
  logger.send(frameOf(1, { pw }));
  const said = await logger.answer();
  logger.socket.destroy();
  return /CN=9014|QnRtn=\d+/.exec(said)?.[0] ?? said;
}

test("a device of the register with the factory's password", async () => {
  expect([await answer("123456"), await answer("123457")]).toEqual(["CN=9014", "QnRtn=3"]);
});

test("a secret of its own replaces the factory's password", async () => {
  mkdirSync(join(folder.path, "gateway"));
  writeFileSync(join(folder.path, "gateway/secrets.json"), JSON.stringify({ [MN]: "777777" }));
  expect([await answer("777777"), await answer("123456")]).toEqual(["CN=9014", "QnRtn=3"]);
});

test.each([
  ["unknown to the register", []],
  ["bound in the past only", [{ from: 0, to: 1 }]],
])("a device %s", async (_, bindings) => {
  bound = bindings;
  expect(await answer("123456")).toBe("QnRtn=4");
});

test.each([
  ["127.0.0.1", "127.0.0.1"],
  ["::1", "::1"],
  ["0.0.0.0", "127.0.0.1"],
  ["::", "127.0.0.1"],
  ["192.0.2.7", null],
])("a gateway on %s is called from loopback at %s", (host, expected) => {
  expect(loopbackOf(host)).toBe(expected);
});
