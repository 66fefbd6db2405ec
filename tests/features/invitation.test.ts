/** Somebody is invited, comes by the link, is given rights, loses them, and is signed out: on the whole machine, by HTTP. */
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startMachine, type Machine } from "../../infra/local/machine.ts";
import { putApiDocs } from "../../infra/local/api-docs.ts";
import {
  exchange,
  issuerOf,
  signInForTest,
  TEST_PASSWORD,
  TestBrowser,
  testPerson,
} from "../../infra/local/oidc/test-sign-in.ts";
import { temporaryFolder } from "../../infra/local/test-assembly.ts";
import { assembly } from "../infra/assembly.ts";

let folder: ReturnType<typeof temporaryFolder>;
let machine: Machine;
let regulator: string;
beforeAll(async () => {
  folder = temporaryFolder();
  machine = await startMachine({
    dataDir: join(folder.path, "data"),
    port: 0,
    mqttPort: null,
    schedules: false,
    log: () => undefined,
    template: await assembly(),
    prepare: putApiDocs,
  });
  await testPerson(machine, { username: "rita", roles: ["regulator"] });
  regulator = (await signInForTest(machine, "rita")).access_token;
}, 120_000);
afterAll(async () => {
  await machine.stop();
  folder[Symbol.dispose]();
});

const ask = (token: string, method: string, path: string, body?: object, match = ""): Promise<Response> =>
  fetch(`${machine.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", "if-match": match },
    ...(body && { body: JSON.stringify(body) }),
  });
const carl = { name: "Carl", phone: null, email: null, roles: ["inspector"], plants: [], towns: [] };

test("by the link to an account, which may what the table says, until it says otherwise", async () => {
  const invited = await ask(regulator, "POST", "/api/people", carl);
  expect(invited.status, await invited.clone().text()).toBe(201);
  const { person, invitation } = (await invited.json()) as { person: { sub: string }; invitation: { link: string } };
  expect(invitation.link.startsWith(`${issuerOf(machine).issuer}/invite/`)).toBe(true);

  const come = (): Promise<Response> =>
    new TestBrowser().post(invitation.link, { username: "carl", password: TEST_PASSWORD, again: TEST_PASSWORD });
  expect((await come()).status).toBe(200);
  expect((await come()).status).toBe(410);

  const tokens = await signInForTest(machine, "carl");
  const self = async (): Promise<unknown> => (await ask(tokens.access_token, "GET", "/api/self")).json();
  expect(await self()).toMatchObject({ sub: person.sub, roles: ["inspector"] });
  expect((await ask(tokens.access_token, "GET", "/api/people")).status).toBe(403);

  const changed = { ...carl, roles: ["auditor"], active: true };
  expect((await ask(regulator, "PUT", `/api/people/${person.sub}`, changed, '"1"')).status).toBe(200);
  expect(await self()).toMatchObject({ roles: ["auditor"] });
  expect((await ask(tokens.access_token, "GET", "/api/people")).status).toBe(200);

  expect((await ask(regulator, "POST", `/api/people/${person.sub}/sign-out`)).status).toBe(200);
  expect(await self()).toMatchObject({ status: 403, title: "signed out", signIn: true });
  const renewed = await exchange(issuerOf(machine), {
    grant_type: "refresh_token",
    refresh_token: tokens.refresh_token,
  });
  expect(renewed.status).toBe(400);

  const trail = (await (await ask(regulator, "GET", "/api/audit")).json()) as { entries: { operation: string }[] };
  const made = trail.entries.map(({ operation }) => operation).filter((operation) => operation !== "firstStart");
  expect(made).toEqual(["signOutEverywhere", "putPerson", "invitePerson"]);
});

test("the API's description is at the site, for anybody", async () => {
  const answer = await fetch(`${machine.url}/api-docs/openapi.json`);
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/json"]);
  expect(await answer.json()).toMatchObject({ openapi: "3.1.0" });
});
