/** Every problem that an operation can answer has words, in both languages, or details that say what is wrong. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { at } from "../../functions/telemetry/fixtures.ts";
import { contactProblems } from "../../functions/register/domain/contacts.ts";
import { parseInputSaid } from "../../functions/shared/problems.ts";
import * as z from "zod/mini";
import { PROBLEM_TEXTS } from "./problem-texts.ts";
import { SHARED_TEXTS } from "./texts.ts";

const functions = join(import.meta.dirname, "../../functions");
const sources = globSync("**/*.ts", { cwd: functions })
  .filter((file) => !file.endsWith(".test.ts"))
  .map((file): [string, string] => [file, readFileSync(join(functions, file), "utf8")]);
/** Told by the status alone, or part by part. */
const GENERAL = new Set([
  "changed meanwhile",
  "not allowed",
  "no account here",
  "not as expected",
  "not a mark",
  "not a period",
]);
/** First the status, then the title: as arguments, or as the beginning of a tuple of answers. */
const TITLE = /(?:new Refusal\(|: \[)\s*\d{3},\s*"([^"]+)"/g;
const titles = new Map(
  sources.flatMap(([file, text]) => [...text.matchAll(TITLE)].map(([, title]): [string, string] => [title!, file])),
);

let api: typeof import("./api.ts");
beforeAll(async () => {
  vi.stubGlobal("localStorage", { getItem: () => null });
  vi.stubGlobal("sessionStorage", { getItem: () => null });
  vi.stubGlobal("document", { documentElement: { lang: "zh-CN" } });
  vi.stubGlobal("location", new URL("http://localhost/console/"));
  api = await import("./api.ts");
});
const zh = (key: keyof typeof SHARED_TEXTS, values: Readonly<Record<string, string | number>> = {}): string =>
  SHARED_TEXTS[key][0].replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));

describe("titles", () => {
  test("all that operations throw are found, whatever way the source writes them", () => {
    const thrown = sources.reduce((n, [, text]) => n + [...text.matchAll(/new Refusal\(/g)].length, 0);
    const literal = sources.reduce((n, [, text]) => n + [...text.matchAll(/new Refusal\(\s*\d{3},\s*"/g)].length, 0);
    // One takes status and title from a table, whose rows are found.
    expect(thrown - literal).toBe(1);
    expect(titles.size).toBeGreaterThan(35);
  });
  test.each([...titles])("%s (%s)", (title) => {
    expect(GENERAL.has(title) || api.textOfTitle(title) !== null, "give it words in problem-texts.ts").toBe(true);
  });
  test("no text is of a problem that nobody throws", () => {
    const thrown = new Set([...titles.keys()].map((title) => api.textOfTitle(title)));
    expect(Object.keys(PROBLEM_TEXTS).filter((key) => !thrown.has(key as keyof typeof SHARED_TEXTS))).toEqual([]);
  });
});

describe("what a person is told", () => {
  const told = (...of: ConstructorParameters<typeof api.ApiProblem>): string =>
    api.problemText(new api.ApiProblem(...of), zh);

  test("a problem with words of its own", () => {
    expect(told(409, "…", "marked already")).toContain("已有同类或相互排斥的标记");
  });
  test("part by part, in Chinese, by the names of the form", () => {
    const entry = { id: "a", role: "operator", name: "", phone: "1", sms: true, delegateOf: null } as const;
    const wrong = contactProblems([{ ...entry, from: at("09:00"), to: at("08:00") }]);
    expect(wrong.every((each) => each.zh !== "")).toBe(true);
    expect(told(422, "english", "not as expected", null, wrong)).toMatch(
      /第 1 条的结束时间 应晚于起始时间；联系人 至少要有/,
    );
  });
  test("what the schema refuses is in Chinese as well", () => {
    const parsed = parseInputSaid(
      z.object({ phone: z.string(), reason: z.string().check(z.minLength(1)) }),
      { reason: "" },
      {},
    );
    if (parsed.ok) throw new Error("it is wrong");
    expect(told(422, "english", "not as expected", null, parsed.problems)).toContain("手机 缺少此项；理由 不能为空");
  });
  test("English where there is no Chinese, and the whole where nothing is told part by part", () => {
    expect(told(422, "english", "not as expected", null, [{ path: "a", reason: "b" }])).toContain("english");
    expect(told(422, "english", "not as expected", "中文")).toContain("中文");
  });
});
