import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FunctionDefinition } from "./definition.ts";
import { accessKeyOf, startLambda, type LambdaService } from "./runtime-api.ts";
import { eventually, temporaryFolder } from "./test-assembly.ts";

const SOURCE = `
  let calls = 0;
  export const handler = async (event, context) => {
    calls += 1;
    switch (event.do) {
      case "count": return { calls, pid: process.pid };
      case "environment": return { ...process.env, cwd: process.cwd(), left: context.getRemainingTimeInMillis(), arn: context.invokedFunctionArn };
      case "throw": throw new TypeError("no such plant");
      case "hang": return new Promise(() => setInterval(() => {}, 1000));
      case "spin": for (;;);
      case "exit": process.exit(3);
      case "eat": { const eaten = []; for (;;) { eaten.push(Buffer.alloc(8e6, 1)); await new Promise((r) => setTimeout(r, 5)); } }
      case "later": setTimeout(() => { throw new Error("after the fact"); }, 0); return new Promise(() => setInterval(() => {}, 1000));
      case "clock": return [Date.now(), new Date().toISOString(), new Date(0).toISOString(), new Date(2026, 0, 1) instanceof Date, typeof Date()];
      case "error line": console.log(JSON.stringify({ level: "ERROR", message: "cannot judge", error: { message: "no limit" } })); return "logged";
      case "wait": await new Promise((r) => setTimeout(r, event.ms)); return process.pid;
    }
  };`;

let folder: ReturnType<typeof temporaryFolder>;
let lambda: LambdaService;
let virtual: number | null = null;
let lines: string[] = [];

