/** Contacts of a plant in the console: changed by a regulator, and two of them at once with nothing lost. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HOUR } from "../../functions/shared/shanghai.ts";
import { buildWeb } from "../../infra/build-web.ts";
import { ROOT } from "../../infra/build.ts";
import { putApplications } from "../../infra/local/applications.ts";
import { issuerOf, TEST_PASSWORD, testPerson } from "../../infra/local/oidc/test-sign-in.ts";
import { trialPlants } from "../faults/trial-city.ts";
import { startTrialMachine, type TrialMachine } from "../faults/trial-machine.ts";
import { findings, launch, newContext } from "./browser.ts";

const SHOTS = join(ROOT, ".build/screenshots");
const START = Math.floor(Date.now() / HOUR) * HOUR - HOUR;
const plants = trialPlants(1);
const [own] = plants as [(typeof plants)[0]];
const LONG = `赵${"很长的名字".repeat(15)}<script>alert(1)</script>`.slice(0, 100);

let trial: TrialMachine;
let browser: Browser;
const errors: string[] = [];

async function signedIn(username: string): Promise<Page> {
  const page = await (await newContext(browser, { viewport: { width: 1440, height: 900 } })).newPage();
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("dialog", (dialog) => errors.push(dialog.message()));
  await page.goto(`${new URL(issuerOf(trial.machine).issuer).origin}/console/#/plant/${own.permitNo}?tab=contacts`);
  await page.getByLabel("用户名").fill(username);
  await page.getByLabel("密码").fill(TEST_PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByRole("columnheader", { name: "通知方式" }).waitFor();
  return page;
}
async function fine(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(SHOTS, `contacts-${name}.png`), fullPage: true });
  expect(await findings(page), name).toEqual([]);
  const over = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
  expect(over, name).toBe(0);
}
const edit = (page: Page): Promise<void> => page.getByRole("button", { name: "修改联系人" }).click();
const save = (page: Page): Promise<void> => page.getByRole("button", { name: "保存", exact: true }).click();
const first = (page: Page) => page.getByRole("group").first();

beforeAll(async () => {
  mkdirSync(SHOTS, { recursive: true });
  await buildWeb(["console"]);
  trial = await startTrialMachine(plants, START, { port: 0 });
  await putApplications(trial.machine);
  await testPerson(trial.machine, { username: "wang", name: "王管理", roles: ["regulator"] });
  await testPerson(trial.machine, { username: "li", name: "李管理", roles: ["regulator"] });
  await testPerson(trial.machine, { username: "sun", name: "孙执法", roles: ["inspector"] });
  browser = await launch();
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await trial?.stop();
});

test("an inspector reads the contacts and changes none", async () => {
  const page = await signedIn("sun");
  await page.getByText(own.phones[0]).waitFor();
  expect(await page.getByRole("button", { name: "修改联系人" }).count()).toBe(0);
  await fine(page, "read");
  await page.close();
});

test("two change the contacts at once: each sees the other's changes beside his own, and both are kept", async () => {
  const [wang, li] = [await signedIn("wang"), await signedIn("li")];
  for (const page of [wang, li]) {
    await edit(page);
    await first(page).getByLabel("姓名").waitFor();
  }
  await first(wang).getByLabel("姓名").fill(LONG);
  await wang.getByRole("button", { name: "添加联系人" }).click();
  // Nothing is saved that nobody hears of, and what is no phone is said at its field.
  const added = wang.getByRole("group").last();
  await added.getByLabel("手机号 *").fill("+8612");
  await save(wang);
  await added.getByText("应为带国家码的手机号").waitFor();
  await fine(wang, "refused");
  await added.getByLabel("手机号 *").fill("+8613711112222");
  await save(wang);
  await wang.getByText("联系人已保存", { exact: false }).waitFor();
  await wang.getByText("这是为本企业单独维护的联系人名单").waitFor();

  await first(li).getByLabel("姓名").fill("李工");
  await first(li).getByLabel("电子邮件").fill("li@plant.example");
  await save(li);
  await li.getByText(/您编辑期间，王管理 于 .* 保存了联系人/).waitFor();
  await li.getByText("双方都改了这 1 处").waitFor();
  expect(await li.getByRole("button", { name: "保存", exact: true }).isDisabled()).toBe(true);
  await fine(li, "conflict");
  await li.getByRole("button", { name: "并入最新版，相同处用对方的" }).click();
  expect(await first(li).getByLabel("姓名").inputValue()).toBe(LONG);
  expect(await first(li).getByLabel("电子邮件").inputValue()).toBe("li@plant.example");
  await save(li);
  await li.getByText("联系人已保存", { exact: false }).waitFor();
  await li.getByText("+8613711112222").waitFor();
  await li.getByText("li@plant.example").waitFor();
  // A long name leaves room for its phone.
  const phone = li.getByText(own.phones[0], { exact: true });
  expect((await phone.boundingBox())?.height).toBeGreaterThan(10);
  await fine(li, "saved");
  await li.getByRole("tab", { name: "审计" }).click();
  await li.getByText("王管理").first().waitFor();
  await wang.close();
  await li.close();
});

test("what is typed stays through leaving the page; given up it is gone; English has no Chinese", async () => {
  const page = await signedIn("wang");
  await edit(page);
  await first(page).getByLabel("姓名").fill("没有保存");
  await page.getByRole("link", { name: "预警", exact: true }).click();
  await page.getByRole("heading", { name: "预警" }).waitFor();
  await page.goBack();
  expect(await first(page).getByLabel("姓名").inputValue()).toBe("没有保存");
  await page.getByRole("button", { name: "放弃修改" }).click();
  await page.getByRole("button", { name: "确定放弃" }).click();
  await page.getByRole("columnheader", { name: "通知方式" }).waitFor();
  await page.getByRole("button", { name: "English" }).click();
  await page.getByRole("columnheader", { name: "Told by" }).waitFor();
  await fine(page, "english");
  expect(errors).toEqual([]);
});
