/**
 * Bundles every function in one esbuild call and lays out the rule-data layer, both under `.build/`. Nothing is done
 * when no input changed. CDK only takes finished folders from here.
 */
import { createHash } from "node:crypto";
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build as esbuild, type Plugin } from "esbuild";
import { withLock } from "./lock.ts";

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Bundle name → entry file. The table of docs/architecture.md says what each one does. */
export const FUNCTIONS = {
  "ingest-telemetry": "functions/telemetry/ingest-telemetry.ts",
  "import-permits": "functions/register/import-permits.ts",
  "warn-plants": "functions/warnings/warn-plants.ts",
  "receive-reply": "functions/warnings/receive-reply.ts",
  "simulate-rules": "functions/simulate/simulate-rules.ts",
  "close-hours": "functions/warnings/close-hours.ts",
  "close-days": "functions/warnings/close-days.ts",
  "send-digest": "functions/notices/send-digest.ts",
  "deliver-notices": "functions/notices/deliver-notices.ts",
  "publish-pages": "functions/disclosure/publish-pages.ts",
  "serve-api": "functions/api/serve-api.ts",
  "serve-people": "functions/api/serve-people.ts",
  "serve-devices": "functions/api/serve-devices.ts",
  "serve-live": "functions/live/serve-live.ts",
  "nudge-live": "functions/live/nudge-live.ts",
  "replay-quarantine": "functions/telemetry/replay-quarantine.ts",
} as const;

export type FunctionName = keyof typeof FUNCTIONS;

const OUT = join(ROOT, ".build");

/** Folder with `index.mjs` of a function, once built. */
export const bundleDir = (name: FunctionName): string => join(OUT, "functions", name);
/** Folder of the rule-data layer: its content lands in /opt, so it holds `rule-data/`. */
export const LAYER_DIR = join(OUT, "layers/rule-data");

const STAMP = join(OUT, "inputs.sha256");
/** Hash of the inputs of the last finished build. */
export const buildHash = (): string => readFileSync(STAMP, "utf8");

/** SHA-256 over the paths and contents of all files that `patterns` (globs under the root) name, tests left out. */
export function hashOfFiles(patterns: readonly string[], more = ""): string {
  const hash = createHash("sha256").update(more);
  for (const path of globSync([...patterns], { cwd: ROOT })
    .filter((p) => !p.endsWith(".test.ts"))
    .sort())
    hash
      .update(path)
      .update("\0")
      .update(readFileSync(join(ROOT, path)))
      .update("\0");
  return hash.digest("hex");
}

/**
 * Builds what is missing or stale. Throws when an entry of `FUNCTIONS` does not exist, or with esbuild's own messages.
 * Returns true when something was built.
 */
export const buildFunctions = (): Promise<boolean> => withBuild(async (built) => built);

/** Builds, then runs `work` while no other process can build again under its hands. */
export async function withBuild<T>(work: (built: boolean) => Promise<T>): Promise<T> {
  mkdirSync(OUT, { recursive: true });
  return withLock(join(OUT, "build.lock"), async () => work(await buildIfStale()));
}

async function buildIfStale(): Promise<boolean> {
  const hash = hashOfFiles(INPUTS);
  if (existsSync(STAMP) && buildHash() === hash) return false;
  rmSync(STAMP, { force: true });
  await bundle();
  rmSync(LAYER_DIR, { recursive: true, force: true });
  cpSync(join(ROOT, "layers/rule-data"), join(LAYER_DIR, "rule-data"), { recursive: true });
  writeFileSync(STAMP, hash);
  return true;
}

const INPUTS = [
  "functions/**/*.ts",
  "events/*.ts",
  "layers/**/*.{ts,json}",
  "web/{disclosure,sign-in}/*.ts",
  "infra/build.ts",
  "package-lock.json",
];

/** Throws naming each function (bundle name → entry) whose entry file does not exist. */
export function requireEntries(entries: Readonly<Record<string, string>>): void {
  const missing = Object.entries(entries).filter(([, entry]) => !existsSync(join(ROOT, entry)));
  if (missing.length > 0)
    throw new Error(
      `no entry file for ${missing.map(([name, entry]) => `${name} (${entry})`).join(", ")}. ` +
        "Write it, or take the function out of infra/build.ts and its stack.",
    );
}

/** Ways to credentials by a developer's profile: 87 KB of every bundle. A function has its own in the environment. */
const PROFILES = /^@aws-sdk\/credential-provider-(?:sso|ini|process|web-identity)$/;
const withoutProfiles: Plugin = {
  name: "without-profiles",
  setup(build) {
    build.onResolve({ filter: PROFILES }, ({ path }) => ({ path, namespace: "profiles" }));
    // The SDK asks the next in its chain, and at last says that there are no credentials.
    build.onLoad({ filter: /./, namespace: "profiles" }, () => ({
      contents:
        'const none = () => async () => { throw Object.assign(new Error("no profiles in a function"), { tryNextLink: true }); };' +
        "export const fromSSO = none, fromIni = none, fromProcess = none, fromTokenFile = none;",
    }));
  },
};

const SCHEMAS = /@aws-sdk\/client-[^/]+\/dist-es\/schemas\/schemas_\d+\.js$/;
/**
 * A client's schemas of calls that nobody makes: their keys are constants in brackets, which esbuild takes for a possible
 * side effect and keeps. With the texts themselves as keys it leaves out what is not used: 100 KB of the IoT client.
 */
const plainSchemaKeys: Plugin = {
  name: "plain-schema-keys",
  setup(build) {
    build.onLoad({ filter: SCHEMAS }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const texts = new Map(
        [...source.matchAll(/^const (_\w*) = ("[^"\\]*");$/gm)].map(([, name, text]) => [name, text]),
      );
      return {
        contents: source.replaceAll(/\[(_\w*)\]:/g, (key, name: string) =>
          texts.has(name) ? `${texts.get(name)}:` : key,
        ),
      };
    });
  },
};

async function bundle(): Promise<void> {
  requireEntries(FUNCTIONS);
  const result = await esbuild({
    absWorkingDir: ROOT,
    entryPoints: Object.entries(FUNCTIONS).map(([name, entry]) => ({ in: entry, out: `functions/${name}/index` })),
    outdir: OUT,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    plugins: [withoutProfiles, plainSchemaKeys],
    mainFields: ["module", "main"], // the SDK's ES modules: 366 KB instead of 584 KB
    minify: true,
    keepNames: true, // error names in the logs stay readable
    legalComments: "none",
    sourcemap: "external",
    sourcesContent: false,
    metafile: true,
    // CommonJS dependencies call require(), which an ES module does not have.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    write: false,
    logLevel: "silent", // errors are thrown with their messages
  });
  rmSync(join(OUT, "functions"), { recursive: true, force: true });
  for (const { path, contents } of result.outputFiles) {
    // Maps are kept for reading a stack trace, beside the folders that are uploaded.
    const target = path.endsWith(".map") ? path.replace("/functions/", "/maps/").replace("/index.mjs", ".mjs") : path;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, contents);
  }
  writeFileSync(join(OUT, "meta.json"), JSON.stringify(result.metafile));
}
