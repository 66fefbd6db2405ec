/** Regulators change a permit in Chromium on a running machine: a limit, two at once, bad and strange input, one taken back. */
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { HOUR, MINUTE } from "../../functions/shared/shanghai.ts";
import { buildWeb } from "../../infra/build-web.ts";
import { putApplications } from "../../infra/local/applications.ts";
import { issuerOf, testPerson } from "../../infra/local/oidc/test-sign-in.ts";
import { frameMaker, trialPlants } from "../faults/trial-city.ts";
import { startTrialMachine, type TrialMachine } from "../faults/trial-machine.ts";
import { launch, looksFine, newContext, picture, signIn, watchErrors } from "./browser.ts";
import { fiveMinutes } from "./trial-hour.ts";

// Two cores, and others on them.
vi.setConfig({ testTimeout: 90_000 });

const START = Math.floor(Date.now() / HOUR) * HOUR - HOUR;
const plants = trialPlants(1);
const [own] = plants as [(typeof plants)[0]];
const SCRIPT = `<script>globalThis.hacked = 1</script><img src=x onerror="globalThis.hacked = 1">`;
const LONG = "很长的名称".repeat(300);

let trial: TrialMachine;
let browser: Browser;
const errors: string[] = [];

beforeAll(async () => {
  await buildWeb(["console"]);
  trial = await startTrialMachine(plants, START, { port: 0 });
  await putApplications(trial.machine);
  for (const [username, name, role] of [
    ["wang", "王", "regulator"],
    ["li", "李<b>科</b>", "regulator"],
    ["ins", "执法", "inspector"],
  ] as const)
    await testPerson(trial.machine, { username, name, roles: [role] });
  const { frame } = frameMaker(START);
  await fiveMinutes(trial, frame, own, { from: START + 5 * MINUTE, gas: 20 });
  browser = await launch();
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await trial?.stop();
});

/** A page as it stood when a test failed: nothing else says why. */
afterEach(async ({ task }) => {
  if (task.result?.state !== "fail") return;
  const open = browser.contexts().flatMap((context) => context.pages());
  for (const [i, page] of open.entries()) await picture(page, `permit-failed-${i}`, { whole: true });
  console.log(errors);
});

const url = (hash: string): string => `${new URL(issuerOf(trial.machine).issuer).origin}/console/${hash}`;
const tab = `#/plant/${own.permitNo}?tab=permit`;

