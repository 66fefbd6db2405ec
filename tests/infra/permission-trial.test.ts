/**
 * A day of a small city in which every function does all that it does, on the machine that enforces the roles: each
 * permission of the template must be the only one that allows some call, or people have agreed to it.
 */
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { formatDay, formatIso, HOUR, MINUTE, parseIso } from "../../functions/shared/shanghai.ts";
import { newKey, newRequest } from "../../functions/devices/new-request.ts";
import { fakeBrowser } from "../../functions/notices/fixtures.ts";
import { decide, type Grant } from "../../infra/local/iam/identity-policy.ts";
import type { PermitInput } from "../../infra/local/demo/sketch.ts";
import { openPermissions, type AllowedAccess } from "../../infra/local/iam/permissions.ts";
import { readRoles, type Role } from "../../infra/local/iam/roles.ts";
import type { Machine } from "../../infra/local/machine.ts";
import { signInForTest, testPerson } from "../../infra/local/oidc/test-sign-in.ts";
import { readAssembly } from "../../infra/local/template.ts";
import { openPage, ticketFor, type LivePage } from "../features/live-page.ts";
import { frameMaker, messageOf, permitsFile, trialPlants, type TrialFrame } from "../faults/trial-city.ts";
import { startTrialMachine, type TrialMachine } from "../faults/trial-machine.ts";
import { assembly } from "./assembly.ts";

const START = parseIso("2026-10-01T08:00:00+08:00")!;
const TICK = 5 * MINUTE;
/** So many that their silence together is an outage, of which the operators hear. */
const plants = trialPlants(10);
const lines: string[] = [];
const recorded = new Map<string, AllowedAccess>();
let trial: TrialMachine;
let roles: readonly Role[];

beforeAll(async () => {
  roles = readRoles(readAssembly(await assembly())).all;
  trial = await startTrialMachine(plants, START, {
    port: 0,
    mqttsPort: 0,
    log: (line) => lines.push(line),
    pushLoopback: true,
    onAllowed: (access) => recorded.set(`${access.role} ${access.action} ${access.resource}`, access),
  });
  await aDay(trial);
}, 120_000);
afterAll(async () => {
  pushService.close();
  await trial.stop();
});

/** Knows no browser. */
let asked = 0;
const pushService = createServer((_, response) => {
  asked += 1;
  response.writeHead(410).end();
});

/** Somebody of the plant that will be warned lets his browser take messages. */
async function aBrowser(machine: Machine): Promise<void> {
  await new Promise<void>((done) => pushService.listen(0, "127.0.0.1", done));
  const { port } = pushService.address() as { port: number };
  await testPerson(machine, { username: "paul", roles: ["enterprise"], plants: [plants[1]!.permitNo] });
  const { access_token: token } = await signInForTest(machine, "paul");
  const { p256dh, auth } = fakeBrowser();
  const answer = await fetch(`${machine.url}/api/self/push-devices`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ endpoint: `http://127.0.0.1:${port}/1`, p256dh, auth, name: "trial" }),
  });
  expect(answer.status, await answer.text()).toBe(201);
}

/** On the next morning somebody of a plant is told what is still to be marked, by a browser that is gone and by e-mail. */
async function aDigest({ machine, fire, now }: TrialMachine): Promise<void> {
  const { port } = pushService.address() as { port: number };
  const own = { username: "dina", roles: ["enterprise"] as const, plants: [plants[1]!.permitNo] };
  await testPerson(machine, { ...own, roles: [...own.roles], email: "dina@plant.example" });
  const { access_token: token } = await signInForTest(machine, "dina");
  const send = async (method: string, path: string, body?: object, etag = ""): Promise<Response> => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json", "if-match": etag };
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const answer = await fetch(`${machine.url}/api/self/${path}`, init);
    expect(answer.ok, `${method} ${path}: ${await answer.clone().text()}`).toBe(true);
    return answer;
  };
  const { p256dh, auth } = fakeBrowser();
  await send("POST", "push-devices", { endpoint: `http://127.0.0.1:${port}/2`, p256dh, auth, name: "trial" });
  const etag = (await send("GET", "notice-settings")).headers.get("etag") ?? "";
  const digest = { hour: 8, channels: ["push", "email"] };
  await send("PUT", "notice-settings", { kinds: { warning: [], data: [] }, digest }, etag);
  const morning = parseIso("2026-10-02T08:00:00+08:00")!;
  expect(now()).toBeLessThan(morning);
  expect(await fire("digest", morning)).toEqual({ sent: 1 });
  expect(machine.mail.list().at(-1)).toMatchObject({
    to: "dina@plant.example",
    text: expect.stringContaining("待标记的时段"),
  });
  expect(await fire("digest", morning)).toEqual({ there: 1 });
  const told = await send("GET", "notices");
  expect(await told.json()).toMatchObject({ last: { state: "sent" }, notices: expect.any(Array) });
}

