import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { plantView, type PlantView } from "../../functions/disclosure/domain/plant-view.ts";
import { AS_OF, facts, heavyFacts, hoursOf, limit, outlet, permit, slots } from "../../functions/disclosure/fixture.ts";
import { page as render } from "../../functions/disclosure/page.ts";
import { HOUR, MINUTE } from "../../functions/shared/shanghai.ts";
import { loadRuleData } from "../../layers/rule-data.ts";
import { PAGE_CSP } from "../../web/disclosure/csp.ts";
import { findings, launch, newContext, serve, type Answer, type Site } from "./browser.ts";

const rules = loadRuleData("layers/rule-data");

/** A plant of the usual size: two outlets with three and two limits. */
function usual(asOf: number, shift: number): PlantView {
  const outlets = [
    outlet(
      "DA001",
      [limit("a21002", { basis: "converted", referenceO2: 9 }), limit("a21026"), limit("a34013", { max: 20 })],
      { name: "锅炉烟囱" },
    ),
    outlet(
      "DW001",
      [limit("w01018", { statistic: "day", max: 200 }), limit("w01001", { statistic: "instant", min: 6, max: 9 })],
      { medium: "water", name: "废水总排口" },
    ),
  ];
  const series = [
    { outlet: "DA001", pollutant: "a21002", minutes: 1, slots: slots(asOf - 24 * HOUR, asOf, 42 + shift, 3) },
    { outlet: "DA001", pollutant: "a21026", minutes: 1, slots: slots(asOf - 24 * HOUR, asOf, 11, 1, 2) },
    { outlet: "DA001", pollutant: "a34013", minutes: 1, slots: slots(asOf - 24 * HOUR, asOf - 9 * HOUR, 4, 1, 3) },
    { outlet: "DW001", pollutant: "w01018", minutes: 1, slots: slots(asOf - 24 * HOUR, asOf, 120, 9, 4) },
    { outlet: "DW001", pollutant: "w01001", minutes: 1, slots: slots(asOf - 24 * HOUR, asOf, 7.6, 0.2, 5) },
  ];
  return plantView(
    facts({
      code: "k7m2qx9rtb4w",
      asOf,
      state: shift > 0 ? "warned" : "normal",
      since: asOf - 20 * MINUTE,
      permit: permit(outlets),
      series,
      hours: hoursOf(series[0] ?? { outlet: "", pollutant: "", minutes: 1, slots: [] }, 50, asOf),
      facilities: [{ code: "TA001", state: 1, at: asOf - 2 * MINUTE }],
    }),
    rules,
  );
}

let browser: Browser;
let site: Site;
/** What the API answers; null: the network is down. */
let api: (() => Answer) | null = null;
const stored = usual(AS_OF, 0);
/** The page as it stands in the bucket. */
let written = stored;
const heavy = plantView(heavyFacts(), rules);

/** What a mistake in escaping would let through. */
let injected = "";
const html = (view: PlantView): Answer => ({
  body: render(view, rules).replace("</main>", `${injected}</main>`),
  headers: { "content-security-policy": PAGE_CSP },
});
const json = (view: PlantView): Answer => ({ type: "application/json", body: JSON.stringify(view) });

beforeAll(async () => {
  browser = await launch();
  site = await serve((path) => {
    if (path === "/p/usual") return html(written);
    if (path === "/p/heavy") return html(heavy);
    if (path.startsWith("/api/public/plants/")) return api ? api() : { status: 503, body: "" };
    return null;
  });
});
afterAll(async () => {
  await browser.close();
  await site.close();
});

async function open(path: string, { width = 360, script = true } = {}): Promise<{ page: Page; errors: string[] }> {
  const context = await newContext(browser, { viewport: { width, height: 780 }, javaScriptEnabled: script });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (e) => errors.push(e.message));
  page.on("console", (m) => {
    if (m.type() === "error" && !m.text().includes("503")) errors.push(m.text());
  });
  await page.goto(`${site.url}${path}`);
  return { page, errors };
}

const shown = (page: Page): Promise<string> => page.evaluate<string>("document.body.innerText");

describe.each([360, 1280])("the public page at %d px", (width) => {
  test.each(["/p/usual", "/p/heavy", "/p/heavy#en"])(
    "%s: nothing serious for axe, nothing wider than the screen",
    async (path) => {
      api = () => json(path.includes("usual") ? stored : heavy);
      const { page, errors } = await open(path, { width });
      await page.locator('[data-fresh="live"]').waitFor();
      await page.locator("section details").first().click();
      expect(await findings(page)).toEqual([]);
      expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
      expect(errors).toEqual([]);
      await page.context().close();
    },
  );
});

