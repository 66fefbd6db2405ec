/** Blocks of a plant that several look at one after the other: read once, as far as they stay within the period. */
import type { BlockRepository } from "./block-repository.ts";
import { floorBlock } from "./domain/block.ts";

/** For [from, to) of one plant; what reaches beyond it is read as always. */
export function readOnce(
  blocks: Pick<BlockRepository, "range" | "records">,
  permitNo: string,
  [from, to]: readonly [number, number],
): Pick<BlockRepository, "range" | "records"> {
  let all: ReturnType<BlockRepository["range"]> | null = null;
  const range: BlockRepository["range"] = async (of, begin, end, consistent) => {
    if (of !== permitNo || begin < from || end > to || consistent) return blocks.range(of, begin, end, consistent);
    all ??= blocks.range(permitNo, from, to, false);
    return (await all).filter(({ block }) => block.start >= floorBlock(begin) && block.start < end);
  };
  return {
    range,
    records: async (of, begin, end, consistent) =>
      (await range(of, begin, end, consistent)).flatMap(({ block }) =>
        block.records.filter((r) => r.at >= begin && r.at < end),
      ),
  };
}
