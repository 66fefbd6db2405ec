/** Builds the two web applications into `.build/web/{portal,console}`; nothing is done when no input changed. No network. */
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { appMetaCsp } from "../web/sign-in/csp.ts";
import { hashOfFiles, ROOT } from "./build.ts";
import { withLock } from "./lock.ts";

export const WEB_APPLICATIONS = ["portal", "console"] as const;
export type WebApplication = (typeof WEB_APPLICATIONS)[number];

const OUT = join(ROOT, ".build");
export const webDir = (name: WebApplication): string => join(OUT, "web", name);
/** Vite's list of what imports what; not among the files that are served. */
const chunksFile = (name: WebApplication): string => join(OUT, "web", `${name}.chunks.json`);

const inputsOf = (name: WebApplication): string[] => [
  `web/{${name},shared}/**/*.{ts,tsx,css,html,json,svg,png,webmanifest}`,
  "web/sign-in/csp.ts",
  "functions/warnings/domain/line.ts", // who is told what
  "infra/build-web.ts",
  "package-lock.json",
];

/** Builds what is missing or stale. Throws with Vite's own messages; returns the names of what was built. */
export function buildWeb(names: readonly WebApplication[] = WEB_APPLICATIONS): Promise<WebApplication[]> {
  mkdirSync(OUT, { recursive: true });
  return withLock(join(OUT, "build-web.lock"), async () => {
    const built: WebApplication[] = [];
    for (const name of names) {
      const stamp = join(OUT, "web", `${name}.sha256`);
      const hash = hashOfFiles(inputsOf(name));
      if (existsSync(chunksFile(name)) && existsSync(stamp) && readFileSync(stamp, "utf8") === hash) continue;
      rmSync(stamp, { force: true });
      await buildApplication(name);
      if (name === "portal") await buildServiceWorker(hash);
      writeFileSync(stamp, hash);
      built.push(name);
    }
    return built;
  });
}

async function buildApplication(name: WebApplication): Promise<void> {
  const [{ build }, { default: react }] = await Promise.all([import("vite"), import("@vitejs/plugin-react")]);
  const environment = process.env.NODE_ENV;
  process.env.NODE_ENV = "production"; // a test's own would bring React's development build, twice as heavy
  const built = build({
    configFile: false,
    envFile: false,
    root: join(ROOT, "web", name),
    base: `/${name}/`,
    logLevel: "error",
    plugins: [
      react(),
      {
        name: "content-security-policy",
        transformIndexHtml: (html) => html.replace("%CSP%", appMetaCsp({ inlineStyles: name === "console" })),
      },
    ],
    build: {
      outDir: webDir(name),
      emptyOutDir: true,
      target: "es2023",
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0, // nothing that a policy would have to allow
      manifest: "chunks.json",
      chunkSizeWarningLimit: 2_000, // `firstLoad` is what is watched
    },
  });
  await built.finally(() => {
    if (environment === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = environment;
  });
  renameSync(join(webDir(name), "chunks.json"), chunksFile(name));
}

/** The portal's service worker, which knows the names of all its files and changes with them. */
async function buildServiceWorker(version: string): Promise<void> {
  const { build } = await import("esbuild");
  const folder = webDir("portal");
  const files = globSync("assets/**/*", { cwd: folder }).sort();
  await build({
    entryPoints: [join(ROOT, "web/portal/worker/service-worker.ts")],
    outfile: join(folder, "service-worker.js"),
    bundle: true,
    minify: true,
    target: "es2023",
    define: { FILES: JSON.stringify(files), VERSION: JSON.stringify(version.slice(0, 16)) },
    logLevel: "silent",
  });
}

interface Chunk {
  file: string;
  isEntry?: boolean;
  imports?: string[];
  css?: string[];
}

/** Bytes with gzip of what a first visit loads: the page, the entry, and what it imports statically. */
export function firstLoad(name: WebApplication): { bytes: number; files: string[] } {
  const chunks = chunksOf(name);
  return weigh(
    name,
    filesOf(
      chunks,
      Object.values(chunks).filter((chunk) => chunk.isEntry),
    ),
  );
}

/** What each page loads before its charts: the first load and the page's own, by the page's source. */
export function pageLoads(name: WebApplication): Map<string, number> {
  const chunks = chunksOf(name);
  const entries = Object.values(chunks).filter((chunk) => chunk.isEntry);
  const pages = Object.entries(chunks).filter(([source]) => source.endsWith("-page.tsx"));
  return new Map(
    pages.map(([source, page]) => [source, weigh(name, filesOf(chunks, [...entries, page])).bytes] as const),
  );
}

const chunksOf = (name: WebApplication): Record<string, Chunk> =>
  JSON.parse(readFileSync(chunksFile(name), "utf8")) as Record<string, Chunk>;

function filesOf(chunks: Record<string, Chunk>, from: readonly Chunk[]): Set<string> {
  const files = new Set(["index.html"]);
  const add = (chunk: Chunk | undefined): void => {
    if (!chunk || files.has(chunk.file)) return;
    for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
    for (const key of chunk.imports ?? []) add(chunks[key]);
  };
  for (const chunk of from) add(chunk);
  return files;
}

function weigh(name: WebApplication, files: ReadonlySet<string>): { bytes: number; files: string[] } {
  const folder = webDir(name);
  const bytes = [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file))).length, 0);
  return { bytes, files: [...files] };
}

if (import.meta.main) {
  const built = await buildWeb();
  for (const name of WEB_APPLICATIONS) {
    const size = (firstLoad(name).bytes / 1024).toFixed(0);
    console.log(`${name}: ${built.includes(name) ? "built" : "up to date"}, first load ${size} KB with gzip`);
  }
}
