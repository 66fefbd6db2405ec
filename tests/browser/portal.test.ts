/** The portal in Chromium on a running machine: from a warning to what happened after, with and without a network. */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HOUR, MINUTE } from "../../functions/shared/shanghai.ts";
import { buildWeb, firstLoad } from "../../infra/build-web.ts";
import { putApplications } from "../../infra/local/applications.ts";
import { issuerOf, signInForTest, testPerson } from "../../infra/local/oidc/test-sign-in.ts";
import { frameMaker, trialPlants } from "../faults/trial-city.ts";
import { startTrialMachine, type TrialMachine } from "../faults/trial-machine.ts";
import { launch, looksFine, newContext, picture, signIn, watchErrors } from "./browser.ts";
import { fiveMinutes } from "./trial-hour.ts";

/** An hour of today, so that the browser's clock and the trial's are close: half of it is past when the page is opened. */
const START = Math.floor(Date.now() / HOUR) * HOUR;
const plants = trialPlants(3);
const [own] = plants as [(typeof plants)[0]];
const { frame } = frameMaker(START);

let trial: TrialMachine;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let sub: string;
const errors: string[] = [];
const origins = new Set<string>();

const five = (from: number, gas: number): Promise<void> => fiveMinutes(trial, frame, own, { from, gas });

beforeAll(async () => {
  await buildWeb(["portal"]);
  trial = await startTrialMachine(plants, START, { port: 0 });
  await putApplications(trial.machine);
  sub = await testPerson(trial.machine, {
    username: "plant1",
    name: "王<b>工</b>",
    roles: ["enterprise"],
    plants: [own.permitNo],
  });
  for (let at = START; at < START + HOUR / 2; at += 5 * MINUTE) await five(at, 85);
  browser = await launch();
  context = await newContext(browser, { viewport: { width: 390, height: 844 } });
  page = await context.newPage();
  page.on("request", (request) => void origins.add(new URL(request.url()).origin));
  watchErrors(page, errors, ["offline", 400, 409, 412]);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await trial?.stop();
});

const portal = (): string => `${new URL(issuerOf(trial.machine).issuer).origin}/portal/`;
/** As `datetime-local` holds it, Shanghai's time. */
const inputOf = (at: number): string => new Date(at + 8 * HOUR).toISOString().slice(0, 16);
const shot = (name: string): Promise<void> => picture(page, `portal-${name}`, { whole: true });
const fine = (name: string): Promise<void> => looksFine(page, `portal-${name}`, { whole: true });

/** Somebody else of the plant, in another window. */
async function otherChanges(name: string): Promise<void> {
  const { access_token } = await signInForTest(trial.machine, "plant1");
  const url = `${trial.machine.url}/api/plants/${own.permitNo}/contacts`;
  const authorization = `Bearer ${access_token}`;
  const now = await fetch(url, { headers: { authorization } });
  const { contacts } = (await now.json()) as { contacts: { name: string }[] };
  const body = JSON.stringify({ contacts: contacts.map((each, i) => (i === 0 ? { ...each, name } : each)) });
  const headers = { authorization, "if-match": now.headers.get("etag") ?? "", "content-type": "application/json" };
  const answer = await fetch(url, { method: "PUT", headers, body });
  expect(answer.status, await answer.text()).toBe(200);
}

test("the first load is at most 250 KB with gzip, and what did not change is not built again", async () => {
  expect(await buildWeb(["portal"])).toEqual([]);
  const { bytes } = firstLoad("portal");
  console.log(`portal: first load ${(bytes / 1024).toFixed(1)} KB with gzip`);
  expect(bytes).toBeLessThanOrEqual(250 * 1024);
});

test("who is not signed in is led to the sign-in page and back to his plants", async () => {
  await page.goto(portal());
  await signIn(page, "plant1");
  await page.getByRole("heading", { name: "我的企业" }).waitFor();
  await page.getByText("故障试验0号厂").waitFor();
  await fine("plants");
  expect(await page.getByText("故障试验1号厂").count()).toBe(0);
});

test("the warned plant shows what to hold and until when, and one tap answers", async () => {
  await page.getByText("故障试验0号厂").click();
  await page.getByText(/请控制在 .* 以下，至|已经不可能达标/).waitFor();
  await fine("now");
  await page.getByText("预计恢复时间和说明").click();
  await page.getByRole("button", { name: "30 分钟后" }).click();
  await page.getByLabel("说明").fill("<script>alert(1)</script>调整喷氨");
  await page.getByRole("button", { name: "正在调整" }).click();
  await page.getByText(/已回复。.*之前不再重复提醒/).waitFor();
  await expect.poll(() => page.getByLabel("说明").inputValue()).toBe("");
  await shot("answered");
});

