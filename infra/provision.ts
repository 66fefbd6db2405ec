/** `npm run provision`: gives devices and gateways their identity, on the running local machine or in AWS IoT. */
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { IoTClient } from "@aws-sdk/client-iot";
import { deviceIdentity, gatewayIdentity, type Identity } from "../functions/devices/domain/identity.ts";
import { iotRegistry, type DeviceCertificate, type IotRegistry } from "../functions/devices/iot-registry.ts";
import {
  activate,
  deactivate,
  finishRotation,
  issueCertificate,
  short,
} from "../functions/devices/issue-certificate.ts";
import { keptCertificate, prepareKey, writeConnection, writeCertificate } from "./provision-folder.ts";
import { openTarget, type OpenTarget, type Target } from "./provision-target.ts";

export const HELP = `npm run provision -- COMMAND [flags]
  create      --mn MN | --gateway ID   --out DIR [--csr FILE]   take a device or a gateway on
  rotate      --mn MN | --gateway ID   --out DIR [--csr FILE]   a further certificate; the old one stays in force
  rotate      --mn MN | --gateway ID   --finish [--keep CERT]   the newest (or CERT) stays, the others end
  deactivate  --mn MN | --gateway ID   [--certificate CERT] [--revoke]   ends all of them, or CERT; --revoke is for good
  activate    --mn MN | --gateway ID   --certificate CERT       takes a deactivation back
  list        [--mn MN | --gateway ID] [--json]
where:
  --local        the machine that npm start runs here (default); --data DIR when its data are not in .data
  --region R     AWS IoT in that region, with your AWS credentials
--csr FILE is a request (PKCS #10, PEM) whose key stays on the device: CN = MN or gw-ID, EC P-256 or RSA >= 2048 bits.
Without it a key is made in DIR. CERT is the id of a certificate or its first digits. A command that was interrupted is
simply given again.`;

/** Wrong usage: the message is for the person at the terminal. */
class UsageError extends Error {}

const COMMANDS = ["create", "rotate", "deactivate", "activate", "list"] as const;

export interface Options {
  command: (typeof COMMANDS)[number];
  identity: Identity | null;
  out: string | null;
  csr: string | null;
  certificate: string | null;
  keep: string | null;
  finish: boolean;
  revoke: boolean;
  json: boolean;
  target: Target;
}

/** Reads the command line. Throws UsageError naming what is wrong or missing. */
export function readOptions(argv: readonly string[], defaultData: string): Options {
  const [text, flag] = [{ type: "string" } as const, { type: "boolean" } as const];
  const parse = () =>
    parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        mn: text,
        gateway: text,
        out: text,
        csr: text,
        certificate: text,
        keep: text,
        region: text,
        data: text,
        local: flag,
        finish: flag,
        revoke: flag,
        json: flag,
      },
    });
  let given: ReturnType<typeof parse>;
  try {
    given = parse();
  } catch (error) {
    throw new UsageError((error as Error).message.split(". To specify")[0], { cause: error });
  }
  const { values: v, positionals } = given;
  const command = COMMANDS.find((each) => each === positionals[0]);
  if (!command || positionals.length !== 1)
    throw new UsageError(`the command must be one of ${COMMANDS.join(", ")}, not "${positionals.join(" ")}"`);
  if (v.mn !== undefined && v.gateway !== undefined) throw new UsageError("--mn and --gateway exclude each other");
  if (v.region !== undefined && (v.local || v.data !== undefined))
    throw new UsageError("--region is AWS; --local and --data are the machine here: give one of them");
  if (command !== "list" && v.mn === undefined && v.gateway === undefined)
    throw new UsageError(`${command} needs --mn or --gateway`);
  const makes = command === "create" || (command === "rotate" && !v.finish);
  if (makes && v.out === undefined) throw new UsageError(`${command} needs --out: the folder for the files`);
  if (command === "activate" && v.certificate === undefined) throw new UsageError("activate needs --certificate");
  for (const [name, fits] of [
    ["out", makes],
    ["csr", makes],
    ["finish", command === "rotate"],
    ["keep", command === "rotate" && v.finish],
    ["revoke", command === "deactivate"],
    ["certificate", command === "deactivate" || command === "activate"],
    ["json", command === "list"],
  ] as const)
    if (v[name] !== undefined && !fits) throw new UsageError(`--${name} has no meaning here`);
  return {
    command,
    identity: v.mn !== undefined ? deviceIdentity(v.mn) : v.gateway !== undefined ? gatewayIdentity(v.gateway) : null,
    out: v.out === undefined ? null : resolve(v.out),
    csr: v.csr === undefined ? null : resolve(v.csr),
    certificate: v.certificate ?? null,
    keep: v.keep ?? null,
    finish: v.finish ?? false,
    revoke: v.revoke ?? false,
    json: v.json ?? false,
    target: v.region === undefined ? { data: resolve(v.data ?? defaultData) } : { region: v.region },
  };
}