async function aDay(trial: TrialMachine): Promise<void> {
  const { machine, tick, fire, nameOf, now } = trial;
  const { frame } = frameMaker(START);
  /** One bundle of each device. */
  const publish = async (frames: readonly TrialFrame[], at: number): Promise<void> => {
    for (const own of Map.groupBy(frames, (each) => each.mn).values()) {
      const { topic, client } = messageOf(own as [TrialFrame, ...TrialFrame[]]);
      await machine.publish(topic, Buffer.concat(own.map((each) => each.bytes)), at, client);
    }
    await machine.drain();
  };
  // A revision: one device encrypts (so its damaged frames ask for its key), one limit is of the day.
  expect(await machine.importPermits("second.json", revised(permitsFile(plants)))).toMatchObject({ ok: true });
  const page = await anOpenPage(machine, now());
  await aBrowser(machine);
  // Half an hour: the second plant exceeds its limit, the fourth its range; a damaged frame ends in quarantine.
  for (let t = START; t < START + HOUR / 2; t += TICK) {
    const minutes = Array.from({ length: 5 }, (_, i) => t + i * MINUTE);
    const frames = plants.flatMap((plant) =>
      minutes.flatMap((at) => [
        frame(plant, "gas", at, plant.index === 1 ? 85 : 20),
        frame(plant, "water", at, plant.index === 3 && t > START + 2 * TICK ? 9.5 : 7),
      ]),
    );
    await publish([...frames, frame(plants[0]!, "gas", t, 20, "crc")], t + TICK - 10_000);
    await tick(t + TICK);
  }
  expect(page.heard.filter((each) => each["board"] === true)).not.toEqual([]);
  page.socket.close();
  expect(asked).toBe(1); // the push service said that the browser is gone: nobody asks it again
  const [warned] = machine.outbox();
  // Who looks after several plants answers for all that warned him; a message begins with its plant.
  const own = machine.outbox().filter((sent) => sent.to === warned?.to);
  const acknowledged = new Set(own.map((sent) => sent.text.split("：")[0])).size;
  const answered = JSON.stringify({ originationNumber: warned?.to, messageBody: "1" });
  const event = { Records: [{ Sns: { Message: answered, Timestamp: formatIso(START + HOUR / 2 + MINUTE) } }] };
  const reply = await machine.lambda.invoke(nameOf("receive-reply"), JSON.stringify(event));
  expect(acknowledged).toBeGreaterThan(0);
  expect(JSON.parse(reply.payload)).toEqual({ acknowledged });
  await fire("close-hour", START + HOUR + 10 * MINUTE);
  // Late: the closed hour is judged again, and what no longer is at risk leaves the list.
  await publish(
    plants.slice(0, 2).map((plant) => frame(plant, "gas", START + 30 * MINUTE, 90)),
    START + HOUR + 12 * MINUTE,
  );
  // From here on no device speaks.
  for (let t = START + HOUR + 15 * MINUTE; t <= START + HOUR + 30 * MINUTE; t += TICK) await tick(t);
  await fire("close-hour", START + 2 * HOUR + 10 * MINUTE);
  await tick(START + 2 * HOUR + 10 * MINUTE);
  expect(await machine.importPermits("third.json", "{")).toMatchObject({ ok: false });
  await fire("close-day", parseIso("2026-10-02T00:30:00+08:00")!);
  await machine.drain();
  const codes = machine.objects.list(machine.setting("SITE_BUCKET"), { prefix: "p/" }).map((meta) => meta.key.slice(2));
  expect(codes.length).toBe(plants.length);
  const view = await fetch(`${machine.url}/api/public/plants/${codes[0]}`);
  expect(view.status, await view.text()).toBe(200);
  await aPerson(machine);
  await aSimulation(machine);
  await aPlantsPerson(machine, now());
  await anInvitation(machine);
  await aCertificate(machine);
  await aChangedPermit(machine);
  await anImport(machine);
  await aReplay(machine, publish, frame);
  await aDigest(trial);
}

