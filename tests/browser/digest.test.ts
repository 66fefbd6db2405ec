/** The daily digest in Chromium on a running machine: chosen in the portal, sent at its hour, and found again on its page. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { floorDay, HOUR, MINUTE } from "../../functions/shared/shanghai.ts";
import { buildWeb } from "../../infra/build-web.ts";
import { putApplications } from "../../infra/local/applications.ts";
import { issuerOf, testPerson } from "../../infra/local/oidc/test-sign-in.ts";
import { frameMaker, trialPlants } from "../faults/trial-city.ts";
import { startTrialMachine, type TrialMachine } from "../faults/trial-machine.ts";
import { launch, looksFine, newContext, signIn, watchErrors } from "./browser.ts";
import { fiveMinutes } from "./trial-hour.ts";

/** The machine's own day: 06:00, so that the digest's hour is ahead whenever the test runs. */
const START = floorDay(Date.now()) + 6 * HOUR;
const MORNING = START + 2 * HOUR;
const plants = trialPlants(2);
const [own, other] = plants as [(typeof plants)[0], (typeof plants)[0]];
const { frame } = frameMaker(START);

let trial: TrialMachine;
let browser: Browser;
let page: Page;
const errors: string[] = [];

const portal = (): string => `${new URL(issuerOf(trial.machine).issuer).origin}/portal/`;
/** Does it, and waits for the answer: the word that it is saved may still be of what was saved before. */
async function saved(act: () => Promise<unknown>): Promise<void> {
  const [answer] = await Promise.all([page.waitForResponse((each) => each.request().method() === "PUT"), act()]);
  expect(answer.status()).toBe(200);
}
const fine = (name: string): Promise<void> => looksFine(page, `digest-${name}`, { whole: true });

beforeAll(async () => {
  await buildWeb(["portal"]);
  trial = await startTrialMachine(plants, START, { port: 0 });
  await putApplications(trial.machine);
  await testPerson(trial.machine, {
    username: "plant1",
    name: "王工",
    email: "wang@plant.example",
    roles: ["enterprise"],
    plants: [own.permitNo, other.permitNo],
  });
  // Five minutes of an hour: the others are missing, and have to be marked.
  await fiveMinutes(trial, frame, own, { from: START, gas: 20 });
  trial.setNow(MORNING - 5 * MINUTE);
  browser = await launch();
  const context = await newContext(browser, { viewport: { width: 390, height: 844 } });
  page = await context.newPage();
  watchErrors(page, errors);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await trial?.stop();
});

test("what is new stands on the page; the digest is off until it is chosen", async () => {
  await page.goto(portal());
  await signIn(page, "plant1");
  await page.getByRole("link", { name: /^通知/ }).click();
  await page.getByRole("heading", { name: "故障试验0号厂" }).first().waitFor();
  // Nothing is read yet: the frame says how much.
  const unread = await page.getByText("未读", { exact: true }).count();
  expect(unread).toBeGreaterThan(0);
  await page.getByRole("link", { name: `通知 ${unread} 条未读` }).waitFor();
  await page.getByRole("checkbox", { name: "每日通知 推送", checked: false }).waitFor();
  await page.getByRole("checkbox", { name: "每日通知 邮件", checked: false }).waitFor();
  expect(await page.getByLabel("每天几点").locator("option").allTextContents()).toEqual(
    Array.from({ length: 15 }, (_, i) => `${String(i + 7).padStart(2, "0")}:00`),
  );
  await fine("off");
  expect(await trial.fire("digest", MORNING - 5 * MINUTE)).toEqual({});
});

test("chosen by e-mail, it comes at its hour, once, and says what the page says", async () => {
  await saved(() => page.getByLabel("每日通知 邮件").check());
  await saved(() => page.getByLabel("每天几点").selectOption("9"));
  expect(await trial.fire("digest", MORNING)).toEqual({});
  await saved(() => page.getByLabel("每天几点").selectOption("8"));
  await page.getByText("已保存。").waitFor();
  expect(await trial.fire("digest", MORNING)).toEqual({ sent: 1 });
  expect(await trial.fire("digest", MORNING + HOUR)).toEqual({ there: 1 });
  await saved(() => page.getByLabel("许可证修改 邮件").uncheck());
  const mails = trial.machine.mail.list();
  expect(mails).toHaveLength(1);
  const [{ to, text }] = mails as [(typeof mails)[0]];
  expect(to).toBe("wang@plant.example");
  expect(text).toContain(`${portal()}#/notices`);
  await page.reload();
  await page.getByText(/每日通知 .*：已发出/).waitFor();
  expect(await page.getByLabel("许可证修改 邮件").isChecked()).toBe(false);
  expect(await page.getByLabel("待标记的时段 邮件").isChecked()).toBe(true);
  const cards = page.getByRole("region", { name: "最近的通知" }).getByRole("listitem");
  const unmarked = cards.filter({ hasText: "待标记的时段" });
  await unmarked.first().waitFor();
  expect(text).toContain(`待标记的时段：${await unmarked.count()}\n`);
  expect(text).toContain("最近的截止时间");
  await fine("sent");
});

test("a notice leads to what is to be done", async () => {
  const unread = await page.getByText("未读", { exact: true }).count();
  const [read] = await Promise.all([
    page.waitForResponse((each) => each.url().endsWith("/api/self/notices/read")),
    page.getByRole("link", { name: "去处理" }).first().click(),
  ]);
  expect(read.status()).toBe(200);
  await page.getByRole("button", { name: /标记/ }).first().waitFor();
  expect(new URL(page.url()).hash).toBe(`#/plants/${own.permitNo}/marks`);
  await page.getByRole("link", { name: /^通知/ }).click();
  await page.getByRole("heading", { name: "最近的通知" }).waitFor();
  await page.waitForFunction(
    `[...document.querySelectorAll(".card .badge")].filter((each) => each.textContent === "未读").length === ${unread - 1}`,
  );
  if (unread > 1) await page.getByRole("button", { name: "全部标为已读" }).click();
  await page.waitForFunction('!document.querySelector(".card.unread") && !document.querySelector(".count")');
  await fine("read");
});

test("in English nothing stays in Chinese but names", async () => {
  await page.goto(`${portal()}#/notices`);
  await page.getByRole("button", { name: "English" }).click();
  await page.getByRole("heading", { name: "Daily digest" }).waitFor();
  await page.getByText(/At most one message a day/).waitFor();
  await page.getByText(/Daily digest of .*: sent/).waitFor();
  await fine("english");
});

test("nothing was logged as an error", () => expect(errors).toEqual([]));
