/** `npm start`: the whole system on this machine, until Ctrl-C. */
import { accessSync, constants, existsSync, mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import type { Gateway } from "../gateway/gateway.ts";
import type { Machine } from "./machine.ts";
import { readSettings, UsageError, type Settings } from "./cli.ts";
import type { FirstPassword } from "./oidc/first-people.ts";

const root = dirname(dirname(import.meta.dirname));

async function run(): Promise<void> {
  if (process.argv.includes("--help")) return console.log((await import("./cli.ts")).HELP);
  const settings = readSettings(process.argv.slice(2), process.env, join(root, ".data"));
  const dataDir = resolve(settings.data);
  checkFolder(dataDir);
  await checkPort(settings.port, "--port");
  await checkPort(settings.mqttPort, "--mqtt-port");
  await checkPort(settings.mqttsPort, "--mqtts-port", settings.mqttsHost);
  await checkPort(settings.hj212Port, "--hj212-port", settings.hj212Host);
  await checkPort(settings.hj212Port % 65_535 === 0 ? 0 : settings.hj212Port + 1, "--hj212-port"); // its metrics

  const log = (line: string): void => console.log(`${new Date().toTimeString().slice(0, 8)} ${line}`);
  // Loaded late, so that wrong flags answer at once and a missing package gets its own message.
  const [
    { synthesizeApart },
    { startMachine },
    { openCity },
    { loopbackOf, startLocalGateway },
    { demoPeople, firstPeople, resetPassword },
    { putApplications, buildWebApart },
    { putApiDocs },
  ] = await Promise.all([
    import("./synthesize-apart.ts"),
    import("./machine.ts"),
    import("./city.ts"),
    import("./local-gateway.ts"),
    import("./oidc/first-people.ts"),
    import("./applications.ts"),
    import("./api-docs.ts"),
  ]);
  const template = await synthesizeApart();
  await buildWebApart();
  const city = openCity({ plants: settings.plants, simulator: settings.simulator, dataDir, log });
  const passwords: FirstPassword[] = [];
  const machine = await startMachine({
    dataDir,
    port: settings.port,
    mqttPort: settings.mqttPort,
    mqttsPort: settings.mqttsPort,
    mqttsHost: settings.mqttsHost,
    schedules: true,
    log,
    template,
    prepare: async (prepared) => {
      await city.prepare(prepared);
      await putApiDocs(prepared);
      const missing = await putApplications(prepared);
      if (missing.length > 0) log(`not built, so not served: ${missing.join(" ")}`);
      const demo = settings.simulator ? demoPeople(settings.plants) : [];
      passwords.push(...(await firstPeople(prepared, demo, Date.now())));
    },
  });
  const { newPassword } = settings;
  const reset = newPassword === null ? null : await resetPassword(machine, newPassword);
  if (newPassword !== null)
    log(reset === null ? `there is no user ${newPassword}` : `new password of ${newPassword}: ${reset}`);
  const { hj212Port: port, hj212Host: host } = settings;
  const gateway = await startLocalGateway({ machine, dataDir, host, port, log }).catch(async (error: Error) => {
    await machine.stop();
    throw error;
  });
  const loopback = loopbackOf(host);
  if (loopback === null && settings.simulator)
    log(`the simulated plants speak MQTT only: ${host} cannot be called from loopback`);
  city.start(machine, loopback === null ? null : { ...gateway, host: loopback });
  console.log(addresses(machine, gateway, dataDir, settings));
  if (passwords.length > 0) console.log(firstPasswords(passwords));

  let asked = 0;
  const stop = (): void => {
    // A terminal and the npm command both pass Ctrl-C on: what comes within a second is the same one.
    if (asked > 0 && performance.now() - asked > 1_000) process.exit(1);
    if (asked > 0) return;
    asked = performance.now();
    log("stopping …");
    void city
      .stop()
      .then(() => gateway.stop())
      .then(() => machine.stop())
      .then(
        () => process.exit(0),
        (error: Error) => {
          console.error(error.message);
          process.exit(1);
        },
      );
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
}

function checkFolder(dataDir: string): void {
  try {
    makeFolder(dataDir);
    accessSync(dataDir, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new UsageError(
      `the data folder ${dataDir} cannot be used: ${(error as Error).message}; choose another with --data`,
    );
  }
}

/** Step by step: Node's recursive mkdir never ends where a file system answers "no such file" for a new name (/proc). */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

/** Asked before the first import takes its time. */
function checkPort(port: number, flag: string, host = "127.0.0.1"): Promise<void> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) =>
      fail(
        new UsageError(
          `port ${port} cannot be opened on ${host} (${error.code === "EADDRINUSE" ? "in use" : error.message}); choose another with ${flag}`,
        ),
      ),
    );
    server.listen(port, host, () => server.close(() => done()));
  });
}

