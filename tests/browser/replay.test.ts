/** A frame of an MN that nobody knew, from the quarantine to the plant's page: refused, bound, tried, replayed, shown. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { formatIso, HOUR, MINUTE } from "../../functions/shared/shanghai.ts";
import { buildWeb } from "../../infra/build-web.ts";
import { putApplications } from "../../infra/local/applications.ts";
import type { PermitInput } from "../../infra/local/demo/sketch.ts";
import { issuerOf, testPerson } from "../../infra/local/oidc/test-sign-in.ts";
import { frameMaker, permitsFile, trialPlants } from "../faults/trial-city.ts";
import { startTrialMachine, type TrialMachine } from "../faults/trial-machine.ts";
import { launch, looksFine, newContext, picture, settled, signIn, watchErrors } from "./browser.ts";
import { fiveMinutes } from "./trial-hour.ts";

const START = Math.floor(Date.now() / HOUR) * HOUR - HOUR;
const DAY = formatIso(START).slice(0, 10);
const plants = trialPlants(3);
const [known, own] = plants as [(typeof plants)[0], (typeof plants)[0]];
/** As a technician has typed it into the new logger. */
const stranger = { ...own, gas: "330483FB0000000000000001" };
const { frame } = frameMaker(START);

let trial: TrialMachine;
let browser: Browser;
let page: Page;
const errors: string[] = [];

beforeAll(async () => {
  await buildWeb(["console"]);
  trial = await startTrialMachine(plants, START, { port: 0 });
  await putApplications(trial.machine);
  await testPerson(trial.machine, { username: "wang", name: "王管理", roles: ["regulator"] });
  await testPerson(trial.machine, { username: "shen", name: "沈审计", roles: ["auditor"] });
  for (let at = START; at < START + 20 * MINUTE; at += 5 * MINUTE) {
    await fiveMinutes(trial, frame, known, { from: at, gas: 20 });
    const frames = Array.from({ length: 5 }, (_, i) => frame(stranger, "gas", at + i * MINUTE, 33.3));
    await publish(
      frames.map(({ bytes }) => bytes),
      at + 5 * MINUTE,
    );
  }
  const damaged = frame(own, "gas", START + 20 * MINUTE, 40, "crc");
  await trial.machine.publish(`plants/${own.gas}/hj212`, Buffer.from(damaged.bytes), START + 21 * MINUTE, own.gas);
  await trial.machine.drain();
  trial.setNow(START + 30 * MINUTE);
  browser = await launch();
  page = await (await newContext(browser, { viewport: { width: 1440, height: 900 } })).newPage();
  watchErrors(page, errors);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await trial?.stop();
});

async function publish(frames: Uint8Array[], at: number): Promise<void> {
  await trial.machine.publish(`plants/${stranger.gas}/hj212`, Buffer.concat(frames), at, stranger.gas);
  await trial.machine.drain();
}
const consoleUrl = (hash: string): string => `${new URL(issuerOf(trial.machine).issuer).origin}/console/${hash}`;
const fine = (name: string): Promise<void> => looksFine(page, `replay-${name}`);

test("what was refused is shown by its reason, in words, and is found by its MN", async () => {
  await page.goto(consoleUrl(`#/quarantine?day=${DAY}`));
  await signIn(page, "wang");
  await page.getByRole("button", { name: /MN 未登记.*20 条/ }).waitFor();
  await fine("quarantine");
  await page.getByRole("button", { name: /CRC 校验不符.*1 条/ }).click();
  await page.getByText("已显示 1 条").waitFor();
  await page.getByRole("button", { name: /CRC 校验不符/ }).click();
  const search = page.getByRole("searchbox", { name: "MN 或主题的开头" });
  await search.fill("没有这个");
  await search.press("Enter");
  await page.getByText("没有符合条件的被拒报文").waitFor();
  await fine("none");
  await search.fill(stranger.gas);
  await search.press("Enter");
  await page.getByText("已显示 20 条").waitFor();
});

test(
  "a trial says that nothing could be taken in, as long as nobody has bound the MN",
  { timeout: 60_000 },
  async () => {
    await page.getByRole("button", { name: "重放筛选出的未收下的" }).click();
    await page.getByRole("button", { name: "预演（不改动任何数据）" }).click();
    await page.getByText("没有可以收下的").waitFor();
    await page.getByText("再次被拒：MN 未登记，20 条").waitFor();
    await fine("nothing");
    await page.getByRole("dialog").getByRole("button", { name: "关闭" }).click();
  },
);

test("the MN is bound: one that was chosen is replayed", { timeout: 60_000 }, async () => {
  const { permits } = JSON.parse(permitsFile(plants)) as { permits: PermitInput[] };
  permits[1]?.outlets?.[0]?.devices?.push({ mn: stranger.gas, from: "2024-01-01T00:00:00+08:00" });
  expect(await trial.machine.importPermits("bound.json", JSON.stringify({ permits }))).toMatchObject({ ok: true });

  await page
    .getByRole("checkbox", { name: /^选择 / })
    .first()
    .check();
  await page.getByRole("button", { name: "重放所选（1）" }).click();
  await replay(1);
  await page.getByText(/由 王管理 重放收下/).waitFor();
});

test("then all that are open; each says by whom", { timeout: 60_000 }, async () => {
  await page.getByRole("button", { name: "重放筛选出的未收下的" }).click();
  await replay(19);
  await page.getByRole("button", { name: /MN 未登记.*20 条，其中 20 条重放后已收下/ }).waitFor();
  await fine("replayed");
  await page
    .getByRole("checkbox", { name: /^选择 /, disabled: true })
    .first()
    .waitFor();
});

test("the values are on the plant's page, and the work in its list", async () => {
  await page.goto(consoleUrl(`#/plant/${own.permitNo}`));
  await page.getByText("33.3").first().waitFor();
  await picture(page, "replay-plant");
  await page.goto(consoleUrl("#/jobs"));
  await page.getByText("重放隔离报文").first().waitFor();
  await fine("jobs");
});

async function replay(count: number): Promise<void> {
  await page.getByRole("button", { name: "预演（不改动任何数据）" }).click();
  await page.getByRole("button", { name: `确认重放，收下 ${count} 条` }).click();
  await page.getByRole("tooltip").getByRole("button", { name: "重放", exact: true }).click();
  await page.getByRole("heading", { name: "重放结果" }).waitFor();
  await page.getByRole("dialog").getByText("已完成").waitFor();
  await page.getByText("涉及企业").waitFor();
  await fine(`result-${count}`);
  await page.getByRole("dialog").getByRole("button", { name: "关闭" }).click();
}

test("who may only read sees what became of it, and no button to replay", async () => {
  await page.context().clearCookies();
  await page.evaluate("sessionStorage.clear()");
  await page.goto(consoleUrl(`#/quarantine?day=${DAY}`));
  await page.reload();
  await signIn(page, "shen");
  await page
    .getByText(/由 王管理 重放收下/)
    .first()
    .waitFor();
  await settled(page);
  expect(await page.getByRole("button", { name: /^重放/ }).count()).toBe(0);
  expect(errors).toEqual([]);
});
