import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { putApplications } from "./applications.ts";
import type { NewObject, ObjectMeta, ObjectStore } from "./object-store.ts";
import { temporaryFolder } from "./test-assembly.ts";

test("pages are asked for every time, named files never again; what is the same is not put again; what is not built is named", async () => {
  using folder = temporaryFolder();
  const write = (file: string, text: string): void => {
    mkdirSync(join(folder.path, file, ".."), { recursive: true });
    writeFileSync(join(folder.path, file), text);
  };
  write("portal/index.html", "<p>1");
  write("portal/assets/app-a1b2.js", "1");
  write("portal/assets/app-a1b2.js.map", "{}");
  write("portal/service-worker.js", "1");
  const kept = new Map<string, NewObject>();
  const puts: string[] = [];
  const objects = {
    get: async (_: string, key: string) => {
      const found = kept.get(key);
      return found ? { meta: {} as ObjectMeta, body: Buffer.from(found.body) } : null;
    },
    put: async (object: NewObject) => {
      kept.set(object.key, object);
      puts.push(object.key);
      return {} as ObjectMeta;
    },
  } as unknown as ObjectStore;
  const machine = { objects, setting: () => "site" };

  expect(await putApplications(machine, folder.path)).toEqual(["/console/"]);
  expect(puts.toSorted()).toEqual(["portal", "portal/", "portal/assets/app-a1b2.js", "portal/service-worker.js"]);
  expect(kept.get("portal/")?.headers).toEqual({
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-cache",
  });
  expect(kept.get("portal/assets/app-a1b2.js")?.headers).toEqual({
    "content-type": "text/javascript; charset=utf-8",
    "cache-control": "public, max-age=31536000, immutable",
  });

  expect(kept.get("portal/service-worker.js")?.headers?.["cache-control"]).toBe("no-cache");

  puts.length = 0;
  write("portal/index.html", "<p>2");
  await putApplications(machine, folder.path);
  expect(puts).toEqual(["portal/"]);
});
