/** Puts the API's description into the site's bucket, as docs/deploy.md does in the cloud: `/api-docs/openapi.json`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../build.ts";
import type { Machine } from "./machine.ts";

const KEY = "api-docs/openapi.json";

export async function putApiDocs({ objects, setting }: Pick<Machine, "objects" | "setting">): Promise<void> {
  const headers = { "content-type": "application/json", "cache-control": "no-cache" };
  await objects.put({ bucket: setting("SITE_BUCKET"), key: KEY, body: readFileSync(join(ROOT, "web", KEY)), headers });
}
