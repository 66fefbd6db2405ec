/** The blocks table: ten minutes of a plant as one packed item, written on the condition of the version that was read. */
import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { QueryCommand, TransactWriteCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { batchGet } from "../shared/batch-get.ts";
import { inParallel } from "../shared/in-parallel.ts";
import { executeAll, FASTER, MOST_STATEMENTS, written, type Statement } from "../shared/statements.ts";
import { DAY, formatMinute } from "../shared/shanghai.ts";
import { singleCalls, type TableCalls } from "../shared/table-calls.ts";
import { floorBlock, type Block, type BlockRecord, type LiveHead } from "./domain/block.ts";
import { packBlock, unpackBlock } from "./domain/block-codec.ts";

export interface StoredBlock {
  block: Block;
  /** 0: not stored yet. */
  version: number;
}

/** A block is kept so long; its frames stay in the archive. */
const KEEP = 35 * DAY;
const Item = z.object({ v: z.number().check(z.positive()), data: z.instanceof(Uint8Array) });

const stored = (item: Record<string, unknown>): StoredBlock => {
  const { v, data } = Item.parse(item);
  return { block: unpackBlock(data), version: v };
};

/**
 * The further of two presents: by device the longer chain and the last receipt (a repeated frame lengthens the chain and
 * is no sign of life), by shard the greater sequence number.
 */
export function mergeLive(a: LiveHead | null, b: LiveHead | null): LiveHead | null {
  if (!a || !b) return a ?? b;
  const live: LiveHead = {
    devices: { ...a.devices },
    applied: { ...a.applied },
    riskUntil: Math.max(a.riskUntil, b.riskUntil),
  };
  for (const [mn, head] of Object.entries(b.devices)) {
    const held = live.devices[mn];
    if (!held) live.devices[mn] = head;
    else {
      const { seen, via } = held.seen <= head.seen ? head : held;
      const { link, links } = held.links <= head.links ? head : held;
      live.devices[mn] = { seen, via, link, links };
    }
  }
  for (const [shard, sequence] of Object.entries(b.applied)) {
    const held = live.applied[shard];
    if (held === undefined || isAfter(sequence, held)) live.applied[shard] = sequence;
  }
  return live;
}

/** Sequence numbers of a stream are decimal texts of any width. */
export const isAfter = (a: string, b: string): boolean => BigInt(a) > BigInt(b);

export interface BlockWrite {
  permitNo: string;
  blocks: readonly StoredBlock[];
}

export interface BlockRepository {
  /** Blocks that hold any of [from, to), oldest first. */
  range(permitNo: string, from: number, to: number, consistent: boolean): Promise<StoredBlock[]>;
  /** Records of [from, to) of DataTime. */
  records(permitNo: string, from: number, to: number, consistent: boolean): Promise<BlockRecord[]>;
  /** The newest blocks up to `t`, newest first: what the plant's present is read from. */
  latest(permitNo: string, t: number, count: number): Promise<StoredBlock[]>;
  /** The plant's present by the newest blocks up to `t`. */
  live(permitNo: string, t: number): Promise<LiveHead | null>;
  /** The same by the block in which a message just before `t` was received; null where none was. */
  liveIn(permitNo: string, t: number): Promise<LiveHead | null>;
  get(permitNo: string, starts: readonly number[]): Promise<Map<number, StoredBlock>>;
  /**
   * Writes the blocks of many plants, each plant's all or nothing; false where somebody else wrote one of them since its
   * `version` was read.
   */
  put(writes: readonly BlockWrite[]): Promise<boolean[]>;
}

/** `calls`: gathered (table-calls.ts) where many plants are looked at at once. */
export function blockRepository({
  db,
  table,
  calls = singleCalls({ db, table }),
}: {
  db: DynamoDBDocumentClient;
  table: string;
  calls?: Pick<TableCalls, "get">;
}): BlockRepository {
  const query = async (permitNo: string, from: string, to: string, rest: object): Promise<StoredBlock[]> => {
    const blocks: StoredBlock[] = [];
    let start: Record<string, unknown> | undefined;
    do {
      const page = await db.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: "pk = :p AND sk BETWEEN :from AND :to",
          ExpressionAttributeValues: { ":p": permitNo, ":from": from, ":to": to },
          ExclusiveStartKey: start,
          ...rest,
        }),
      );
      blocks.push(...(page.Items ?? []).map(stored));
      start = "Limit" in rest ? undefined : page.LastEvaluatedKey;
    } while (start);
    return blocks;
  };
  const range: BlockRepository["range"] = (permitNo, from, to, consistent) =>
    query(permitNo, formatMinute(floorBlock(from)), formatMinute(to - 1), { ConsistentRead: consistent });
  const latest: BlockRepository["latest"] = (permitNo, t, count) =>
    query(permitNo, "0", formatMinute(t), { ConsistentRead: true, ScanIndexForward: false, Limit: count });
  return {
    range,
    latest,
    async records(permitNo, from, to, consistent) {
      const blocks = await range(permitNo, from, to, consistent);
      return blocks.flatMap(({ block }) => block.records.filter((r) => r.at >= from && r.at < to));
    },
    async live(permitNo, t) {
      const blocks = await latest(permitNo, t, 3);
      return blocks.reduce<LiveHead | null>((live, { block }) => mergeLive(block.live, live), null);
    },
    async liveIn(permitNo, t) {
      const [item] = await calls.get([{ pk: permitNo, sk: formatMinute(floorBlock(t - 1)) }]);
      return item ? stored(item).block.live : null;
    },
    async get(permitNo, starts) {
      const keys = starts.map((s) => ({ pk: permitNo, sk: formatMinute(s) }));
      const blocks = (await batchGet({ db, table }, keys, true)).map(stored);
      return new Map(blocks.map((one) => [one.block.start, one]));
    },
    async put(writes) {
      const done = writes.map(() => false);
      const indexed = writes.map((write, index) => ({ ...write, index }));
      // One block is the rule: 25 plants share a call, each with its own condition, at the price of single writes.
      const single = indexed.flatMap(({ permitNo, blocks, index }) =>
        blocks.length === 1 ? [{ index, statement: statementOf(permitNo, blocks[0]!) }] : [],
      );
      const calls = Array.from({ length: Math.ceil(single.length / MOST_STATEMENTS) }, (_, i) =>
        single.slice(i * MOST_STATEMENTS, (i + 1) * MOST_STATEMENTS),
      );
      await inParallel(calls, CALLS, async (call) => {
        const answers = await executeAll(
          { db, table },
          call.map(({ statement }) => statement),
        );
        for (const [i, { index }] of call.entries()) done[index] = written(answers[i]);
      });
      // A minute that ends a block, or late data: more than one, and a crash in between must not leave half of it.
      await inParallel(
        indexed.filter(({ blocks }) => blocks.length > 1),
        CALLS,
        async ({ permitNo, blocks, index }) => {
          done[index] = await transact(permitNo, blocks);
        },
      );
      return done;
    },
  };

  /** An UPDATE whose WHERE is not true of the item fails, as a condition does (PartiQL for DynamoDB, UPDATE). */
  function statementOf(permitNo: string, { block, version }: StoredBlock): Statement {
    const key = [permitNo, formatMinute(block.start)];
    return version === 0
      ? {
          Statement: `INSERT INTO "${table}" VALUE {'pk': ?, 'sk': ?, 'v': ?, 'data': ?, 'ttl': ?}`,
          Parameters: [...key, 1, packBlock(block), ttlOf(block)],
        }
      : {
          Statement: `UPDATE "${table}" SET "v" = ?, "data" = ? WHERE "pk" = ? AND "sk" = ? AND "v" = ?`,
          Parameters: [version + 1, packBlock(block), ...key, version],
        };
  }

  async function transact(permitNo: string, blocks: readonly StoredBlock[]): Promise<boolean> {
    const puts = blocks.map(({ block, version }) => ({
      TableName: table,
      Item: { pk: permitNo, sk: formatMinute(block.start), v: version + 1, data: packBlock(block), ttl: ttlOf(block) },
      ...(version === 0
        ? { ConditionExpression: "attribute_not_exists(pk)" }
        : { ConditionExpression: "v = :v", ExpressionAttributeValues: { ":v": version } }),
    }));
    try {
      await db.send(new TransactWriteCommand({ TransactItems: puts.map((Put) => ({ Put })) }));
      return true;
    } catch (error) {
      if (
        error instanceof TransactionCanceledException &&
        error.CancellationReasons?.some((r) => FASTER.has(r.Code ?? ""))
      )
        return false;
      throw error;
    }
  }
}

const ttlOf = (block: Block): number => Math.floor((block.start + KEEP) / 1000);

const CALLS = 8;
