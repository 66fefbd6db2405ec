/**
 * What was known of a plant at a past moment, from its stored blocks: records by their time of receipt, devices by the
 * last that was heard of them. A record that a later one of the same key replaced is gone from the block, so such a minute
 * is seen as it was corrected.
 */
import { floorBlock, pollutantOf, type Block, type BlockRecord, type LiveHead } from "../../telemetry/domain/block.ts";

interface Arrival {
  /** Receipt, epoch ms. */
  at: number;
  mn: string;
  /** "" where it is not known: a record does not say which gateway brought it. */
  via: string;
  record: BlockRecord | null;
}

export class Known {
  private readonly blocks = new Map<number, readonly BlockRecord[]>();
  private readonly devices: LiveHead["devices"] = {};
  private readonly known: Record<string, number> = {};
  private readonly first: Readonly<Record<string, number>>;
  /** Not yet received, the next one last. */
  private pending: Arrival[] = [];
  private now = 0;

  /** `heads`: devices heard before `from`; `first`: as the ledger keeps it. */
  constructor(
    from: number,
    heads: Readonly<Record<string, { seen: number; via: string }>>,
    first: Readonly<Record<string, number>>,
  ) {
    this.first = first;
    for (const [mn, { seen, via }] of Object.entries(heads)) this.devices[mn] = { seen, via, link: "", links: 0 };
    for (const [key, at] of Object.entries(first)) if (at < from) this.known[key] = at;
  }

  /** Further blocks, in any order. */
  add(blocks: readonly Block[]): void {
    for (const block of blocks) {
      this.blocks.set(block.start, block.records);
      for (const record of block.records) this.pending.push({ at: record.receivedAt, mn: record.mn, via: "", record });
      for (const [mn, { seen, via }] of Object.entries(block.live?.devices ?? {}))
        this.pending.push({ at: seen, mn, via, record: null });
    }
    this.pending.sort((a, b) => b.at - a.at);
  }

  /** Goes on to `t`: what was received before it, oldest first, and whether a device or pollutant was heard for the first time. */
  advance(t: number): { records: BlockRecord[]; news: boolean } {
    this.now = t;
    const records: BlockRecord[] = [];
    let news = false;
    for (let next = this.pending.at(-1); next && next.at < t; next = this.pending.at(-1)) {
      this.pending.pop();
      news = this.hear(next) || news;
      if (next.record) records.push(next.record);
    }
    return { records, news };
  }

  private hear({ mn, at, via, record }: Arrival): boolean {
    const head = this.devices[mn];
    this.devices[mn] = { seen: Math.max(head?.seen ?? 0, at), via: via || (head?.via ?? ""), link: "", links: 0 };
    let news = head === undefined;
    for (const { channel } of record?.values ?? []) {
      const key = `${record?.outlet}/${pollutantOf(channel)}`;
      const at = this.first[key];
      if (at === undefined || this.known[key] !== undefined) continue;
      this.known[key] = at;
      news = true;
    }
    return news;
  }

  /** Records of [from, to) of DataTime that were received by the moment reached. */
  records(from: number, to: number): BlockRecord[] {
    return this.all(from, to).filter((r) => r.receivedAt < this.now);
  }
  /** Records of [from, to) of DataTime, whenever they came: what a closed period is judged by in the end. */
  all(from: number, to: number): BlockRecord[] {
    const found: BlockRecord[] = [];
    for (let start = floorBlock(from); start < to; start += 600_000)
      for (const r of this.blocks.get(start) ?? []) if (r.at >= from && r.at < to) found.push(r);
    return found;
  }
  /** Blocks that began before `from` are not needed any more. */
  forget(from: number): void {
    for (const start of this.blocks.keys()) if (start < floorBlock(from)) this.blocks.delete(start);
  }
  live(): LiveHead {
    return { devices: this.devices, applied: {}, riskUntil: 0 };
  }
  firstOf(): Readonly<Record<string, number>> {
    return this.known;
  }
}
