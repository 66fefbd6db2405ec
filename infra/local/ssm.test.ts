import { GetParameterCommand, ParameterNotFound, SSMClient } from "@aws-sdk/client-ssm";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EVERYTHING } from "./iam/permissions.ts";
import type { LocalServer } from "./s3.ts";
import { startSsm } from "./ssm.ts";

const folder = mkdtempSync(join(tmpdir(), "ssm-"));
const file = join(folder, "secrets.json");
let server: LocalServer;
let client: SSMClient;
beforeAll(async () => {
  server = await startSsm(file, EVERYTHING);
  client = new SSMClient({
    endpoint: server.endpoint,
    region: "local",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});
const get = async (name: string): Promise<string | undefined> =>
  (await client.send(new GetParameterCommand({ Name: name, WithDecryption: true }))).Parameter?.Value;

test("the SDK reads a parameter as soon as it is in the file, and is told when there is none", async () => {
  await expect(get("/a/b")).rejects.toBeInstanceOf(ParameterNotFound);
  writeFileSync(file, '{ "/a/b": "0000000000000000" }');
  expect(await get("/a/b")).toBe("0000000000000000");
  await expect(get("/a/c")).rejects.toBeInstanceOf(ParameterNotFound);
});

test.each(["{ not json", '{ "/a/b": 5 }'])("a file that is not understood fails the call: %s", async (content) => {
  writeFileSync(file, content);
  await expect(get("/a/b")).rejects.toMatchObject({ name: "InternalServerError" });
});
