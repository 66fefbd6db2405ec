/** Device identities of one machine: authority, registry, the IoT control endpoint, and where to find them. */
import { randomBytes } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Permissions } from "../iam/permissions.ts";
import type { Store } from "../store.ts";
import { admission, type Admit } from "./admission.ts";
import { openAuthority, type CertificateAuthority } from "./certificate-authority.ts";
import { startIotControl } from "./iot-control.ts";
import { iotOperations } from "./iot-calls.ts";
import type { PolicyDocument } from "./iot-policy.ts";
import { openThingRegistry, type ThingRegistry } from "./thing-registry.ts";

export interface Identities {
  authority: CertificateAuthority;
  registry: ThingRegistry;
  admit: Admit;
  /** Address and access key of the control endpoint, for `npm run provision` in `iot/endpoint.json` of the data folder. */
  control: ControlAccess;
  /** Tells devices, through DescribeEndpoint, where the listener is. */
  announce(host: string, port: number): void;
  stop(): Promise<void>;
}
export interface ControlAccess {
  endpoint: string;
  accessKeyId: string;
  secretAccessKey: string;
}

const NOBODY: Permissions = { check: () => ({ kind: "unknown-key" }), allows: () => false };

/** File in the data folder while the machine runs; readable by its owner only. */
export const CONTROL_FILE = "iot/endpoint.json";

export async function startIdentities(options: {
  dataDir: string;
  store: Store;
  policies: ReadonlyMap<string, PolicyDocument>;
  /** Of the functions; absent: nobody but the owner of the data folder comes in. */
  permissions?: Permissions;
  now: () => number;
}): Promise<Identities> {
  const { dataDir, store, policies, permissions = NOBODY, now } = options;
  const authority = await openAuthority(join(dataDir, "iot"), now);
  const registry = openThingRegistry(store, now);
  let address = "";
  const accessKeyId = `LOCAL${randomBytes(16).toString("hex").toUpperCase()}`;
  const server = await startIotControl(
    iotOperations({ registry, authority, policies, endpoint: () => address }),
    accessKeyId,
    permissions,
  );
  const control = { endpoint: server.endpoint, accessKeyId, secretAccessKey: randomBytes(24).toString("base64url") };
  const file = join(dataDir, CONTROL_FILE);
  rmSync(file, { force: true }); // left by a machine that was killed; a new file gets the new permissions
  writeFileSync(file, JSON.stringify({ ...control, ca: authority.file }), { mode: 0o600 });
  return {
    authority,
    registry,
    admit: admission(registry, policies, now),
    control,
    announce: (host, port) => {
      // A device cannot dial "every address": it is told the machine's name.
      const name = host === "0.0.0.0" || host === "::" ? hostname() : host;
      address = `${name.includes(":") ? `[${name}]` : name}:${port}`;
    },
    stop: async () => {
      rmSync(file, { force: true });
      await server.stop();
    },
  };
}
