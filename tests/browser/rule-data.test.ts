/** The rule data in Chromium on a running machine: a draft tried on yesterday, compared, looked at by the hour, exported and applied. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { floorDay, formatDay, HOUR, MINUTE } from "../../functions/shared/shanghai.ts";
import { buildWeb } from "../../infra/build-web.ts";
import { ROOT } from "../../infra/build.ts";
import { putApplications } from "../../infra/local/applications.ts";
import { issuerOf, testPerson } from "../../infra/local/oidc/test-sign-in.ts";
import { applyRuleData } from "../../layers/apply-rule-data.ts";
import { frameMaker, trialPlants } from "../faults/trial-city.ts";
import { startTrialMachine, type TrialMachine } from "../faults/trial-machine.ts";
import { launch, looksFine, newContext, settled, signIn, watchErrors } from "./browser.ts";
import { fiveMinutes } from "./trial-hour.ts";

const TODAY = floorDay(Date.now());
/** The last two hours of yesterday are all that ever was. */
const START = TODAY - 2 * HOUR;
const plants = trialPlants(3);
const [own, , other] = plants as [(typeof plants)[0], (typeof plants)[0], (typeof plants)[0]];
const { frame } = frameMaker(START);

let trial: TrialMachine;
let browser: Browser;
let context: BrowserContext;
let page: Page;
const errors: string[] = [];

beforeAll(async () => {
  await buildWeb(["console"]);
  trial = await startTrialMachine(plants, START, { port: 0 });
  await putApplications(trial.machine);
  await testPerson(trial.machine, { username: "wang", name: "王管理", roles: ["regulator"] });
  await testPerson(trial.machine, { username: "sun", name: "孙专家", roles: ["expert"], plants: [other.permitNo] });
  for (let at = START; at < TODAY; at += 5 * MINUTE) {
    // A little above the limit for half an hour, in order after it, and far above it in the next hour.
    const gas = at < START + 35 * MINUTE ? 53 : at < START + HOUR ? 30 : 70;
    await fiveMinutes(trial, frame, own, { from: at, gas });
    if (at + 5 * MINUTE === START + HOUR + 10 * MINUTE) await trial.fire("close-hour", at + 5 * MINUTE);
  }
  trial.setNow(Date.now());
  browser = await launch();
  context = await newContext(browser, { viewport: { width: 1440, height: 900 }, acceptDownloads: true });
  page = await context.newPage();
  watch(page);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await trial?.stop();
});

function watch(opened: Page): void {
  watchErrors(opened, errors, [422]);
}
const consoleUrl = (hash = ""): string => `${new URL(issuerOf(trial.machine).issuer).origin}/console/${hash}`;
async function enter(on: Page, username: string, hash: string): Promise<void> {
  await on.goto(consoleUrl(hash));
  await signIn(on, username);
}
const fine = (name: string, whole = false): Promise<void> => looksFine(page, `rules-${name}`, { whole });
const row = (name: string | RegExp) => page.getByRole("row", { name });

test("what is in force, and a draft that stands out from it", async () => {
  await enter(page, "wang", "#/rules");
  await page.getByRole("heading", { name: "规则数据" }).waitFor();
  await row(/2026-01-01 现行/).waitFor();
  await page.getByText("还没有模拟").waitFor();
  await page.getByRole("button", { name: "开始模拟", disabled: true }).waitFor();
  const margin = page.getByLabel(/1 级预警的余量：近期/);
  const shown = () => expect.poll(async () => Number(await margin.inputValue()));
  await shown().toBe(0.05);
  // What is out of bounds does not stay.
  await margin.fill("7");
  await margin.press("Tab");
  await shown().toBe(1);
  await margin.fill("0.3");
  await margin.press("Tab");
  await page.getByText("与现行不同：1 项").waitFor();
  await page.getByText("现行 0.05").waitFor();
  await fine("draft", true);
});

test("a wrong choice is told with what to do, and nothing typed is lost", async () => {
  await page.getByLabel("指定企业").check();
  await page.getByLabel(/排污许可证编号/).fill("91330483MA2XXXXXXX001P");
  await page.getByRole("button", { name: "开始模拟" }).click();
  await page
    .getByRole("alert")
    .getByText(/91330483MA2XXXXXXX001P/)
    .waitFor();
  await expect.poll(async () => Number(await page.getByLabel(/1 级预警的余量：近期/).inputValue())).toBe(0.3);
});

