/** Notices in Chromium on a running machine: a warning pushed to a browser and opened, e-mail, and who is told no more. */
import { createServer, type IncomingHttpHeaders } from "node:http";
import { buffer } from "node:stream/consumers";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fakeBrowser, opened } from "../../functions/notices/fixtures.ts";
import { HOUR, MINUTE } from "../../functions/shared/shanghai.ts";
import { buildWeb } from "../../infra/build-web.ts";
import { putApplications } from "../../infra/local/applications.ts";
import { issuerOf, testPerson } from "../../infra/local/oidc/test-sign-in.ts";
import { frameMaker, trialPlants } from "../faults/trial-city.ts";
import { startTrialMachine, type TrialMachine } from "../faults/trial-machine.ts";
import { launch, looksFine, newContext, picture, signIn, watchErrors } from "./browser.ts";
import { fiveMinutes } from "./trial-hour.ts";

const START = Math.floor(Date.now() / HOUR) * HOUR;
const plants = trialPlants(2);
const [own] = plants as [(typeof plants)[0]];
const { frame } = frameMaker(START);
const NAME = "故障试验0号厂";
const keys = fakeBrowser();

/** The push service of the trial: what it was given, and what it answers. */
const given: { headers: IncomingHttpHeaders; body: Buffer }[] = [];
let answers = 201;
const service = createServer((request, response) => {
  void buffer(request).then((body) => {
    given.push({ headers: request.headers, body });
    response.writeHead(answers).end();
  });
});

let trial: TrialMachine;
let browser: Browser;
let context: BrowserContext;
let page: Page;
const errors: string[] = [];

const five = (from: number, gas: number): Promise<void> => fiveMinutes(trial, frame, own, { from, gas });
const portal = (): string => `${new URL(issuerOf(trial.machine).issuer).origin}/portal/`;
const fine = (name: string): Promise<void> => looksFine(page, `notices-${name}`, { whole: true });

beforeAll(async () => {
  await buildWeb(["portal"]);
  await new Promise<void>((done) => service.listen(0, "127.0.0.1", done));
  const { port } = service.address() as { port: number };
  trial = await startTrialMachine(plants, START, { port: 0, pushLoopback: true });
  await putApplications(trial.machine);
  await testPerson(trial.machine, {
    username: "plant1",
    name: "王<b>工</b>",
    email: "wang@plant.example",
    roles: ["enterprise"],
    plants: [own.permitNo],
  });
  browser = await launch();
  context = await newContext(browser, { viewport: { width: 390, height: 844 } });
  await context.grantPermissions(["notifications"], { origin: new URL(portal()).origin });
  // Chromium's own push service is out of reach here: the subscription is the trial's, all else is as it is.
  await context.addInitScript(
    ({ endpoint, p256dh, auth }) => {
      const place = "trial-subscription";
      const made = () => ({
        endpoint,
        toJSON: () => ({ endpoint, keys: { p256dh, auth } }),
        unsubscribe: async () => {
          localStorage.removeItem(place);
          return true;
        },
      });
      Object.assign((globalThis as unknown as { PushManager: { prototype: object } }).PushManager.prototype, {
        getSubscription: async () => (localStorage.getItem(place) === null ? null : made()),
        subscribe: async (options: { applicationServerKey: Uint8Array; userVisibleOnly: boolean }) => {
          if (options.applicationServerKey.length !== 65 || !options.userVisibleOnly) throw new Error("no such key");
          localStorage.setItem(place, "1");
          return made();
        },
      });
    },
    { endpoint: `http://127.0.0.1:${port}/push/1`, p256dh: keys.p256dh, auth: keys.auth },
  );
  page = await context.newPage();
  watchErrors(page, errors);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await trial?.stop();
  service.close();
});

test("push is turned on for this device, and a test says that it works", async () => {
  await page.goto(portal());
  await signIn(page, "plant1");
  await page.getByRole("link", { name: /^通知/ }).click();
  await page.getByText("这台设备还没有打开推送。").waitFor();
  await fine("off");
  await page.evaluate("navigator.serviceWorker.ready.then(() => undefined)");
  await page.getByRole("button", { name: "打开推送" }).click();
  await page.getByText("这台设备会收到推送。").waitFor();
  await page.getByRole("button", { name: "发一条测试" }).first().click();
  await page.getByText("已发出。").waitFor();
  expect(given).toHaveLength(1);
  expect(JSON.parse(opened(keys, given[0]!.body).toString())).toMatchObject({
    title: "测试消息",
    body: "王<b>工</b>，您好：这个渠道可以收到通知。",
  });
  await fine("on");
});

