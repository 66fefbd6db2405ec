import { expect, test } from "vitest";
import { cached } from "./cached.ts";

function counting(): { reads: string[]; at: (t: number) => void; get: ReturnType<typeof cached<number>> } {
  let now = 1_000;
  const reads: string[] = [];
  const get = cached(
    async (key) => {
      reads.push(key);
      return reads.length;
    },
    () => 5_000,
    () => now,
    2,
  );
  return { reads, at: (t) => (now = t), get };
}

test("what was read before the moment that is asked for is read again, once for all who ask for it", async () => {
  const { reads, at, get } = counting();
  expect(await get("a")).toBe(1);
  at(2_000);
  expect(await get("a")).toBe(1);
  expect(await get("a", 999)).toBe(1);
  // Read in the very millisecond of the change: nobody knows which was first.
  expect(await get("a", 1_000)).toBe(2);
  expect(await Promise.all([get("a", 1_500), get("a", 1_999), get("a")])).toEqual([2, 2, 2]);
  at(2_600);
  expect(await Promise.all([get("a", 2_500), get("a", 2_500), get("a", 2_500)])).toEqual([3, 3, 3]);
  expect(reads).toEqual(["a", "a", "a"]);
});

test("a failed read is not kept, and the one longest not asked for goes first", async () => {
  const { reads, get } = counting();
  await get("a");
  await get("b");
  await get("a");
  await get("c");
  await get("a");
  await get("b");
  expect(reads).toEqual(["a", "b", "c", "b"]);
  let broken = true;
  const failing = cached(
    async () => {
      if (broken) throw new Error("busy");
      return 1;
    },
    () => 5_000,
    () => 0,
    1,
  );
  await expect(failing("a")).rejects.toThrow("busy");
  broken = false;
  expect(await failing("a")).toBe(1);
});