async function signedIn(username: string): Promise<Page> {
  const context = await newContext(browser, { viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  watchErrors(page, errors, [412, 422]);
  await page.goto(url(tab));
  await signIn(page, username);
  await page.getByRole("heading", { name: "历次版本" }).waitFor();
  return page;
}
const fine = (page: Page, name: string): Promise<void> => looksFine(page, `permit-${name}`, { whole: true });
const limitRow = (page: Page, text: string | RegExp) =>
  page.locator('[aria-label="DA001 限值"] tbody tr', { hasText: text });
const review = (page: Page) => page.locator("#review");
const inDialog = (page: Page) => page.getByRole("dialog");

async function setMax(page: Page, from: string, max: string): Promise<void> {
  await limitRow(page, from).getByRole("button", { name: "修改", exact: true }).click();
  await inDialog(page).getByLabel("上限").fill(max);
  await inDialog(page).getByRole("button", { name: "确定" }).click();
  await inDialog(page).waitFor({ state: "hidden" });
}
async function save(page: Page, reason: string): Promise<void> {
  await page.getByLabel("修改理由").fill(reason);
  await page.getByRole("button", { name: /^保存为第/ }).click();
  await page.getByRole("heading", { name: "历次版本" }).waitFor();
}
const edit = (page: Page): Promise<void> => page.getByRole("button", { name: "编辑", exact: true }).click();

let wang: Page;

test("a limit is changed: what it means is said, what is typed survives a reload, leaving asks; then it is in force", async () => {
  wang = await signedIn("wang");
  await limitRow(wang, "≤ 50").waitFor();
  await edit(wang);
  await setMax(wang, "≤ 50", "40");
  await review(wang).getByText("上限").waitFor();
  await review(wang)
    .getByText(/已作出的判定不变/)
    .waitFor();
  await fine(wang, "edit");
  wang.on("dialog", (dialog) => void dialog.accept());
  await wang.reload();
  await review(wang)
    .getByText(/已作出的判定不变/)
    .waitFor();
  await wang.keyboard.press("g");
  await wang.keyboard.press("p");
  await inDialog(wang).getByText("关闭标签页就没有了").waitFor();
  await inDialog(wang).getByRole("button", { name: "留下" }).click();
  await limitRow(wang, "≤ 40").waitFor();
  await save(wang, "换证");
  await limitRow(wang, "≤ 40").getByText("是").waitFor();
  await wang.getByText("王").first().waitFor();
  await fine(wang, "saved");
  await wang.getByRole("tab", { name: "审计" }).click();
  await wang.getByRole("cell", { name: "修改许可证", exact: true }).waitFor();
  await wang.getByRole("tab", { name: "许可证" }).click();
});

test("from a date on: the old one ends, the new one follows, and both are seen", async () => {
  await edit(wang);
  await limitRow(wang, "≤ 40").getByRole("button", { name: "自某日起改" }).click();
  await inDialog(wang).getByLabel("上限").fill("30");
  await inDialog(wang).getByRole("button", { name: "确定" }).click();
  await limitRow(wang, "≤ 30").getByText("将来").waitFor();
  await review(wang).getByText("自某日起改").waitFor();
  expect(
    await review(wang)
      .getByText(/已作出的判定不变/)
      .count(),
  ).toBe(0);
  await save(wang, "新标准");
  await limitRow(wang, "≤ 30").getByText("否").waitFor();
  await limitRow(wang, "≤ 40").getByText("是").waitFor();
});

test("what is wrong stands at its place, and cannot be saved", async () => {
  await edit(wang);
  await wang.getByRole("button", { name: "添加限值" }).first().click();
  await inDialog(wang).getByRole("combobox", { name: "污染物" }).fill("a21002");
  await wang.keyboard.press("Enter");
  await inDialog(wang).getByLabel("上限").fill("45");
  await inDialog(wang).getByRole("button", { name: "确定" }).click();
  await limitRow(wang, "≤ 45")
    .getByRole("alert")
    .getByText(/重叠|同一/)
    .waitFor();
  await wang.getByText(/请先改正 1 处问题/).waitFor();
  await expect.poll(() => wang.getByRole("button", { name: /^保存为第/ }).isDisabled()).toBe(true);
  await fine(wang, "problem");
  await wang.getByRole("button", { name: "放弃修改" }).click();
  await wang.getByRole("button", { name: "确定放弃" }).click();
  await wang.getByRole("button", { name: "编辑", exact: true }).waitFor();
});

test("two change the same limit: who is second sees who was first and what, keeps his own, and joins them", async () => {
  const li = await signedIn("li");
  await edit(wang);
  await edit(li);
  await setMax(wang, "≤ 40", "41");
  await setMax(li, "≤ 40", "42");
  await save(wang, "复核");
  await li.getByLabel("修改理由").fill("我的理由");
  await li.getByRole("button", { name: /^保存为第/ }).click();
  const conflict = li.locator(".conflict");
  await conflict.getByText("您编辑期间，王 保存了第 4 版").waitFor();
  await conflict.getByText("复核").waitFor();
  await conflict.getByText(/我的 42，对方的 41/).waitFor();
  await limitRow(li, "≤ 42").waitFor();
  await fine(li, "conflict");
  await conflict.getByRole("button", { name: "并入最新版，相同处用我的" }).click();
  await conflict.waitFor({ state: "hidden" });
  await expect.poll(() => li.getByLabel("修改理由").inputValue()).toBe("我的理由");
  const row = review(li).locator("tbody tr", { hasText: "上限" });
  await expect.poll(() => row.innerText()).toMatch(/41\s+42/);
  await li.getByRole("button", { name: "保存为第 5 版" }).click();
  await limitRow(li, "≤ 42").getByText("是").waitFor();
  await li.context().close();
});

test("a script in a name and very long text are text", async () => {
  await wang.reload();
  await edit(wang);
  const basic = wang.locator("section", { has: wang.getByRole("heading", { name: "基本信息" }) });
  await basic.getByLabel("名称").fill(SCRIPT);
  await basic.getByLabel("行业").fill(LONG);
  await review(wang).getByText(SCRIPT).waitFor();
  await fine(wang, "strange");
  await save(wang, SCRIPT);
  await wang.getByRole("heading", { name: SCRIPT }).waitFor();
  await fine(wang, "strange-saved");
  expect(await wang.evaluate("globalThis.hacked")).toBeUndefined();
});

test("a former revision is looked at and taken back as a new one", async () => {
  const revisions = wang.getByRole("row", { name: /^2 / });
  await revisions.getByRole("button", { name: "看差异" }).click();
  await wang.getByRole("region", { name: "版本 2" }).getByText("上限").waitFor();
  await revisions.getByRole("button", { name: "恢复此版" }).click();
  await review(wang).getByText("名称", { exact: true }).waitFor();
  await expect.poll(() => wang.getByLabel("修改理由").inputValue()).toBe("恢复第 2 版");
  await wang.getByRole("button", { name: "保存为第 7 版" }).click();
  await wang.getByRole("heading", { name: "故障试验0号厂" }).first().waitFor();
  await limitRow(wang, "≤ 40").getByText("是").waitFor();
  await fine(wang, "taken-back");
});

test("who may not change it reads it and its history", async () => {
  const ins = await signedIn("ins");
  await ins.getByRole("row", { name: /^7 / }).waitFor();
  expect(await ins.getByRole("button", { name: /编辑|恢复此版/ }).count()).toBe(0);
  await ins.goto(url(`${tab}&edit=1`));
  await ins.reload();
  await ins.getByRole("heading", { name: "历次版本" }).waitFor();
  expect(await ins.getByRole("button", { name: /^保存为第/ }).count()).toBe(0);
  await ins.context().close();
});

test("nothing failed in any page", () => {
  expect(errors).toEqual([]);
});