test("a warning is pushed once, encrypted, and by e-mail to who chose it", async () => {
  await page.getByLabel("预警 邮件").check();
  await page.getByText("已保存。").waitFor();
  given.length = 0;
  for (let at = START; at < START + HOUR / 2; at += 5 * MINUTE) await five(at, 85);
  const warnings = given.map(({ body }) => JSON.parse(opened(keys, body).toString()) as Record<string, string>);
  expect(warnings.length).toBeGreaterThan(0);
  expect(warnings[0]).toMatchObject({ title: NAME, tag: own.permitNo });
  expect(warnings[0]!.body).toMatch(/DA001/);
  expect(given[0]!.headers).toMatchObject({ urgency: "high", "content-encoding": "aes128gcm" });
  const mails = trial.machine.mail.list();
  expect(mails).toHaveLength(warnings.length);
  expect(mails.at(-1)).toMatchObject({ to: "wang@plant.example", subject: expect.stringContaining(NAME) });
  expect(mails.at(-1)!.text).toContain(`${portal()}#${warnings[0]!.page}`);
  const outbox = await fetch(`${trial.machine.url}/_local/mail`, { headers: { accept: "text/html" } });
  expect(await outbox.text()).toContain("wang@plant.example");
});

test("the browser shows it, and a tap opens the episode", async () => {
  const notifications = (): Promise<number> =>
    page.evaluate("navigator.serviceWorker.ready.then((r) => r.getNotifications()).then((all) => all.length)");
  const devtools = await context.newCDPSession(page);
  const registration = new Promise<string>((found) => {
    devtools.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const [first] = registrations;
      if (first) found(first.registrationId);
    });
  });
  await devtools.send("ServiceWorker.enable");
  const data = opened(keys, given[0]!.body).toString();
  const origin = new URL(portal()).origin;
  await devtools.send("ServiceWorker.deliverPushMessage", { origin, registrationId: await registration, data });
  await expect.poll(notifications, { timeout: 10_000 }).toBe(1);
  const shown = await page.evaluate<{ title: string; body: string }>(
    "navigator.serviceWorker.ready.then((r) => r.getNotifications()).then(([n]) => ({ title: n.title, body: n.body }))",
  );
  expect(shown).toMatchObject({ title: NAME, body: expect.stringContaining("DA001") });
  const [worker] = context.serviceWorkers();
  await worker!.evaluate(`registration.getNotifications().then(([notification]) => {
    self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
  })`);
  await page.getByRole("heading", { name: "经过" }).waitFor();
  expect(new URL(page.url()).hash).toBe(`#${(JSON.parse(data) as { page: string }).page}`);
  await expect.poll(notifications, { timeout: 10_000 }).toBe(0);
});

test("receipts stand where those of text messages do", async () => {
  await page.goto(`${portal()}#/plants/${own.permitNo}/people`);
  await page
    .getByText(/推送 ·/)
    .first()
    .waitFor();
  await page
    .getByText(/邮件 ·.*wa\*\*\*@plant\.example/)
    .first()
    .waitFor();
  await fine("receipts");
});

test("a contact of the plant gets an address and push", async () => {
  await page.getByRole("button", { name: "修改联系人" }).click();
  await page.getByLabel("电子邮件（可选）").first().fill("chen@plant.example");
  await page.getByLabel("推送到用这个手机号的账号").first().check();
  await fine("contact-form");
  await page.getByRole("button", { name: "保存" }).click();
  await page.getByText("邮件 chen@plant.example").waitFor();
  await picture(page, "notices-contacts", { whole: true });
});

test("a browser that its push service has forgotten is forgotten, and turned off here means told no more", async () => {
  await page.goto(`${portal()}#/notices`);
  await page.getByText("这台设备会收到推送。").waitFor();
  answers = 410;
  await page.getByRole("button", { name: "发一条测试" }).first().click();
  await page.getByText("没有发出：对方拒收。").waitFor();
  await page.getByText("这台设备还没有打开推送。").waitFor();
  answers = 201;
  await page.getByRole("button", { name: "打开推送" }).click();
  await page.getByText("这台设备会收到推送。").waitFor();
  await page.getByRole("button", { name: "关闭推送" }).click();
  await page.getByText("这台设备还没有打开推送。").waitFor();
  given.length = 0;
  await five(START + HOUR / 2, 85);
  expect(given).toEqual([]);
});

test("nothing was logged as an error", () => expect(errors).toEqual([]));
