/** Importing permits in Chromium on a running machine: a wrong file, one bad line, the corrected file looked at and applied, an upload cancelled. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HOUR } from "../../functions/shared/shanghai.ts";
import { readFile } from "../../functions/imports/read-file.ts";
import { buildWeb } from "../../infra/build-web.ts";
import { ROOT } from "../../infra/build.ts";
import { putApplications } from "../../infra/local/applications.ts";
import { issuerOf, testPerson } from "../../infra/local/oidc/test-sign-in.ts";
import { loadRuleData } from "../../layers/rule-data.ts";
import { permitsFile, trialPlants } from "../faults/trial-city.ts";
import { startTrialMachine, type TrialMachine } from "../faults/trial-machine.ts";
import { launch, looksFine, newContext, settled, signIn, watchErrors } from "./browser.ts";

const START = Math.floor(Date.now() / HOUR) * HOUR;
const plants = trialPlants(3);
const ruleData = loadRuleData(join(ROOT, "layers/rule-data"));

let trial: TrialMachine;
let browser: Browser;
let page: Page;
const errors: string[] = [];

beforeAll(async () => {
  await buildWeb(["console"]);
  trial = await startTrialMachine(plants, START, { port: 0 });
  await putApplications(trial.machine);
  await testPerson(trial.machine, { username: "wang", name: "王监管", roles: ["regulator"] });
  browser = await launch();
  page = await (await newContext(browser, { viewport: { width: 1440, height: 900 } })).newPage();
  watchErrors(page, errors);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await trial?.stop();
});

const consoleUrl = (hash = ""): string => `${new URL(issuerOf(trial.machine).issuer).origin}/console/${hash}`;
const fine = (name: string, { asking = false } = {}): Promise<void> =>
  looksFine(page, `import-${name}`, { whole: true, asking });
const choose = (name: string, buffer: Buffer): Promise<void> =>
  page.locator("input[type=file]").setInputFiles({ name, mimeType: "application/octet-stream", buffer });
/** The file that a button makes. */
async function downloaded(button: string): Promise<Buffer> {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: button }).click();
  return readFileSync(await (await download).path());
}
let register: string;

test("a file that is none is refused, and says what to choose", async () => {
  await page.goto(consoleUrl("#/imports"));
  await signIn(page, "wang");
  await page.getByText("把文件拖到这里").waitFor();
  await fine("choose");
  await choose("照片.png", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]));
  await page.getByText("这是图片").waitFor();
  await fine("wrong-file");
  await page.getByRole("button", { name: "选择改正后的文件" }).click();
});

test("the template and the register as files, which can be read again", async () => {
  const template = await downloaded("下载模板 XLSX");
  expect(readFile(template, ruleData).problems.map(({ zh }) => zh)).toEqual([
    expect.stringContaining("没有一行“许可证”"),
  ]);
  const workbook = readFile(await downloaded("导出名册 XLSX"), ruleData);
  expect([workbook.problems, workbook.permits?.length]).toEqual([[], plants.length]);
  register = (await downloaded("导出名册 CSV")).toString("utf8");
  expect(register.slice(0, 6)).toBe("\uFEFF记录类型,");
});

test("with one bad line nothing is applied, and the line is named", async () => {
  const lines = register.split("\r\n");
  const bad = lines.findIndex((line) => line.startsWith("限值,") && line.includes("a21002"));
  await choose("许可证.csv", Buffer.from(lines.with(bad, lines[bad]!.replace(",50,", ",五十,")).join("\r\n")));
  await page.getByText("文件有 1 处错误，没有应用任何内容").waitFor();
  await page.getByRole("cell", { name: `第 ${bad + 1} 行`, exact: true }).waitFor();
  await page.getByRole("cell", { name: '应为数字，现为 "五十"' }).waitFor();
  await fine("bad-line");
  expect((await downloaded("下载错误清单 CSV")).toString("utf8")).toContain(`第 ${bad + 1} 行,上限,`);
  expect(await page.getByRole("button", { name: /^应用/ }).count()).toBe(0);
});