test("nothing is smaller than a finger", async () => {
  const small = await page.evaluate<
    string[]
  >(`[...document.querySelectorAll("button, .button, summary, select, input, nav a")]
    .filter((e) => e.offsetParent !== null && e.getBoundingClientRect().height < 43.5)
    .map((e) => e.outerHTML.slice(0, 80))`);
  expect(small).toEqual([]);
});

test("a mark: what is wrong is said at its field, a right one stands in the list", async () => {
  await page.getByRole("link", { name: "标记" }).click();
  await page.getByText("最近没有标记。").waitFor();
  await page.getByRole("link", { name: "新建标记" }).click();
  await page.getByRole("button", { name: "提交标记" }).click();
  await page.getByText("请选择标记类型。").waitFor();
  await fine("mark-wrong");
  await page.getByLabel("排放口").selectOption("DA001");
  await page.getByLabel("标记类型").selectOption("calibration");
  await page.getByLabel("开始").fill(inputOf(START));
  await page.getByLabel("结束").fill(inputOf(START + 20 * MINUTE));
  await page.getByLabel("原因").fill("校准".repeat(250));
  await shot("mark-form");
  await page.getByRole("button", { name: "提交标记" }).click();
  await page.getByText("有效", { exact: true }).waitFor();
  await fine("marks");
});

test("without a network: what was read stays readable, what is entered waits and is sent when it is back", async () => {
  await page.evaluate("navigator.serviceWorker.ready.then(() => undefined)");
  await page.getByRole("link", { name: "现在" }).click();
  await page.getByText(/请控制在|已经不可能达标/).waitFor();
  await context.setOffline(true);
  await page.reload();
  await page.getByText(/连不上服务器，显示 .* 的内容/).waitFor();
  await page.getByText(/请控制在|已经不可能达标/).waitFor();
  await page.getByRole("button", { name: "正在检修" }).click();
  await page.getByText("1 条还没有送达").waitFor();
  await page.getByText("正在检修 · 等待发送").waitFor();
  await fine("offline");
  // It outlives the page.
  await page.reload();
  await page.getByText("1 条还没有送达").waitFor();
  // Nor does it need the tab in which somebody signed in.
  const another = await context.newPage();
  await another.goto(portal());
  await another.getByText("故障试验0号厂").waitFor({ timeout: 10_000 });
  await another.getByText("1 条还没有送达").waitFor({ timeout: 10_000 });
  await another.close();
  await context.setOffline(false);
  await page.getByText("1 条还没有送达").waitFor({ state: "detached" });
  await page.getByText(/连不上服务器/).waitFor({ state: "detached" });
});

test("a session that is over: what was typed is there after signing in again", async () => {
  await page.getByText("预计恢复时间和说明").click();
  await page.getByLabel("说明").fill("还没有发出");
  trial.machine.issuer?.signOutEverywhere(sub);
  await page.evaluate(
    "sessionStorage.setItem('session', JSON.stringify({ ...JSON.parse(sessionStorage.getItem('session')), expiresAt: 0 }))",
  );
  await page.reload();
  await page.getByText(/登录已过期，显示 .* 的内容/).waitFor();
  await shot("session-over");
  await page.getByRole("button", { name: "登录", exact: true }).first().click();
  await signIn(page, "plant1");
  await page.getByText(/请控制在|已经不可能达标/).waitFor();
  await expect.poll(() => page.getByLabel("说明").inputValue()).toBe("还没有发出");
  expect(new URL(page.url()).hash).toBe(`#/plants/${own.permitNo}`);
  await page.getByLabel("说明").fill("");
});

test("the plant reduces, and the next ticks say that it has recovered", async () => {
  for (let i = 6; i < 9; i += 1) await five(START + i * 5 * MINUTE, 2);
  await page.reload();
  await page.getByText("正常", { exact: true }).first().waitFor();
  await page.getByText(/请控制在/).waitFor({ state: "detached" });
  await shot("recovered");
  await page.getByRole("link", { name: "预警记录" }).click();
  await page.getByText("已恢复").waitFor();
  await fine("history");
  await page.getByText("已恢复").click();
  await page.getByText("王<b>工</b>：正在调整").waitFor();
  await page.getByText("<script>alert(1)</script>调整喷氨").waitFor();
  await page.locator(".timeline li.good").last().filter({ hasText: "已恢复" }).waitFor();
  await fine("episode");
});

test("contacts: two change them at once, nothing of either is lost; receipts of what was sent", async () => {
  await page.getByRole("link", { name: "联系人" }).click();
  await page.getByRole("heading", { name: "谁会收到通知" }).waitFor();
  await page.getByText("已发出").first().waitFor();
  await fine("people");
  await page.getByRole("button", { name: "修改联系人" }).click();
  await page.getByLabel("姓名").first().fill("我改的名字");
  await otherChanges("别人改的名字");
  await page.getByRole("button", { name: "保存" }).click();
  await page.getByText("刚才有人改过这一项").waitFor();
  await page.getByText("别人改的名字").waitFor();
  await expect.poll(() => page.getByLabel("姓名").first().inputValue()).toBe("我改的名字");
  await fine("contacts-conflict");
  await page.getByRole("button", { name: "保存" }).click();
  await page.getByRole("heading", { name: "谁会收到通知" }).waitFor();
  await page.getByText("我改的名字").waitFor();
});

