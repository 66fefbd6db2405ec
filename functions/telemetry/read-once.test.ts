import { expect, test } from "vitest";
import { HOUR, MINUTE } from "../shared/shanghai.ts";
import type { BlockRepository } from "./block-repository.ts";
import { at } from "./fixtures.ts";
import { readOnce } from "./read-once.ts";

test("what lies within is read once and answered as by the table; what does not is read as always", async () => {
  const asked: string[] = [];
  const starts = Array.from({ length: 36 }, (_, i) => at("08:00") + i * 10 * MINUTE);
  const blocks = {
    async range(permitNo: string, from: number, to: number) {
      asked.push(`${permitNo} ${(to - from) / HOUR}`);
      // As the keys say: the block that holds `from`, up to the last that begins before `to`.
      return starts
        .filter((start) => start > from - 10 * MINUTE && start < to)
        .map((start) => ({ block: { start, records: [{ at: start }, { at: start + 5 * MINUTE }] } }));
    },
  } as unknown as BlockRepository;
  const once = readOnce(blocks, "P", [at("08:00"), at("12:00")]);
  const begins = async (permitNo: string, from: number, to: number): Promise<number[]> =>
    (await once.range(permitNo, from, to, false)).map(({ block }) => block.start);
  for (const [from, to] of [
    [at("08:00"), at("12:00")],
    [at("08:55"), at("10:00")],
    [at("09:00"), at("09:01")],
  ] as const)
    expect(await begins("P", from, to)).toEqual(starts.filter((s) => s > from - 10 * MINUTE && s < to));
  expect(await once.records("P", at("08:55"), at("09:05"), false)).toEqual([{ at: at("08:55") }, { at: at("09:00") }]);
  expect(asked).toEqual(["P 4"]);
  expect(await begins("P", at("11:00"), at("13:00"))).toHaveLength(12);
  await begins("Q", at("09:00"), at("10:00"));
  await once.range("P", at("09:00"), at("10:00"), true);
  expect(asked).toEqual(["P 4", "P 2", "Q 1", "P 1"]);
});