test("the draft is tried on yesterday: what really happened is reproduced, and the two are compared", async () => {
  await page.getByLabel(/排污许可证编号/).fill(`${own.permitNo}\n${other.permitNo}`);
  await page.getByRole("button", { name: "开始模拟" }).click();
  const day = formatDay(START);
  await page.getByRole("heading", { name: `模拟 ${day} – ${day}` }).waitFor();
  await page.getByText(/用现行参数重放与实际完全一致：2 个过程、\d+ 条短信逐条相同/).waitFor();
  await row(/^预警过程 2/).waitFor();
  await row(/^超标小时/).waitFor();
  await page.locator(".small-chart canvas").waitFor();
  await page.getByText("草案显示不出人们本会怎么做").waitFor();
  await fine("result", true);
});

test("an hour that differs: its minutes and where both saw it go", async () => {
  await page
    .getByRole("button", { name: /展开行/ })
    .first()
    .click();
  await page.getByRole("button", { name: "看这一小时" }).first().click();
  const drawer = page.getByRole("dialog");
  await drawer.locator("canvas").waitFor();
  await drawer.getByRole("row", { name: /22:30/ }).waitFor();
  await expect.poll(() => drawer.getByRole("row").count()).toBe(13);
  await fine("hour");
  await page.keyboard.press("Escape");
  await drawer.waitFor({ state: "detached" });
});

test("is exported as a change that the rule data take", async () => {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "导出变更文件" }).click();
  const text = readFileSync(await (await download).path(), "utf8");
  const dir = mkdtempSync(join(tmpdir(), "rule-data-"));
  cpSync(join(ROOT, "layers/rule-data"), dir, { recursive: true });
  const { warningVersions } = applyRuleData(text, dir);
  rmSync(dir, { recursive: true });
  expect(warningVersions.at(-1)).toMatchObject({ hour: { earlyMargin: 0.3 }, prepared: { by: "王管理" } });
  expect(warningVersions.at(-1)!.effectiveFrom > formatDay(TODAY)).toBe(true);
});

test("is listed, and prints without its forms", async () => {
  await page.getByRole("link", { name: "全部规则数据" }).click();
  await row(/王管理 .*hour\.earlyMargin 0\.05 → 0\.3 已完成/).waitFor();
  await page.emulateMedia({ media: "print" });
  await page.getByRole("button", { name: "开始模拟" }).waitFor({ state: "hidden" });
  await page.getByRole("table", { name: "历次模拟" }).waitFor();
  await page.emulateMedia({ media: "screen" });
});

test("an expert reads it: the figures of all, the rows of his plants, and no form", async () => {
  const [id] = [
    ...trial.machine.objects.list(trial.machine.setting("IMPORTS_BUCKET"), { prefix: "results/simulations/" }),
  ].map(({ key }) => key.slice("results/simulations/".length, -".json".length));
  const theirs = await newContext(browser, { viewport: { width: 1440, height: 900 } });
  const read = await theirs.newPage();
  watch(read);
  await enter(read, "sun", `#/rules/${id}`);
  await read.getByRole("row", { name: /^预警过程 2/ }).waitFor();
  await read.getByText("没有差别").waitFor();
  await settled(read);
  expect(await read.getByText("故障试验0号厂").count()).toBe(0);
  expect(await read.getByRole("button", { name: "导出变更文件" }).count()).toBe(0);
  await read.goto(consoleUrl("#/rules"));
  await read.getByRole("heading", { name: "参数", exact: true }).waitFor();
  await settled(read);
  expect(await read.getByRole("button", { name: "开始模拟" }).count()).toBe(0);
  await theirs.close();
});

test("in English as well, and nothing went wrong in the browser", async () => {
  await page.getByRole("button", { name: "English" }).click();
  await page.getByRole("heading", { name: "Rule data", exact: true }).waitFor();
  await page.getByText("Versions of the warning numbers").first().waitFor();
  await fine("english");
  expect(await page.locator("main").innerText()).not.toMatch(/预警|模拟|参数/);
  expect(errors).toEqual([]);
});
