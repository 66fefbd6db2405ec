/** Node-RED as its users install it, kept in the system's temporary folder, and the two flows of the comparison. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LIMIT, SAMPLES } from "./load.ts";
import { rollingMeans } from "./rolling-mean.ts";

/** The palette flow's mean is Node-RED's own `smooth`, which its palette manager installs beside it. */
const PACKAGES = ["node-red@4.1.15", "node-red-node-smooth@0.1.2"];
const INSTALL_MS = 120_000;

/** Said in the notes: where it stays between runs (a section's own temporary folder goes with it). */
export const folder = (): string =>
  join(process.env["BENCH_KEPT"] ?? tmpdir(), `permit-watch-bench-${PACKAGES.join("-").replaceAll("@", "-")}`);

/** Installs it unless it is there; throws with npm's reason, and leaves nothing half done. */
export function install(ms = INSTALL_MS): void {
  if (existsSync(join(folder(), "node_modules/node-red/red.js"))) return;
  const part = `${folder()}.${process.pid}.part`;
  mkdirSync(part, { recursive: true });
  try {
    writeFileSync(join(part, "package.json"), '{"private":true}\n');
    const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", ...PACKAGES];
    const done = spawnSync("npm", args, { cwd: part, encoding: "utf8", timeout: ms, killSignal: "SIGKILL" });
    if (done.status !== 0)
      throw new Error(
        `${PACKAGES.join(" and ")} could not be installed: ${done.error?.message ?? (done.stderr.trim().slice(0, 300) || "npm failed")}`,
      );
    rmSync(folder(), { recursive: true, force: true });
    renameSync(part, folder());
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

/** As far as it goes: the section tells what is missing. */
export function installQuietly(): void {
  try {
    install();
  } catch {
    // Tried once more by the section, which says why not.
  }
}

export type Flow = "function" | "palette";
export const NODE_RED = PACKAGES[0] ?? "";
type FlowNode = Record<string, unknown>;

const shell = (port: number): FlowNode[] => [
  { id: "tab0", type: "tab", label: "hourly mean", disabled: false },
  {
    id: "broker0",
    type: "mqtt-broker",
    broker: "127.0.0.1",
    port: String(port),
    clientid: "node-red",
    autoConnect: true,
    usetls: false,
    protocolVersion: "4",
    keepalive: "60",
    cleansession: true,
  },
  {
    id: "in0",
    z: "tab0",
    type: "mqtt in",
    topic: "telemetry",
    qos: "1",
    datatype: "json",
    broker: "broker0",
    inputs: 0,
    wires: [["first0"]],
  },
  { id: "out0", z: "tab0", type: "mqtt out", topic: "", qos: "1", retain: "false", broker: "broker0", wires: [] },
];

/** One function node with the text of the plain script's logic. */
const functionNode: FlowNode = {
  id: "first0",
  z: "tab0",
  type: "function",
  outputs: 1,
  initialize: `context.set("check", (${rollingMeans.toString()})(${LIMIT}, ${SAMPLES}));`,
  func: `const over = context.get("check")(msg.payload.o, msg.payload.v);
return over.length === 0 ? null : [over.map((key) => ({ topic: "alarms/" + key, payload: "over" }))];`,
  wires: [["out0"]],
};

/** Without a line of code: split by pollutant, name the series, mean of the last samples, side of the limit, only changes. */
const paletteNodes: FlowNode[] = [
  {
    id: "first0",
    z: "tab0",
    type: "change",
    rules: [
      { t: "set", p: "outlet", pt: "msg", to: "payload.o", tot: "msg" },
      { t: "set", p: "payload", pt: "msg", to: "payload.v", tot: "msg" },
    ],
    wires: [["split0"]],
  },
  { id: "split0", z: "tab0", type: "split", splt: "\\n", spltType: "str", addname: "key", wires: [["name0"]] },
  {
    id: "name0",
    z: "tab0",
    type: "template",
    field: "topic",
    fieldType: "msg",
    format: "text",
    syntax: "mustache",
    template: "alarms/{{{outlet}}}/{{{key}}}",
    output: "str",
    wires: [["mean0"]],
  },
  {
    id: "mean0",
    z: "tab0",
    type: "smooth",
    property: "payload",
    action: "mean",
    count: String(SAMPLES),
    round: "",
    mult: "multi",
    reduce: false,
    wires: [["side0"]],
  },
  {
    id: "side0",
    z: "tab0",
    type: "switch",
    property: "payload",
    propertyType: "msg",
    rules: [{ t: "gt", v: String(LIMIT), vt: "num" }, { t: "else" }],
    checkall: "false",
    outputs: 2,
    wires: [["over0"], ["under0"]],
  },
  ...(["over", "under"] as const).map((side) => ({
    id: `${side}0`,
    z: "tab0",
    type: "change",
    rules: [{ t: "set", p: "payload", pt: "msg", to: side, tot: "str" }],
    wires: [["change0"]],
  })),
  {
    id: "change0",
    z: "tab0",
    type: "rbe",
    func: "rbe",
    gap: "",
    start: "",
    inout: "out",
    septopics: true,
    property: "payload",
    topi: "topic",
    wires: [["only0"]],
  },
  {
    id: "only0",
    z: "tab0",
    type: "switch",
    property: "payload",
    propertyType: "msg",
    rules: [{ t: "eq", v: "over", vt: "str" }],
    checkall: "true",
    outputs: 1,
    wires: [["out0"]],
  },
];

/** Writes settings (no editor, no HTTP, no calls home) and the flow; returns the arguments that start it. */
export function prepare(flow: Flow, brokerPort: number, userDir: string): string[] {
  mkdirSync(userDir, { recursive: true });
  const nodes = [...shell(brokerPort), ...(flow === "function" ? [functionNode] : paletteNodes)];
  writeFileSync(join(userDir, "flows.json"), JSON.stringify(nodes));
  const settings = {
    flowFile: "flows.json",
    userDir,
    httpAdminRoot: false,
    httpNodeRoot: false,
    disableEditor: true,
    credentialSecret: false,
    telemetry: { enabled: false, updateNotification: false },
    logging: { console: { level: "info", metrics: false, audit: false } },
  };
  writeFileSync(join(userDir, "settings.cjs"), `module.exports = ${JSON.stringify(settings)};\n`);
  return [
    join(folder(), "node_modules/node-red/red.js"),
    "--userDir",
    userDir,
    "--settings",
    join(userDir, "settings.cjs"),
  ];
}
