/** The TCP side: connections within their limits, bytes into frames, answers back in order. */
import { createServer, type Socket } from "node:net";
import type { KeysOf } from "../../functions/telemetry/domain/hj212/encrypted.ts";
import { frameReader, type FrameReader } from "../../functions/telemetry/domain/hj212/frame.ts";
import { MAX_FRAME } from "../../functions/telemetry/domain/hj212/probe-frame.ts";
import type { Limits } from "./config.ts";
import type { Counters } from "./counters.ts";
import { plainAddress } from "./devices.ts";
import type { Intake, Peer } from "./intake.ts";
import { tokenBucket } from "./token-bucket.ts";

export interface Listener {
  port: number;
  connections(): number;
  /** Ends all connections; resolves when what they had sent is taken in. */
  stop(): Promise<void>;
}

interface Line extends Peer {
  socket: Socket;
  /** Only while there are bytes of a frame that is not whole. */
  reader: FrameReader | null;
  /** Steady clock, ms: the last bytes, the start of a frame that is not whole, the connection. */
  heard: number;
  partialSince: number | null;
  opened: number;
  mns: Set<string>;
}

/** Answers that a device does not read, in bytes. */
const MOST_UNREAD = 64 * 1024;
const SWEEP_MS = 1_000;
const SAY_EVERY_MS = 600_000;

export async function startListener(options: {
  host: string;
  port: number;
  limits: () => Limits;
  intake: Intake;
  /** Keys of devices that encrypt. */
  keysOf: KeysOf;
  counters: Counters;
  log: (line: string) => void;
}): Promise<Listener> {
  const { host, port, limits, intake, keysOf, counters, log } = options;
  const lines = new Set<Line>();
  const byAddress = new Map<string, number>();
  const speakers = new Map<string, Set<Line>>();
  const saidTwice = new Map<string, number>();
  const work = new Set<Promise<void>>();
  // Readers are large and most connections are between two frames: the idle ones share these.
  const spare: FrameReader[] = [];

  function claim(line: Line, mn: string): void {
    if (!line.mns.has(mn)) {
      if (line.mns.size >= limits().devicesPerConnection) return end(line, "too-many-devices");
      line.mns.add(mn);
      speakers.set(mn, (speakers.get(mn) ?? new Set<Line>()).add(line));
    }
    const holders = speakers.get(mn)!;
    if (holders.size === 1) return;
    counters.add("mn_claimed_twice_total");
    const at = performance.now();
    if (at - (saidTwice.get(mn) ?? -Infinity) < SAY_EVERY_MS) return;
    saidTwice.set(mn, at);
    log(`mn-claimed-twice: ${mn} speaks from ${[...holders].map(({ address }) => address).join(" and ")}`);
  }

  function end(line: Line, reason: string): void {
    counters.add("connections_refused_total", reason);
    line.socket.destroy();
  }

  function forget(line: Line): void {
    if (!lines.delete(line)) return;
    const left = (byAddress.get(line.address) ?? 1) - 1;
    if (left > 0) byAddress.set(line.address, left);
    else byAddress.delete(line.address);
    for (const mn of line.mns) {
      const holders = speakers.get(mn);
      holders?.delete(line);
      if (holders?.size === 0) {
        speakers.delete(mn);
        saidTwice.delete(mn);
      }
    }
  }

  /** A full house: whoever has been there longest without showing a known device has to go. */
  function makeRoom(): boolean {
    for (const line of lines) {
      if (line.mns.size > 0) continue;
      end(line, "stranger");
      forget(line);
      return true;
    }
    return false;
  }

  function accept(socket: Socket): void {
    const address = plainAddress(socket.remoteAddress);
    const { connections, connectionsPerAddress, framesPerSecond, frameBurst } = limits();
    socket.on("error", () => undefined); // its close follows
    const own = (byAddress.get(address) ?? 0) >= connectionsPerAddress;
    if (own || (lines.size >= connections && !makeRoom())) {
      counters.add("connections_refused_total", own ? "address" : "total");
      socket.destroy();
      return;
    }
    counters.add("connections_total");
    const opened = performance.now();
    const line: Line = {
      address,
      claim: (mn) => claim(line, mn),
      socket,
      reader: null,
      heard: opened,
      partialSince: null,
      opened,
      mns: new Set(),
    };
    const pace = tokenBucket(framesPerSecond, frameBurst);
    lines.add(line);
    byAddress.set(address, (byAddress.get(address) ?? 0) + 1);
    socket.setKeepAlive(true, 60_000);
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => {
      // Nothing more is read before this is on disk and answered: what a connection can hold here is one chunk.
      socket.pause();
      const job = take(line, chunk, pace).finally(() => work.delete(job));
      work.add(job);
    });
    socket.once("close", () => {
      forget(line);
      if (line.reader) drain(line);
    });
  }

  async function take(line: Line, chunk: Buffer, pace: ReturnType<typeof tokenBucket>): Promise<void> {
    const { socket } = line;
    const at = performance.now();
    line.heard = at;
    const reader = (line.reader ??= spare.pop() ?? frameReader(keysOf));
    const pieces = reader.push(chunk);
    if (reader.pending() === 0) {
      line.reader = null;
      line.partialSince = null;
      if (spare.length < 64) spare.push(reader);
    } else if (pieces.length > 0 || line.partialSince === null) line.partialSince = at;
    // Started in order, so that frames reach the disk in the order they came; the disk writes them as one group.
    const answers = await Promise.all(pieces.map((piece) => intake.take(piece, line)));
    for (const answer of answers.flat()) {
      if (socket.destroyed) break;
      counters.add("answers_total", cnOf(answer));
      socket.write(answer);
    }
    if (socket.writableLength > MOST_UNREAD) end(line, "unread-answers");
    // Bytes count as frames of full length, so that damage is held to the same pace.
    pace.take(Math.max(pieces.length, chunk.length / MAX_FRAME), at);
    const wait = pace.wait(performance.now());
    if (wait > 0) {
      counters.add("slowed_total");
      setTimeout(() => socket.resume(), wait).unref();
    } else socket.resume();
  }

  /** What stood in the reader when the connection ended can only be damage. */
  function drain(line: Line): void {
    for (const piece of line.reader?.end() ?? []) void intake.take(piece, line);
    line.reader = null;
  }

  const sweep = setInterval(() => {
    const at = performance.now();
    const { frameSeconds, strangerSeconds, idleSeconds } = limits();
    for (const line of lines) {
      if (line.partialSince !== null && at - line.partialSince > frameSeconds * 1000) end(line, "slow-frame");
      else if (line.mns.size === 0 && at - line.opened > strangerSeconds * 1000) end(line, "stranger");
      else if (at - line.heard > idleSeconds * 1000) end(line, "idle");
    }
  }, SWEEP_MS);
  sweep.unref();

  const server = createServer(accept);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port, backlog: 4096 }, resolve);
    });
  } catch (error) {
    clearInterval(sweep);
    throw error;
  }
  server.on("error", (error) => log(`a connection was not accepted: ${error.message}`));
  return {
    port: (server.address() as { port: number }).port,
    connections: () => lines.size,
    async stop() {
      clearInterval(sweep);
      const closed = new Promise((resolve) => server.close(resolve));
      for (const { socket } of lines) socket.destroy();
      await Promise.all(work);
      await closed;
    },
  };
}

/** CN of one of our own answers. */
function cnOf(answer: Uint8Array): string {
  const text = Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength);
  const at = text.indexOf(";CN=");
  return text.toString("latin1", at + 4, at + 8);
}
