/**
 * The machine of `npm start` with a carrier that takes its time: every message waits CARRIER_MS, every fourth answer is
 * lost. Run as a child by the trials, so that it can be killed in the middle of a tick.
 */
import { readSettings } from "../../infra/local/cli.ts";
import { startMachine } from "../../infra/local/machine.ts";
import { synthesizeApart } from "../../infra/local/synthesize-apart.ts";

const { data, port, mqttPort } = readSettings(process.argv.slice(2), process.env, ".data");
const ms = Number(process.env["CARRIER_MS"] ?? 100);
const machine = await startMachine({
  dataDir: data,
  port,
  mqttPort,
  schedules: true,
  log: (line) => console.log(line),
  template: await synthesizeApart(),
});
let messages = 0;
machine.setCarrierFault(() => ((messages += 1) % 4 === 0 ? { kind: "lost-answer" } : { kind: "late", ms }));
console.log(`home ${machine.url}/  MQTT 127.0.0.1:${machine.mqttPort}`);
process.on("SIGINT", () => void machine.stop().then(() => process.exit(0)));
