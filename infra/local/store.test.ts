import { join } from "node:path";
import { expect, test } from "vitest";
import { openStore } from "./store.ts";
import { temporaryFolder } from "./test-assembly.ts";

test("writes of one turn share a transaction, keep their order and answer each for itself", async () => {
  using folder = temporaryFolder();
  const store = openStore(join(folder.path, "a.sqlite"));
  store.db.exec("CREATE TABLE t (n INTEGER PRIMARY KEY)");
  const add = store.db.prepare("INSERT INTO t VALUES (?)");
  const results = await Promise.allSettled([1, 2, 2, 3].map((n) => store.write(() => add.run(n) && n)));
  expect(results.map((each) => (each.status === "fulfilled" ? each.value : "refused"))).toEqual([1, 2, "refused", 3]);
  expect(
    store.db
      .prepare("SELECT n FROM t")
      .all()
      .map((row) => row["n"]),
  ).toEqual([1, 2, 3]);
  store.close();
});

test("what was acknowledged is there after opening again; after closing nothing is taken", async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, "a.sqlite");
  const first = openStore(file);
  first.db.exec("CREATE TABLE t (n INTEGER)");
  await first.write(() => first.db.prepare("INSERT INTO t VALUES (1)").run());
  first.close();
  await expect(first.write(() => undefined)).rejects.toThrow(/closed/);
  const again = openStore(file);
  expect(again.db.prepare("SELECT COUNT(*) AS n FROM t").get()).toEqual({ n: 1 });
  again.close();
});

test("a full disk refuses the write, says so, and the next write works when there is room again", async () => {
  using folder = temporaryFolder();
  const store = openStore(join(folder.path, "a.sqlite"));
  store.db.exec("CREATE TABLE t (data BLOB)");
  const add = (): Promise<unknown> =>
    store.write(() => store.db.prepare("INSERT INTO t VALUES (?)").run(Buffer.alloc(100_000)));
  // SQLite's own bound gives the same error (SQLITE_FULL) as a full disk.
  store.db.exec("PRAGMA max_page_count = 8");
  await expect(add()).rejects.toThrow(/cannot write .*a\.sqlite: database or disk is full/);
  expect(store.trouble()).toMatch(/full/);
  store.db.exec("PRAGMA max_page_count = 100000");
  await add();
  expect(store.trouble()).toBeNull();
  expect(store.db.prepare("SELECT COUNT(*) AS n FROM t").get()).toEqual({ n: 1 });
  store.close();
});
