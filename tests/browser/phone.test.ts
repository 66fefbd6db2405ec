import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { homePage } from "../../infra/local/home-page.ts";
import { phonePage, type PhoneMessage } from "../../infra/local/phone-page.ts";
import { findings, launch, newContext, serve, type Site } from "./browser.ts";

const message = (over: Partial<PhoneMessage> = {}): PhoneMessage => ({
  at: "2026-10-01T08:35:00+08:00",
  to: "+8613900000001",
  permitNo: "91330483MA2ABCD126001P",
  text: "（演示）某某热电：DA001烟尘预计时均7.3，限5，请控制在4.2以下至09:00。回复1已调整2检修3停产4仪器故障",
  state: "sent",
  ...over,
});

let browser: Browser;
let site: Site;
let messages: PhoneMessage[] = [message(), message({ to: "+8613900000002", state: "unknown" })];
const replies: unknown[] = [];
let carrier = 200;

beforeAll(async () => {
  browser = await launch();
  site = await serve((path, body) => {
    if (path === "/")
      return { body: homePage([{ permitNo: "P1", code: "k7m2qx9rtb4w", name: "（演示）某某厂", town: "崇福镇" }]) };
    if (path === "/_local/sms") return { body: phonePage(messages) };
    if (path === "/_local/reply") {
      replies.push(JSON.parse(body));
      return {
        status: carrier,
        type: "application/json",
        body: carrier === 200 ? "{}" : `{"detail":"no warning to answer"}`,
      };
    }
    return null;
  });
});
afterAll(async () => {
  await browser.close();
  await site.close();
});

async function open(path: string, width: number): Promise<Page> {
  const context = await newContext(browser, { viewport: { width, height: 780 } });
  const page = await context.newPage();
  await page.goto(`${site.url}${path}`);
  return page;
}

test.each([
  ["/", 360],
  ["/", 1280],
  ["/_local/sms", 360],
  ["/_local/sms", 1280],
])("%s at %d px: nothing serious for axe, nothing wider than the screen", async (path, width) => {
  const page = await open(path, width);
  expect(await findings(page)).toEqual([]);
  expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
  await page.context().close();
});

test("a quick answer goes to the carrier's door with the phone's number, and says so", async () => {
  const page = await open("/_local/sms", 1280);
  const phone = page.locator(".phone", { hasText: "+8613900000001" });
  await phone.getByRole("button", { name: "2 检修" }).click();
  await phone.getByText("已回复 answered: 2 检修").waitFor();
  expect(replies.at(-1)).toEqual({ from: "+8613900000001", text: "2 检修" });
  await phone.getByRole("textbox").fill("正在换滤袋");
  await phone.getByRole("textbox").press("Enter");
  await phone.getByText("已回复 answered: 正在换滤袋").waitFor();
  expect(replies.at(-1)).toEqual({ from: "+8613900000001", text: "正在换滤袋" });
  carrier = 404;
  await phone.getByRole("button", { name: "3 停产" }).click();
  await phone.getByText("未送达 not delivered: 404").waitFor();
  carrier = 200;
  await page.context().close();
});

test("new messages arrive by themselves, not under a hand that writes; a machine that is gone is said", async () => {
  const page = await open("/_local/sms", 1280);
  await page.clock.install();
  await page.reload();
  messages = [message({ at: "2026-10-01T08:40:00+08:00", text: "又一条" }), ...messages];
  const box = page.locator(".phone", { hasText: "+8613900000001" }).getByRole("textbox");
  await box.fill("等");
  await page.clock.runFor(11_000);
  expect(await page.getByText("又一条").count()).toBe(0);
  await box.fill("");
  await page.clock.runFor(11_000);
  await page.getByText("又一条").waitFor();
  await page.context().setOffline(true);
  await page.clock.runFor(11_000);
  await page.getByRole("alert").waitFor();
  await page.context().close();
});
