/**
 * `npm run posters -- --town 崇福镇 --out DIR --base-url URL`: the posters of a town (or of one permit, or of all plants),
 * an SVG and a PDF per plant and one PDF with all of them. PDFs are printed by Chromium, which embeds the glyphs it uses:
 * the one printer here that sets Chinese without shipping a font.
 */
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { chromium, type Browser } from "playwright-core";
import * as z from "zod/mini";
import { poster, type PosterPlant } from "../functions/disclosure/poster.ts";
import { registerRepository } from "../functions/register/repository.ts";
import { documentClient } from "../functions/shared/clients.ts";
import { parseInput } from "../functions/shared/problems.ts";
import { loadRuleData } from "../layers/rule-data.ts";

const USAGE = `npm run posters -- --out DIR [--town NAME | --permit PERMIT_NO] [--base-url URL]
  [--site URL]              running machine to ask for its plants (default http://127.0.0.1:8080)
  [--register-table NAME]   or the register table of a deployed system, with your AWS credentials
--base-url is what the QR codes lead to (default: --site). Chromium: /usr/bin/chromium or CHROMIUM.`;

export interface PosterOptions {
  out: string;
  town: string | null;
  permit: string | null;
  baseUrl: string;
  site: string;
  registerTable: string | null;
}

/** What is wrong with the command line is said together with how it is meant. */
class UsageError extends Error {}

export function readOptions(argv: readonly string[]): PosterOptions {
  const string = { type: "string" } as const;
  let values: Partial<Record<"out" | "town" | "permit" | "base-url" | "site" | "register-table", string>>;
  try {
    ({ values } = parseArgs({
      args: [...argv],
      options: {
        out: string,
        town: string,
        permit: string,
        "base-url": string,
        site: string,
        "register-table": string,
      },
    }));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
  if (!values.out) throw new UsageError("--out is missing: the folder for the posters");
  if (values.town && values.permit) throw new UsageError("--town and --permit exclude each other");
  const site = values.site ?? "http://127.0.0.1:8080";
  const baseUrl = values["base-url"] ?? site;
  for (const [flag, url] of [
    ["--site", site],
    ["--base-url", baseUrl],
  ] as const)
    if (!/^https?:\/\/[^\s?#]+$/.test(url))
      throw new UsageError(`${flag} must be an address like https://example.cn, is "${url}"`);
  if (values["register-table"] && !values["base-url"])
    throw new UsageError("--register-table needs --base-url: the site's public address");
  return {
    out: resolve(values.out),
    town: values.town ?? null,
    permit: values.permit ?? null,
    baseUrl,
    site,
    registerTable: values["register-table"] ?? null,
  };
}

const Plants = z.array(z.object({ permitNo: z.string(), code: z.string(), name: z.string(), town: z.string() }));

async function listPlants({ site, registerTable }: PosterOptions): Promise<PosterPlant[]> {
  if (registerTable) {
    const plants: PosterPlant[] = [];
    for await (const plant of registerRepository({ db: documentClient(), table: registerTable }).listPlants())
      plants.push(plant);
    return plants;
  }
  const address = `${site.replace(/\/+$/, "")}/_local/plants`;
  const answer = await fetch(address, { headers: { accept: "application/json" } }).catch((error: unknown) => {
    throw new Error(`${address} does not answer: start the machine with npm start, or name another with --site`, {
      cause: error,
    });
  });
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
  const parsed = parseInput(Plants, await answer.json());
  if (!parsed.ok) throw new Error(`${address}: ${parsed.problems[0]?.path} ${parsed.problems[0]?.reason}`);
  return parsed.data;
}

/** The plants that are asked for; throws naming the towns there are when none is. */
export function choose(
  plants: readonly PosterPlant[],
  { town, permit }: Pick<PosterOptions, "town" | "permit">,
): PosterPlant[] {
  const chosen = plants.filter((p) => (town === null || p.town === town) && (permit === null || p.permitNo === permit));
  if (chosen.length > 0) return chosen.toSorted((a, b) => a.permitNo.localeCompare(b.permitNo));
  if (permit !== null) throw new Error(`no plant has the permit ${permit}`);
  const towns = [...new Set(plants.map((p) => p.town))].toSorted();
  throw new Error(
    plants.length === 0 ? "the register holds no plants yet" : `no plant in "${town}"; towns: ${towns.join(", ")}`,
  );
}

/** Writes the posters; returns the files. */
export async function writePosters(plants: readonly PosterPlant[], options: PosterOptions): Promise<string[]> {
  const rules = loadRuleData(join(import.meta.dirname, "../layers/rule-data"));
  await mkdir(options.out, { recursive: true });
  const sheets = plants.map((plant) => ({
    file: `${plant.permitNo}-${plant.code}`,
    svg: poster(plant, options.baseUrl, rules),
  }));
  const files: string[] = [];
  const write = async (name: string, body: string | Uint8Array): Promise<void> => {
    files.push(join(options.out, name));
    await writeFile(join(options.out, name), body);
  };
  for (const { file, svg } of sheets) await write(`${file}.svg`, svg);
  const browser = await openChromium(options.out);
  try {
    for (const { file, svg } of sheets) await write(`${file}.pdf`, await print(browser, [svg]));
    const all = sheets.map(({ svg }) => svg);
    await write(`${options.town ?? "posters"}.pdf`, await print(browser, all));
  } finally {
    await browser.close();
  }
  return files;
}

async function openChromium(out: string): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(executablePath))
    throw new Error(
      `no Chromium at ${executablePath} to print PDFs: install it or set CHROMIUM. The SVG posters are in ${out}.`,
    );
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"],
  });
}

/** One A4 page per sheet. */
async function print(browser: Browser, sheets: readonly string[]): Promise<Uint8Array> {
  const page = await browser.newPage();
  try {
    const body = sheets.map((svg) => `<section>${svg}</section>`).join("");
    await page.setContent(
      `<!doctype html><meta charset="utf-8"><style>@page{size:A4;margin:0}body{margin:0}section{height:297mm;width:210mm;overflow:hidden;break-after:page}section:last-child{break-after:auto}svg{display:block}</style>${body}`,
    );
    return await page.pdf({ preferCSSPageSize: true, printBackground: true });
  } finally {
    await page.close();
  }
}

if (import.meta.main) {
  try {
    const options = readOptions(process.argv.slice(2));
    const plants = choose(await listPlants(options), options);
    if (/^https?:\/\/(localhost|127\.)/.test(options.baseUrl))
      console.error(
        `the codes lead to ${options.baseUrl}, which only this machine can open: give the public address with --base-url`,
      );
    const files = await writePosters(plants, options);
    console.log(`${plants.length} posters, ${files.length} files in ${options.out}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    if (error instanceof UsageError) console.error(USAGE);
    process.exitCode = 1;
  }
}
