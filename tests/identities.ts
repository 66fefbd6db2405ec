/** Devices' identities for tests: the one machine's own authority, registry and IoT endpoint, without its broker. */
import { IoTClient } from "@aws-sdk/client-iot";
import { join } from "node:path";
import { DEVICE_POLICIES, renderPolicy } from "../events/device-policies.ts";
import type { Identities } from "../functions/devices/device-services.ts";
import { iotRegistry } from "../functions/devices/iot-registry.ts";
import { startIdentities, type Identities as LocalIdentities } from "../infra/local/identity/identities.ts";
import { PolicyDocument } from "../infra/local/identity/iot-policy.ts";
import { openStore } from "../infra/local/store.ts";
import { temporaryFolder } from "../infra/local/test-assembly.ts";

export interface TestIdentities extends Identities {
  local: LocalIdentities;
  stop(): Promise<void>;
}

export async function startTestIdentities(now: () => number = Date.now): Promise<TestIdentities> {
  const folder = temporaryFolder();
  const store = openStore(join(folder.path, "machine.sqlite"));
  const arn = (path: string): string => `arn:aws:iot:local-1:000000000000:${path}`;
  const policies = new Map(DEVICE_POLICIES.map((p) => [p.name, PolicyDocument.parse(renderPolicy(p, arn))]));
  const local = await startIdentities({ dataDir: folder.path, store, policies, now });
  local.announce("127.0.0.1", 8883);
  const { endpoint, accessKeyId, secretAccessKey } = local.control;
  const client = new IoTClient({ region: "local-1", endpoint, credentials: { accessKeyId, secretAccessKey } });
  return {
    local,
    registry: iotRegistry(client),
    ca: local.authority.pem,
    stop: async () => {
      await local.stop();
      store.close();
      folder[Symbol.dispose]();
    },
  };
}
