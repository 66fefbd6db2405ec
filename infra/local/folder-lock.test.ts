import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lockFolder } from "./folder-lock.ts";
import { temporaryFolder } from "./test-assembly.ts";

test("a second machine on the folder is refused by the first one's number; after unlocking it may", () => {
  using folder = temporaryFolder();
  const unlock = lockFolder(folder.path);
  expect(() => lockFolder(folder.path)).toThrow(new RegExp(`process ${process.pid}.*--data`));
  unlock();
  lockFolder(folder.path)();
  expect(existsSync(join(folder.path, "machine.pid"))).toBe(false);
});

test.each([
  ["a process that is gone", "4194305 1"],
  ["another process that has the number now", `${process.pid} 1`],
  ["nothing in the file", ""],
])("a lock left by %s is taken over", (_, content) => {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, "machine.pid"), content);
  lockFolder(folder.path)();
});
