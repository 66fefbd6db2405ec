/**
 * The machine's own durable state (stream records, checkpoints, object index, outbox, schedules) in one SQLite file,
 * written by group commit: everything that asks in the same turn of the event loop shares one fsync, and a promise
 * resolves only after that fsync. WAL with synchronous=FULL, so an acknowledged write survives kill -9 and power loss.
 */
import { DatabaseSync } from "node:sqlite";

export interface Store {
  readonly db: DatabaseSync;
  /** Runs `work` in the next transaction; resolves when it is on disk. A `work` that throws fails alone. */
  write<T>(work: () => T): Promise<T>;
  /** Resolves when everything asked so far has been written (or refused). */
  flushed(): Promise<void>;
  /** Tries a small write; false when the disk refuses it. */
  writable(): Promise<boolean>;
  /** `null` while writes succeed; else why the last one did not (for the health page). */
  trouble(): string | null;
  close(): void;
}

interface Waiting {
  work: () => unknown;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

/** The disk is full or refuses writes: nothing was acknowledged; the next write tries again. */
export class StoreWriteError extends Error {
  override name = "StoreWriteError";
}

/** Opens (or creates) the file. Throws with the file's name when it cannot be opened or is not a database. */
export function openStore(file: string): Store {
  const db = open(file);
  let waiting: Waiting[] = [];
  let scheduled = false;
  let trouble: string | null = null;
  let closed = false;

  const transaction = (batch: Waiting[]): unknown[] => {
    db.exec("BEGIN IMMEDIATE");
    try {
      const results = batch.map((one) => one.work());
      db.exec("COMMIT");
      trouble = null;
      return results;
    } catch (error) {
      if (db.isTransaction) db.exec("ROLLBACK");
      throw error;
    }
  };
  const flush = (): void => {
    scheduled = false;
    const batch = waiting;
    waiting = [];
    if (batch.length === 0) return;
    try {
      const results = transaction(batch);
      batch.forEach((one, i) => one.resolve(results[i]));
    } catch (error) {
      if (isDiskError(error)) return refuse(batch, error);
      // One of the group is at fault: each gets its own transaction, in order, so that only that one fails.
      for (const one of batch) {
        try {
          one.resolve(transaction([one])[0]);
        } catch (own) {
          if (isDiskError(own)) refuse([one], own);
          else one.reject(own);
        }
      }
    }
  };
  const refuse = (batch: Waiting[], error: Error): void => {
    trouble = `cannot write ${file}: ${error.message}`;
    for (const one of batch) one.reject(new StoreWriteError(trouble, { cause: error }));
  };

  const write = <T>(work: () => T): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (closed) return reject(new StoreWriteError(`${file} is closed`));
      waiting.push({ work, resolve: resolve as (value: unknown) => void, reject });
      if (scheduled) return;
      scheduled = true;
      setImmediate(flush);
    });
  db.exec("CREATE TABLE IF NOT EXISTS probe (id INTEGER PRIMARY KEY, tries INTEGER)");
  const probe = db.prepare("INSERT INTO probe VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET tries = tries + 1");

  return {
    db,
    write,
    writable: () =>
      write(() => probe.run()).then(
        () => true,
        () => false,
      ),
    flushed: async () => {
      while (waiting.length > 0) await new Promise((done) => setImmediate(done));
    },
    trouble: () => trouble,
    close: () => {
      if (closed) return;
      flush();
      closed = true;
      db.close();
    },
  };
}

function open(file: string): DatabaseSync {
  try {
    const db = new DatabaseSync(file);
    // The file is this process's alone (lock file of the data folder); the timeout covers a dying predecessor.
    db.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000; PRAGMA temp_store=MEMORY");
    return db;
  } catch (error) {
    throw new Error(`cannot open ${file}: ${(error as Error).message}`, { cause: error });
  }
}

// SQLite result codes: 10 I/O error, 13 full, 8 read-only, 14 cannot open (extended codes carry them in the low byte).
const DISK_CODES = new Set([8, 10, 13, 14]);
function isDiskError(error: unknown): error is Error {
  const code = (error as { errcode?: number }).errcode;
  return error instanceof Error && code !== undefined && DISK_CODES.has(code & 0xff);
}
