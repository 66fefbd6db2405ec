/** For tests: a gateway on free ports with one broker above it, and a device that speaks to it like netcat. */
import { connect as connectTcp, type Socket } from "node:net";
import { startBroker } from "../local/broker.ts";
import { encodeFrame } from "../../functions/telemetry/domain/hj212/encode.ts";
import { splitFrames } from "../../functions/telemetry/domain/hj212/frame.ts";
import { parseConfig, type GatewayConfig } from "./config.ts";

export const MN = "330483A890001600000169C1";
export const PERMIT = "91330483MA2ABCD126001P";
const T0 = Date.UTC(2026, 9, 1, 0, 30, 25); // 08:30:25 in Shanghai, five seconds into a window

/** A config with one device on loopback, and `over` laid on top. */
export const testConfig = (uplinkPort: number, over: Record<string, unknown> = {}): GatewayConfig =>
  parseConfig({
    id: "test",
    listen: { host: "127.0.0.1", port: 0 },
    metricsPort: 0,
    uplink: { url: `mqtt://127.0.0.1:${uplinkPort}`, messagesPerSecond: 10_000, backlogPerSecond: 10_000 },
    spool: { minFreeBytes: 0 },
    devices: [{ mn: MN, permitNo: PERMIT, password: "123456", allow: ["127.0.0.0/8"] }],
    ...over,
  });

/** A clock that stands until it is moved. */
export function testClock(at = T0): { now: () => number; add(ms: number): void } {
  return { now: () => at, add: (ms) => void (at += ms) };
}

export interface Above {
  port: number;
  /** Bundles that were taken, in their order. */
  bundles: { topic: string; frames: string[]; bytes: number; clientId: string }[];
  frames(): string[];
  /** While set, messages wait for it before they are acknowledged; a rejection ends the connection. */
  hold: (() => Promise<void>) | null;
  stop(): Promise<void>;
}

/** A broker that keeps what it acknowledges. */
export async function startAbove(port = 0): Promise<Above> {
  const above: Omit<Above, "port" | "stop"> = {
    bundles: [],
    frames: () => above.bundles.flatMap((b) => b.frames),
    hold: null,
  };
  const broker = await startBroker({
    port,
    now: Date.now,
    log: () => undefined,
    route: async ({ topic, payload, clientId }) => {
      await above.hold?.();
      const frames = splitFrames(payload).map((piece) => Buffer.from(piece.bytes).toString("latin1"));
      above.bundles.push({ topic, frames, bytes: payload.length, clientId });
    },
  });
  return Object.assign(above, { port: broker.port ?? 0, stop: () => broker.stop() });
}

export interface Talker {
  socket: Socket;
  send(bytes: Uint8Array | string): void;
  /** The next answer as text without CRLF; rejects when the connection ends first. */
  answer(): Promise<string>;
  closed: Promise<void>;
}

export function talk(port: number, address = "127.0.0.1"): Talker {
  const socket = connectTcp({ host: "127.0.0.1", port, localAddress: address });
  const answers: string[] = [];
  const waiting: { resolve: (text: string) => void; reject: (error: Error) => void }[] = [];
  let rest = "";
  socket.on("data", (chunk) => {
    rest += chunk.toString("latin1");
    const lines = rest.split("\r\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const next = waiting.shift();
      if (next) next.resolve(line);
      else answers.push(line);
    }
  });
  socket.on("error", () => undefined);
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  void closed.then(() => {
    for (const { reject } of waiting.splice(0)) reject(new Error("the gateway closed the connection"));
  });
  return {
    socket,
    send: (bytes) => void socket.write(bytes),
    answer: () => {
      const ready = answers.shift();
      if (ready !== undefined) return Promise.resolve(ready);
      if (socket.destroyed) return Promise.reject(new Error("the gateway closed the connection"));
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    closed,
  };
}

/** A minute mean of COD; `k` makes each its own. */
export const frameOf = (
  k: number,
  { mn = MN, flag = 5, pw = "123456", cn = "2051", cp = "", packet = [] as number[] } = {},
): Buffer =>
  Buffer.from(
    encodeFrame({
      qn: `20261001083${String(k % 10)}00${String(k).padStart(3, "0").slice(-3)}`,
      st: "32",
      cn,
      pw,
      mn,
      flag,
      pnum: packet[1] ?? null,
      pno: packet[0] ?? null,
      cp: cp || `DataTime=20261001083000;w01018-Avg=${k},w01018-Flag=N`,
    }),
  );
