/** Every text is there in both languages, is used, and its `{places}` are the same in both. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { SHARED_TEXTS, type Dictionary } from "./texts.ts";

// The language of the page is read from the browser where it is first asked for.
vi.stubGlobal("localStorage", { getItem: () => null });
vi.stubGlobal("document", { documentElement: {} });
const { PORTAL_TEXTS } = await import("../portal/texts.ts");
const { CONSOLE_TEXTS } = await import("../console/texts.ts");
const { PERMIT_TEXTS } = await import("../console/permit/permit-texts.ts");

const web = join(import.meta.dirname, "..");
const sourceOf = (folders: string): string =>
  globSync(`${folders}/**/*.{ts,tsx}`, { cwd: web })
    .filter((file) => !/texts\.ts$|\.test\.ts$|\.gen\.ts$/.test(file))
    .map((file) => readFileSync(join(web, file), "utf8"))
    .join("\n");

const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "").toSorted();

/** As a literal, or made of the beginning of a template and what follows it: `` t(`state.${state}`) ``. */
const used = (key: string, source: string): boolean =>
  source.includes(`"${key}"`) ||
  [...source.matchAll(/`(\w[\w.]+)\$\{/g)].some(([, begin]) => key.startsWith(begin ?? key));

describe.each<[string, Dictionary, string]>([
  ["shared", SHARED_TEXTS, "{shared,portal,console}"],
  ["portal", PORTAL_TEXTS, "portal"],
  ["console", CONSOLE_TEXTS, "console"],
])("the texts of %s", (_, texts, folders) => {
  const source = sourceOf(folders);
  test.each(Object.entries(texts))("%s", (key, [zh, en]) => {
    expect(zh.trim()).not.toBe("");
    expect(en.trim()).not.toBe("");
    expect(en, "English has no Chinese letters").not.toMatch(key === "language" ? /^$/ : /\p{Script=Han}/u);
    expect(places(en).filter((each) => !places(zh).includes(each))).toEqual([]);
    expect(places(zh).filter((each) => !places(en).includes(each))).toEqual([]);
    expect(used(key, source), `nothing shows ${key}: take it out`).toBe(true);
  });
});

test("a part's own texts are not overwritten by the console's", () => {
  expect(CONSOLE_TEXTS).toMatchObject(PERMIT_TEXTS);
});
