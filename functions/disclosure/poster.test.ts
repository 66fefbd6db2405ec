import { encode } from "uqr";
import { describe, expect, test } from "vitest";
import { loadRuleData } from "../../layers/rule-data.ts";
import { lines, pageUrl, poster, type PosterPlant } from "./poster.ts";

const rules = loadRuleData("layers/rule-data");
const BASE = "https://permit.example.cn";
const plant = (over: Partial<PosterPlant> = {}): PosterPlant => ({
  code: "k7m2qx9rtb4w",
  name: "（演示）桐乡某某印染有限公司",
  permitNo: "91330483MA2ABCD126001P",
  town: "崇福镇",
  ...over,
});
/** Lines of the name: what is set bold at its height on the sheet. */
const nameLines = (svg: string): string[] =>
  [...svg.matchAll(/font-size="(?:13|10\.5|8)" font-weight="700">([^<]*)</g)].map((m) => m[1] ?? "");

describe("poster", () => {
  test("the drawn modules are those of the code, with its quiet zone", () => {
    const svg = poster(plant(), BASE, rules);
    const { data, size } = encode(pageUrl(BASE, plant().code), { ecc: "Q", border: 4 });
    const drawn = data.map((row) => row.map(() => false));
    for (const [, x, y, n] of svg.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g))
      for (let i = 0; i < Number(n); i += 1) (drawn[Number(y)] ?? [])[Number(x) + i] = true;
    expect(drawn).toEqual(data);
    expect(svg).toContain(`viewBox="0 0 ${size} ${size}"`);
    expect(data.slice(0, 4).flat().some(Boolean)).toBe(false);
  });

  test("says what it is and how to reach it in both languages", () => {
    const svg = poster(plant(), BASE, rules);
    for (const words of [
      "扫一扫",
      "Scan to see",
      "91330483MA2ABCD126001P",
      "崇福镇",
      `${BASE}/p/k7m2qx9rtb4w`,
      "未经审核",
      "not validated",
    ])
      expect(svg).toContain(words);
  });

  test("a name is text, whole, and in lines of like length", () => {
    const svg = poster(plant({ name: `A<b>&"有限公司` }), BASE, rules);
    expect(svg).toContain("A&lt;b&gt;&amp;&quot;有限公司");
    const short = nameLines(poster(plant(), BASE, rules));
    expect(short.join("")).toBe(plant().name);
    expect(Math.abs((short[0]?.length ?? 0) - (short[1]?.length ?? 0))).toBeLessThanOrEqual(1);
    const long = "（演示）桐乡市某某高新纤维材料科技（集团）股份有限公司第二分公司热电厂";
    expect(nameLines(poster(plant({ name: long }), BASE, rules)).join("")).toBe(long);
  });

  test("a name beyond all measure is cut with a sign", () => {
    const cut = nameLines(poster(plant({ name: "某".repeat(100) }), BASE, rules));
    expect(cut).toHaveLength(3);
    expect(cut[2]?.endsWith("…")).toBe(true);
  });

  test.each([
    [`${BASE}/`, "/p/abc"],
    [BASE, "/p/abc"],
    [`${BASE}/tongxiang//`, "/tongxiang/p/abc"],
  ])("%s", (base, path) => {
    expect(pageUrl(base, "abc")).toBe(`${BASE}${path}`);
  });
});

test("lines break by width: a Latin letter is a good half of a Chinese one", () => {
  expect(lines("桐乡市ABC", 4.8)).toEqual(["桐乡市ABC"]);
  expect(lines("桐乡市ABC", 4.7)).toEqual(["桐乡市AB", "C"]);
  expect(lines("", 5)).toEqual([]);
});