const addresses = (
  { url, mqttPort, mqttsPort, issuer }: Machine,
  gateway: Gateway,
  dataDir: string,
  settings: Settings,
): string => `
  首页 home        ${url}/
  短信 SMS         ${url}/_local/sms
  邮件 e-mail      ${url}/_local/mail
  状态 status      ${url}/_local/status
  部件 health      ${url}/_local/health
  企业 plants      ${url}/_local/plants
  MQTT             127.0.0.1:${mqttPort}   client id = MN, topics plants/{mn}/hj212 and plants/{mn}/telemetry
  MQTT 双向 TLS    ${settings.mqttsHost}:${mqttsPort}   mutual TLS; npm run provision -- create --mn MN --out DIR
  HJ 212           ${settings.hj212Host}:${gateway.port}   TCP; PW 123456; metrics http://127.0.0.1:${gateway.metricsPort}/metrics
  数据 data        ${dataDir}
${signIn(issuer)}
  公开页无需登录。 The public pages need no sign-in; ${reachable(settings)}
  ${settings.simulator && settings.plants > 0 ? `模拟 ${settings.plants} 家企业。 ${settings.plants} simulated plants.` : "没有模拟数据。 No simulated telemetry."}  Ctrl-C 停止 stops; the data stay.
`;

/** Where people sign in; the passwords were shown at the first start. */
function signIn(issuer: Machine["issuer"]): string {
  if (!issuer) return "";
  const { origin } = new URL(issuer.issuer);
  return `  登录 sign in     ${origin}/console/ 监管 regulators   ${origin}/portal/ 企业 enterprises   user admin; lost passwords: --new-password USER`;
}

/** Shown this once: the machine keeps hashes only. */
const firstPasswords = (passwords: readonly FirstPassword[]): string =>
  [
    "  首次启动建立的账号，密码只显示这一次，请记下。 Accounts made at the first start; these passwords are shown only now, note them.",
    ...passwords.map(
      ({ username, password, role, of }) => `    ${username.padEnd(10)} ${password}   ${role}${of ? ` (${of})` : ""}`,
    ),
    "",
  ].join("\n");

/** What can be reached from elsewhere. */
function reachable({ mqttsHost, hj212Host }: Settings): string {
  const open = [
    ...(mqttsHost.startsWith("127.") ? [] : [`MQTT with mutual TLS on ${mqttsHost}`]),
    ...(hj212Host.startsWith("127.") ? [] : [`HJ 212 on ${hj212Host}`]),
  ];
  return open.length === 0 ? "everything listens on this machine only." : `only ${open.join(" and ")} can be reached.`;
}

/** One clear line for what a person can put right; the whole trace for what is our mistake. */
function explain(error: unknown): string {
  const { name, message, code, stack } = error as NodeJS.ErrnoException;
  if (name === "UsageError" || name === "TemplateError" || name === "StoreWriteError") return message;
  if (code === "ERR_MODULE_NOT_FOUND")
    return `${message}\nA package is missing: run npm ci --ignore-scripts in ${root}`;
  if (code === "ENOSPC" || /database or disk is full/.test(message)) return `the disk is full: ${message}`;
  return process.env["DEBUG"] ? (stack ?? message) : message;
}

// `npm start | head` closes our output; the machine goes on until it is told to stop.
process.stdout.on("error", () => undefined);
run().catch((error: unknown) => {
  console.error(explain(error));
  process.exit(1);
});
