/** The sign-in pages in Chromium: at the width of a phone, by the keyboard alone, without scripts, and by axe's rules. */
import { createHash, randomBytes } from "node:crypto";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keys } from "../../functions/people/stored-items.ts";
import type { Machine } from "../../infra/local/machine.ts";
import { startSignInMachine } from "../../infra/local/oidc/test-template.ts";
import { newTry, TEST_PASSWORD, testAccount } from "../../infra/local/oidc/test-sign-in.ts";
import { temporaryFolder } from "../../infra/local/test-assembly.ts";
import { findings, launch, newContext, picture } from "./browser.ts";

let folder: ReturnType<typeof temporaryFolder>;
let machine: Machine;
let browser: Browser;
beforeAll(async () => {
  folder = temporaryFolder();
  machine = await startSignInMachine(folder.path);
  await testAccount(machine, "anna");
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
  await machine.stop();
  folder[Symbol.dispose]();
});

/** The link of an invitation for somebody without an account. */
async function invitation(): Promise<string> {
  const token = randomBytes(32).toString("base64url");
  const hash = createHash("sha256").update(token).digest("hex");
  const item = { ...keys.invite(hash), token: hash, sub: "invited", name: "王建国" };
  const texts = Object.entries(item).map(([name, S]) => [name, { S }]);
  await machine.call("PutItem", {
    TableName: machine.setting("PEOPLE_TABLE"),
    Item: { ...Object.fromEntries(texts), expires: { N: String(Date.now() + 600_000) } },
  });
  return `${newTry(machine).issuer.issuer}/invite/${token}`;
}

/** Where an application sends the browser. */
function start(): string {
  const { issuer, redirectUri } = newTry(machine);
  const query = new URLSearchParams({
    client_id: issuer.settings.clientId,
    response_type: "code",
    scope: "openid profile",
    redirect_uri: redirectUri,
    code_challenge: "x".repeat(43),
    code_challenge_method: "S256",
  });
  return `${issuer.issuer}/auth?${query.toString()}`;
}

async function opened(width: number, scripts: boolean): Promise<{ page: Page; asked: string[] }> {
  const context = await newContext(browser, { viewport: { width, height: 760 }, javaScriptEnabled: scripts });
  const page = await context.newPage();
  const asked: string[] = [];
  page.on("request", (request) => void asked.push(new URL(request.url()).origin));
  await page.goto(start());
  return { page, asked };
}
const overflow = (page: Page): Promise<number> =>
  page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");

test.each([[360], [1280]])(
  "at %i px: nothing to scroll sideways, nothing for axe to find, nothing from elsewhere",
  async (width) => {
    const { page, asked } = await opened(width, true);
    expect(await page.title()).toBe("登录 Sign in");
    expect(await overflow(page)).toBe(0);
    expect(await findings(page)).toEqual([]);
    await picture(page, `sign-in-${width}`);
    await page.getByLabel("用户名").fill("anna");
    await page.getByLabel("密码").fill("wrong");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("alert").textContent()).toContain("用户名或密码不对");
    expect(await page.getByLabel("用户名").inputValue()).toBe("anna");
    expect(await page.getByLabel("密码").inputValue()).toBe("");
    expect(await overflow(page)).toBe(0);
    expect(await findings(page)).toEqual([]);
    await picture(page, `sign-in-wrong-${width}`);
    expect(new Set(asked)).toEqual(new Set([new URL(start()).origin]));
    await page.context().close();
  },
);

test("an invitation: what the password needs is said before and after; then one can sign in", async () => {
  const context = await newContext(browser, { viewport: { width: 360, height: 760 } });
  const page = await context.newPage();
  await page.goto(await invitation());
  expect(await page.title()).toBe("设置账号 Set up your account");
  await page.getByText("至少 12 个字符").waitFor();
  const fill = async (password: string): Promise<void> => {
    await page.getByLabel("用户名").fill("王建国");
    await page.getByLabel("密码 Password").fill(password);
    await page.getByLabel("再输入一次密码").fill(password);
    await page.keyboard.press("Enter");
  };
  await fill("too short");
  expect(await page.getByRole("alert").textContent()).toContain("密码太短");
  expect(await overflow(page)).toBe(0);
  expect(await findings(page)).toEqual([]);
  await picture(page, "invite-360", { whole: true });
  await fill(TEST_PASSWORD);
  await page.getByRole("link", { name: /企业端/ }).waitFor();
  expect(await findings(page)).toEqual([]);
  await context.close();
});

test("by the keyboard, without scripts: name, tab, password, enter; and out again", async () => {
  const { page } = await opened(360, false);
  await page.locator("#username:focus").waitFor(); // the name has the focus
  await page.keyboard.type("anna");
  await page.keyboard.press("Tab");
  await page.keyboard.type(TEST_PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname === "/portal/");
  expect(new URL(page.url()).searchParams.get("code")).not.toBeNull();

  await page.goto(`${new URL(start()).origin}/oidc/session/end`);
  expect(await page.title()).toBe("退出登录 Sign out");
  await page.getByRole("button", { name: /退出/ }).click();
  await page.waitForURL((url) => url.pathname.endsWith("/session/end/success"));
  expect(await page.title()).toBe("已退出 Signed out");
  await page.context().close();
});
