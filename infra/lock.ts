import { DatabaseSync } from "node:sqlite";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Held while the cloud assembly is written, and while it is read as a whole. */
export const SYNTH_LOCK = join(import.meta.dirname, "../.build/synth.lock");

/** Files held by this process: SQLite's locks are per process, so its own calls wait for each other here. */
const held = new Map<string, Promise<void>>();

const WAIT_MS = 300_000;

/**
 * Runs `work` while no other process and no other call in this one holds `file`. The lock is an open exclusive
 * transaction of SQLite: the system gives it back when its process dies, however it dies. Throws after five minutes.
 */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  while (held.has(file)) await held.get(file);
  const { promise, resolve } = Promise.withResolvers<void>();
  held.set(file, promise);
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true });
    database = new DatabaseSync(file, { timeout: 0 });
    await begin(database, file);
    return await work();
  } finally {
    database?.close(); // ends the transaction
    held.delete(file);
    resolve();
  }
}

async function begin(database: DatabaseSync, file: string): Promise<void> {
  for (let waited = 0; waited < WAIT_MS; waited += 50) {
    try {
      database.exec("BEGIN EXCLUSIVE");
      return;
    } catch (error) {
      if ((error as { errcode?: number }).errcode !== 5) throw error; // SQLITE_BUSY
    }
    await delay(50);
  }
  throw new Error(`${file} has been held by another process for five minutes: end the build that hangs`);
}
