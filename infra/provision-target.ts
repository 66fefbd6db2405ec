/** Where identities are kept: the machine that runs here, or AWS IoT. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { IoTClientConfig } from "@aws-sdk/client-iot";
import * as z from "zod/mini";
import { amazonRoots } from "../functions/devices/amazon-roots.ts";
import { parseInput } from "../functions/shared/problems.ts";
import { CONTROL_FILE } from "./local/identity/identities.ts";
import { machineRegion } from "./local/template.ts";

export type Target = { data: string } | { region: string };

export interface OpenTarget {
  client: IoTClientConfig;
  /** PEM of the authorities that the broker's certificate may come from. */
  ca: string;
}

const Control = z.object({
  endpoint: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  ca: z.string(),
});

/** Throws saying what to start when no machine runs on the folder. */
export async function openTarget(target: Target): Promise<OpenTarget> {
  if ("region" in target) return { client: { region: target.region, maxAttempts: 8 }, ca: amazonRoots() };
  const file = join(target.data, CONTROL_FILE);
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    const more =
      error.code === "ENOENT"
        ? "no machine with MQTT over TLS runs there: start it with npm start, or name its folder with --data"
        : error.message;
    throw new Error(`${file}: ${more}`, { cause: error });
  });
  const parsed = parseInput(Control, JSON.parse(text));
  if (!parsed.ok) throw new Error(`${file}: ${parsed.problems[0]?.path} ${parsed.problems[0]?.reason}`);
  const { endpoint, accessKeyId, secretAccessKey, ca } = parsed.data;
  return {
    client: { region: machineRegion, endpoint, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 },
    ca: await readFile(ca, "utf8"),
  };
}
