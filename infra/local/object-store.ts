/**
 * Buckets on disk: bodies as files (written to a temporary name, fsynced, renamed), keys and versions in the store.
 * A version under retention is never deleted. "Object Created" notifications are part of the same transaction.
 */
import { createHash, randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { BucketDefinition } from "./definition.ts";
import type { Store } from "./store.ts";

export interface ObjectMeta {
  bucket: string;
  key: string;
  version: string;
  size: number;
  /** Quoted, as in the ETag header. */
  etag: string;
  modified: number;
  /** content-type, cache-control and other headers given with the object, and x-amz-meta-*. */
  headers: Record<string, string>;
  lockedUntil: number | null;
}
export type NewObject = {
  bucket: string;
  key: string;
  body: Uint8Array;
  headers?: Record<string, string>;
  ifNoneMatch?: boolean;
};

export interface ObjectStore {
  bucket(name: string): BucketDefinition | undefined;
  put(object: NewObject): Promise<ObjectMeta>;
  head(bucket: string, key: string, version?: string): ObjectMeta | null;
  get(bucket: string, key: string, version?: string): Promise<{ meta: ObjectMeta; body: Buffer } | null>;
  /** Current objects in key order behind `after`. */
  list(bucket: string, options?: { prefix?: string; after?: string; limit?: number }): ObjectMeta[];
  /** Without a version: hides the object (versioned) or removes it. With one: removes that version for good. */
  remove(bucket: string, key: string, version?: string): Promise<void>;
}

/** A refusal as S3 words it; `status` is HTTP's. */
export class S3Error extends Error {
  override name = "S3Error";
  readonly code: string;
  readonly status: number;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export interface ObjectStoreOptions {
  store: Store;
  folder: string;
  buckets: readonly BucketDefinition[];
  now: () => number;
  /** Runs inside the transaction that makes the object visible. */
  onCreated: (meta: ObjectMeta) => void;
}

const DAY_MS = 86_400_000;

export function openObjectStore({ store, folder, buckets, now, onCreated }: ObjectStoreOptions): ObjectStore {
  const { db } = store;
  mkdirSync(folder, { recursive: true });
  // seq orders versions; current marks what a plain GET sees; a hidden object has no current version.
  db.exec(`
    CREATE TABLE IF NOT EXISTS objects (seq INTEGER PRIMARY KEY AUTOINCREMENT, bucket TEXT, key TEXT, version TEXT, size INTEGER,
      etag TEXT, modified INTEGER, headers TEXT, locked_until INTEGER, current INTEGER);
    CREATE INDEX IF NOT EXISTS objects_by_key ON objects (bucket, key, seq);
    CREATE INDEX IF NOT EXISTS objects_current ON objects (bucket, key) WHERE current = 1`);
  const insert = db.prepare(
    "INSERT INTO objects (bucket, key, version, size, etag, modified, headers, locked_until, current) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)",
  );
  const currentRow = db.prepare("SELECT * FROM objects WHERE bucket = ? AND key = ? AND current = 1");
  const versionRow = db.prepare("SELECT * FROM objects WHERE bucket = ? AND key = ? AND version = ?");
  const hide = db.prepare("UPDATE objects SET current = 0 WHERE bucket = ? AND key = ? AND current = 1");
  const drop = db.prepare("DELETE FROM objects WHERE bucket = ? AND key = ? AND version = ?");
  const newest = db.prepare(
    "UPDATE objects SET current = 1 WHERE seq = (SELECT MAX(seq) FROM objects WHERE bucket = ? AND key = ?)",
  );
  const page = db.prepare(
    "SELECT * FROM objects WHERE bucket = ? AND current = 1 AND key >= ? AND key < ? AND key > ? ORDER BY key LIMIT ?",
  );
  const known = new Map(buckets.map((bucket) => [bucket.name, bucket]));

  const need = (name: string): BucketDefinition => {
    const bucket = known.get(name);
    if (!bucket) throw new S3Error(404, "NoSuchBucket", `The bucket ${name} is not in the template`);
    return bucket;
  };
  const fileOf = (version: string): string => join(folder, version.slice(0, 2), version);
  const find = (bucket: string, key: string, version?: string): ObjectMeta | null => {
    need(bucket);
    const row = version === undefined ? currentRow.get(bucket, key) : versionRow.get(bucket, key, version);
    return row ? metaOf(row) : null;
  };
  const removeFile = (version: string): Promise<void> => rm(fileOf(version), { force: true });

  return {
    bucket: (name) => known.get(name),
    put: async ({ bucket: name, key, body, headers = {}, ifNoneMatch = false }) => {
      const bucket = need(name);
      if (key.length === 0 || Buffer.byteLength(key) > 1024)
        throw new S3Error(400, "KeyTooLongError", "A key has 1 to 1024 bytes");
      const exists = (): S3Error =>
        new S3Error(
          412,
          "PreconditionFailed",
          "At least one of the pre-conditions you specified did not hold: If-None-Match",
        );
      if (ifNoneMatch && currentRow.get(name, key)) throw exists();
      const version = randomUUID().replaceAll("-", "");
      const modified = now();
      await writeDurably(fileOf(version), body);
      const meta: ObjectMeta = {
        bucket: name,
        key,
        version,
        size: body.length,
        etag: `"${createHash("md5").update(body).digest("hex")}"`,
        modified,
        headers,
        lockedUntil: bucket.lockDays === null ? null : modified + bucket.lockDays * DAY_MS,
      };
      try {
        const replaced = await store.write(() => {
          const former = currentRow.get(name, key) as { version: string } | undefined;
          if (former && ifNoneMatch) throw exists();
          if (former && bucket.versioned) hide.run(name, key);
          if (former && !bucket.versioned) drop.run(name, key, former.version);
          insert.run(name, key, version, meta.size, meta.etag, modified, JSON.stringify(headers), meta.lockedUntil);
          if (bucket.events) onCreated(meta);
          return bucket.versioned ? undefined : former?.version;
        });
        if (replaced) await removeFile(replaced);
      } catch (error) {
        await removeFile(version);
        throw error;
      }
      return meta;
    },
    head: find,
    get: async (bucket, key, version) => {
      for (let attempt = 0; ; attempt += 1) {
        const meta = find(bucket, key, version);
        if (!meta) return null;
        try {
          return { meta, body: await readFile(fileOf(meta.version)) };
        } catch (error) {
          // Replaced between the two steps: look again, once.
          if (attempt > 0) throw error;
        }
      }
    },
    list: (bucket, { prefix = "", after = "", limit = 1000 } = {}) => {
      need(bucket);
      const end = `${prefix}\u{10FFFF}`;
      return page.all(bucket, prefix, end, after, limit).map(metaOf);
    },
    remove: async (name, key, version) => {
      const bucket = need(name);
      const meta = find(name, key, version);
      if (!meta) return;
      if (version === undefined && bucket.versioned) return void (await store.write(() => hide.run(name, key)));
      if (meta.lockedUntil !== null && meta.lockedUntil > now())
        throw new S3Error(403, "AccessDenied", "Access Denied because object protected by object lock.");
      await store.write(() => {
        const wasCurrent = find(name, key)?.version === meta.version;
        drop.run(name, key, meta.version);
        if (wasCurrent) newest.run(name, key);
      });
      await removeFile(meta.version);
    },
  };
}

function metaOf(row: Record<string, unknown>): ObjectMeta {
  return {
    bucket: row["bucket"] as string,
    key: row["key"] as string,
    version: row["version"] as string,
    size: row["size"] as number,
    etag: row["etag"] as string,
    modified: row["modified"] as number,
    headers: JSON.parse(row["headers"] as string) as Record<string, string>,
    lockedUntil: row["locked_until"] as number | null,
  };
}

async function writeDurably(file: string, body: Uint8Array): Promise<void> {
  const temporary = `${file}.part`;
  mkdirSync(join(file, ".."), { recursive: true });
  try {
    const handle = await open(temporary, "w");
    try {
      await handle.writeFile(body);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}
