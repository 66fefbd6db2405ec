/**
 * The blocks a batch needs, kept in memory between batches: one shard is read by one function at a time, so what was
 * written last is what stands there. A lost condition (another shard wrote the same plant) throws the copy away.
 */
import { emptyBlock, floorBlock, type Block, type LiveHead } from "./domain/block.ts";
import { mergeLive, type BlockRepository, type StoredBlock } from "./block-repository.ts";

interface Held {
  live: LiveHead;
  blocks: Map<number, StoredBlock>;
}

export interface PlantBlocks {
  /** A copy to merge into: the named blocks, the block of the receipt, and the plant's present. */
  load(
    permitNo: string,
    starts: Iterable<number>,
    receivedAt: number,
  ): Promise<{ live: LiveHead; blocks: Map<number, Block> }>;
  /** Until when the plant is known to stand in the risk partition, by what was loaded last. */
  riskKnown(permitNo: string): number | undefined;
  /** Writes the blocks; false when another writer was faster: nothing may be assumed then, load again. */
  store(permitNo: string, blocks: Iterable<Block>, live: LiveHead): Promise<boolean>;
}

const NEWEST = 3;
/** DynamoDB takes 100 writes in a transaction. */
const MOST_AT_ONCE = 100;

/** `lastHeads`: where the heads of a plant are found whose blocks have expired. */
export function plantBlocks(
  repository: BlockRepository,
  lastHeads: (permitNo: string) => Promise<LiveHead["devices"] | null> = () => Promise.resolve(null),
  size = 20_000,
): PlantBlocks {
  const held = new Map<string, Held>();
  /** Plants that another shard writes too (devices that publish for themselves): read anew each time. */
  const shared = new Set<string>();

  async function open(permitNo: string, receivedAt: number): Promise<Held> {
    const latest = await repository.latest(permitNo, receivedAt, NEWEST);
    const live = latest.reduce<LiveHead | null>((l, { block }) => mergeLive(block.live, l), null);
    return {
      live: live ?? { devices: (await lastHeads(permitNo)) ?? {}, applied: {}, riskUntil: 0 },
      blocks: new Map(latest.map((s) => [s.block.start, s])),
    };
  }

  return {
    async load(permitNo, starts, receivedAt) {
      const own = held.get(permitNo);
      const now = floorBlock(receivedAt);
      let plant = own;
      if (!plant) plant = await open(permitNo, receivedAt);
      else if (shared.has(permitNo) || !plant.blocks.has(now)) {
        // A new ten minutes: what other shards wrote of this plant's other devices is taken over.
        const fresh = await open(permitNo, receivedAt);
        plant = { live: mergeLive(fresh.live, plant.live) ?? fresh.live, blocks: fresh.blocks };
      }
      held.delete(permitNo);
      held.set(permitNo, plant);
      if (held.size > size) held.delete(held.keys().next().value!);
      const wanted = new Set([...starts, now]);
      const missing = [...wanted].filter((s) => !plant.blocks.has(s));
      if (missing.length > 0) {
        const found = await repository.get(permitNo, missing);
        for (const s of missing) plant.blocks.set(s, found.get(s) ?? { block: emptyBlock(s), version: 0 });
        // Another shard may have written the newest block since the present was read: its heads are part of it.
        for (const { block } of found.values()) plant.live = mergeLive(block.live, plant.live) ?? plant.live;
      }
      return {
        live: structuredClone(plant.live),
        blocks: new Map([...wanted].map((s) => [s, structuredClone(plant.blocks.get(s)!.block)])),
      };
    },

    riskKnown: (permitNo) => held.get(permitNo)?.live.riskUntil,

    async store(permitNo, blocks, live) {
      const plant = held.get(permitNo);
      const next = [...blocks].map((block) => ({ block, version: plant?.blocks.get(block.start)?.version ?? 0 }));
      // The blocks of a long catch-up go ahead in parts; the last part holds the newest, which says what is merged.
      next.sort((a, b) => Number(a.block.live === live) - Number(b.block.live === live));
      for (let i = 0; i < next.length; i += MOST_AT_ONCE) {
        const part = next.slice(i, i + MOST_AT_ONCE);
        if (!(await repository.put(permitNo, part))) {
          held.delete(permitNo);
          shared.add(permitNo);
          return false;
        }
        for (const { block, version } of part) plant?.blocks.set(block.start, { block, version: version + 1 });
      }
      if (plant) {
        plant.live = live;
        const keep = [...plant.blocks.keys()].sort((a, b) => b - a).slice(0, NEWEST);
        plant.blocks = new Map(keep.map((s) => [s, plant.blocks.get(s)!]));
      }
      return true;
    },
  };
}
