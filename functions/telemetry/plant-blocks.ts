/**
 * The blocks a batch needs, kept in memory between batches: one shard is read by one function at a time, so what was
 * written last is what stands there. Who loads a plant has the only copy until it is stored: a batch that fails in
 * between, or a lost condition (another shard wrote the same plant), leaves nothing behind, and it is read anew.
 */
import { BLOCK, emptyBlock, floorBlock, type Block, type LiveHead } from "./domain/block.ts";
import { mergeLive, type BlockRepository } from "./block-repository.ts";

/** A plant's present and blocks, to merge into. */
export interface PlantPresent {
  live: LiveHead;
  blocks: Map<number, Block>;
  /** Of the blocks as they were read; none: not stored yet. */
  versions: Map<number, number>;
}

/**
 * Puts the present, with a batch of one shard merged, into the block that is to tell it, and adds to `touched` what has to
 * be written with it. `now`: the block of the receipt.
 *
 * While nothing of its own minutes has come, the block of the receipt is not begun: the last minute of the former ten
 * goes, with the present, into the former block, which is one write on one version. Only who alone writes the plant may
 * do so, and by the former block's own word: one that tells nothing was written by somebody whose present stands in a
 * block that may not have been there yet when this one was read. Everybody else begins the block at once, in one transaction with the former: so of two who see no block of the
 * receipt yet, one finds another version than he read, and merges anew.
 */
export function placePresent({ live, blocks, versions }: PlantPresent, now: number, touched: Set<number>): void {
  const stored = (start: number): boolean => (versions.get(start) ?? 0) > 0;
  const former = now - BLOCK;
  const waits = !stored(now) && stored(former);
  const [shard = "", ...others] = Object.keys(live.applied);
  const alone = others.length === 0 && blocks.get(former)?.live?.applied[shard] !== undefined;
  if (waits && alone && [...touched].every((start) => start === former)) {
    blocks.get(former)!.live = copyOf(live);
    touched.add(former);
    return;
  }
  blocks.get(now)!.live = live;
  touched.add(now);
  if (waits && !alone) touched.add(former);
}

/** Heads are replaced, never changed: a copy of the lists of them is a copy. */
const copyOf = ({ devices, applied, riskUntil }: LiveHead): LiveHead => ({
  devices: { ...devices },
  applied: { ...applied },
  riskUntil,
});

export interface PlantWrite {
  permitNo: string;
  present: PlantPresent;
  /** Starts of the blocks that changed. */
  touched: Iterable<number>;
}

export interface PlantBlocks {
  /** The named blocks, the block of the receipt, and the plant's present. */
  load(permitNo: string, starts: Iterable<number>, receivedAt: number): Promise<PlantPresent>;
  /** Writes what changed, plant by plant; false where another writer was faster: load again, merge anew. */
  store(writes: readonly PlantWrite[]): Promise<boolean[]>;
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
  const held = new Map<string, PlantPresent>();
  /** Plants that another shard writes too (devices that publish for themselves): read anew each time. */
  const shared = new Set<string>();

  /** What stands there, and the block of the receipt. */
  async function open(permitNo: string, receivedAt: number): Promise<PlantPresent> {
    const latest = await repository.latest(permitNo, receivedAt, NEWEST);
    const now = floorBlock(receivedAt);
    const live = latest.reduce<LiveHead | null>((l, { block }) => mergeLive(block.live, l), null);
    return {
      // A copy: what is merged from now on belongs to the block of the receipt alone.
      live: live ? copyOf(live) : { devices: (await lastHeads(permitNo)) ?? {}, applied: {}, riskUntil: 0 },
      // The newest come with every block up to the receipt: one of now that is not among them does not exist.
      blocks: new Map([[now, emptyBlock(now)], ...latest.map(({ block }) => [block.start, block] as const)]),
      versions: new Map(latest.map(({ block, version }) => [block.start, version])),
    };
  }

  function keep(permitNo: string, { live, blocks, versions }: PlantPresent): void {
    const newest = [...blocks.keys()].sort((a, b) => b - a).slice(0, NEWEST);
    held.set(permitNo, {
      live,
      blocks: new Map(newest.map((s) => [s, blocks.get(s)!])),
      versions: new Map(newest.map((s) => [s, versions.get(s) ?? 0])),
    });
    if (held.size > size) held.delete(held.keys().next().value!);
  }

  return {
    async load(permitNo, starts, receivedAt) {
      const own = held.get(permitNo);
      held.delete(permitNo);
      const now = floorBlock(receivedAt);
      const wanted = new Set(starts);
      let plant = own;
      if (!plant) plant = await open(permitNo, receivedAt);
      else if (
        !shared.has(permitNo) &&
        !plant.blocks.has(now) &&
        wanted.has(now - BLOCK) &&
        (plant.versions.get(now - BLOCK) ?? 0) > 0
      ) {
        // The last minute of ten arrives in the next ten: the block that it goes to is the newest anybody can have written.
        plant.live = copyOf(plant.live); // the former block keeps its own
        plant.blocks.set(now, emptyBlock(now));
      } else if (shared.has(permitNo) || !plant.blocks.has(now)) {
        // A new ten minutes: what other shards wrote of this plant's other devices is taken over.
        const fresh = await open(permitNo, receivedAt);
        plant = { ...fresh, live: mergeLive(fresh.live, plant.live) ?? fresh.live };
      }
      const missing = [...wanted].filter((s) => !plant.blocks.has(s));
      if (missing.length > 0) {
        const found = await repository.get(permitNo, missing);
        for (const s of missing) {
          const { block, version } = found.get(s) ?? { block: emptyBlock(s), version: 0 };
          plant.blocks.set(s, block);
          plant.versions.set(s, version);
        }
        // Another shard may have written the newest block since the present was read: its heads are part of it.
        for (const { block } of found.values()) plant.live = mergeLive(block.live, plant.live) ?? plant.live;
      }
      return plant;
    },

    async store(writes) {
      let open = writes.map(({ permitNo, present, touched }, index) => {
        const next = [...touched].map((s) => ({
          block: present.blocks.get(s)!,
          version: present.versions.get(s) ?? 0,
        }));
        // The blocks of a long catch-up go ahead in parts; the last part holds the newest, which says what is merged.
        next.sort((a, b) => Number(a.block.live === present.live) - Number(b.block.live === present.live));
        return { index, permitNo, present, next };
      });
      const done = writes.map(() => true);
      while (open.length > 0) {
        const parts = open.map(({ permitNo, next }) => ({ permitNo, blocks: next.splice(0, MOST_AT_ONCE) }));
        const stored = await repository.put(parts);
        open = open.filter(({ index, permitNo, present, next }, i) => {
          if (!stored[i]) {
            shared.add(permitNo);
            done[index] = false;
            return false;
          }
          for (const { block, version } of parts[i]!.blocks) present.versions.set(block.start, version + 1);
          if (next.length === 0) keep(permitNo, present);
          return next.length > 0;
        });
      }
      return done;
    },
  };
}
