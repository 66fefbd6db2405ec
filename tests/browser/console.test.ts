/** The console in Chromium on a running machine: sign-in, plants, a plant down to the raw frame, an episode's time line, two people at one person. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HOUR, MINUTE } from "../../functions/shared/shanghai.ts";
import { buildWeb, firstLoad, pageLoads, webDir } from "../../infra/build-web.ts";
import { putApplications } from "../../infra/local/applications.ts";
import { issuerOf, testPerson } from "../../infra/local/oidc/test-sign-in.ts";
import { frameMaker, trialPlants } from "../faults/trial-city.ts";
import { startTrialMachine, type TrialMachine } from "../faults/trial-machine.ts";
import { launch, looksFine, newContext, signIn, watchErrors } from "./browser.ts";
import { fiveMinutes } from "./trial-hour.ts";

/** The hour before the browser's: all of it is past when the page is opened. */
const START = Math.floor(Date.now() / HOUR) * HOUR - HOUR;
const plants = trialPlants(3);
const [own] = plants as [(typeof plants)[0]];
const { frame } = frameMaker(START);

let trial: TrialMachine;
let browser: Browser;
let context: BrowserContext;
let page: Page;
const errors: string[] = [];

const five = (from: number, gas: number): Promise<void> => fiveMinutes(trial, frame, own, { from, gas });

beforeAll(async () => {
  await buildWeb(["console"]);
  trial = await startTrialMachine(plants, START, { port: 0, mqttsPort: 0 });
  await putApplications(trial.machine);
  await testPerson(trial.machine, { username: "wang", name: "王<b>管理</b>", roles: ["regulator"] });
  await testPerson(trial.machine, {
    username: "li",
    name: `李${"很长".repeat(45)}`,
    roles: ["town-officer"],
    towns: ["崇福镇"],
    sub: "li",
  });
  for (let at = START; at < START + 45 * MINUTE; at += 5 * MINUTE) await five(at, at < START + 30 * MINUTE ? 70 : 20);
  browser = await launch();
  context = await newContext(browser, { viewport: { width: 1440, height: 900 } });
  page = await context.newPage();
  watchErrors(page, errors, [412]);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await trial?.stop();
});

const consoleUrl = (hash = ""): string => `${new URL(issuerOf(trial.machine).issuer).origin}/console/${hash}`;
const fine = (name: string): Promise<void> => looksFine(page, `console-${name}`);

test("each page is at most 450 KB with gzip before its charts, and no page comes with charts at once", () => {
  const { bytes, files } = firstLoad("console");
  const pages = pageLoads("console");
  const kb = (n: number): string => `${(n / 1024).toFixed(0)} KB`;
  console.log(`console, with gzip: first load ${kb(bytes)}, largest page ${kb(Math.max(...pages.values()))}`);
  expect(pages.size).toBeGreaterThan(10);
  expect([...pages].filter(([, size]) => size > 450 * 1024)).toEqual([]);
  expect(files.filter((file) => file.includes("values-chart"))).toEqual([]);
  // The charts have files of their own, which no page loads before it draws.
  const charts = readdirSync(join(webDir("console"), "assets")).filter((file) => file.startsWith("values-chart"));
  expect(charts.length).toBeGreaterThan(0);
});

test("who is not signed in is led to the sign-in page and back to the list with its filter", async () => {
  await page.goto(consoleUrl("#/plants?q=故障"));
  await signIn(page, "wang");
  await page.getByText("故障试验0号厂").waitFor();
  expect(await page.getByLabel(/企业名称/).inputValue()).toBe("故障");
  await page.getByText("王<b>管理</b>", { exact: true }).waitFor();
  await fine("plants");
  await page.keyboard.press("/");
  await page.locator("input:focus").waitFor();
  await page.keyboard.press("End");
  await page.keyboard.type("没有这家");
  await page.getByText("没有符合条件的企业").waitFor();
  await fine("plants-none");
  await page.goto(consoleUrl("#/plants"));
});

test("a plant: what it sends, its permit, its devices", async () => {
  await page.getByRole("link", { name: /故障试验0号厂/ }).click();
  await page.getByRole("heading", { name: "故障试验0号厂" }).waitFor();
  await page.getByRole("heading", { name: "氮氧化物" }).waitFor();
  await fine("plant");
  await page.getByRole("tab", { name: "许可证" }).click();
  await page.getByText("≤ 50 mg/m³").waitFor();
  await fine("permit");
  await page.getByRole("tab", { name: "设备" }).click();
  await page.getByText(own.gas).waitFor();
  await fine("devices");
  await page.getByRole("tab", { name: "标记", exact: true }).click();
  await page.getByText("近一个月没有标记").waitFor();
});

