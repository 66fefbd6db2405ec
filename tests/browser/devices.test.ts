/**
 * Devices in the console, on a running machine with MQTT over TLS: a certificate made in the browser, the device connects
 * with it and its frame arrives; rotated, ended, and refused.
 */
import { readFile } from "node:fs/promises";
import { strFromU8, unzipSync } from "fflate";
import mqtt, { type MqttClient } from "mqtt";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newKey, newRequest } from "../../functions/devices/new-request.ts";
import { HOUR, MINUTE } from "../../functions/shared/shanghai.ts";
import { buildWeb } from "../../infra/build-web.ts";
import { putApplications } from "../../infra/local/applications.ts";
import { issuerOf, testPerson } from "../../infra/local/oidc/test-sign-in.ts";
import { eventually } from "../../infra/local/test-assembly.ts";
import { frameMaker, trialPlants } from "../faults/trial-city.ts";
import { startTrialMachine, type TrialMachine } from "../faults/trial-machine.ts";
import { launch, looksFine, newContext, signIn, watchErrors } from "./browser.ts";

const START = Math.floor(Date.now() / HOUR) * HOUR;
const plants = trialPlants(2);
const [own] = plants as [(typeof plants)[0]];
const { frame } = frameMaker(START);

let trial: TrialMachine;
let browser: Browser;
let page: Page;
const log: string[] = [];
const errors: string[] = [];
const clients: MqttClient[] = [];

beforeAll(async () => {
  await buildWeb(["console"]);
  trial = await startTrialMachine(plants, START, { port: 0, mqttsPort: 0, log: (line) => log.push(line) });
  await putApplications(trial.machine);
  await testPerson(trial.machine, { username: "wang", name: "王管理", roles: ["regulator"] });
  browser = await launch();
  const context = await newContext(browser, { viewport: { width: 1440, height: 900 }, acceptDownloads: true });
  page = await context.newPage();
  watchErrors(page, errors, [422]);
}, 180_000);
afterAll(async () => {
  for (const client of clients) client.end(true);
  await browser?.close();
  await trial?.stop();
});

const card = (mn: string) => page.locator(`[data-mn="${mn}"]`);
const button = (name: string) => page.getByRole("button", { name, exact: true });
const fine = (name: string): Promise<void> => looksFine(page, `devices-${name}`, { whole: true });

interface Identity {
  key: string;
  cert: string;
  ca: string;
}

/** What the browser saved. */
async function save(name: string): Promise<Record<string, string>> {
  const [download] = await Promise.all([page.waitForEvent("download"), button(name).click()]);
  const files = unzipSync(await readFile(await download.path()));
  return Object.fromEntries(Object.entries(files).map(([file, bytes]) => [file, strFromU8(bytes)]));
}

/** Connects as the device does; rejects when it is refused. */
async function connect({ key, cert, ca }: Identity): Promise<MqttClient> {
  const client = await mqtt.connectAsync(`mqtts://127.0.0.1:${trial.machine.mqttsPort}`, {
    clientId: own.gas,
    key,
    cert,
    ca,
    reconnectPeriod: 0,
    connectTimeout: 10_000,
  });
  client.on("error", () => undefined);
  clients.push(client);
  return client;
}

let first: Identity;
let second: Identity;
let device: MqttClient;

test("a device is given a certificate whose key never leaves the browser, and its frame arrives", async () => {
  // What the page sends, bodies included: those of streamed requests are not told from outside.
  await page.addInitScript(`{
    const real = fetch;
    globalThis.sent = [];
    globalThis.fetch = async (...asked) => {
      sent.push(await (asked[0] instanceof Request ? asked[0].clone() : new Request(...asked)).text());
      return real(...asked);
    };
  }`);
  const origin = new URL(issuerOf(trial.machine).issuer).origin;
  await page.goto(`${origin}/console/#/plant/${own.permitNo}?tab=devices`);
  await signIn(page, "wang");
  await card(own.gas).getByText("还没有证书，设备连不上。").waitFor();
  await fine("none");
  await card(own.gas).getByRole("button", { name: "发证", exact: true }).click();
  await fine("form");
  await button("签发").click();
  await page.getByText("请先下载：私钥只在这里", { exact: false }).waitFor();
  await fine("issued");
  const files = await save("下载（含私钥，仅此一次）");
  first = { key: files["key.pem"]!, cert: files["certificate.pem"]!, ca: files["ca.pem"]! };
  expect(files["README.txt"]).toContain(`client id    ${own.gas}`);
  expect(first.key).toContain("PRIVATE KEY");
  const secret = first.key.split("\n")[1]!;
  const sent = await page.evaluate<string[]>("sent");
  expect(sent.some((body) => body.includes("CERTIFICATE REQUEST"))).toBe(true);
  expect(sent.some((body) => body.includes("PRIVATE") || body.includes(secret))).toBe(false);
  await page.getByRole("dialog").getByRole("button", { name: "关闭", exact: true }).last().click();
  await card(own.gas).getByText("有效", { exact: true }).waitFor();

  device = await connect(first);
  trial.setNow(START + 2 * MINUTE);
  await device.publishAsync(`plants/${own.gas}/hj212`, Buffer.from(frame(own, "gas", START, 20).bytes), { qos: 1 });
  await trial.machine.drain();
  await page.reload();
  await page.getByRole("row", { name: own.gas }).first().getByText("在线").waitFor();
  await fine("provisioned");
});

