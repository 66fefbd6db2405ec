import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { withLock } from "./lock.ts";

const folder = mkdtempSync(join(tmpdir(), "lock-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("calls of one process run one after the other, and an error frees the lock", async () => {
  const file = join(folder, "one");
  const log: string[] = [];
  const work = (name: string) => async () => {
    log.push(`${name} in`);
    await new Promise(setImmediate);
    log.push(`${name} out`);
  };
  const failing = withLock(file, () => Promise.reject(new Error("broken")));
  await Promise.all([expect(failing).rejects.toThrow("broken"), withLock(file, work("a")), withLock(file, work("b"))]);
  expect(log).toEqual(["a in", "a out", "b in", "b out"]);
});

test("a process that is killed gives the lock back", async () => {
  const file = join(folder, "two");
  const holder = spawn(
    process.execPath,
    [
      "--input-type=module",
      "-e",
      `import { withLock } from ${JSON.stringify(join(import.meta.dirname, "lock.ts"))};
       await withLock(${JSON.stringify(file)}, () => { console.log("held"); return new Promise(() => setInterval(() => {}, 1000)); });`,
    ],
    { stdio: ["ignore", "pipe", "ignore"] },
  );
  await once(holder.stdout, "data");
  let entered = false;
  const mine = withLock(file, async () => {
    entered = true;
  });
  await new Promise(setImmediate);
  expect(entered).toBe(false);
  holder.kill("SIGKILL");
  await mine;
  expect(entered).toBe(true);
});