test("the corrected file is looked at, applied, and seen on the plant's page", async () => {
  await page.getByRole("button", { name: "选择改正后的文件" }).click();
  const lines = register.split("\r\n");
  const limitOf = (line: string): boolean => line.startsWith(`限值,${plants[0]!.permitNo}`) && line.includes("a21002");
  const at = lines.findIndex(limitOf);
  const named = lines.findIndex((line) => line.startsWith("许可证,") && line.includes(plants[1]!.permitNo));
  const corrected = lines
    .with(at, lines[at]!.replace(",50,", ",45,"))
    .with(named, lines[named]!.replace("故障试验1号厂", "<script>alert(1)</script>厂"));
  await choose("许可证.csv", Buffer.from(corrected.join("\r\n")));
  await page.getByText("变更 2").waitFor();
  await fine("preview-closed");
  await page.getByRole("button", { name: "展开 故障试验0号厂 的改动" }).click();
  const changes = page.getByRole("table").filter({ hasText: "氮氧化物" }).last();
  await changes.getByText("45").waitFor();
  await changes.getByText("50").waitFor();
  await fine("preview");
  expect(await page.getByText("故障试验2号厂").count()).toBe(0);
  await page.getByText("全部企业").click();
  await page.getByText("故障试验2号厂").waitFor();
  await page.getByRole("button", { name: "应用 2 家企业" }).click();
  await page.getByText("原来的各版都保留").waitFor();
  await fine("sure");
  await page.getByRole("dialog").getByRole("button", { name: "应用 2 家企业" }).click();
  await page.getByText("已应用 2 家：新增 0，变更 2；无变化 1").waitFor();
  await fine("applied");
  await page.reload();
  await page.getByText("已应用 2 家").waitFor();
  await page.goto(consoleUrl(`#/plant/${plants[0]!.permitNo}?tab=permit`));
  await page.getByText("≤ 45 mg/m³").waitFor();
});

test("the same file again has nothing to apply; a change meanwhile is not overwritten", async () => {
  await page.goto(consoleUrl("#/imports"));
  await choose("许可证.json", Buffer.from(permitsFile(plants)));
  await page.getByText("变更 2").waitFor();
  // Somebody else's import comes in between.
  const other = permitsFile(plants).replace('"max":50', '"max":48').replace('"max": 50', '"max": 48');
  expect(await trial.machine.importPermits("other.json", other)).toMatchObject({ ok: true });
  await page.getByRole("button", { name: "应用 2 家企业" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "应用 2 家企业" }).click();
  await page.getByText(/家企业被改过.*没有应用任何内容/).waitFor();
  await fine("changed-meanwhile");
  await page.getByRole("button", { name: "重新检查" }).click();
  await page.getByText("变更 1").waitFor();
});

test("an upload is cancelled: nothing of it is checked", async () => {
  await page.goto(consoleUrl("#/imports"));
  await page.getByText("把文件拖到这里").waitFor();
  const before = trial.machine.objects.list(trial.machine.setting("IMPORTS_BUCKET"), { prefix: "jobs/check" }).length;
  // The second part hangs until the page lets go of it.
  await page.route("**/parts/1", () => undefined);
  await choose("大.json", Buffer.alloc(1_200_000, " "));
  await page.getByText("正在上传 大.json：33%").waitFor();
  await fine("uploading", { asking: true });
  await page.getByRole("button", { name: "取消" }).click();
  await page.getByText("把文件拖到这里").waitFor();
  await page.unroute("**/parts/1");
  await settled(page);
  await trial.machine.drain();
  const after = trial.machine.objects.list(trial.machine.setting("IMPORTS_BUCKET"), { prefix: "jobs/check" }).length;
  expect(after).toBe(before);
});

test("nothing was logged as an error", () => expect(errors).toEqual([]));
