/** The big screen (大屏) with 10,250 plants in the tables, through the real operation: counted, measured, linked, printed. */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HOUR, MINUTE } from "../../functions/shared/shanghai.ts";
import { buildWeb } from "../../infra/build-web.ts";
import { putApplications } from "../../infra/local/applications.ts";
import { issuerOf, testPerson } from "../../infra/local/oidc/test-sign-in.ts";
import { trialPlants } from "../faults/trial-city.ts";
import { startTrialMachine, type TrialMachine } from "../faults/trial-machine.ts";
import { findings, launch, looksFine, newContext, picture, settled, signIn, watchErrors } from "./browser.ts";
import { seedCity, type BoardCity } from "./board-city.ts";

const PLANTS = 10_250;
/** An hour of today that is past when the page is opened, and not so early that the day has nothing. */
const START = Math.floor(Date.now() / HOUR) * HOUR - HOUR / 2;

let trial: TrialMachine;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let city: BoardCity;
const errors: string[] = [];

beforeAll(async () => {
  await buildWeb(["console"]);
  trial = await startTrialMachine(trialPlants(1), START, { port: 0 });
  await putApplications(trial.machine);
  await testPerson(trial.machine, { username: "wang", name: "王管理", roles: ["regulator"] });
  city = await seedCity(trial.machine, PLANTS - 1, START);
  browser = await launch();
  context = await newContext(browser, { viewport: { width: 1440, height: 900 } });
  page = await context.newPage();
  watchErrors(page, errors);
  await page.goto(url("#/board"));
  await signIn(page, "wang");
  await page.locator(`.map[data-plants='${PLANTS}']`).waitFor();
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await trial?.stop();
});

const url = (hash: string): string => `${new URL(issuerOf(trial.machine).issuer).origin}/console/${hash}`;
const tile = (state: string): Promise<string | null> => page.locator(`.tiles [data-state=${state}] b`).textContent();
const shown = (state: string) => expect.poll(() => tile(state), { message: state });
/** What lies on another thing, or out of its box: names of elements whose text is cut at the bottom or overlaps a neighbour. */
const overlaps = (of: Page): Promise<string[]> =>
  of.evaluate(`(() => {
    const boxes = [...document.querySelectorAll(".board-head, .tiles li, .board .panel, .map")]
      .map((e) => ({ name: e.className || e.textContent.slice(0, 12), box: e.getBoundingClientRect(), e }));
    const bad = [];
    for (const [i, a] of boxes.entries())
      for (const b of boxes.slice(i + 1))
        if (!a.e.contains(b.e) && !b.e.contains(a.e) && a.box.left < b.box.right - 1 && b.box.left < a.box.right - 1 &&
          a.box.top < b.box.bottom - 1 && b.box.top < a.box.bottom - 1) bad.push(a.name + " over " + b.name);
    for (const e of document.querySelectorAll(".tiles li, .indicators li, .site, .pollutants"))
      if (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1) bad.push("cut: " + e.textContent.slice(0, 30));
    const main = document.documentElement;
    if (main.scrollWidth > main.clientWidth) bad.push("page wider than the screen");
    return bad;
  })()`);

test("every state of 10,250 plants is counted as the tables have it, marks among them", async () => {
  const { marked, silent, warned, lost } = city.counts;
  for (const [state, count] of Object.entries({ marked, warned, lost }))
    await shown(state).toBe(count.toLocaleString("en"));
  // The plant of the trial has no data yet.
  await shown("silent").toBe((silent + 1).toLocaleString("en"));
  await expect.poll(() => page.locator(".towns tbody tr").count()).toBe(11);
  await looksFine(page, "board-desk");
  expect(await overlaps(page)).toEqual([]);
});