beforeEach(async () => {
  folder = temporaryFolder();
  virtual = null;
  lines = [];
  const define = (name: string, source: string): FunctionDefinition => {
    mkdirSync(join(folder.path, name));
    writeFileSync(join(folder.path, name, "index.mjs"), source);
    return {
      name,
      label: name,
      arn: `arn:aws:lambda:local-1:000000000000:function:${name}`,
      handler: "index.handler",
      codeDir: join(folder.path, name),
      environment: { OWN: "yes", AWS_ENDPOINT_URL_S3: "http://from-the-template" },
      memoryMb: 192,
      timeoutMs: 700,
      concurrency: null,
      async: { retries: 2, maxAgeMs: 1, deadLetterArn: null },
    };
  };
  lambda = await startLambda({
    functions: [
      define("work", SOURCE),
      define("broken", "throw new Error('bad environment')"),
      define("empty", "export const other = 1;"),
    ],
    logDir: folder.path,
    environment: { AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:1" },
    virtualNow: () => virtual,
    log: (line) => lines.push(line),
    maxProcesses: 2,
  });
});
afterEach(async () => {
  await lambda.stop();
  folder[Symbol.dispose]();
});

const call = async (event: Record<string, unknown>, name = "work"): Promise<{ value: unknown; error: unknown }> => {
  const { payload, error } = await lambda.invoke(name, JSON.stringify(event));
  return { value: error ? null : JSON.parse(payload), error };
};

test("a process serves one invocation after the other", async () => {
  const first = await call({ do: "count" });
  expect((await call({ do: "count" })).value).toEqual({ ...(first.value as object), calls: 2 });
});

test("its environment is the template's and the machine's, nothing of this process, with credentials of its own", async () => {
  const { value } = await call({ do: "environment" });
  expect(value).toMatchObject({
    OWN: "yes",
    AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:1",
    AWS_LAMBDA_FUNCTION_NAME: "work",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "192",
    AWS_ACCESS_KEY_ID: accessKeyOf("work"),
    TZ: ":UTC",
    cwd: join(folder.path, "work"),
    arn: "arn:aws:lambda:local-1:000000000000:function:work",
  });
  expect(value).not.toHaveProperty("VITEST");
  expect((value as { left: number }).left).toBeGreaterThan(0);
  expect((value as { left: number }).left).toBeLessThanOrEqual(700);
});

describe("what goes wrong is answered, and the next invocation works in a fresh process", () => {
  test.each([
    ["an exception", { do: "throw" }, { errorType: "TypeError", errorMessage: "no such plant" }],
    [
      "an answer that never comes",
      { do: "hang" },
      { errorType: "Sandbox.Timedout", errorMessage: "Task timed out after 0.70 seconds" },
    ],
    [
      "an endless loop",
      { do: "spin" },
      { errorType: "Sandbox.Timedout", errorMessage: "Task timed out after 0.70 seconds" },
    ],
    ["an exit", { do: "exit" }, { errorType: "Runtime.ExitError", errorMessage: "Runtime exited: exit status 3" }],
    ["an exception outside of the handler", { do: "later" }, { errorType: "Error", errorMessage: "after the fact" }],
  ])("%s", async (_, event, expected) => {
    expect((await call(event)).error).toMatchObject(expected);
    expect((await call({ do: "count" })).error).toBeUndefined();
  });

  test("more memory than the template gives", async () => {
    expect((await call({ do: "eat" })).error).toMatchObject({
      errorType: "Runtime.OutOfMemory",
      errorMessage: expect.stringMatching(/of 192 MB/),
    });
    expect((await call({ do: "count" })).value).toMatchObject({ calls: 1 });
  });

  test.each([
    ["broken", { errorType: "Error", errorMessage: "bad environment" }],
    ["empty", { errorType: "Runtime.HandlerNotFound", errorMessage: "index.handler is undefined or not exported" }],
  ])("a function that does not load: %s", async (name, expected) => {
    expect((await call({}, name)).error).toMatchObject(expected);
    expect((await call({}, name)).error).toMatchObject(expected);
  });
});

test("on a virtual clock now is the machine's, dates of the past stay what they are", async () => {
  virtual = Date.parse("2026-10-01T00:30:00Z");
  const expected = [virtual, "2026-10-01T00:30:00.000Z", "1970-01-01T00:00:00.000Z", true, "string"];
  expect((await call({ do: "clock" })).value).toEqual(expected);
  virtual = null;
  const [now] = (await call({ do: "clock" })).value as [number];
  expect(Math.abs(now - Date.now())).toBeLessThan(60_000);
  const asOf = await lambda.invoke("work", JSON.stringify({ do: "clock" }), { asOf: 1_000 });
  expect((JSON.parse(asOf.payload) as unknown[])[0]).toBe(1_000);
});

test("concurrent invocations share at most the allowed processes; all are answered", async () => {
  const pids = await Promise.all(Array.from({ length: 6 }, () => call({ do: "wait", ms: 30 })));
  expect(pids.every((each) => each.error === undefined)).toBe(true);
  expect(new Set(pids.map((each) => each.value)).size).toBe(2);
  expect(lambda.counts()["work"]).toEqual({ invocations: 6, errors: 0 });
});

test("invocations of a lane stay in one process while it is free", async () => {
  const lane = async (name: string): Promise<unknown> =>
    JSON.parse((await lambda.invoke("work", '{"do":"wait","ms":20}', { lane: name })).payload) as unknown;
  // The first pair may share a process while the second one starts.
  await eventually(async () => new Set(await Promise.all([lane("a"), lane("b")])).size === 2);
  const [a, b] = await Promise.all([lane("a"), lane("b")]);
  expect(a).not.toBe(b);
  for (let i = 0; i < 3; i += 1) expect(await Promise.all([lane("b"), lane("a")])).toEqual([b, a]);
});

test("an error in the log comes to the console as one line", async () => {
  await call({ do: "error line" });
  await eventually(() => lines.includes("work: cannot judge: no limit"));
});

test("an unknown function is refused by name; stopping answers what waits and leaves no process", async () => {
  await expect(lambda.invoke("none", "{}")).rejects.toThrow(/no function none; known: work, broken, empty/);
  await call({ do: "count" });
  const [pid] = lambda.pids("work");
  const waiting = call({ do: "wait", ms: 60_000 });
  await lambda.stop();
  expect((await waiting).error).toBeDefined();
  expect(() => process.kill(pid ?? 0, 0)).toThrow(/ESRCH/);
});
