/**
 * What waits for the uplink, on disk: a frame is in here before its answer leaves, and until the broker has acknowledged
 * the bundle that carried it. Keyed by window and plant, so that a bundle is one short range of the file, oldest first.
 */
import { chmodSync, mkdirSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { MINUTE } from "../../functions/shared/shanghai.ts";
import { openStore } from "../local/store.ts";

/** The metering step of AWS IoT: a bundle that grows to it leaves at once. */
export const BUNDLE_BYTES = 5 * 1024;
/** Packets of one message (PNUM, PNO) stay together even beyond that; a message of MQTT takes 128 KB. */
const MOST_BYTES = 96 * 1024;
/** A window is a minute that ends 20 s after the clock's: what devices send of a minute just after its end is in it. */
const WINDOW_OFFSET = 20_000;
export const windowOf = (t: number): number => Math.floor((t - WINDOW_OFFSET) / MINUTE);
export const windowEnd = (window: number): number => (window + 1) * MINUTE + WINDOW_OFFSET;

/** Frames of one plant received in one window. */
export interface Slot {
  window: number;
  permitNo: string;
}

export interface Bundle extends Slot {
  payload: Buffer;
  frames: number;
  /** Everything of the slot up to here is in the payload. */
  last: number;
  more: boolean;
}

export interface Spool {
  /** Resolves when the frame is on disk. Rejects when it is not: SpoolFull, or the store's error. */
  add(slot: Slot, frame: Uint8Array, packetSet: string | null): Promise<void>;
  /** The oldest frames of a slot, up to `BUNDLE_BYTES` (at least one frame; no set of packets is cut); null: empty. */
  bundle(slot: Slot): Bundle | null;
  /** Forgets what the bundle carried; resolves when that is on disk. */
  remove(bundle: Bundle): Promise<void>;
  /** The next slot behind `after` in order of window and permit, except those of the windows `open`. */
  next(after: Slot | null, open: readonly [number, number]): Slot | null;
  /** Bytes of frames by plant in a window. */
  sizes(window: number): Map<string, number>;
  bytes(): number;
  oldestWindow(): number | null;
  /** Why no frame is taken at the moment; null while there is room. Looked up at most once a second. */
  full(): string | null;
  close(): void;
}

/** No room: the device has to keep the frame. */
export class SpoolFull extends Error {
  override name = "SpoolFull";
}

const CRLF = Buffer.from("\r\n");

export function openSpool(folder: string, limits: { maxBytes: number; minFreeBytes: number }): Spool {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, "spool.sqlite");
  const store = openStore(file);
  chmodSync(file, 0o600); // frames carry passwords
  const { db } = store;
  db.exec(`
    CREATE TABLE IF NOT EXISTS frames (window INTEGER, permit TEXT, n INTEGER, packets TEXT, bytes BLOB,
      PRIMARY KEY (window, permit, n)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS starts (id INTEGER PRIMARY KEY AUTOINCREMENT)`);
  // Numbers rise over restarts whatever the clock does: 2^32 frames for each start.
  let n = Number(db.prepare("INSERT INTO starts DEFAULT VALUES").run().lastInsertRowid) * 2 ** 32;
  const insert = db.prepare("INSERT INTO frames VALUES (?, ?, ?, ?, ?)");
  const select = db.prepare("SELECT n, packets, bytes FROM frames WHERE window = ? AND permit = ? ORDER BY n");
  const forget = db.prepare("DELETE FROM frames WHERE window = ? AND permit = ? AND n <= ?");
  const following = db.prepare(
    "SELECT window, permit FROM frames WHERE (window, permit) > (?, ?) AND window NOT IN (?, ?) ORDER BY window, permit LIMIT 1",
  );
  const sum = db.prepare("SELECT permit, SUM(LENGTH(bytes) + 2) AS bytes FROM frames WHERE window = ? GROUP BY permit");
  const oldest = db.prepare("SELECT MIN(window) AS window FROM frames");
  const pragma = (name: string): number => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0] as number;
  const pageSize = pragma("page_size");
  const used = (): number => (pragma("page_count") - pragma("freelist_count")) * pageSize;

  let looked = -Infinity;
  let full: string | null = null;
  const look = (): string | null => {
    const now = performance.now();
    if (now - looked < 1_000) return full;
    looked = now;
    const bytes = used();
    const free = statfsSync(folder);
    if (bytes >= limits.maxBytes) full = `${bytes} bytes wait for the uplink; the limit is ${limits.maxBytes}`;
    else if (free.bavail * free.bsize < limits.minFreeBytes)
      full = `${free.bavail * free.bsize} bytes are free on the disk; ${limits.minFreeBytes} have to stay free`;
    else full = null;
    return full;
  };

  return {
    add(slot, frame, packetSet) {
      const why = look();
      if (why !== null) return Promise.reject(new SpoolFull(why));
      const number = ++n;
      return store.write(() => void insert.run(slot.window, slot.permitNo, number, packetSet, frame));
    },
    bundle({ window, permitNo }) {
      const parts: Uint8Array[] = [];
      const sets = new Set<string>();
      let size = 0;
      let last = 0;
      let more = false;
      // Beyond the size only what belongs to a set that has begun, and what lies before it.
      const held: { n: number; bytes: Uint8Array }[] = [];
      let heldSize = 0;
      for (const row of select.iterate(window, permitNo)) {
        const { n: number, packets, bytes } = row as { n: number; packets: string | null; bytes: Uint8Array };
        const length = bytes.length + CRLF.length;
        if (parts.length === 0 || (held.length === 0 && size + length <= BUNDLE_BYTES)) {
          parts.push(bytes, CRLF);
          size += length;
          last = number;
          if (packets !== null) sets.add(packets);
          continue;
        }
        more = true;
        held.push({ n: number, bytes });
        heldSize += length;
        if (sets.size === 0 || size + heldSize > MOST_BYTES) break;
        if (packets === null || !sets.has(packets)) continue;
        for (const one of held.splice(0)) parts.push(one.bytes, CRLF);
        size += heldSize;
        heldSize = 0;
        last = number;
        more = false;
      }
      if (parts.length === 0) return null;
      return { window, permitNo, payload: Buffer.concat(parts), frames: parts.length / 2, last, more };
    },
    remove: ({ window, permitNo, last }) => store.write(() => void forget.run(window, permitNo, last)),
    next(after, [a, b]) {
      const row = following.get(after?.window ?? -1, after?.permitNo ?? "", a, b) as
        | { window: number; permit: string }
        | undefined;
      return row ? { window: row.window, permitNo: row.permit } : null;
    },
    sizes: (window) =>
      new Map(sum.all(window).map((row) => [row["permit"] as string, row["bytes"] as number] as const)),
    bytes: used,
    oldestWindow: () => (oldest.get() as { window: number | null }).window,
    full: look,
    close: () => store.close(),
  };
}
