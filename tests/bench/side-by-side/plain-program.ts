/** The plain script: broker (aedes) and rolling mean in one process, everything in memory. */
import { createServer } from "node:net";
import { Aedes } from "aedes";
import { LIMIT, SAMPLES } from "./load.ts";
import { rollingMeans } from "./rolling-mean.ts";

const aedes = await Aedes.createBroker();
const check = rollingMeans(LIMIT, SAMPLES);
aedes.on("publish", ({ topic, payload }, client) => {
  if (!client || topic !== "telemetry") return;
  const { o, v } = JSON.parse(payload.toString()) as { o: string; v: Record<string, number> };
  for (const key of check(o, v))
    aedes.publish(
      { cmd: "publish", topic: `alarms/${key}`, payload: "over", qos: 1, retain: false, dup: false },
      () => undefined,
    );
});
const server = createServer((socket) => aedes.handle(socket.setNoDelay(true)));
server.listen(0, "127.0.0.1", () => console.log(`port ${(server.address() as { port: number }).port}`));
