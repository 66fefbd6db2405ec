/** Puts the built web applications into the site's bucket, as the commands of docs/deploy.md do in the cloud. */
import { execFile } from "node:child_process";
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "../build.ts";
import { APPLICATIONS } from "../../web/sign-in/applications.ts";
import type { Machine } from "./machine.ts";

/** Where Vite leaves them: one folder for each, with its index.html. */
const BUILT = join(ROOT, ".build/web");

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

/** Builds the applications where a file of theirs has changed, in a process of its own: what that takes of memory is free again. */
export async function buildWebApart(): Promise<void> {
  const file = join(ROOT, "infra/build-web.ts");
  try {
    await promisify(execFile)(process.execPath, ["--disable-warning=ExperimentalWarning", file]);
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim();
    throw new Error(`portal and console could not be built: ${said || (error as Error).message}`, { cause: error });
  }
}

/** For who leaves out the slash. */
const moved = (path: string): Buffer =>
  Buffer.from(
    `<!doctype html><title>${path}</title><link rel="icon" href="data:,"><meta http-equiv="refresh" content="0;url=${path}"><a href="${path}">${path}</a>\n`,
  );

/** What is in `assets/` is named by its content and never changes; the page names it and is asked for every time, like the rest. */
const FOR_EVER = "public, max-age=31536000, immutable";
const ASKED = "no-cache";

/**
 * Puts what is new or changed. The page's key ends in a slash, since no part of the site turns a folder into a page.
 * Applications that are not built are left out; their names are returned.
 */
export async function putApplications(
  { objects, setting }: Pick<Machine, "objects" | "setting">,
  built = BUILT,
): Promise<string[]> {
  const bucket = setting("SITE_BUCKET");
  const missing: string[] = [];
  for (const path of APPLICATIONS) {
    const prefix = path.slice(1);
    const folder = join(built, prefix);
    if (!existsSync(join(folder, "index.html"))) {
      missing.push(path);
      continue;
    }
    const put = async (key: string, body: Buffer, type: string, kept: string): Promise<void> => {
      if ((await objects.get(bucket, key))?.body.equals(body)) return;
      await objects.put({ bucket, key, body, headers: { "content-type": type, "cache-control": kept } });
    };
    for (const file of globSync("**/*", { cwd: folder }).sort()) {
      const type = TYPES[extname(file)];
      if (type === undefined || !statSync(join(folder, file)).isFile()) continue;
      const body = readFileSync(join(folder, file));
      const kept = file.startsWith("assets/") ? FOR_EVER : ASKED;
      await put(file === "index.html" ? prefix : `${prefix}${file}`, body, type, kept);
    }
    await put(prefix.slice(0, -1), moved(path), TYPES[".html"] ?? "", ASKED);
  }
  return missing;
}
