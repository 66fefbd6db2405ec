import fc from "fast-check";
import { expect, test } from "vitest";
import { processBatch, type BatchPolicy } from "./batch-retry.ts";
import type { InvocationResult } from "./runtime-api.ts";

const POLICY: BatchPolicy = { bisect: true, retries: 1, partialFailures: true };
const ok: InvocationResult = { payload: "null" };
const thrown: InvocationResult = { payload: "{}", error: { errorType: "Error", errorMessage: "boom" } };
const failedFrom = (...ids: number[]): InvocationResult => ({
  payload: JSON.stringify({ batchItemFailures: ids.map((id) => ({ itemIdentifier: `${id}` })) }),
});

async function run(
  records: number[],
  policy: BatchPolicy,
  invoke: (some: number[], call: number) => InvocationResult,
): Promise<{ calls: number[][]; lost: number[]; again: string[] }> {
  const calls: number[][] = [];
  const again: string[] = [];
  const outcome = await processBatch(records, policy, {
    invoke: async (some) => invoke(some, calls.push(some)),
    sequence: String,
    failedAgain: (reason) => again.push(reason),
    stopped: () => false,
  });
  return { calls, lost: outcome?.undelivered.flatMap((each) => each.records) ?? [], again };
}

test("a batch that succeeds is one call", async () => {
  expect(await run([1, 2, 3], POLICY, () => ok)).toEqual({ calls: [[1, 2, 3]], lost: [], again: [] });
});

test("with partial failures everything before the lowest failed record is done", async () => {
  const { calls, lost } = await run([1, 2, 3, 4], POLICY, (_, call) => (call === 1 ? failedFrom(4, 3) : ok));
  expect(calls).toEqual([
    [1, 2, 3, 4],
    [3, 4],
  ]);
  expect(lost).toEqual([]);
});

test("a thrown error halves the batch; a single record gets its retries and is then given up; the others go on", async () => {
  const { calls, lost } = await run([1, 2, 3, 4], POLICY, (some) => (some.includes(3) ? thrown : ok));
  expect(calls).toEqual([[1, 2, 3, 4], [1, 2], [3, 4], [3], [3], [4]]);
  expect(lost).toEqual([3]);
});

test("without bisecting the whole batch is tried again and given up together", async () => {
  const { calls, lost, again } = await run([1, 2], { ...POLICY, bisect: false }, () => thrown);
  expect(calls).toEqual([
    [1, 2],
    [1, 2],
  ]);
  expect(lost).toEqual([1, 2]);
  expect(again).toEqual(["Error: boom"]);
});

test("without ReportBatchItemFailures the answer does not matter", async () => {
  expect((await run([1, 2], { ...POLICY, partialFailures: false }, () => failedFrom(1))).calls).toEqual([[1, 2]]);
});

test.each([
  ["an unknown identifier", failedFrom(9)],
  ["a list that is none", { payload: '{"batchItemFailures":1}' }],
])("%s fails the whole batch", async (_, first) => {
  expect((await run([1, 2], POLICY, (__, call) => (call === 1 ? first : ok))).calls).toEqual([[1, 2], [1], [2]]);
});

test("a conflict that goes away settles without a word; retries for ever have no limit", async () => {
  const { lost, again } = await run([1], { ...POLICY, retries: -1 }, (_, call) => (call < 4 ? thrown : ok));
  expect(lost).toEqual([]);
  expect(again).toHaveLength(2);
});

test("whatever is poison: it alone is given up, everything else is delivered, nothing out of order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.nat(60), { maxLength: 60 }), fc.boolean(), async (chosen, partial) => {
      const records = Array.from({ length: 61 }, (_, i) => i);
      const poison = new Set(chosen);
      const delivered: number[] = [];
      const { lost } = await run(records, { bisect: true, retries: 0, partialFailures: partial }, (some) => {
        const bad = some.filter((record) => poison.has(record));
        if (bad.length > 0 && !partial) return thrown;
        delivered.push(...some.slice(0, bad[0] === undefined ? some.length : some.indexOf(bad[0])));
        return bad.length > 0 ? failedFrom(...bad) : ok;
      });
      expect(lost.toSorted((a, b) => a - b)).toEqual(chosen.toSorted((a, b) => a - b));
      expect(delivered).toEqual(records.filter((record) => !poison.has(record)));
    }),
    { numRuns: 50 },
  );
});

test("while the machine itself is at fault tries do not count: nothing is given up for a full disk", async () => {
  let full = 4;
  let calls = 0;
  const outcome = await processBatch([1], POLICY, {
    invoke: async () => (calls++, full > 0 ? thrown : ok),
    sequence: String,
    failedAgain: () => undefined,
    counts: async () => (full -= 1) < 0,
    stopped: () => false,
  });
  expect({ calls, undelivered: outcome?.undelivered }).toEqual({ calls: 5, undelivered: [] });
});
