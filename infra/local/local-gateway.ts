/** The HJ 212 gateway as a part of the one machine: its devices are those of the register, its uplink is this machine's MQTT. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";
import type { Binding } from "../../functions/register/domain/bindings.ts";
import { inForce } from "../../functions/register/domain/permit.ts";
import { cachedRegister } from "../../functions/register/cached-register.ts";
import { keys } from "../../functions/register/stored-items.ts";
import { parseConfig } from "../gateway/config.ts";
import { isListed, networkList, passwordCheck, type Directory } from "../gateway/devices.ts";
import { startGateway, type Gateway } from "../gateway/gateway.ts";
import { Secrets, type Secret } from "../gateway/secrets.ts";
import type { Machine } from "./machine.ts";

export const LOCAL_GATEWAY = "local";
/** What loggers leave the factory with; here it is good for devices on this machine only. */
export const LOCAL_PASSWORD = "123456";
const REGISTER_SECONDS = 30;
const thisMachine = networkList(["127.0.0.0/8", "::1"]);
const isLoopbackAddress = (address: string): boolean => isListed(thisMachine, address);

export interface LocalGatewayOptions {
  machine: Pick<Machine, "call" | "setting" | "mqttPort">;
  dataDir: string;
  host: string;
  port: number;
  log: (line: string) => void;
}

/** Starts the gateway on a running machine. */
export function startLocalGateway({ machine, dataDir, host, port, log }: LocalGatewayOptions): Promise<Gateway> {
  const folder = join(dataDir, "gateway");
  const secretsFile = join(folder, "secrets.json");
  const secrets = existsSync(secretsFile) ? Secrets.parse(JSON.parse(readFileSync(secretsFile, "utf8"))) : {};
  return startGateway({
    config: parseConfig({
      id: LOCAL_GATEWAY,
      listen: { host, port },
      // Behind its own; a free one where there is none.
      metricsPort: port % 65_535 === 0 ? 0 : port + 1,
      // Nobody counts the messages of this broker.
      uplink: { url: `mqtt://127.0.0.1:${machine.mqttPort}`, messagesPerSecond: 1_000, backlogPerSecond: 250 },
      limits: { connectionsPerAddress: 12_000 },
      devices: [],
    }),
    dataDir: folder,
    directory: registerDirectory(machine, secrets),
    log,
  });
}

/** Where devices on this machine reach a gateway that listens on `host`; null where they would not come from loopback. */
export function loopbackOf(host: string): string | null {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host === "localhost" || isLoopbackAddress(host) ? host : null;
}

/**
 * Devices by their bindings in the register, so that an import counts at once. A device without a secret of its own has
 * the factory's password, and then has to call from this machine.
 */
function registerDirectory(
  { call, setting }: LocalGatewayOptions["machine"],
  secrets: Record<string, Secret>,
): Directory {
  const table = setting("REGISTER_TABLE");
  const { bindings } = cachedRegister(
    {
      bindings: async (mn) => {
        const { pk, sk } = keys.device(mn);
        return readBindings(await call("GetItem", { TableName: table, Key: { pk: { S: pk }, sk: { S: sk } } }));
      },
      getPlant: () => Promise.resolve(null),
      state: () => Promise.resolve(null),
    },
    { seconds: REGISTER_SECONDS, now: Date.now, size: 20_000 },
  );
  return {
    async find(mn) {
      const bound = (await bindings(mn)).find((binding) => inForce(binding, Date.now()));
      if (!bound) return null;
      const own = secrets[mn];
      return {
        mn,
        permitNo: bound.permitNo,
        passwordFits: passwordCheck({ password: own?.password ?? LOCAL_PASSWORD }),
        mayCallFrom: (address) => own !== undefined || isLoopbackAddress(address),
      };
    },
    keysOf: (mn) => secrets[mn]?.sm4Keys.map((hex) => Uint8Array.from(Buffer.from(hex, "hex"))) ?? [],
  };
}

/** DynamoDB's form of a device item. */
const Answer = z.object({
  Item: z.optional(
    z.object({
      bindings: z.object({
        L: z.array(
          z.object({
            M: z.object({
              permitNo: z.object({ S: z.string() }),
              from: z.object({ N: z.string() }),
              to: z.object({ N: z.optional(z.string()) }),
            }),
          }),
        ),
      }),
    }),
  ),
});

function readBindings(answer: unknown): Binding[] {
  const list = Answer.parse(answer).Item?.bindings.L ?? [];
  return list.map(({ M: { permitNo, from, to } }) => ({
    permitNo: permitNo.S,
    outlet: null,
    from: Number(from.N),
    to: to.N === undefined ? null : Number(to.N),
  }));
}
