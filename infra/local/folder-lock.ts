/** One machine per data folder: a lock file with the holder's process id, taken over when that process is gone. */
import { closeSync, constants, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

/** Locks `folder`. Throws naming the other process; the function returned unlocks. */
export function lockFolder(folder: string): () => void {
  const file = join(folder, "machine.pid");
  for (;;) {
    try {
      const handle = openSync(file, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY);
      writeSync(handle, identity(process.pid) ?? String(process.pid));
      closeSync(handle);
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = readFileSync(file, "utf8");
    const pid = Number(holder.split(" ")[0]);
    // A process id is reused after a reboot: the start time tells the same process from another with its number.
    if (pid > 0 && identity(pid) === holder)
      throw new Error(`another machine (process ${pid}) runs on ${folder}; stop it, or use another folder (--data)`);
    rmSync(file, { force: true });
  }
}

/** `pid starttime` of a live process, null when there is none. */
function identity(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return `${pid} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`;
  } catch {
    return null;
  }
}
