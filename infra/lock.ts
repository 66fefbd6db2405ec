import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** Held files of this process, so that two calls inside it wait for each other as well. */
const held = new Map<string, Promise<void>>();

/**
 * Runs `work` while no other process (and no other call in this one) holds `file`. A lock whose process is gone is
 * taken over. Throws after two minutes of waiting, naming the file and its holder.
 */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  while (held.has(file)) await held.get(file);
  const { promise, resolve } = Promise.withResolvers<void>();
  held.set(file, promise);
  try {
    await acquire(file);
    try {
      return await work();
    } finally {
      rmSync(file, { force: true });
    }
  } finally {
    held.delete(file);
    resolve();
  }
}

async function acquire(file: string): Promise<void> {
  for (let waited = 0; waited < 120_000; waited += 50) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    if (!holderIsAlive(file)) rmSync(file, { force: true });
    else await delay(50);
  }
  throw new Error(
    `${file} is held by process ${readFileSync(file, "utf8")} for two minutes; stop it or delete the file.`,
  );
}

function holderIsAlive(file: string): boolean {
  try {
    const pid = Number(readFileSync(file, "utf8"));
    // Empty for the instant between its creation and its content.
    if (pid === 0) return true;
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
