/**
 * Data loggers over TCP: each with a connection of its own, each keeping its frames until they are answered and sending
 * them again after a lost connection. `acknowledged` is what was answered: the gateway must not lose it.
 */
import { connect as connectTcp, type Socket } from "node:net";
import type { TrialMessage } from "./trial-city.ts";
import { until } from "./trial.ts";

/** Frames a logger has on the way at one time. */
const WINDOW = 6;

export interface TcpDevices {
  /** Messages of one frame each. */
  add(messages: readonly TrialMessage[]): void;
  /** Calls the gateway at this port, and again whenever a connection ends. */
  connect(port: number): void;
  settled(ms: number): Promise<void>;
  acknowledged(): number;
  /** Answers that were none to data: nothing of the trial's may be refused. */
  refusals: string[];
  close(): void;
}

interface Logger {
  queue: TrialMessage[];
  socket: Socket | null;
  flying: Map<string, TrialMessage>;
}

export function startTcpDevices(): TcpDevices {
  const loggers = new Map<string, Logger>();
  const refusals: string[] = [];
  let port: number | null = null;
  let acknowledged = 0;
  let open = 0;

  const pump = (logger: Logger): void => {
    const { socket, flying, queue } = logger;
    if (!socket || socket.readyState !== "open") return;
    for (const message of queue) {
      if (flying.size >= WINDOW) return;
      const [frame] = message.frames;
      if (!frame || flying.has(frame.qn)) continue;
      flying.set(frame.qn, message);
      message.sends += 1;
      socket.write(frame.bytes);
    }
  };
  const answered = (logger: Logger, line: string): void => {
    const [, qn = "", cn] = /QN=(\d{17});.*?CN=(\d{4});/.exec(line) ?? [];
    const message = logger.flying.get(qn);
    if (cn !== "9014" || !message) return void refusals.push(line);
    message.acknowledged = true;
    acknowledged += 1;
    open -= 1;
    logger.flying.delete(qn);
    logger.queue.splice(logger.queue.indexOf(message), 1);
    pump(logger);
  };
  const call = (logger: Logger): void => {
    if (port === null || logger.socket || logger.queue.length === 0) return;
    const socket = connectTcp({ host: "127.0.0.1", port });
    logger.socket = socket;
    logger.flying = new Map();
    let rest = "";
    socket.on("connect", () => pump(logger));
    socket.on("data", (chunk) => {
      rest += chunk.toString("latin1");
      const lines = rest.split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) answered(logger, line);
    });
    socket.on("error", () => undefined); // "close" follows
    socket.once("close", () => {
      if (logger.socket !== socket) return;
      logger.socket = null;
      setTimeout(() => call(logger), 100);
    });
  };
  return {
    refusals,
    add: (messages) => {
      for (const message of messages) {
        const mn = message.frames[0]!.mn;
        const logger = loggers.get(mn) ?? { queue: [], socket: null, flying: new Map<string, TrialMessage>() };
        loggers.set(mn, logger);
        logger.queue.push(message);
        open += 1;
      }
      for (const logger of loggers.values())
        if (logger.socket) pump(logger);
        else call(logger);
    },
    connect: (to) => {
      port = to;
      for (const logger of loggers.values()) call(logger);
    },
    settled: (ms) => until(() => open === 0, ms, "not every frame was answered"),
    acknowledged: () => acknowledged,
    close: () => {
      port = null;
      for (const { socket } of loggers.values()) socket?.destroy();
    },
  };
}