/** A page that shows board and plant; and a connection that is listed although nobody is there any more. */
async function anOpenPage(machine: Machine, now: number): Promise<LivePage> {
  const [{ permitNo }] = plants as [(typeof plants)[0]];
  await testPerson(machine, { username: "lisa", roles: ["regulator"] });
  const { access_token: token } = await signInForTest(machine, "lisa");
  const page = await openPage(machine, await ticketFor(machine, token));
  const wish = { board: true, plants: [permitNo] };
  expect(await page.say(wish)).toMatchObject({ watching: wish });
  const number = (n: number): object => ({ N: String(n) });
  const gone = { pk: { S: "LIVE" }, sk: { S: "gone=" }, sub: { S: "x" }, board: { BOOL: true }, plants: { L: [] } };
  const Item = { ...gone, openedAt: number(now), expires: number(now + HOUR) };
  await machine.call("PutItem", { TableName: machine.setting("LEDGER_TABLE"), Item });
  return page;
}

/** What somebody with an account asks for, behind a token of the whole code flow. */
async function aPerson(machine: Machine): Promise<void> {
  await testPerson(machine, { username: "anna", roles: ["regulator"] });
  const { access_token: token } = await signInForTest(machine, "anna");
  const [{ permitNo, gas }] = plants as [(typeof plants)[0]];
  const frames = `/api/plants/${permitNo}/frames?mn=${gas}&at=${encodeURIComponent(formatIso(START + TICK))}`;
  for (const path of [
    frames,
    "/api/self",
    "/api/labels",
    "/api/plants",
    "/api/episodes",
    "/api/board",
    "/api/quarantine",
    "/api/jobs",
    `/api/plants/${permitNo}`,
  ]) {
    const answer = await fetch(`${machine.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
    const text = await answer.text();
    expect([path, answer.status], text).toEqual([path, 200]);
    if (path === frames) expect(JSON.parse(text)).toMatchObject({ missing: null, verified: true });
  }
}

/** A regulator reads a permit and changes it. */
async function aChangedPermit(machine: Machine): Promise<void> {
  await testPerson(machine, { username: "emma", roles: ["regulator"] });
  const { access_token: token } = await signInForTest(machine, "emma");
  const [{ permitNo }] = plants as [(typeof plants)[0]];
  const url = `${machine.url}/api/plants/${permitNo}/permit`;
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const read = await fetch(url, { headers });
  const { permit } = (await read.json()) as { permit: object };
  const saved = await fetch(url, {
    method: "PUT",
    headers: { ...headers, "if-match": read.headers.get("etag") ?? "" },
    body: JSON.stringify({ permit: { ...permit, industry: "trial" }, reason: "trial" }),
  });
  expect(await saved.json()).toMatchObject({ outcome: "revised" });
}

/** A regulator tries a draft of the warning numbers on the day before, cancels a second try, and looks at all of them. */
async function aSimulation(machine: Machine): Promise<void> {
  const { access_token: token } = await signInForTest(machine, "anna");
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever it answers; what matters is expected below
  const call = async (path: string, body?: object): Promise<any> => {
    const init = body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers };
    const answer = await fetch(`${machine.url}/api${path}`, init);
    expect(answer.ok, `${path}: ${await answer.clone().text()}`).toBe(true);
    return answer.json();
  };
  const { versions, tomorrow } = await call("/rule-data");
  const yesterday = formatDay(parseIso(`${tomorrow}T00:00:00+08:00`)! - 48 * HOUR);
  const plan = { numbers: { ...versions[0].numbers, effectiveFrom: tomorrow }, from: yesterday, to: yesterday };
  const [{ permitNo }] = plants as [(typeof plants)[0]];
  const ask = (id: string): Promise<unknown> =>
    call("/rule-data/simulations", { id, ...plan, plants: { permitNos: [permitNo] } });
  await ask("simulation-1");
  await machine.drain();
  expect(await call("/rule-data/simulations/simulation-1")).toMatchObject({ simulation: { state: "done" } });
  await ask("simulation-2");
  // It may have come to its end by then: asking is what counts.
  await fetch(`${machine.url}/api/jobs/simulation-2/cancel`, { method: "POST", headers, body: "{}" });
  await machine.drain();
  expect((await call("/rule-data/simulations")).simulations).toHaveLength(2);
}

/** A regulator invites somebody, changes what he may do, and ends his sessions. */
async function anInvitation(machine: Machine): Promise<void> {
  await testPerson(machine, { username: "rita", roles: ["regulator"] });
  const { access_token: token } = await signInForTest(machine, "rita");
  const send = async (method: string, path: string, body?: object): Promise<{ person?: { sub: string } }> => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json", "if-match": '"1"' };
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const answer = await fetch(`${machine.url}/api/people${path}`, init);
    expect(answer.ok, `${method} ${path}: ${await answer.clone().text()}`).toBe(true);
    return (await answer.json()) as { person?: { sub: string } };
  };
  const [{ permitNo }] = plants as [(typeof plants)[0]];
  const carl = { name: "Carl", phone: "+8613900000009", email: null, roles: ["expert"], plants: [permitNo], towns: [] };
  const { person } = await send("POST", "", { ...carl, sms: true });
  await send("PUT", `/${person?.sub}`, { ...carl, active: true, roles: ["auditor"] });
  await send("GET", "");
  await send("POST", `/${person?.sub}/sign-out`);
}

/** A regulator gives a device its certificate, then another, and puts the first one out of force. */
async function aCertificate(machine: Machine): Promise<void> {
  const [{ permitNo, gas }] = plants as [(typeof plants)[0]];
  await testPerson(machine, { username: "dora", roles: ["regulator"] });
  const { access_token: token } = await signInForTest(machine, "dora");
  const send = async (method: string, path: string, body?: object): Promise<{ certificate?: { id: string } }> => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const answer = await fetch(`${machine.url}/api/plants/${permitNo}/devices${path}`, init);
    expect(answer.ok, `${method} ${path}: ${await answer.clone().text()}`).toBe(true);
    return (await answer.json()) as { certificate?: { id: string } };
  };
  await send("GET", "");
  await send("POST", `/${gas}/provision`, { request: await newRequest(gas, newKey()) });
  const { certificate } = await send("POST", `/${gas}/rotate`, { request: await newRequest(gas, newKey()) });
  await send("POST", `/${gas}/finish-rotation`, { keep: certificate?.id });
}

/** A regulator uploads the register, has it checked, applies it, looks at the list of jobs, and cancels one. */
async function anImport(machine: Machine): Promise<void> {
  await testPerson(machine, { username: "ida", roles: ["regulator"] });
  const { access_token: token } = await signInForTest(machine, "ida");
  const send = async (method: string, path: string, body?: object, etag = ""): Promise<Response> => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json", "if-match": etag };
    const answer = await fetch(`${machine.url}/api/${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    expect(answer.ok, `${method} ${path}: ${await answer.clone().text()}`).toBe(true);
    return answer;
  };
  const [id, job] = [1, 2].map((n) => `00000000-0000-4000-8000-00000000000${n}`) as [string, string];
  const bytes = Buffer.from(permitsFile(plants));
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  await send("PUT", `imports/${id}/parts/0`, { base64: bytes.toString("base64") });
  await send("POST", `imports/${id}/check`, { fileName: "trial.json", parts: 1, sha256 });
  await machine.drain();
  const checked = await send("GET", `imports/${id}`);
  expect(await checked.clone().json()).toMatchObject({ ok: true, plants: plants.length });
  await send("POST", `imports/${id}/apply`, { job }, checked.headers.get("etag") ?? "");
  await machine.drain();
  expect(await (await send("GET", `jobs/${job}`)).json()).toMatchObject({ state: "done" });
  await send("GET", "jobs");
  await send("GET", "permits");
  // Work that nobody took up, so that it can be cancelled.
  await machine.call("UpdateItem", {
    TableName: machine.setting("JOBS_TABLE"),
    Key: { pk: { S: `JOB#${job}` }, sk: { S: "JOB" } },
    UpdateExpression: "SET #state = :waiting",
    ExpressionAttributeNames: { "#state": "state" },
    ExpressionAttributeValues: { ":waiting": { S: "waiting" } },
  });
  await send("POST", `jobs/${job}/cancel`);
}

/**
 * Devices that nobody knew are bound, and their frames taken in: of one plant over several blocks, of one into a block that
 * is there, of one into a new block, and one that is longer than its item.
 */
async function aReplay(
  machine: Machine,
  publish: (frames: readonly TrialFrame[], at: number) => Promise<void>,
  frame: ReturnType<typeof frameMaker>["frame"],
): Promise<void> {
  const strangers = [0, 1, 2].map((i) => ({ ...plants[2 * i + 1]!, gas: `330483FB00000000000000${i}0` }));
  const [several, there, fresh] = strangers as [(typeof plants)[0], (typeof plants)[0], (typeof plants)[0]];
  const at = START + HOUR + 31 * MINUTE;
  await publish(
    [
      ...[0, 10, 20].map((m) => frame(several, "gas", START + m * MINUTE, 30)),
      frame(there, "gas", START, 30),
      frame(fresh, "gas", START - 5 * HOUR, 30),
    ],
    at,
  );
  await machine.publish(`plants/${several.gas}/hj212`, Buffer.alloc(9_000, "x"), at, several.gas);
  await machine.drain();
  const { permits } = JSON.parse(permitsFile(plants)) as { permits: PermitInput[] };
  for (const [i, stranger] of strangers.entries())
    permits[2 * i + 1]?.outlets?.[0]?.devices?.push({
      mn: stranger.gas,
      from: "2024-01-01T00:00:00+08:00",
      ...(i === 0 && { secretRef: "trial" }),
    });
  expect(await machine.importPermits("bound.json", JSON.stringify({ permits }))).toMatchObject({ ok: true });
  await testPerson(machine, { username: "rob", roles: ["regulator"] });
  const { access_token: token } = await signInForTest(machine, "rob");
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const ask = async (path: string, body?: object): Promise<Record<string, unknown>> => {
    const init = body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers };
    const answer = await fetch(`${machine.url}${path}`, init);
    expect(answer.ok, `${path}: ${await answer.clone().text()}`).toBe(true);
    return (await answer.json()) as Record<string, unknown>;
  };
  const replay = async (id: string, chosen: object): Promise<unknown> => {
    await ask("/api/quarantine/replays", { id, dryRun: false, chosen });
    const isOver = async (): Promise<boolean> => (await ask(`/api/jobs/${id}`)).state === "done";
    await trial.eventually(isOver);
    return (await ask(`/api/jobs/${id}`)).result;
  };
  const day = { from: "2026-10-01", to: "2026-10-01" };
  expect(await replay("trial-replay-1", { ...day, prefix: "330483FB" })).toMatchObject({ accepted: 5, refused: 1 });
  const { items } = (await ask("/api/quarantine?day=2026-10-01&state=in")) as { items: { key: string }[] };
  const keys = items.map((item) => item.key);
  expect(keys).toHaveLength(5);
  expect(await replay("trial-replay-2", { keys })).toMatchObject({ accepted: 0, duplicate: 5 });
}

/** Somebody of a plant marks the last ten minutes, withdraws the mark, and makes the permit's contacts the plant's own. */
async function aPlantsPerson(machine: Machine, now: number): Promise<void> {
  const [{ permitNo }] = plants as [(typeof plants)[0]];
  const { permits } = JSON.parse(permitsFile(plants)) as { permits: PermitInput[] };
  const outlet = permits[0]?.outlets?.[0]?.code;
  await testPerson(machine, { username: "ben", roles: ["enterprise"], plants: [permitNo] });
  const { access_token: token } = await signInForTest(machine, "ben");
  const send = async (method: string, path: string, body: unknown, etag?: string | null): Promise<{ id: string }> => {
    const headers: Record<string, string> = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    if (etag) headers["if-match"] = etag;
    const answer = await fetch(`${machine.url}/api/plants/${permitNo}${path}`, {
      method,
      headers,
      body: JSON.stringify(body),
    });
    expect(answer.ok, await answer.clone().text()).toBe(true);
    return (await answer.json()) as { id: string };
  };
  const to = Math.floor(now / MINUTE) * MINUTE;
  const span = { from: formatIso(to - 10 * MINUTE), to: formatIso(to) };
  const mark = { outlet, kind: "calibration", ...span, reason: "trial", key: "trial-mark" };
  const { id } = await send("POST", "/marks", mark);
  await send("PUT", `/marks/${id}`, { withdraw: true, reason: "trial" });
  const contacts = await fetch(`${machine.url}/api/plants/${permitNo}/contacts`, {
    headers: { authorization: `Bearer ${token}` },
  });
  await send("PUT", "/contacts", await contacts.json(), contacts.headers.get("etag"));
}

function revised(file: string): string {
  const { permits } = JSON.parse(file) as { permits: PermitInput[] };
  const [outlet] = permits[0]?.outlets ?? [];
  const [device] = outlet?.devices ?? [];
  const [limit] = outlet?.limits ?? [];
  if (!outlet || !device || !limit) throw new Error("the first plant has an outlet with a device and a limit");
  device.secretRef = "trial";
  outlet.limits?.push({ ...limit, statistic: "day" });
  return JSON.stringify({ permits });
}

/** The accesses that one permission alone allows: without it the day would not have gone as it did. */
const soleUses = (role: Role, grant: Grant): AllowedAccess[] =>
  [...recorded.values()].filter(
    (access) =>
      access.role === role.name &&
      !decide(
        role.grants.filter((each) => each !== grant),
        access,
      ).allowed,
  );

test("the city had its day, and nothing that the functions do was refused", () => {
  expect(lines.filter((line) => line.includes("refused"))).toEqual([]);
  const called = new Set([...recorded.values()].map((access) => access.role));
  expect(called.size).toBe(trial.machine.definition.functions.length);
});

test("every permission is the only one that allows some call, or is on the reviewed list with its reason", async () => {
  const unused = roles.flatMap((role) =>
    role.grants
      .filter((grant) => grant.effect === "Allow" && soleUses(role, grant).length === 0)
      .map((grant) => readable(`${role.name} ${grant.text}`)),
  );
  const listed = unused.map((line) => `${line}: ${reasonFor(line)}`);
  await expect(`${listed.sort().join("\n")}\n`).toMatchFileSnapshot("permissions-without-call.txt");
});

test("with any used permission dropped, the same day meets a refusal", () => {
  for (const role of roles)
    for (const grant of role.grants) {
      const [call] = soleUses(role, grant);
      if (!call) continue;
      const log: string[] = [];
      const without = { ...role, grants: role.grants.filter((each) => each !== grant) };
      const permissions = openPermissions({
        roles: new Map([["function", without]]),
        labelOf: (name) => name,
        log: (line) => log.push(line),
      });
      const refusal = permissions.check("AWS4-HMAC-SHA256 Credential=LOCALFUNCTION/x", [call]);
      expect(refusal, grant.text).toMatchObject({ kind: "denied", access: { action: call.action } });
      expect(log).toEqual([expect.stringContaining(`${call.action} on ${call.resource}`)]);
    }
});

/** Why a permission may be there although no function calls for it on one machine. */
const REASONS: readonly [RegExp, string][] = [
  [
    /(frames|telemetry)role (kinesis:PutRecord stream\/telemetry|s3:PutObject undelivered\/undelivered\/)/,
    "the IoT rule writes with it; here the machine does",
  ],
  [/ logs:(CreateLogStream|PutLogEvents) /, "Lambda writes the function's log with its role; here it is a file"],
  [
    /role (kinesis|dynamodb):\S+ (stream\/telemetry|table\/ledger\/stream\/local)$/,
    "the event source reads with the role",
  ],
  [/ dynamodb:ListStreams \*$/, "the event source reads with the role; the action knows no resource"],
  [
    / (s3:PutObject undelivered\/aws\/lambda\/\*|s3:ListBucket undelivered)$/,
    "Lambda puts there the batches it gave up",
  ],
  [/ sqs:SendMessage \w+failed$/, "Lambda or the scheduler sends there the events it gave up"],
  [
    /servepeoplerole cognito-idp:(AdminCreateUser|AdminSetUserPassword) /,
    "invitations where the pool keeps the passwords; one machine's issuer has a page for them",
  ],
  [/schedulerole lambda:InvokeFunction /, "the scheduler invokes with it; here the machine does"],
];
function reasonFor(line: string): string {
  const found = REASONS.find(([pattern]) => pattern.test(line));
  if (!found)
    throw new Error(`no call of the day needs "${line}": drop it (infra/stacks), or let the day need it, or say why`);
  return found[1];
}

/** Without account, region, stack and hash. */
const readable = (text: string): string =>
  text
    .replaceAll(/arn:aws:\w+:[^:]*:[^:]*:/g, "")
    .replaceAll(/permitwatch\w+-(\w+?)[0-9a-f]{8}\b/g, "$1")
    .replaceAll(/PermitWatch\w+-(\w+?)[0-9A-F]{8}\b/g, "$1");