test("rotated by the device's own request: both certificates are in force until the new one is kept", async () => {
  const key = newKey();
  await card(own.gas).getByRole("button", { name: "换证", exact: true }).click();
  await page.getByText("粘贴设备生成的请求（CSR）").click();
  await page.getByLabel("证书请求", { exact: false }).fill(await newRequest("ANOTHER", key));
  await button("签发").click();
  await page
    .getByRole("alert")
    .getByText(`这份证书请求不能签发：通用名（CN）是 "ANOTHER"，应为 ${own.gas}`, { exact: false })
    .waitFor();
  await page.getByLabel("证书请求", { exact: false }).fill(await newRequest(own.gas, key));
  await button("签发").click();
  const files = await save("下载证书和设置");
  expect(Object.keys(files)).not.toContain("key.pem");
  second = { key, cert: files["certificate.pem"]!, ca: files["ca.pem"]! };
  await page.getByRole("dialog").getByRole("button", { name: "关闭", exact: true }).last().click();
  await card(own.gas).getByText("正在换证", { exact: false }).waitFor();
  await fine("rotating");
  expect(device.connected).toBe(true);
  // With the new certificate the same device takes over its connection.
  const ended = new Promise<void>((resolve) => device.once("close", () => resolve()));
  device = await connect(second);
  await ended;
  await card(own.gas).getByRole("button", { name: "只留这张" }).last().click();
  await page.getByRole("dialog").getByText("继续有效", { exact: false }).waitFor();
  await fine("finish");
  await button("确定").click();
  await card(own.gas).getByText("已停用", { exact: true }).waitFor();
  expect(device.connected).toBe(true);
  await expect(connect(first)).rejects.toThrow();
});

test("put out of force: told what stops, its connection ends at once, and it is refused", async () => {
  const ended = new Promise<void>((resolve) => device.once("close", () => resolve()));
  await card(own.gas).getByRole("button", { name: "停用", exact: true }).click();
  await page.getByRole("dialog").getByText(`这是设备 ${own.gas} 唯一有效的证书`, { exact: false }).waitFor();
  await fine("deactivate");
  await button("确定").click();
  await ended;
  await expect(connect(second)).rejects.toThrow();
  await eventually(() => log.some((line) => line.includes(own.gas) && line.includes("INACTIVE")));
  await card(own.gas).getByText("已停用", { exact: true }).nth(1).waitFor();
  await card(own.gas).getByRole("button", { name: "恢复", exact: true }).last().click();
  await button("确定").click();
  await card(own.gas).getByText("有效", { exact: true }).waitFor();
  device = await connect(second);
  expect(device.connected).toBe(true);
});

test("the city's list after the day's closing: graded, silent, with and without certificate", async () => {
  await trial.fire(
    "close-day",
    Math.floor((START + 8 * HOUR) / (24 * HOUR)) * 24 * HOUR - 8 * HOUR + 24 * HOUR + HOUR / 2,
  );
  await page.goto(page.url().replace(/#.*/, "#/devices"));
  await page.getByRole("row", { name: own.gas }).waitFor();
  await fine("city");
  await page.getByText("只看当日无数据").click();
  await page.getByRole("row", { name: own.gas }).waitFor({ state: "detached" });
  await page.getByRole("row", { name: own.water }).waitFor();
  await page.goto(page.url().replace(/#.*/, `#/plant/${own.permitNo}?tab=devices`));
  await page.reload();
  await card(own.gas).getByText("为什么是这个等级").click();
  await card(own.gas).getByText("应到分钟的到数率").waitFor();
  await fine("graded");
  expect(errors).toEqual([]);
});
