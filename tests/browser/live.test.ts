/** Pages that are told of changes, in Chromium on a running machine: nothing is asked by the clock, and the line comes back when it is cut. */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HOUR, MINUTE } from "../../functions/shared/shanghai.ts";
import { buildWeb } from "../../infra/build-web.ts";
import { putApplications } from "../../infra/local/applications.ts";
import { issuerOf, testPerson } from "../../infra/local/oidc/test-sign-in.ts";
import { frameMaker, messageOf, trialPlants } from "../faults/trial-city.ts";
import { startTrialMachine, type TrialMachine } from "../faults/trial-machine.ts";
import { launch, looksFine, newContext, picture, signIn, watchErrors } from "./browser.ts";
import { fiveMinutes } from "./trial-hour.ts";

const START = Math.floor(Date.now() / HOUR) * HOUR - HOUR;
const plants = trialPlants(2);
const [first, second] = plants as [(typeof plants)[0], (typeof plants)[0]];
const { frame } = frameMaker(START);

let trial: TrialMachine;
let browser: Browser;
const errors: string[] = [];
let minute = START;
/** Five minutes of the plant; the other one goes on as it should. */
const five = async (plant: (typeof plants)[0], gas: number): Promise<void> => {
  const calm = plant === first ? second : first;
  for (let i = 0; i < 5; i += 1) {
    const sent = frame(calm, "gas", minute + i * MINUTE, 20);
    const { topic, client } = messageOf([sent]);
    await trial.machine.publish(topic, sent.bytes, minute + 5 * MINUTE - 5_000, client);
  }
  await fiveMinutes(trial, frame, plant, { from: minute, gas });
  minute += 5 * MINUTE;
};

beforeAll(async () => {
  await buildWeb(["console", "portal"]);
  trial = await startTrialMachine(plants, START, { port: 0 });
  await putApplications(trial.machine);
  await testPerson(trial.machine, { username: "wang", name: "王管理", roles: ["regulator"] });
  await testPerson(trial.machine, { username: "ben", name: "本厂", roles: ["enterprise"], plants: [second.permitNo] });
  await five(first, 20);
  browser = await launch();
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await trial?.stop();
});

const url = (app: string, hash: string): string => `${new URL(issuerOf(trial.machine).issuer).origin}/${app}/${hash}`;
interface Tab {
  page: Page;
  /** Paths with queries that the page asked the API for. */
  asked: string[];
  sockets: () => number;
}
async function tab(context: BrowserContext, user: string, address: string): Promise<Tab> {
  const page = await context.newPage();
  const asked: string[] = [];
  let sockets = 0;
  watchErrors(page, errors);
  page.on("request", (request) => {
    const { pathname, search } = new URL(request.url());
    if (pathname.startsWith("/api/")) asked.push(pathname + search);
  });
  page.on("websocket", () => (sockets += 1));
  await page.goto(address);
  await signIn(page, user);
  return { page, asked, sockets: () => sockets };
}
const pushed = (page: Page): Promise<void> => page.getByText("实时推送").waitFor();
const boards = (asked: readonly string[]): string[] => asked.filter((path) => path.startsWith("/api/board"));
/** As if the tab were put behind another, or in front again. */
const see = (page: Page, visible: boolean): Promise<unknown> =>
  page.evaluate(`
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => "${visible ? "visible" : "hidden"}" });
    document.dispatchEvent(new Event("visibilitychange"));`);

test("the big screen shows a change without asking by the clock, again after the line was cut, and is no line while nobody looks", async () => {
  const context = await newContext(browser, { viewport: { width: 1440, height: 900 } });
  const { page, asked, sockets } = await tab(context, "wang", url("console", "#/board"));
  await page.locator(".map[data-plants='2']").waitFor();
  await pushed(page);
  const warned = page.locator(".tiles [data-state='warned'] b");
  await trial.eventually(() => boards(asked).some((path) => path.includes("nudged="))); // once when it came up
  const before = boards(asked).length;
  for (let i = 0; i < 3; i += 1) await five(first, 70);
  await warned.filter({ hasText: /^1$/ }).waitFor();
  const news = boards(asked).slice(before);
  console.log(`a change on the big screen: ${news.length} questions, all after a nudge`);
  expect(news.length).toBeGreaterThan(0);
  expect(news.filter((path) => !path.includes("nudged="))).toEqual([]);
  expect(sockets()).toBe(1);
  await looksFine(page, "live-board");

  trial.machine.hub.cut();
  await trial.eventually(() => sockets() === 2 && trial.machine.hub.count() === 1);
  await pushed(page);
  const after = boards(asked).length;
  for (let i = 0; i < 4; i += 1) await five(first, 20);
  await warned.filter({ hasText: /^0$/ }).waitFor();
  expect(
    boards(asked.slice())
      .slice(after)
      .filter((path) => !path.includes("nudged=")),
  ).toEqual([]);

  await see(page, false);
  await trial.eventually(() => trial.machine.hub.count() === 0);
  await page.getByText("每 30 秒更新").waitFor();
  await see(page, true);
  await pushed(page);
  expect(sockets()).toBe(3);
  await page.goto(url("console", `#/plant/${first.permitNo}`));
  await page.getByRole("heading", { name: "故障试验0号厂" }).waitFor();
  await pushed(page);
  expect(trial.machine.hub.count()).toBe(1); // the same line, for another page
  await picture(page, "live-plant");
  await context.close();
}, 90_000);

test("the portal's plant shows what it must do when it must, without asking by the clock", async () => {
  const context = await newContext(browser, { viewport: { width: 390, height: 844 }, isMobile: true });
  const { page, asked } = await tab(context, "ben", url("portal", `#/plants/${second.permitNo}`));
  await page.getByRole("heading", { name: "故障试验1号厂" }).waitFor();
  await pushed(page);
  await trial.eventually(() => trial.machine.hub.count() === 1);
  const plant = (): number => asked.filter((path) => path === `/api/plants/${second.permitNo}`).length;
  const before = plant();
  for (let i = 0; i < 3; i += 1) await five(second, 250); // what the calm minutes before cannot make good
  await page.locator(".hold").first().waitFor();
  expect(plant()).toBeGreaterThan(before);
  await looksFine(page, "live-portal");
  await context.close();
}, 60_000);

test("where no socket gets through, the page says how often it asks, and shows what it has", async () => {
  const context = await newContext(browser, { viewport: { width: 1440, height: 900 } });
  await context.routeWebSocket(/\/live\?/, (socket) => void socket.close());
  const { page } = await tab(context, "wang", url("console", "#/board"));
  await page.locator(".map[data-plants='2']").waitFor();
  await page.getByText("每 30 秒更新").waitFor();
  await context.close();
}, 60_000);

test("nothing was logged as an error", () => {
  expect(errors).toEqual([]);
});