test("past values: from the month down to the minute, as a chart and as a table", async () => {
  await page.goto(consoleUrl(`#/plant/${own.permitNo}?tab=history`));
  await page.locator(".chart[data-points]").waitFor();
  await page.locator(".chart canvas").waitFor();
  await expect.poll(async () => Number(await page.locator(".chart").getAttribute("data-points"))).toBeGreaterThan(30);
  await fine("history-day");
  await page.getByText("月", { exact: true }).click();
  await page.getByRole("button", { name: "看表" }).click();
  await page.getByText("小时值").waitFor();
  await page.locator("td button").first().click();
  await page.getByText("分钟值").waitFor();
  await page.locator("td button").nth(30).waitFor();
  await fine("history-hour");
  await page.locator("td button").last().click();
  const drawer = page.getByRole("dialog");
  await drawer
    .getByText(/^##\d{4}QN=/)
    .first()
    .waitFor();
  await drawer.getByText("服务器核对：哈希链完整").waitFor();
  await drawer.getByText("✓ 本浏览器核对一致").first().waitFor();
  expect(await drawer.getByText("✗").count()).toBe(0);
  await fine("frames");
  await page.keyboard.press("Escape");
});

test("episodes: the list, one from its opening to its recovery, and the list as a file", async () => {
  await page.getByRole("link", { name: "预警", exact: true }).click();
  await page
    .getByRole("link", { name: /故障试验0号厂/ })
    .first()
    .waitFor();
  await fine("episodes");
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "导出 XLSX" }).click();
  expect((await download).suggestedFilename()).toMatch(/^预警-\d{12}\.xlsx$/);
  await page.getByText("频次与时长").click();
  await page.getByRole("columnheader", { name: "累计分钟" }).waitFor();
  await page.getByText("清单", { exact: true }).click();
  await page.locator("td a").first().click();
  await page.getByText("预警开始").waitFor();
  await page
    .getByText(/短信 → /)
    .first()
    .waitFor();
  await fine("episode");
});

test("two people at one person: nothing typed is lost, and what the other saved stands beside it", async () => {
  await page.goto(consoleUrl("#/people?edit=li"));
  const name = page.getByRole("dialog").getByLabel("姓名");
  await name.fill("李<script>alert(1)</script>");
  await change("li", { phone: "+8613900000009" });
  await page.getByRole("button", { name: "保存" }).click();
  await page.getByText("别人刚改为：+8613900000009").waitFor();
  expect(await name.inputValue()).toBe("李<script>alert(1)</script>");
  await fine("conflict");
  await page.getByLabel("手机").fill("+8613900000009");
  await page.getByRole("button", { name: "保存" }).click();
  await page.getByText("已保存，立刻生效").waitFor();
  await page.getByRole("cell", { name: "李<script>alert(1)</script>", exact: true }).waitFor();
  await page.getByRole("button", { name: "邀请", exact: true }).click();
  const invited = page.getByRole("dialog");
  await invited.getByLabel("姓名").fill("赵审计");
  await invited.getByLabel("审计", { exact: true }).check();
  await invited.getByRole("button", { name: "邀请", exact: true }).click();
  await invited.getByText(/\/oidc\/invite\//).waitFor();
  await fine("invited");
  await page.goto(consoleUrl("#/audit"));
  await page.getByRole("button", { name: "查看" }).first().click();
  await fine("audit");
});

/** As somebody else does it, with the token of the page's own person. */
const change = (sub: string, fields: Record<string, unknown>): Promise<unknown> =>
  page.evaluate(
    async ([path, more]) => {
      const { accessToken } = JSON.parse(sessionStorage.getItem("session") ?? "{}") as { accessToken: string };
      const authorization = `Bearer ${accessToken}`;
      const before = await fetch(path, { headers: { authorization } });
      const {
        sub: _sub,
        version: _version,
        sessionsFrom: _from,
        ...person
      } = (await before.json()) as Record<string, unknown>;
      const headers = {
        authorization,
        "content-type": "application/json",
        "if-match": before.headers.get("etag") ?? "",
      };
      const answer = await fetch(path, { method: "PUT", headers, body: JSON.stringify({ ...person, ...more }) });
      if (!answer.ok) throw new Error(await answer.text());
    },
    [`/api/people/${sub}`, fields] as const,
  );

test("what was refused, and the city at a glance", async () => {
  await page.goto(consoleUrl("#/quarantine"));
  await page.getByText("这一天没有被拒的报文").waitFor();
  await page.goto(consoleUrl("#/marks"));
  await page.getByText("没有待裁定的标记").waitFor();
  await fine("marks");
  await page.goto(consoleUrl("#/board"));
  await page.locator(".map[data-plants='3']").waitFor();
  await page.getByText("镇界为示意图").waitFor();
  await expect.poll(() => page.locator(".towns tbody tr").count()).toBe(1);
  await fine("board");
});

test("English, dark, and an address that leads nowhere", async () => {
  await page.goto(consoleUrl("#/nowhere"));
  await page.getByText("没有这个页面").waitFor();
  await page.getByRole("button", { name: "English" }).click();
  await page.getByText("There is no such page").waitFor();
  await page.getByRole("button", { name: "Dark" }).click();
  await page.keyboard.press("g");
  await page.keyboard.press("p");
  await page.getByRole("heading", { name: "Plants" }).waitFor();
  await page.getByText("故障试验0号厂").waitFor();
  await fine("plants-en-dark");
});

test("nothing was logged as an error", () => expect(errors).toEqual([]));