test("without script: complete, in Chinese, with the time of its data, and the other language one link away", async () => {
  const { page } = await open("/p/usual", { script: false });
  const zh = await shown(page);
  expect(zh).toContain("2026-10-01 09:12 保存的数据");
  expect(zh).toContain("氮氧化物");
  expect(zh).not.toContain("raw, not validated");
  expect(zh).toContain("已超过应有的上报间隔，不是当前值"); // the particulate monitor is silent for nine hours
  await page.getByRole("link", { name: "English" }).click();
  const en = await shown(page);
  expect(en).toContain("raw, not validated");
  expect(en).not.toContain("氮氧化物");
  await page.getByRole("link", { name: "中文" }).click();
  expect(await shown(page)).toContain("氮氧化物");
  await page.context().close();
});

test("with script: values, words and state follow the API, and it says when they were refreshed", async () => {
  const later = usual(AS_OF + 3 * MINUTE, 30);
  api = () => json(later);
  const { page, errors } = await open("/p/usual");
  await page.locator('[data-fresh="live"]').waitFor();
  const text = await shown(page);
  expect(text).toContain("数值已更新至 2026-10-01 09:15");
  expect(text).not.toContain("保存的数据");
  expect(text).toContain("预警中");
  expect(text).toContain(later.outlets[0]?.quantities[0]?.latest?.text ?? "none");
  expect(text).toContain("本小时到目前高于限值，整点后才判定");
  expect(await page.locator('.s[data-state="warned"]').count()).toBe(1);
  expect(site.asked.filter((p) => p.endsWith("k7m2qx9rtb4w")).length).toBeGreaterThan(0);
  expect(errors).toEqual([]);
  await page.context().close();
});

test("when it cannot refresh it says so and marks every value as no longer current", async () => {
  api = null;
  const { page } = await open("/p/usual");
  await page.locator('[data-fresh="failed"]').waitFor();
  const text = await shown(page);
  expect(text).toContain("现在无法更新，以下是此时的数据：2026-10-01 09:12");
  // The data are of another day than the test: all values are old, none may be called current.
  expect(await page.locator("article:not(.old)").count()).toBe(0);
  expect(text).not.toContain("本小时到目前低于限值");
  await page.context().close();
});

test("a script that found its way into the page is not run", async () => {
  api = () => json(stored);
  injected = `<script>document.title="owned"</script><img src=x onerror="document.title='owned'">`;
  const { page } = await open("/p/usual");
  injected = "";
  await page.locator('[data-fresh="live"]').waitFor(); // its own does run
  expect(await page.title()).not.toBe("owned");
  await page.context().close();
});

test("an answer that is not ours does not break the page", async () => {
  api = () => ({ type: "application/json", body: `{"asOf":"2026-10-01T09:13:00+08:00","outlets":[]}` });
  const { page, errors } = await open("/p/usual");
  await page.locator('[data-fresh="live"]').waitFor();
  expect(await shown(page)).toContain("氮氧化物");
  expect(errors).toEqual([]);
  await page.context().close();
});

test("reloads for the new charts once the page of the next hour is written, not before", async () => {
  const next = usual(AS_OF + HOUR + 4 * MINUTE, 0); // 10:16
  const asks = (): number => site.asked.filter((p) => p === "/p/usual").length;
  const before = asks();
  api = () => json(next);
  const { page } = await open("/p/usual");
  await page.locator('[data-fresh="live"]').waitFor();
  await expect.poll(asks).toBe(before + 2); // opened, then asked whether there is a new one
  expect(await page.locator("main").getAttribute("data-at")).toBe(stored.asOf);
  written = next;
  await page.reload();
  expect(await page.locator("main").getAttribute("data-at")).toBe(next.asOf);
  written = stored;
  // The second page is opened old, and the new one is there by the time its script has its answer and looks.
  api = () => {
    written = next;
    return json(next);
  };
  const second = await open("/p/usual");
  await second.page.locator(`main[data-at="${next.asOf}"]`).waitFor();
  written = stored;
  await page.context().close();
  await second.page.context().close();
});

test("prints a plant of the usual size on at most two A4 pages", async () => {
  api = () => json(stored);
  const { page } = await open("/p/usual", { width: 1280, script: false });
  const pdf = await page.pdf({ preferCSSPageSize: true });
  const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
  expect(pages).toBeGreaterThan(0);
  expect(pages).toBeLessThanOrEqual(2);
  await page.context().close();
});
