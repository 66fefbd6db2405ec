/**
 * A logger on a TCP line to an HJ 212 gateway: one frame at a time, the next when 9014 has answered it by its QN. What has
 * no answer goes out again; what was cut off is made again from the model (courier.ts), so nothing is buffered.
 */
import { connect, type Socket } from "node:net";
import { decodeFrame, type Hj212Frame } from "../../../functions/telemetry/domain/hj212/decode.ts";
import { frameReader } from "../../../functions/telemetry/domain/hj212/frame.ts";
import type { Sender } from "./courier.ts";
import { inDialect, type Dialect } from "./dialect.ts";
import { deviceMinute, deviceOffset } from "./frames.ts";
import type { SimDevice, SimPlant } from "./profile.ts";

/** HJ 212-2017: ten seconds, then three more times. */
const ANSWER_MS = 10_000;
const RESENDS = 3;
/** A device that is refused waits until somebody has put its password or its binding right. */
const REFUSED_MS = 60_000;

export interface TcpLine {
  connected(): boolean;
  /** Sends a frame; true when 9014 has come, false when it did not in time. Rejects when the line is cut or it is refused. */
  ask(qn: string, bytes: Uint8Array): Promise<boolean>;
  /** Gives this connection up; a new one follows. */
  drop(): void;
  stop(): void;
}

export interface TcpLineOptions {
  host: string;
  port: number;
  mn: string;
  /** Pause before a connection is tried anew, ms. */
  retryMs: number;
  answerMs?: number;
  log: (line: string) => void;
}

/** Connects and stays connected until `stop`. */
export function tcpLine({ host, port, mn, retryMs, answerMs = ANSWER_MS, log }: TcpLineOptions): TcpLine {
  let socket: Socket;
  let up = false;
  let stopped = false;
  let said = false;
  let pause = retryMs;
  let timer: NodeJS.Timeout | undefined;
  /** The frame under way. */
  let asked: { qn: string; settle(result: boolean | Error): void } | null = null;

  const say = (what: string): void => {
    if (!said && !stopped) log(`simulator: ${mn} over TCP: ${what}`);
    said = true;
  };
  const drop = (): void => {
    up = false;
    socket.destroy();
  };
  function heard(frame: Hj212Frame): void {
    if (asked === null || frame.qn !== asked.qn) return; // late, or a setting of the clock, which the model does not need
    if (frame.cn === "9014") {
      asked.settle(true);
      if (said) log(`simulator: ${mn} over TCP: answered again`);
      said = false;
    } else if (frame.cn === "9011") {
      say(`the gateway refuses it (${frame.cp})`);
      pause = REFUSED_MS;
      asked.settle(new Error(`refused: ${frame.cp}`));
      drop();
    }
  }
  function open(): void {
    const reader = frameReader();
    pause = retryMs;
    socket = connect({ host, port, noDelay: true });
    socket.on("connect", () => {
      up = true;
    });
    socket.on("data", (chunk) => {
      for (const piece of reader.push(chunk)) {
        const decoded = piece.ok ? decodeFrame(piece.segment) : null;
        if (decoded?.ok) heard(decoded.frame);
      }
    });
    socket.on("error", (error) => say(error.message));
    socket.once("close", () => {
      up = false;
      asked?.settle(new Error("the connection ended"));
      if (stopped) return;
      say("the connection ended; it tries again and sends what is missing");
      timer = setTimeout(open, pause);
    });
  }
  open();

  return {
    connected: () => up,
    ask: (qn, bytes) =>
      new Promise((resolve, reject) => {
        if (!up) return reject(new Error("not connected"));
        const late = setTimeout(() => asked?.settle(false), answerMs);
        asked = {
          qn,
          settle(result) {
            asked = null;
            clearTimeout(late);
            if (typeof result === "boolean") resolve(result);
            else reject(result);
          },
        };
        socket.write(bytes);
      }),
    drop,
    stop() {
      stopped = true;
      clearTimeout(timer);
      drop();
      asked?.settle(new Error("the simulator stops"));
    },
  };
}

/** The device as a sender of the courier. Of a minute that was cut off only what has no answer is sent again. */
export function tcpSender(plant: SimPlant, device: SimDevice, dialect: Dialect, line: TcpLine): Sender {
  let at = { minute: NaN, answered: 0, tried: false };
  return {
    offset: deviceOffset(device, 0) + 2_000,
    ready: () => line.connected(),
    messages(minute) {
      if (at.minute !== minute) at = { minute, answered: 0, tried: false };
      return deviceMinute(plant, device, minute)
        .slice(at.answered)
        .map(({ bytes, sentAt }) => ({ topic: "", payload: bytes, receivedAt: sentAt }));
    },
    async publish({ payload }) {
      for (let sent = 0; sent <= RESENDS; sent++) {
        const { qn, bytes } = inDialect(payload, dialect, at.tried);
        at.tried = true;
        if (!(await line.ask(qn, bytes))) continue;
        at.answered++;
        at.tried = false;
        return;
      }
      line.drop();
      throw new Error(`no answer to ${1 + RESENDS} frames`);
    },
  };
}
