/** The import rules of docs/architecture.md and the purity of `domain/` folders, checked on the code itself. */
import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { build, transformSync } from "esbuild";
import { beforeAll, describe, expect, test } from "vitest";

const ROOT = dirname(import.meta.dirname);
const FOLDERS = ["infra", "functions", "layers", "web", "events", "tests"];
const SOURCES = globSync(`{${FOLDERS.join(",")}}/**/*.{ts,tsx}`, { cwd: ROOT, exclude: ["**/node_modules/**"] }).sort();
/** Tests, and the fixtures that live beside them. */
const TEST_SUPPORT = /^tests\/|\.test\.tsx?$|\/fixtures?\.ts$/;
const isTest = (file: string): boolean => TEST_SUPPORT.test(file);
const isDomain = (file: string): boolean => file.includes("/domain/") && !isTest(file);

/** File → what it imports at run time (types are gone): files of ours, and packages by name. */
interface Imports {
  files: string[];
  packages: string[];
}
const graph = new Map<string, Imports>();

beforeAll(async () => {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: SOURCES,
    outdir: "unused",
    bundle: true,
    write: false,
    metafile: true,
    packages: "external",
    platform: "node",
    format: "esm",
    jsx: "automatic",
    logLevel: "silent",
    loader: { ".css": "empty", ".html": "text", ".svg": "text" },
  });
  for (const [file, { imports }] of Object.entries(metafile.inputs))
    graph.set(file, {
      files: imports.filter((i) => !i.external).map((i) => i.path),
      packages: imports.filter((i) => i.external).map((i) => i.path),
    });
});

const importsOf = (file: string): Imports => graph.get(file) ?? { files: [], packages: [] };

/** `file` and everything of ours that it imports, directly or not. */
function closure(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const next of importsOf(file).files) closure(next, seen);
  return seen;
}

/** A path that leads back to where it began, or null. */
function findCycle(edges: (file: string) => string[], files: Iterable<string>): string[] | null {
  const done = new Set<string>();
  const visit = (file: string, path: string[]): string[] | null => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return null;
    for (const next of edges(file)) {
      const cycle = visit(next, [...path, file]);
      if (cycle) return cycle;
    }
    done.add(file);
    return null;
  };
  for (const file of files) {
    const cycle = visit(file, []);
    if (cycle) return cycle;
  }
  return null;
}

