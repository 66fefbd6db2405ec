import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { choose, readOptions, writePosters } from "./posters.ts";

const plant = (n: number, town: string) => ({
  permitNo: `P${n}`,
  code: `k7m2qx9rtb4${n}`,
  name: `（演示）第${n}厂`,
  town,
});
const PLANTS = [plant(2, "崇福镇"), plant(1, "崇福镇"), plant(3, "濮院镇")];

describe("the command line", () => {
  test("the codes lead to the machine unless a public address is given", () => {
    expect(readOptions(["--out", "x"])).toMatchObject({
      site: "http://127.0.0.1:8080",
      baseUrl: "http://127.0.0.1:8080",
      town: null,
    });
    expect(readOptions(["--out", "x", "--base-url", "https://a.cn", "--town", "崇福镇"])).toMatchObject({
      baseUrl: "https://a.cn",
      town: "崇福镇",
    });
  });

  test.each([
    [[], "--out is missing"],
    [["--out", "x", "--town", "a", "--permit", "b"], "exclude each other"],
    [["--out", "x", "--base-url", "example.cn"], "--base-url must be an address"],
    [["--out", "x", "--register-table", "t"], "--register-table needs --base-url"],
    [["--out", "x", "--colour", "red"], "--colour"],
  ])("%j is refused with a reason", (argv, reason) => {
    expect(() => readOptions(argv)).toThrow(reason);
  });
});

describe("choosing plants", () => {
  test("by town, in the order of permits", () => {
    expect(choose(PLANTS, { town: "崇福镇", permit: null }).map((p) => p.permitNo)).toEqual(["P1", "P2"]);
    expect(choose(PLANTS, { town: null, permit: "P3" }).map((p) => p.permitNo)).toEqual(["P3"]);
    expect(choose(PLANTS, { town: null, permit: null })).toHaveLength(3);
  });

  test("an unknown town names the known ones", () => {
    expect(() => choose(PLANTS, { town: "乌镇镇", permit: null })).toThrow("towns: 崇福镇, 濮院镇");
    expect(() => choose(PLANTS, { town: null, permit: "P9" })).toThrow("no plant has the permit P9");
    expect(() => choose([], { town: null, permit: null })).toThrow("holds no plants");
  });
});

test("writes an SVG and a one-page PDF per plant and one PDF with all", async () => {
  const out = await mkdtemp(join(tmpdir(), "posters-"));
  try {
    const options = { ...readOptions(["--out", out, "--town", "崇福镇", "--base-url", "https://a.cn"]) };
    const files = await writePosters(choose(PLANTS, options), options);
    expect(files.map((f) => basename(f))).toEqual([
      "P1-k7m2qx9rtb41.svg",
      "P2-k7m2qx9rtb42.svg",
      "P1-k7m2qx9rtb41.pdf",
      "P2-k7m2qx9rtb42.pdf",
      "崇福镇.pdf",
    ]);
    const pages = async (file: string | undefined): Promise<number> =>
      (await readFile(file ?? "", "latin1")).match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    expect(await Promise.all(files.slice(2).map(pages))).toEqual([1, 1, 2]);
    expect(await readFile(files[0] ?? "", "utf8")).toContain("https://a.cn/p/k7m2qx9rtb41");
  } finally {
    await rm(out, { recursive: true });
  }
});
