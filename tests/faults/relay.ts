/** A TCP relay between the gateway and the broker that fails as lines fail. */
import { connect, createServer, type Socket } from "node:net";

/**
 * `mute`: what goes up arrives, no answer comes back. `cut`: connections end, new ones are refused. `forgotten`: the
 * line works again, but connections of before swallow everything for ever, as behind a router that lost its table.
 */
export type LineState = "up" | "mute" | "cut" | "forgotten";

export interface Relay {
  port: number;
  set(state: LineState): void;
  stop(): Promise<void>;
}

export async function startRelay(target: number): Promise<Relay> {
  const pairs = new Set<{ below: Socket; above: Socket; forgotten: boolean }>();
  let state: LineState = "up";
  const server = createServer((below) => {
    below.on("error", () => undefined);
    if (state === "cut") return void below.destroy();
    const above = connect({ host: "127.0.0.1", port: target });
    const pair = { below, above, forgotten: false };
    pairs.add(pair);
    above.on("error", () => undefined);
    below.on("data", (chunk) => {
      if (!pair.forgotten) above.write(chunk);
    });
    above.on("data", (chunk) => {
      if (!pair.forgotten && state !== "mute") below.write(chunk);
    });
    below.once("close", () => {
      above.destroy();
      pairs.delete(pair);
    });
    above.once("close", () => {
      if (!pair.forgotten) below.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as { port: number }).port,
    set: (next) => {
      // A stream that lost bytes cannot go on.
      const ends = next === "cut" || (state === "mute" && next === "up");
      state = next;
      for (const pair of pairs) {
        if (next === "forgotten") pair.forgotten = true;
        else if (ends) pair.below.destroy();
      }
    },
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const { below } of pairs) below.destroy();
      await closed;
    },
  };
}