test("every number says how it is computed and leads to its list", async () => {
  await page.getByRole("button", { name: "非现场监管占比：怎么算的" }).focus();
  await page.getByText("系统里还没有巡查记录").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("body").click({ position: { x: 5, y: 5 } });
  const counted = await tile("marked");
  await page.locator(".tiles [data-state=marked] a").click();
  await page.getByRole("heading", { name: "企业" }).waitFor();
  await page.locator("tbody [data-state=marked]").first().waitFor();
  expect(Number(counted)).toBeGreaterThan(0);
  await settled(page);
  expect(await page.locator("tbody .state:not([data-state=marked])").count()).toBe(0);
  await page.goBack();
  // A facility that stands still while production runs: from the board's number to the plants.
  const mismatch = page.locator(".mismatch a");
  const number = Number(await mismatch.textContent());
  await mismatch.click();
  // One such facility a plant: the list is as long as the number says.
  expect(number).toBeGreaterThan(0);
  await expect.poll(() => page.locator("tbody a.name").count()).toBe(number);
  await picture(page, "board-plants-of-a-number");
  const links = await page.goBack().then(async () => {
    await page.locator(".indicators").waitFor();
    await settled(page);
    return page.locator(".board a").evaluateAll((all) => all.map((a) => a.getAttribute("href") ?? ""));
  });
  expect(links.filter((href) => !/^#\/(plants|episodes|episode|plant)/.test(href))).toEqual([]);
  for (const some of [
    "condition=told-today",
    "condition=saved-today",
    "open=true",
    "pollutant=a21002",
    "kind=facility",
  ])
    expect([some, links.some((href) => href.includes(some))]).toEqual([some, true]);
});

test("on a wall of 3840×2160 nothing stutters while a hundred plants change every second", async () => {
  const wall = await context.newPage();
  wall.setDefaultTimeout(30_000);
  watchErrors(wall, errors);
  await wall.setViewportSize({ width: 3840, height: 2160 });
  await wall.emulateMedia({ reducedMotion: "no-preference" }); // what moves on the map is part of what is measured
  const session = await page.evaluate(() => sessionStorage.getItem("session") ?? "");
  await wall.addInitScript((kept) => {
    sessionStorage.setItem("session", kept);
    localStorage.setItem("display", JSON.stringify({ dark: true, wall: true }));
  }, session);
  const bytes: number[] = [];
  wall.on("response", (response) => {
    if (response.url().includes("/api/board"))
      void response.body().then(
        (body) => bytes.push(body.length),
        () => undefined,
      );
  });
  await wall.goto(url("#/board"));
  await wall.locator(`.map[data-plants='${PLANTS}']`).waitFor();
  await settled(wall);
  await picture(wall, "board-wall");
  expect(await overlaps(wall)).toEqual([]);
  const before = await wall.locator(".tiles").textContent();
  let changing = true;
  let changed = 0;
  const changes = (async () => {
    for (let n = 1; changing && n < 60; n++) {
      trial.setNow(START + n * MINUTE);
      changed += await city.change(n, START + n * MINUTE);
    }
  })();
  const measured = await wall.evaluate<{ frames: number; slowest: number; heap: number }>(`new Promise((resolve) => {
    const began = performance.now();
    let frames = 0, slowest = 0, last = began;
    requestAnimationFrame(function next(now) {
      frames++; slowest = Math.max(slowest, now - last); last = now;
      if (now - began < 12_000) requestAnimationFrame(next);
      else resolve({ frames, slowest, heap: performance.memory.usedJSHeapSize });
    });
  })`);
  changing = false;
  await changes;
  await wall.waitForFunction(`document.querySelector(".tiles").textContent !== ${JSON.stringify(before)}`);
  const largest = Math.max(...bytes);
  console.log(
    `big screen, ${PLANTS} plants, 3840×2160, without GPU: ${(measured.frames / 12).toFixed(1)} frames/s, slowest ${measured.slowest.toFixed(0)} ms, heap ${(measured.heap / 2 ** 20).toFixed(0)} MB; whole answer ${(largest / 2 ** 20).toFixed(2)} MB, ${bytes.length} answers, ${changed} changes`,
  );
  expect(changed).toBeGreaterThan(0);
  expect(measured.heap).toBeLessThan(400 * 2 ** 20);
  expect(largest).toBeLessThan(6 * 2 ** 20);
  await picture(wall, "board-wall-later");
  expect(await findings(wall)).toEqual([]);
  await wall.keyboard.press("Escape");
  await wall.getByRole("link", { name: "大屏" }).waitFor();
  await wall.keyboard.press("w");
  await wall.getByRole("button", { name: /退出大屏/ }).waitFor();
  await wall.close();
}, 120_000);

test("printed it is one sheet, with the plants that stand out", async () => {
  await page.goto(url("#/board"));
  await page.locator(`.map[data-plants='${PLANTS}']`).waitFor();
  await page.emulateMedia({ media: "print" });
  await page.getByRole("heading", { name: /^预警企业（\d+ 家）$/ }).waitFor();
  await page.locator(".map").waitFor({ state: "hidden" });
  await expect.poll(() => page.locator(".printed li").count()).toBeGreaterThan(20);
  const pdf = await page.pdf({ preferCSSPageSize: true });
  expect([...pdf.toString("latin1").matchAll(/\/Type\s*\/Page\b/g)]).toHaveLength(1);
  await page.setViewportSize({ width: 1055, height: 726 });
  await picture(page, "board-print");
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ media: null });
});

test("in English and dark; nothing was logged as an error", async () => {
  await page.getByRole("button", { name: "English" }).click();
  await page.getByRole("button", { name: "Dark" }).click();
  await page.getByText("Facilities, noise, dust").waitFor();
  await looksFine(page, "board-desk-en-dark");
  expect(await overlaps(page)).toEqual([]);
  expect(errors).toEqual([]);
});