/** Runs one command; `say` gets what a person is to read. */
export async function provision(options: Options, say: (line: string) => void): Promise<void> {
  const target = await openTarget(options.target);
  try {
    await runCommand(options, target, say);
  } catch (error) {
    if (!("data" in options.target) || (error as NodeJS.ErrnoException).code !== "ECONNREFUSED") throw error;
    throw new Error(`the machine on ${options.target.data} does not answer: start it with npm start`, { cause: error });
  }
}

async function runCommand(options: Options, target: OpenTarget, say: (line: string) => void): Promise<void> {
  const registry = iotRegistry(new IoTClient(target.client));
  const { command, identity } = options;
  if (command === "list") return list(registry, options, say);
  if (!identity) throw new UsageError(`${command} needs --mn or --gateway`);
  const { name } = identity;
  if (command === "activate") {
    const done = await activate(registry, name, options.certificate ?? "");
    return say(`${short(done)} of ${name} is ACTIVE`);
  }
  if (command === "deactivate") {
    const done = await deactivate(registry, { name, only: options.certificate, revoke: options.revoke });
    for (const each of done) say(`${short(each)} of ${name} is ${each.status}; its connections end`);
    if (done.length === 0) say(`${name} has no certificate to change`);
    return undefined;
  }
  if (options.finish) {
    const { kept, ended } = await finishRotation(registry, name, options.keep);
    for (const each of ended) say(`${short(each)} of ${name} is ${each.status}`);
    return say(`${short(kept)} of ${name} is the one in force`);
  }
  const out = options.out ?? "";
  const kept = await keptCertificate(out, name);
  const request = options.csr
    ? await readFile(options.csr, "utf8").catch((error: Error) => {
        throw new Error(`the certificate request cannot be read: ${error.message}`, { cause: error });
      })
    : await prepareKey(out, name);
  const certificate = await issueCertificate(registry, {
    identity,
    request,
    kept,
    keep: (made) => writeCertificate(out, made.pem, options.csr !== null),
    rotates: command === "rotate",
  });
  await writeConnection(out, { identity, endpoint: await registry.endpoint(), ca: target.ca, ownKey: !options.csr });
  say(
    `${short(certificate)} of ${name} is ACTIVE until ${certificate.notAfter.toISOString().slice(0, 10)}; files in ${out}`,
  );
  if (command === "rotate") say(`the former one stays in force; when the new one connects: rotate … --finish`);
  return undefined;
}

interface Listed {
  kind: string;
  id: string;
  name: string;
  certificates: { id: string; status: string; created: string; notAfter: string }[];
}

async function list(registry: IotRegistry, { identity, json }: Options, say: (line: string) => void): Promise<void> {
  let count = 0;
  const show = async ({ kind, id, name }: Identity): Promise<void> => {
    const certificates = await registry.certificates(name);
    count += 1;
    if (json) return say(JSON.stringify({ kind, id, name, certificates: certificates.map(listed) } satisfies Listed));
    if (certificates.length === 0) say(`${kind.padEnd(8)}${name.padEnd(28)}no certificate`);
    for (const each of certificates.map(listed))
      say(
        `${kind.padEnd(8)}${name.padEnd(28)}${each.id.slice(0, 12)}  ${each.status.padEnd(8)}  made ${each.created.slice(0, 10)}, ends ${each.notAfter.slice(0, 10)}`,
      );
    if (certificates.filter(({ status }) => status === "ACTIVE").length > 1)
      say(`${" ".repeat(8)}${name}: a rotation is under way; rotate … --finish ends it`);
    return undefined;
  };
  if (identity) {
    const found = await registry.identity(identity.name);
    if (!found) throw new Error(`${identity.name} is not in the registry`);
    return show(found);
  }
  for (const kind of ["device", "gateway"] as const)
    for await (const each of registry.identities(kind)) await show(each);
  if (count === 0 && !json) say("no device and no gateway has an identity yet");
  return undefined;
}

const listed = ({ id, status, created, notAfter }: DeviceCertificate): Listed["certificates"][number] => ({
  id,
  status,
  created: created.toISOString(),
  notAfter: notAfter.toISOString(),
});

if (import.meta.main) {
  const argv = process.argv.slice(2);
  try {
    if (argv.length === 0 || argv.includes("--help")) console.log(HELP);
    else await provision(readOptions(argv, join(import.meta.dirname, "../.data")), (line) => console.log(line));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    if (error instanceof UsageError) console.error(`\n${HELP}`);
    process.exitCode = 1;
  }
}
