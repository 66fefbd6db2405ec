/** Debian's Chromium for the browser tests; a test that needs it fails without it, it never skips. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import axe from "axe-core";
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
  type Request,
} from "playwright-core";
import { expect } from "vitest";
import { ROOT } from "../../infra/build.ts";
import { TEST_PASSWORD } from "../../infra/local/oidc/test-sign-in.ts";

/** No GPU, no background traffic: the tests run on two cores without a network. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });

/** Requests of each page that have no answer yet. */
const unanswered = new WeakMap<Page, Set<Request>>();

/** A room of its own in the browser. Nothing moves in it: what slides or changes colour is still found, half way. */
export async function newContext(browser: Browser, options: BrowserContextOptions): Promise<BrowserContext> {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  context.setDefaultTimeout(25_000); // for the functions, too, on cores that others use
  context.on("page", (page) => {
    const open = new Set<Request>();
    unanswered.set(page, open);
    page.on("request", (request) => open.add(request));
    page.on("requestfinished", (request) => open.delete(request));
    page.on("requestfailed", (request) => open.delete(request));
  });
  return context;
}

/** Resolves when the page asks for nothing, has drawn what it was answered and waits for nothing: only then it may be looked at as a whole. */
export async function settled(page: Page): Promise<void> {
  const waitsFor = async (): Promise<string[]> => [
    ...[...(unanswered.get(page) ?? [])].map((request) => request.url()),
    // Between two requests, too: one that is put off until typing ends, or tried again after a while.
    ...(await page.locator(".ant-spin-spinning:visible").all()).map(String),
  ];
  do {
    await expect.poll(waitsFor, { timeout: 15_000 }).toEqual([]);
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))");
  } while ((await waitsFor()).length > 0);
}

/** As the page sees them, and as its service worker passes them on. */
const ERRORS_OF_NO_NETWORK = /ERR_INTERNET_DISCONNECTED|ERR_FAILED/;

/**
 * What goes wrong in the page: exceptions, and what the console logs as an error. The browser itself logs each answer
 * that refuses: `provoked` are the statuses that a test asks for (`[412]`), and `"offline"` where it cuts the network.
 */
export function watchErrors(page: Page, errors: string[], provoked: readonly (number | "offline")[] = []): void {
  const expected = (line: string): boolean =>
    provoked.some((each) =>
      each === "offline" ? ERRORS_OF_NO_NETWORK.test(line) : line.includes(`status of ${each} `),
    );
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !expected(message.text())) errors.push(message.text());
  });
}

/** Fills in the sign-in page, to which an application has led. */
export async function signIn(page: Page, username: string): Promise<void> {
  await page.getByLabel("用户名").fill(username);
  await page.getByLabel("密码").fill(TEST_PASSWORD);
  await page.keyboard.press("Enter");
}

/** A picture for people to look at, under `.build/screenshots`; `npm test` takes none (tests/run.ts). */
export async function picture(page: Page, name: string, { whole = false } = {}): Promise<void> {
  if (process.env["SCREENSHOTS"] === "off") return;
  await page.screenshot({ path: join(ROOT, ".build/screenshots", `${name}.png`), fullPage: whole });
}

/** The page at rest has no serious finding and is not wider than its window. `asking`: what it waits for will not come. */
export async function looksFine(page: Page, name: string, { whole = false, asking = false } = {}): Promise<void> {
  if (!asking) await settled(page);
  await picture(page, name, { whole });
  expect(await findings(page), name).toEqual([]);
  const wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
  expect(await page.evaluate(wider), name).toBe(0);
}

export interface Answer {
  status?: number;
  type?: string;
  headers?: Record<string, string>;
  body: string;
}

export interface Site {
  url: string;
  /** Paths asked for, in order. */
  asked: string[];
  close(): Promise<void>;
}

/** A server on loopback that answers by path; anything else is 404. */
export async function serve(answer: (path: string, body: string) => Answer | null): Promise<Site> {
  const asked: string[] = [];
  const server: Server = createServer(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    asked.push(path);
    const found = answer(path, await text(request)) ?? { status: 404, body: "" };
    response.writeHead(found.status ?? 200, {
      "content-type": found.type ?? "text/html; charset=utf-8",
      ...found.headers,
    });
    response.end(found.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Findings of axe-core on the page as it stands, worth fixing: serious and critical ones; `rule: element`. */
export async function findings(page: Page): Promise<string[]> {
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run({
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
      resultTypes: ["violations"], // of what passes, one element is enough
    }),
  );
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map((n) => `${id}: ${n.html.slice(0, 120)}`));
}
