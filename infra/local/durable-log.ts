/**
 * A partitioned log with the semantics of a Kinesis stream, as far as functions and event source mappings see them:
 * the shard is chosen by the MD5 of the partition key, sequence numbers increase within a shard, an append is durable
 * when its promise resolves, every consumer has a checkpoint per shard, and what all consumers have passed is trimmed.
 */
import { createHash } from "node:crypto";
import type { Store } from "./store.ts";

export interface LogRecord {
  /** Position within the shard; `sequenceText` is how functions see it. */
  sequence: number;
  partitionKey: string;
  data: Uint8Array;
  /** Machine clock at append, epoch milliseconds. */
  arrivedAt: number;
}

export interface DurableLog {
  readonly name: string;
  readonly shards: number;
  /** Resolves after the record is on disk; rejects (StoreWriteError) when it is not: the sender must be told so. */
  append(partitionKey: string, data: Uint8Array, arrivedAt: number): Promise<{ shard: number; sequence: number }>;
  /** Up to `limit` records or `maxBytes` of data behind `after`, in order; at least one when there is any. */
  read(shard: number, after: number, limit: number, maxBytes: number): LogRecord[];
  /** Sequence of the newest durable record of the shard (0 when it never had one). */
  newest(shard: number): number;
  /** Names a consumer before it reads; trimming respects every consumer named. */
  consumer(name: string): { checkpoint(shard: number): number; commit(shard: number, sequence: number): Promise<void> };
  /** Called after records became durable, with their shard. */
  onAppend(listener: (shard: number) => void): void;
}

/**
 * Opens the stream `name` in the store; the number of shards is fixed when it is first opened. Two by default: as many
 * as functions run at one time on one machine (runtime-api.ts), so that each keeps its own in memory.
 */
export function openLog(store: Store, name: string, { shards = 2 }: { shards?: number } = {}): DurableLog {
  const { db } = store;
  db.exec(`
    CREATE TABLE IF NOT EXISTS streams (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, shards INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS records (stream INTEGER, shard INTEGER, sequence INTEGER, arrived INTEGER, key TEXT, data BLOB,
      PRIMARY KEY (stream, shard, sequence)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS checkpoints (stream INTEGER, shard INTEGER, consumer TEXT, sequence INTEGER,
      PRIMARY KEY (stream, shard, consumer)) WITHOUT ROWID`);
  db.prepare("INSERT OR IGNORE INTO streams (name, shards) VALUES (?, ?)").run(name, shards);
  const stream = db.prepare("SELECT id, shards FROM streams WHERE name = ?").get(name) as {
    id: number;
    shards: number;
  };

  const insert = db.prepare("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?)");
  const select = db.prepare(
    "SELECT sequence, arrived, key, data FROM records WHERE stream = ? AND shard = ? AND sequence > ? ORDER BY sequence LIMIT ?",
  );
  const trim = db.prepare("DELETE FROM records WHERE stream = ? AND shard = ? AND sequence <= ?");
  const move = db.prepare("INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?, ?)");

  // The newest sequence survives trimming because the checkpoint that allowed the trimming carries it.
  const newest = Array.from({ length: stream.shards }, (_, shard) => {
    const of = (table: string): number =>
      (
        db
          .prepare(`SELECT COALESCE(MAX(sequence), 0) AS n FROM ${table} WHERE stream = ? AND shard = ?`)
          .get(stream.id, shard) as { n: number }
      ).n;
    return Math.max(of("records"), of("checkpoints"));
  });
  const next = [...newest];
  const consumers = new Map<string, number[]>();
  const listeners: ((shard: number) => void)[] = [];

  return {
    name,
    shards: stream.shards,
    append: (partitionKey, data, arrivedAt) => {
      const shard = shardOf(partitionKey, stream.shards);
      const sequence = (next[shard] = (next[shard] ?? 0) + 1);
      return store
        .write(() => insert.run(stream.id, shard, sequence, arrivedAt, partitionKey, data))
        .then(() => {
          newest[shard] = Math.max(newest[shard] ?? 0, sequence);
          for (const listener of listeners) listener(shard);
          return { shard, sequence };
        });
    },
    read: (shard, after, limit, maxBytes) => {
      const records: LogRecord[] = [];
      let bytes = 0;
      for (const row of select.iterate(stream.id, shard, after, limit)) {
        const data = row["data"] as Uint8Array;
        bytes += data.length;
        if (records.length > 0 && bytes > maxBytes) break;
        records.push({
          sequence: row["sequence"] as number,
          partitionKey: row["key"] as string,
          data,
          arrivedAt: row["arrived"] as number,
        });
      }
      return records;
    },
    newest: (shard) => newest[shard] ?? 0,
    consumer: (consumer) => {
      const positions = Array.from({ length: stream.shards }, (_, shard) => {
        const row = db
          .prepare("SELECT sequence FROM checkpoints WHERE stream = ? AND shard = ? AND consumer = ?")
          .get(stream.id, shard, consumer) as { sequence: number } | undefined;
        return row?.sequence ?? 0;
      });
      consumers.set(consumer, positions);
      return {
        checkpoint: (shard) => positions[shard] ?? 0,
        commit: (shard, sequence) =>
          store
            .write(() => {
              move.run(stream.id, shard, consumer, sequence);
              const others = [...consumers].filter(([name]) => name !== consumer).map(([, each]) => each[shard] ?? 0);
              trim.run(stream.id, shard, Math.min(sequence, ...others));
            })
            .then(() => void (positions[shard] = sequence)),
      };
    },
    onAppend: (listener) => listeners.push(listener),
  };
}

/** Shard of a partition key: equal ranges of the MD5 key space, as Kinesis splits it. */
export function shardOf(partitionKey: string, shards: number): number {
  const head = createHash("md5").update(partitionKey).digest().readUInt32BE(0);
  return Math.floor((head / 2 ** 32) * shards);
}

/** The sequence number as functions see it: decimal, the same length for ever, so that text order is number order. */
export const sequenceText = (sequence: number): string => `49${String(sequence).padStart(19, "0")}`;
/** Back from the text; null when it is not one of ours. */
export function sequenceOf(text: string): number | null {
  return /^49\d{19}$/.test(text) ? Number(text.slice(2)) : null;
}
/** `shardId-000000000003`. */
export const shardId = (shard: number): string => `shardId-${String(shard).padStart(12, "0")}`;
