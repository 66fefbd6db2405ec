/**
 * Asynchronous invocations (from rules and schedules), durable: an event is on disk before its sender is answered, is
 * tried again after a failure or a crash, and ends in the dead letters with its reason. In order per function.
 */
import type { LambdaService } from "./runtime-api.ts";
import type { Store } from "./store.ts";

export interface AsyncEvent {
  functionName: string;
  payload: string;
  retries: number;
  maxAgeMs: number;
  deadLetterArn: string | null;
}

export interface AsyncQueue {
  /** Inserts within a transaction of the caller (`store.write`); its age counts from `enqueued`. */
  insert(event: AsyncEvent, enqueued: number): void;
  /** Events that wait or run. */
  waiting(): number;
  /** Nothing waits or runs, retries included. */
  idle(): boolean;
  /** Resolves when it is idle. */
  drained(): Promise<void>;
  /** Newest first. */
  deadLetters(): DeadLetter[];
  stop(): Promise<void>;
}

export interface DeadLetter {
  id: number;
  at: number;
  functionName: string;
  payload: string;
  reason: string;
  destination: string | null;
}

interface Row {
  id: number;
  name: string;
  payload: string;
  enqueued: number;
  attempts: number;
  retries: number;
  max_age: number;
  dead_letter: string | null;
}

/** Lambda waits one and two minutes before its retries; a machine that people watch waits seconds. */
const RETRY_MS = [1_000, 5_000, 30_000];

export function startAsyncQueue(options: {
  store: Store;
  lambda: LambdaService;
  now: () => number;
  log: (line: string) => void;
  /** Short name of a function. */
  label: (functionName: string) => string;
}): AsyncQueue {
  const { store, lambda, now, log, label } = options;
  const { db } = store;
  db.exec(`
    CREATE TABLE IF NOT EXISTS async_events (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, payload TEXT, enqueued INTEGER,
      attempts INTEGER, retries INTEGER, max_age INTEGER, dead_letter TEXT);
    CREATE TABLE IF NOT EXISTS dead_letters (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER, name TEXT, payload TEXT, reason TEXT, destination TEXT)`);
  const add = db.prepare(
    "INSERT INTO async_events (name, payload, enqueued, attempts, retries, max_age, dead_letter) VALUES (?, ?, ?, 0, ?, ?, ?)",
  );
  const names = db.prepare("SELECT DISTINCT name FROM async_events");
  const list = db.prepare("SELECT * FROM async_events WHERE name = ? ORDER BY id LIMIT 20");
  const count = db.prepare("SELECT COUNT(*) AS n FROM async_events");
  const tried = db.prepare("UPDATE async_events SET attempts = attempts + 1 WHERE id = ?");
  const remove = db.prepare("DELETE FROM async_events WHERE id = ?");
  const bury = db.prepare("INSERT INTO dead_letters (at, name, payload, reason, destination) VALUES (?, ?, ?, ?, ?)");

  const workers = new Map<string, Promise<void>>();
  /** Woken while their worker was busy: it may have looked just before the new event was there. */
  const again = new Set<string>();
  let waiters: (() => void)[] = [];
  const notBefore = new Map<number, number>();
  let timer: NodeJS.Timeout | undefined;
  let stopping = false;

  const give = (row: Row, reason: string): Promise<unknown> => {
    log(`${label(row.name)}: an event was given up: ${reason}`);
    return store.write(() => {
      bury.run(now(), row.name, row.payload, reason, row.dead_letter);
      remove.run(row.id);
    });
  };
  const attempt = async (row: Row): Promise<void> => {
    // The machine's clock decides age: what was due while the machine was off is too old by its schedule's own rule.
    if (now() - row.enqueued > row.max_age) return void (await give(row, `older than ${row.max_age / 1000} s`));
    await store.write(() => tried.run(row.id));
    const result = await lambda.invoke(row.name, row.payload);
    if (!result.error) return void (await store.write(() => remove.run(row.id)));
    const { errorType, errorMessage } = result.error;
    log(`${label(row.name)}: ${errorType}: ${errorMessage}`);
    if (row.attempts >= row.retries) return void (await give(row, `${errorType}: ${errorMessage}`));
    notBefore.set(row.id, performance.now() + (RETRY_MS[Math.min(row.attempts, RETRY_MS.length - 1)] ?? 0));
  };
  const work = async (name: string): Promise<void> => {
    for (;;) {
      const row = (list.all(name) as unknown as Row[]).find(
        (each) => (notBefore.get(each.id) ?? 0) <= performance.now(),
      );
      if (!row || stopping) return;
      notBefore.delete(row.id);
      await attempt(row);
    }
  };
  const wake = (): void => {
    if (stopping) return;
    for (const { name } of names.all() as { name: string }[]) {
      if (workers.has(name)) {
        again.add(name);
        continue;
      }
      const running = work(name)
        .catch((error: unknown) => {
          // The disk may be full, or the function may have left the template: later, again.
          if (!stopping) log(`${label(name)}: ${(error as Error).message}`);
          clearTimeout(timer);
          timer = setTimeout(wake, 5_000).unref();
        })
        .finally(() => {
          workers.delete(name);
          if (again.delete(name)) wake();
          if (stopping || idle()) {
            for (const done of waiters) done();
            waiters = [];
          }
          const next = Math.min(...notBefore.values());
          if (stopping || !Number.isFinite(next)) return;
          clearTimeout(timer);
          timer = setTimeout(wake, Math.max(10, next - performance.now()));
        });
      workers.set(name, running);
    }
  };
  const idle = (): boolean => workers.size === 0 && (count.get() as { n: number }).n === 0;
  wake();

  return {
    insert: (event, enqueued) => {
      add.run(event.functionName, event.payload, enqueued, event.retries, event.maxAgeMs, event.deadLetterArn);
      queueMicrotask(wake); // the transaction ends before any microtask runs
    },
    waiting: () => (count.get() as { n: number }).n,
    idle,
    drained: () => (idle() ? Promise.resolve() : new Promise((resolve) => waiters.push(resolve))),
    deadLetters: () =>
      (db.prepare("SELECT * FROM dead_letters ORDER BY id DESC LIMIT 100").all() as Record<string, unknown>[]).map(
        (row) => ({
          id: row["id"] as number,
          at: row["at"] as number,
          functionName: row["name"] as string,
          payload: row["payload"] as string,
          reason: row["reason"] as string,
          destination: row["destination"] as string | null,
        }),
      ),
    stop: async () => {
      stopping = true;
      clearTimeout(timer);
      await Promise.allSettled(workers.values());
    },
  };
}
