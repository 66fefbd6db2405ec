/** What is still unmarked over the city, in the console: listed by the day's closing, filtered, as a file, and gone once it is marked. */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DAY, floorDay, formatDay, HOUR, MINUTE } from "../../functions/shared/shanghai.ts";
import { buildWeb } from "../../infra/build-web.ts";
import { ROOT } from "../../infra/build.ts";
import { putApplications } from "../../infra/local/applications.ts";
import { issuerOf, TEST_PASSWORD, testPerson } from "../../infra/local/oidc/test-sign-in.ts";
import { frameMaker, trialPlants } from "../faults/trial-city.ts";
import { startTrialMachine, type TrialMachine } from "../faults/trial-machine.ts";
import { findings, launch, newContext } from "./browser.ts";
import { fiveMinutes } from "./trial-hour.ts";

const SHOTS = join(ROOT, ".build/screenshots");
/** Yesterday at 20:00: the day is closed half an hour after midnight. */
const START = floorDay(Date.now()) - 4 * HOUR;
const CLOSING = floorDay(START) + DAY + 30 * MINUTE;
const plants = trialPlants(3);
const { frame } = frameMaker(START);

let trial: TrialMachine;
let browser: Browser;
let page: Page;
const errors: string[] = [];

beforeAll(async () => {
  mkdirSync(SHOTS, { recursive: true });
  await buildWeb(["console"]);
  trial = await startTrialMachine(plants, START, { port: 0 });
  await putApplications(trial.machine);
  await testPerson(trial.machine, { username: "sun", name: "孙执法", roles: ["inspector"] });
  for (const plant of plants) await fiveMinutes(trial, frame, plant, { from: START, gas: 20 });
  trial.setNow(CLOSING);
  await trial.fire("close-day", CLOSING);
  browser = await launch();
  page = await (await newContext(browser, { viewport: { width: 1440, height: 900 } })).newPage();
  page.on("pageerror", (error) => errors.push(error.message));
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await trial?.stop();
});
async function fine(name: string): Promise<void> {
  await page.screenshot({ path: join(SHOTS, `unmarked-${name}.png`) });
  expect(await findings(page), name).toEqual([]);
  const over = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
  expect(over, name).toBe(0);
}

test("the closed day's unmarked periods stand in the list of marks, with age and deadline", async () => {
  await page.goto(`${new URL(issuerOf(trial.machine).issuer).origin}/console/#/marks`);
  await page.getByLabel("用户名").fill("sun");
  await page.getByLabel("密码").fill(TEST_PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByText("没有待裁定的标记。").waitFor();
  await page.getByRole("tab", { name: "待标记" }).click();
  await page.getByText(/3 家企业 \d+ 个时段，其中 0 个已逾期/).waitFor();
  await page.getByText(`到 ${formatDay(START)} 为止`, { exact: false }).waitFor();
  await page.getByText("数据缺失").first().waitFor();
  await fine("list");
});

test("filtered by name and by deadline; the file has what the filter leaves", async () => {
  await page.getByLabel("企业名称、许可证编号").fill("试验1号");
  await page.getByText(/1 家企业 \d+ 个时段/).waitFor();
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "导出 CSV" }).click(),
  ]);
  const lines = readFileSync(await file.path(), "utf8")
    .trim()
    .split("\r\n");
  const shown = await page.getByRole("row").filter({ hasText: "数据缺失" }).count();
  expect(file.suggestedFilename()).toMatch(/^待标记-\d{12}\.csv$/);
  expect(lines).toHaveLength(1 + shown);
  expect(lines[0]).toContain("企业,许可证编号,镇（街道）,排放口,污染物");
  expect(lines.slice(1).every((line) => line.startsWith("故障试验1号厂,"))).toBe(true);
  await page.getByRole("combobox", { name: "标记截止" }).click();
  await page.getByTitle("已逾期", { exact: true }).click();
  await page.getByText("没有符合条件的时段。请放宽筛选。").waitFor();
  await fine("none");
});

test("a period leads to its plant; in English nothing stays in Chinese but names", async () => {
  await page.evaluate('location.hash = "#/marks?tab=unmarked"');
  await page
    .getByRole("link", { name: /故障试验2号厂/ })
    .first()
    .click();
  await page.getByRole("heading", { name: "故障试验2号厂" }).waitFor();
  await page.getByText("缺失、带设备标识或可疑", { exact: false }).waitFor();
  await page.goBack();
  await page.getByRole("button", { name: "English" }).click();
  await page.getByText(/\d+ periods of 3 plants, 0 of them overdue/).waitFor();
  await fine("english");
  expect(errors).toEqual([]);
});
