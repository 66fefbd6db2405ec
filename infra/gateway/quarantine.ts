/**
 * Frames that were not taken in, in a file of their own beside the spool: for the people who look after the site. They
 * are no evidence and never leave the gateway. Two files of half the size each, so that the newest are always there.
 */
import { appendFile, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { formatIso } from "../../functions/shared/shanghai.ts";
import { sha256 } from "../../functions/telemetry/domain/archive-line.ts";
import { maskPassword } from "../../functions/telemetry/domain/hj212/mask-password.ts";
import type { Counters } from "./counters.ts";

export interface Refused {
  at: number;
  /** Address of the sender. */
  from: string;
  reason: string;
  detail: string;
  mn: string | null;
  bytes: Uint8Array;
}

export interface Quarantine {
  /** Returns at once; what the disk cannot take in time is counted and dropped. */
  keep(refused: Refused): void;
  flushed(): Promise<void>;
}

/** Lines that wait to be written, in characters. */
const MOST_WAITING = 1024 * 1024;

export function openQuarantine(options: {
  folder: string;
  maxBytes: number;
  counters: Counters;
  log: (line: string) => void;
}): Quarantine {
  const { folder, maxBytes, counters, log } = options;
  const file = join(folder, "quarantine.jsonl");
  let waiting: string[] = [];
  let size = 0;
  let writing: Promise<void> | null = null;
  let trouble = false;

  const write = async (): Promise<void> => {
    while (waiting.length > 0) {
      const lines = waiting;
      waiting = [];
      size = 0;
      try {
        const held = await stat(file).catch(() => null);
        if (held && held.size > maxBytes / 2) await rename(file, `${file}.1`);
        await appendFile(file, lines.join(""), { mode: 0o600 });
        trouble = false;
      } catch (error) {
        counters.add("quarantine_dropped_total", "", lines.length);
        if (!trouble) log(`${file} cannot be written: ${(error as Error).message}`);
        trouble = true;
      }
    }
    writing = null;
  };

  return {
    keep({ at, from, reason, detail, mn, bytes }) {
      counters.add("frames_refused_total", reason);
      const kept = Buffer.from(maskPassword(bytes)).toString("base64");
      const entry = { at: formatIso(at), from, reason, detail, mn, sha256: sha256(bytes), bytes: kept };
      const line = `${JSON.stringify(entry)}\n`;
      if (size + line.length > MOST_WAITING) return counters.add("quarantine_dropped_total");
      waiting.push(line);
      size += line.length;
      writing ??= write();
    },
    flushed: () => writing ?? Promise.resolve(),
  };
}
