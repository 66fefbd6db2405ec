import { gzipSync } from "node:zlib";
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { loadRuleData } from "../../layers/rule-data.ts";
import { HOUR, MINUTE } from "../shared/shanghai.ts";
import { chart } from "./chart.ts";
import { plantView } from "./domain/plant-view.ts";
import type { DisclosureFacts } from "./domain/facts.ts";
import { AS_OF, facts, heavyFacts, hoursOf, limit, outlet, permit, slots } from "./fixture.ts";
import { page } from "./page.ts";

const rules = loadRuleData("layers/rule-data");
const html = (f: DisclosureFacts): string => page(plantView(f, rules), rules);

/** One gas outlet with a day of quiet data. */
function plain(over: Partial<DisclosureFacts> = {}): DisclosureFacts {
  const series = { outlet: "DA001", pollutant: "a21002", minutes: 1, slots: slots(AS_OF - 24 * HOUR, AS_OF, 30, 2) };
  return facts({
    permit: permit([outlet("DA001", [limit("a21002")])]),
    series: [series],
    hours: hoursOf(series, 50),
    facilities: [{ code: "TA001", state: 1, at: AS_OF - MINUTE }],
    ...over,
  });
}

describe("weight", () => {
  test("three outlets of six pollutants with a noisy day stay within 14 KB gzip, style and script included", () => {
    expect(gzipSync(html(heavyFacts()), { level: 6 }).length).toBeLessThanOrEqual(14_000);
  });

  test("the page asks nobody else for anything", () => {
    const text = html(heavyFacts());
    expect(text.match(/(?:src|href)="[^"]*"/g)).toEqual([`href="data:,"`, `href="#zh"`, `href="#en"`]);
    expect(text).not.toMatch(/url\(|@import|https?:|style=/);
  });
});

describe("what the page says", () => {
  test("raw and not validated, when, what of, the limit, and both languages", () => {
    const text = html(plain());
    for (const words of [
      "原始数据，未经审核",
      "raw, not validated",
      "2026-10-01 09:12",
      "09:11 的 1 分钟均值",
      "50 mg/m³（小时均值）",
      "50 mg/m³ (hourly mean)",
      "本小时到目前低于限值",
      "08:00–09:00 小时均值",
      "运行中（09:11）",
      "91330483MA2ABCD126001P",
    ])
      expect(text).toContain(words);
  });

  test("a silent plant says so, since when, and shows no value as current", () => {
    const quiet = plain({ state: "silent", since: AS_OF - 2 * HOUR });
    const text = html({
      ...quiet,
      series: quiet.series.map((s) => ({ ...s, slots: s.slots.filter((x) => x.t < AS_OF - 2 * HOUR) })),
    });
    expect(text).toContain(`data-state="silent"`);
    expect(text).toContain("自 07:12 起没有收到");
    expect(text).toContain("没有数据不等于没有排放");
    expect(text.match(/<article[^>]*>/g)).toEqual([expect.stringContaining(`class="old"`)]);
  });

  test("a plant without data and one without outlets still have a page", () => {
    expect(html(plain({ series: [], hours: [], facilities: [] }))).toContain("24 小时内没有收到数据");
    expect(html(facts({ permit: permit([]) }))).toContain("许可证没有需要自动监测的排放口");
  });

  test("names are text, however they are spelled", () => {
    const evil = `<script>alert(1)</script>"'&`;
    const text = html(
      plain({
        permit: permit([outlet("DA001", [limit("a21002")], { name: evil })], {
          name: evil,
          town: evil,
          industry: evil,
          facilities: [{ code: evil, kind: "treatment", outlets: [evil], mn: null, sb: null }],
        }),
      }),
    );
    expect(text.match(/<script>/g)).toHaveLength(1); // its own
    expect(text).not.toContain("alert(1)</script>");
    expect(text).toContain("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;");
  });
});

describe("structure", () => {
  const text = html(heavyFacts());
  const VOID = new Set(["meta", "link"]);

  test("every element is closed in its order, every id is unique", () => {
    const open: string[] = [];
    const body = text.replace(/<(script|style)>.*?<\/\1>/gs, "");
    for (const [, close, name = "", rest = ""] of body.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:"[^"]*"|[^">])*)>/g)) {
      if (close) expect(open.pop()).toBe(name);
      else if (!VOID.has(name) && !rest.endsWith("/")) open.push(name);
    }
    expect(open).toEqual([]);
    const ids = [...text.matchAll(/ id="?([\w-]+)/g)].map((m) => m[1]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("headings do not skip a level", () => {
    const levels = [...text.matchAll(/<h(\d)/g)].map((m) => Number(m[1]));
    expect(levels.filter((l) => l === 1)).toHaveLength(1);
    levels.reduce((before, level) => {
      expect(level - before).toBeLessThanOrEqual(1);
      return level;
    }, 0);
  });

  test("every path that the script follows leads to a text of the JSON view", () => {
    const view = JSON.parse(JSON.stringify(plantView(heavyFacts(), rules))) as object;
    const paths = [...text.matchAll(/data-(?:k="|a="\w+ )([\w.]+)"/g)].map((m) => m[1] ?? "");
    expect(paths.length).toBeGreaterThan(100);
    for (const path of paths) {
      const found = path
        .split(".")
        .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], view);
      expect([path, typeof found]).toEqual([path, "string"]);
    }
  });

  test("the page's policy names its own style and script and stands before both", () => {
    const hash = (s: string | undefined): string =>
      `'sha256-${createHash("sha256")
        .update(s ?? "")
        .digest("base64")}'`;
    const script = hash(/<script>(.*?)<\/script>/s.exec(text)?.[1]);
    const style = hash(/<style>(.*?)<\/style>/s.exec(text)?.[1]);
    const [meta = "", policy = ""] = /<meta http-equiv="Content-Security-Policy" content="(.*?)">/.exec(text) ?? [];
    expect(policy.split(";")).toEqual(expect.arrayContaining([`script-src ${script}`, `style-src ${style}`]));
    // Where no header says it (aws-cn), the page forbids all else by itself.
    expect(policy).toMatch(/^default-src 'none';/);
    expect(text.indexOf(meta)).toBeLessThan(text.indexOf("<style>"));
    expect(text).toContain('<meta name="referrer" content="no-referrer">');
  });
});

