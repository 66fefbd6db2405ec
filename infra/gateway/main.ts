/** `npm run gateway -- --config FILE [--data DIR]`: the HJ 212 gateway alone, until SIGTERM; SIGHUP reads the config again. */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { loadConfig } from "./config.ts";
import { startGateway, type Gateway } from "./gateway.ts";

const HELP = `npm run gateway -- --config FILE [--data DIR]
  --config FILE   gateway.json: id, uplink, devices (docs/gateway.md)   (GATEWAY_CONFIG)
  --data DIR      folder of the spool and the quarantine, default .gateway   (GATEWAY_DATA)
  --check         reads the config, says whether it can be used, and ends`;

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      config: { type: "string" },
      data: { type: "string" },
      check: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return console.log(HELP);
  const file = values.config ?? process.env["GATEWAY_CONFIG"];
  if (!file) throw new Error(`which config file?\n${HELP}`);
  const config = loadConfig(resolve(file));
  if (values.check) return console.log(`${file} can be used: gateway ${config.id}, ${config.devices.length} devices`);

  // Under systemd the journal writes the time.
  const timed = process.env["JOURNAL_STREAM"] === undefined;
  const log = (line: string): void => console.log(timed ? `${new Date().toTimeString().slice(0, 8)} ${line}` : line);
  // Heard from the first moment on: the default of SIGHUP would end the program.
  let gateway: Gateway | null = null;
  process.on("SIGHUP", () => {
    // A config that cannot be used leaves the running one as it is.
    Promise.resolve()
      .then(() => gateway?.reload(loadConfig(resolve(file))))
      .catch((error: Error) => log(`the config was not taken: ${error.message}`));
  });
  const running = await startGateway({
    config,
    dataDir: resolve(values.data ?? process.env["GATEWAY_DATA"] ?? join(process.cwd(), ".gateway")),
    log,
  });
  gateway = running;
  const stop = (): void => {
    log("stopping …");
    running.stop().then(
      () => process.exit(0),
      (error: Error) => {
        console.error(error.message);
        process.exit(1);
      },
    );
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  log(
    `网关 gateway ${config.id}: HJ 212 on ${config.listen.host}:${running.port}, ${config.devices.length} devices, ` +
      `metrics http://127.0.0.1:${running.metricsPort}/metrics`,
  );
}

run().catch((error: Error) => {
  console.error(process.env["DEBUG"] ? error.stack : error.message);
  process.exit(1);
});
