/** Long lists of a plant, in both applications: receipts page by page, and what is still unmarked. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HOUR, MINUTE } from "../../functions/shared/shanghai.ts";
import { buildWeb } from "../../infra/build-web.ts";
import { putApplications } from "../../infra/local/applications.ts";
import { issuerOf, testPerson } from "../../infra/local/oidc/test-sign-in.ts";
import { frameMaker, trialPlants } from "../faults/trial-city.ts";
import { startTrialMachine, type TrialMachine } from "../faults/trial-machine.ts";
import { launch, looksFine, newContext, signIn, watchErrors } from "./browser.ts";
import { fiveMinutes } from "./trial-hour.ts";

const START = Math.floor(Date.now() / HOUR) * HOUR - 3 * HOUR;
const MESSAGES = 120;
const plants = trialPlants(1);
const [own] = plants as [(typeof plants)[0]];
const { frame } = frameMaker(START);

let trial: TrialMachine;
let browser: Browser;
const errors: string[] = [];

beforeAll(async () => {
  await buildWeb(["console", "portal"]);
  trial = await startTrialMachine(plants, START, { port: 0 });
  await putApplications(trial.machine);
  await testPerson(trial.machine, { username: "wang", name: "王管理", roles: ["regulator"] });
  await testPerson(trial.machine, { username: "zhou", name: "周环保", roles: ["enterprise"], plants: [own.permitNo] });
  await fiveMinutes(trial, frame, own, { from: START, gas: 20 });
  // As a year of warnings leaves them; the text is the carrier's and may hold anything.
  for (let i = 0; i < MESSAGES; i++)
    await trial.machine.call("PutItem", {
      TableName: trial.machine.setting("LEDGER_TABLE"),
      Item: {
        pk: { S: `PLANT#${own.permitNo}` },
        sk: { S: `SEND#2026-01-01T${String(i).padStart(3, "0")}#x` },
        to: { S: own.phones[0] },
        text: { S: `第 ${i} 条 <script>alert(1)</script>` },
        state: { S: i % 3 === 0 ? "failed" : "sent" },
        tick: { N: String(START - (MESSAGES - i) * HOUR) },
      },
    });
  trial.setNow(START + 2 * HOUR + 30 * MINUTE);
  browser = await launch();
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await trial?.stop();
});

async function open(width: number, height: number): Promise<Page> {
  const page = await (await newContext(browser, { viewport: { width, height } })).newPage();
  watchErrors(page, errors);
  page.on("dialog", (dialog) => errors.push(dialog.message()));
  return page;
}
const url = (path: string): string => `${new URL(issuerOf(trial.machine).issuer).origin}${path}`;
async function enter(page: Page, path: string, username: string): Promise<void> {
  await page.goto(url(path));
  await signIn(page, username);
}
const fine = (page: Page, name: string): Promise<void> => looksFine(page, `lists-${name}`);

test("console: all receipts of a plant, fifty at a time, and what it still has to mark", async () => {
  const page = await open(1440, 900);
  await enter(page, `/console/#/plant/${own.permitNo}?tab=messages`, "wang");
  await page.getByText(`第 ${MESSAGES - 1} 条 <script>alert(1)</script>`).waitFor();
  await fine(page, "console-messages");
  for (const count of [100, MESSAGES]) {
    await page.getByRole("button", { name: "再看一些" }).click();
    await page.getByText(`已显示 ${count} 条`).waitFor();
  }
  expect(await page.getByRole("button", { name: "再看一些" }).count()).toBe(0);
  await page.getByText("第 0 条", { exact: false }).first().waitFor();
  await page.getByRole("tab", { name: "待标记" }).click();
  await page.getByText("数据缺失").first().waitFor();
  await fine(page, "console-unmarked");
});

test("portal: the same receipts on a phone, without a gap", async () => {
  const page = await open(390, 844);
  await enter(page, `/portal/#/plants/${own.permitNo}/people`, "zhou");
  const texts = page.getByText(/^第 \d+ 条/);
  await texts.first().waitFor();
  await expect.poll(() => texts.count()).toBe(50);
  for (const count of [100, MESSAGES]) {
    await page.getByRole("button", { name: "再看更早的" }).click();
    await texts.nth(count - 1).waitFor();
  }
  expect(await page.getByRole("button", { name: "再看更早的" }).count()).toBe(0);
  const numbers = (await texts.allTextContents()).map((text) => Number(/\d+/.exec(text)?.[0]));
  expect(numbers).toEqual(Array.from({ length: MESSAGES }, (_, i) => MESSAGES - 1 - i));
  await fine(page, "portal-messages");
  expect(errors).toEqual([]);
});