describe("chart", () => {
  const draw = (f: DisclosureFacts): string => {
    const q = plantView(f, rules).outlets[0]?.quantities[0];
    return q ? chart(q) : "";
  };
  const paths = (svg: string, kind: string): string => new RegExp(`class="?${kind}"? d="([^"]*)"`).exec(svg)?.[1] ?? "";

  test("a gap breaks the line", () => {
    const whole = plain();
    const cut = {
      ...whole,
      series: whole.series.map((s) => ({
        ...s,
        slots: s.slots.filter((x) => x.t < AS_OF - 10 * HOUR || x.t >= AS_OF - 8 * HOUR),
      })),
    };
    expect(paths(draw(whole), "v").match(/M/g)).toHaveLength(1);
    expect(paths(draw(cut), "v").match(/M/g)).toHaveLength(2);
  });

  test("the limit line is within the picture and above a mean below it", () => {
    const svg = draw(plain());
    const y = (d: string): number => Number(/M\d+ (-?\d+)/.exec(d)?.[1]);
    const bar = y(paths(svg, "l"));
    expect(bar).toBeGreaterThanOrEqual(0);
    expect(bar).toBeLessThan(y(paths(svg, "m")));
  });

  test("an exceeded hour is drawn apart, with a sign and not by colour alone", () => {
    const base = plain();
    const hours = base.hours.map((h, i) => (i === 5 ? { ...h, mean: 66, verdict: "exceeded" as const } : h));
    const svg = draw({ ...base, hours });
    expect(paths(svg, "x")).toMatch(/^M60 \d+h12$/); // the sixth hour of twelve units
    expect(paths(svg, "t")).not.toBe("");
    expect(paths(draw(base), "x")).toBe("");
  });

  test("invalid and marked quarters are shown at the bottom", () => {
    const base = plain();
    const from = AS_OF - 12 * MINUTE - 6 * HOUR; // 03:00
    const slotsOf = (quality: "invalid" | "marked") => ({
      ...base,
      series: base.series.map((s) => ({
        ...s,
        slots: s.slots.map((x) => (x.t >= from && x.t < from + 30 * MINUTE ? { ...x, quality } : x)),
      })),
    });
    expect(paths(draw(slotsOf("invalid")), "i")).toMatch(/^M216 \d+h6$/); // 18 h × 12 units, two steps of three
    expect(paths(draw(slotsOf("marked")), "k")).toMatch(/^M216 \d+h6$/);
    expect(paths(draw(slotsOf("invalid")), "v").match(/M/g)).toHaveLength(2);
    expect(paths(draw(slotsOf("marked")), "v").match(/M/g)).toHaveLength(1); // a mark keeps the value
  });

  test("noise has the limit of the day by day and that of the night by night", () => {
    const both = [
      limit("Leq", { statistic: "period", period: "day", max: 70 }),
      limit("Leq", { statistic: "period", period: "night", max: 55 }),
    ];
    const series = { outlet: "DZ001", pollutant: "Leq", minutes: 10, slots: slots(AS_OF - 24 * HOUR, AS_OF, 50, 2) };
    const q = plantView(
      facts({ permit: permit([outlet("DZ001", both, { medium: "noise" })]), series: [series] }),
      rules,
    );
    const view = q.outlets[0]?.quantities[0];
    expect(view?.hours.map((h) => h.limit)).toEqual([
      ...Array.from({ length: 13 }, () => 70), // 09:00 … 21:00
      ...Array.from({ length: 8 }, () => 55), // 22:00 … 05:00
      ...Array.from({ length: 3 }, () => 70), // 06:00 … 08:00
    ]);
    const heights = new Set([...paths(view ? chart(view) : "", "l").matchAll(/M\d+ (\d+)/g)].map((m) => m[1]));
    expect(heights.size).toBe(2);
  });

  test("nothing to draw is no picture", () => {
    expect(draw(plain({ series: [], hours: [] }))).toBe("");
  });
});