test("what the server refuses stays, with what to do about it, until it is deleted", async () => {
  await page.getByRole("link", { name: "标记" }).click();
  await page.getByRole("link", { name: "新建标记" }).click();
  await page.getByLabel("排放口").selectOption("DA001");
  await page.getByLabel("标记类型").selectOption("calibration");
  await page.getByLabel("开始").fill(inputOf(START + 10 * MINUTE));
  await page.getByLabel("结束").fill(inputOf(START + 15 * MINUTE));
  await page.getByLabel("原因").fill("再来一次");
  await page.getByRole("button", { name: "提交标记" }).click();
  await page.getByText("这个时段已有同类或相互排斥的标记").waitFor();
  await shot("refused");
  await page.getByRole("button", { name: "改正后再提交" }).click();
  // The list it comes from has a field of the same name, in the form that withdraws a mark.
  await page.getByRole("heading", { name: "新建标记" }).waitFor();
  await expect.poll(() => page.getByLabel("原因").inputValue()).toBe("再来一次");
  await page.getByRole("button", { name: "提交标记" }).click();
  await page.getByText("这个时段已有同类或相互排斥的标记").waitFor();
  await page.getByRole("button", { name: "删除这一条" }).click();
  await page.getByText("1 条还没有送达").waitFor({ state: "detached" });
});

test("a mark is withdrawn with a reason, by the keyboard alone", async () => {
  await page.getByText("修改或撤销").focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.type("误标");
  await page.getByRole("button", { name: "撤销标记" }).focus();
  await page.keyboard.press("Enter");
  await page.getByText("已撤销", { exact: true }).waitFor();
  await page.getByText("误标").waitFor();
});

test("what is still unmarked has its deadline, and its form is filled in", async () => {
  await trial.fire("close-hour", START + HOUR + 10 * MINUTE);
  await trial.machine.drain();
  trial.setNow(START + HOUR + 30 * MINUTE);
  await page.reload();
  // The trial's values did not move; a quarter of the hour is missing, which an hour may.
  const suspicious = page.locator("li.card", { hasText: "数值可疑" });
  await suspicious.getByText(/截止/).waitFor();
  await fine("unmarked");
  await suspicious.getByRole("button", { name: "标记这一时段" }).click();
  await page.getByRole("button", { name: "提交标记" }).waitFor();
  await expect.poll(() => page.getByLabel("开始").inputValue()).toBe(inputOf(START));
  await expect.poll(() => page.getByLabel("结束").inputValue()).toBe(inputOf(START + 45 * MINUTE));
  await page.getByRole("button", { name: "返回" }).click();
});

test("it can be installed", async () => {
  const devtools = await context.newCDPSession(page);
  const { errors: wrong, url } = await devtools.send("Page.getAppManifest");
  expect(wrong).toEqual([]);
  expect(new URL(url).pathname).toBe("/portal/manifest.webmanifest");
  const { installabilityErrors } = await devtools.send("Page.getInstallabilityErrors");
  // The trial's window is a private one, in which nothing is installed.
  expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== "in-incognito")).toEqual([]);
});

test("in English, and on a wide screen", async () => {
  await page.getByRole("button", { name: "English" }).click();
  await page.getByRole("link", { name: "Marks" }).click();
  await page.getByText("withdrawn", { exact: true }).waitFor();
  await page.locator("html[lang=en]").waitFor();
  await fine("en-marks");
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole("link", { name: "Now" }).click();
  await page.getByText("Waste").or(page.getByText("pH")).first().waitFor();
  await fine("en-wide");
});

test("signing out leaves nothing of the person on the device", async () => {
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "退出" }).click(); // the issuer asks whether it may
  await page.getByLabel("用户名").waitFor();
  expect(await page.evaluate("[localStorage.getItem('person'), sessionStorage.getItem('session')]")).toEqual([
    null,
    null,
  ]);
  const kept = await page.evaluate<number>(`new Promise((done, fail) => {
    const opening = indexedDB.open("portal", 1);
    opening.onerror = () => fail(opening.error);
    opening.onsuccess = () => {
      const count = opening.result.transaction("answers").objectStore("answers").count();
      count.onsuccess = () => done(count.result);
    };
  })`);
  expect(kept).toBe(0);
});

test("nothing was logged as an error, and nothing came from elsewhere", () => {
  expect(errors).toEqual([]);
  expect([...origins]).toEqual([new URL(portal()).origin]);
});