/** What a pure file must not do; the code is stripped of types and comments first. */
const IMPURE: readonly [RegExp, string][] = [
  [/\bDate\.now\b/, "reads the clock (Date.now)"],
  [/\bnew Date(?!\s*\()|\bnew Date\(\s*\)|(?<!new )\bDate\(\)/, "reads the clock (new Date without argument)"],
  [/\bperformance\.|\bhrtime\b/, "reads the clock (performance)"],
  [/\bprocess\./, "reads the process (environment, platform)"],
  [/\bMath\.random\b|\brandomUUID\b|\brandomBytes\b|\brandomInt\b|\bgetRandomValues\b/, "uses randomness"],
  [/\bfetch\(|\bsetTimeout\b|\bsetInterval\b|\bconsole\./, "acts on the outside"],
];

function impurities(source: string): string[] {
  const { code } = transformSync(source, { loader: "ts", minifyWhitespace: true, legalComments: "none" });
  return IMPURE.filter(([pattern]) => pattern.test(code)).map(([, what]) => what);
}

/** Packages that compute and nothing else. */
const PURE_PACKAGES = new Set(["zod/mini", "jsonc-parser", "node:zlib", "node:buffer", "node:crypto"]);

const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");

describe("the checks themselves", () => {
  test.each([
    ["const t = Date.now();", 1],
    ["const t = new Date();", 1],
    ["const t = new Date;", 1],
    ["const t = new Date(0).getTime();", 0],
    ["const t = new Date(at + 1); // Date.now would be wrong", 0],
    ["/* process.env */ export const x: Date = new Date(1);", 0],
    ["const r = Math.random() + Number(process.env.X);", 2],
    ["import { randomUUID } from 'node:crypto'; export const id = randomUUID();", 1],
  ])("%s → %i", (source, count) => {
    expect(impurities(source)).toHaveLength(count);
  });

  test("a cycle is found and named", () => {
    const edges: Record<string, string[]> = { a: ["b"], b: ["c"], c: ["b"], d: [] };
    expect(findCycle((f) => edges[f] ?? [], ["d", "a"])).toEqual(["b", "c", "b"]);
    expect(findCycle((f) => (f === "a" ? ["b"] : []), ["a", "b"])).toBeNull();
  });
});

test("the import graph covers the sources", () => {
  expect(SOURCES.filter(isDomain).length).toBeGreaterThan(20);
  expect(SOURCES.filter((file) => !graph.has(file))).toEqual([]);
});

describe("domain", () => {
  test("what a domain file reaches is pure and imports nothing that acts", () => {
    const wrong = new Set<string>();
    for (const domain of SOURCES.filter(isDomain))
      for (const file of closure(domain)) {
        for (const what of impurities(read(file))) wrong.add(`${file} ${what} (reached from ${domain})`);
        for (const name of importsOf(file).packages)
          if (!PURE_PACKAGES.has(name)) wrong.add(`${file} imports ${name} (reached from ${domain})`);
      }
    expect([...wrong]).toEqual([]);
  });
});

describe("imports", () => {
  /** Folder → folders that it must not import from, and why. */
  const FORBIDDEN: readonly [from: RegExp, to: RegExp, why: string][] = [
    [/^functions\//, /^(infra|tests)\//, "a function is deployed without them"],
    [/^layers\//, /^functions\/(?!shared\/)|^(infra|web|tests)\//, "rule data stands on its own"],
    [/^events\/[^.]+\.ts$/, /^(functions|infra|web|tests)\//, "the rules are data for all of them"],
    [/^web\//, /^(infra|tests)\/|^functions\/(?!.*\/domain\/|shared\/)/, "a browser runs it"],
    [
      /^infra\/(app|synth|build|config|stacks|constructs)/,
      /^functions\/|^infra\/local\//,
      "the template names bundles, not code",
    ],
    [/^infra\/local\//, /^infra\/(stacks|constructs|app)/, "the machine reads the template, not the CDK"],
    [/./, TEST_SUPPORT, "tests are not part of the product"],
  ];

  test("folders keep their direction", () => {
    const wrong: string[] = [];
    for (const [file, { files }] of graph)
      for (const to of files)
        for (const [from, target, why] of FORBIDDEN)
          if (!isTest(file) && from.test(file) && target.test(to)) wrong.push(`${file} → ${to}: ${why}`);
    expect(wrong).toEqual([]);
  });

  test("nothing imports in a circle", () => {
    expect(findCycle((file) => importsOf(file).files, graph.keys())).toBeNull();
  });

  test("zod comes through zod/mini: the other entry weighs 470 KB in every function", () => {
    const wrong = [...graph].filter(([, { packages }]) => packages.some((p) => /^zod(?!\/mini$)/.test(p)));
    expect(wrong.map(([file]) => file)).toEqual([]);
  });

  test("imports of our own files name them in full", () => {
    const wrong = SOURCES.filter((file) =>
      /\bfrom\s+"\.[^"]*(?<!\.(?:ts|tsx|mjs|json|css|svg|html))"/.test(read(file)),
    );
    expect(wrong).toEqual([]);
  });
});

test("file and folder names are kebab-case", () => {
  const kebab = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
  const paths = globSync(`{${FOLDERS.join(",")},docs}/**`, { cwd: ROOT, exclude: ["**/node_modules/**"] });
  expect(paths.filter((path) => !kebab.test(basename(path)) && basename(path) !== "README.md")).toEqual([]);
});
