/** The socket of open pages on a running machine: tickets, what a connection hears of, and how little is said. */
import type { WebSocket } from "ws";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { MINUTE, parseIso } from "../../functions/shared/shanghai.ts";
import { shardOf } from "../../functions/shared/shard.ts";
import { signInForTest, testPerson } from "../../infra/local/oidc/test-sign-in.ts";
import { frameMaker, trialPlants } from "../faults/trial-city.ts";
import { startTrialMachine, type TrialMachine } from "../faults/trial-machine.ts";
import { fiveMinutes } from "../browser/trial-hour.ts";
import { openPage, ticketFor, type LivePage, type Ticket } from "../features/live-page.ts";

const START = parseIso("2026-10-01T08:00:00+08:00")!;
const plants = trialPlants(3);
const [first, second] = plants as [(typeof plants)[0], (typeof plants)[0]];
const { frame } = frameMaker(START);
const ORIGIN = { origin: "https://permits.example.cn" };

let trial: TrialMachine;
let tokens: Record<"regulator" | "enterprise", string>;
const opened: WebSocket[] = [];

beforeAll(async () => {
  trial = await startTrialMachine(plants, START, { port: 0 });
  const { machine } = trial;
  await testPerson(machine, { username: "rita", roles: ["regulator"] });
  await testPerson(machine, { username: "ben", roles: ["enterprise"], plants: [first.permitNo], sub: "ben" });
  const token = async (name: string): Promise<string> => (await signInForTest(machine, name)).access_token;
  tokens = { regulator: await token("rita"), enterprise: await token("ben") };
}, 120_000);
afterAll(() => trial.stop());
afterEach(async () => {
  for (const socket of opened.splice(0)) socket.close();
  await trial.eventually(async () => (await listed()).length === 0);
});

const listed = async (): Promise<{ sk: { S: string } }[]> => {
  const { Items } = await trial.machine.call<{ Items: { sk: { S: string } }[] }>("Query", {
    TableName: trial.machine.setting("LEDGER_TABLE"),
    KeyConditionExpression: "pk = :pk",
    ExpressionAttributeValues: { ":pk": { S: "LIVE" } },
  });
  return Items;
};
const ticketOf = (who: keyof typeof tokens, headers = {}): Promise<Ticket> =>
  ticketFor(trial.machine, tokens[who], headers);
const connect = async (ticket: Ticket, headers = {}): Promise<LivePage> => {
  const page = await openPage(trial.machine, ticket, headers);
  opened.push(page.socket);
  return page;
};
const open = async (who: keyof typeof tokens, wish: object): Promise<LivePage> => {
  const page = await connect(await ticketOf(who));
  await page.say(wish);
  return page;
};
const nudges = ({ heard }: LivePage): Record<string, unknown>[] =>
  heard.filter((each) => !("watching" in each) && !("problem" in each));

let minute = START;
/** Five minutes of the plant, and the tick after them. */
const five = async (plant: (typeof plants)[0], gas: number): Promise<void> => {
  await fiveMinutes(trial, frame, plant, { from: minute, gas });
  minute += 5 * MINUTE;
};

describe("a ticket", () => {
  test("opens one connection, and none without it", async () => {
    const ticket = await ticketOf("regulator");
    await connect(ticket);
    await expect(connect(ticket)).rejects.toThrow("403");
    await expect(connect({ ...ticket, ticket: "" })).rejects.toThrow("403");
    await expect(connect({ ...ticket, ticket: "x".repeat(43) })).rejects.toThrow("403");
  });

  test("is good for the page's own origin, and used up by another's try", async () => {
    const ticket = await ticketOf("regulator", ORIGIN);
    await expect(connect(ticket, { origin: "https://elsewhere.example" })).rejects.toThrow("403");
    await expect(connect(ticket, ORIGIN)).rejects.toThrow("403");
    await expect(connect(await ticketOf("regulator", ORIGIN))).rejects.toThrow("403");
    await connect(await ticketOf("regulator", ORIGIN), ORIGIN);
  });

  test("is over after half a minute", async () => {
    const [late, inTime] = [await ticketOf("regulator"), await ticketOf("regulator")];
    const now = trial.now();
    trial.setNow(now + 29_999);
    await connect(inTime);
    trial.setNow(now + 30_000);
    await expect(connect(late)).rejects.toThrow("403");
    trial.setNow(now);
  });

  test("no other path, host or kind of request makes a socket", async () => {
    const ticket = await ticketOf("regulator");
    await expect(connect({ ...ticket, path: "/api/live" })).rejects.toThrow("404");
    await expect(connect({ ...ticket, path: "/console/" })).rejects.toThrow("404");
    await expect(connect(ticket, { host: "permits.example.cn" })).rejects.toThrow("421");
    expect((await fetch(`${trial.machine.url}/live?ticket=${ticket.ticket}`)).status).toBe(426);
    await connect(ticket);
  });
});

test("a change is told to who shows it, and to nobody else", async () => {
  const board = await open("regulator", { board: true });
  const idle = await connect(await ticketOf("regulator"));
  const own = await open("enterprise", { board: true, plants: [first.permitNo, second.permitNo, "nowhere"] });
  // An enterprise has no board, and others' plants are as if they were none.
  expect(board.heard).toEqual([{ at: expect.any(Number), watching: { board: true, plants: [] } }]);
  expect(own.heard).toEqual([{ at: expect.any(Number), watching: { board: false, plants: [first.permitNo] } }]);
  await five(second, 70);
  await five(second, 70);
  await trial.eventually(() => nudges(board).length > 0);
  for (const each of nudges(board)) expect(each).toEqual({ at: expect.any(Number), board: true });
  expect([idle.heard, nudges(own)]).toEqual([[], []]);
  await five(first, 70);
  await trial.eventually(() => nudges(own).length > 0);
  for (const each of nudges(own)) expect(each).toEqual({ at: expect.any(Number), plants: [first.permitNo] });
  expect(idle.heard).toEqual([]);
});

test("the answer after a nudge shows the change, whatever the function still has in its memory", async () => {
  const headers = { authorization: `Bearer ${tokens.regulator}` };
  const board = (query: string): Promise<Response> => fetch(`${trial.machine.url}/api/board?${query}`, { headers });
  const lost = async (query = ""): Promise<unknown> =>
    ((await (await board(query)).json()) as { counts: { lost: number } }).counts.lost;
  const page = await open("regulator", { board: true });
  const before = Number(await lost());
  const TableName = trial.machine.setting("LEDGER_TABLE");
  const third = plants[2]?.permitNo ?? "";
  await trial.machine.call("PutItem", { TableName, Item: standing(third, "lost") });
  await trial.eventually(() => nudges(page).length > 0);
  // The clock stands still: what was read before is as young as the nudge, and yet too old for it.
  expect(await lost(`nudged=${String(nudges(page)[0]?.["at"])}`)).toBe(before + 1);
  expect((await board("nudged=soon")).status).toBe(422);
});

test("thousands of plants that change at one tick are a few nudges", async () => {
  const page = await open("regulator", { board: true, plants: [first.permitNo] });
  const count = 2_500;
  const TableName = trial.machine.setting("LEDGER_TABLE");
  const began = performance.now();
  for (let i = 0; i < count; i += 25) {
    const puts = Array.from({ length: 25 }, (_, n) => ({ PutRequest: { Item: standing(`P${i + n}`, "warned") } }));
    await trial.machine.call("BatchWriteItem", { RequestItems: { [TableName]: puts } });
  }
  await trial.machine.drain();
  await trial.eventually(() => nudges(page).length > 0);
  const seconds = (performance.now() - began) / 1000;
  console.log(`${count} changed plants within ${seconds.toFixed(1)} s: ${nudges(page).length} nudges`);
  // One a second, and one for every thousand that are read at once.
  expect(nudges(page).length).toBeLessThanOrEqual(seconds + count / 1000 + 2);
}, 60_000);

const standing = (permitNo: string, state: string): object => ({
  pk: { S: `STATE#${shardOf(permitNo)}` },
  sk: { S: permitNo },
  state: { S: state },
  level: { N: "3" },
  open: { N: "1" },
  at: { N: String(trial.now()) },
});

test("who left is told nothing and listed no more, whether he said so or not", async () => {
  const [leaves, cut, stays] = await Promise.all([
    open("regulator", { board: true }),
    open("regulator", { board: true }),
    open("regulator", { board: true }),
  ]);
  await trial.eventually(async () => (await listed()).length === 3);
  leaves.socket.close();
  cut.socket.terminate();
  await trial.eventually(async () => (await listed()).length === 1);
  await five(first, 70);
  await five(first, 70);
  await five(first, 70);
  await trial.eventually(() => nudges(stays).length > 0);
  expect([nudges(leaves), nudges(cut)]).toEqual([[], []]);
});

test("rights that are withdrawn end with the next word, sessions that were ended as well", async () => {
  const page = await open("enterprise", { plants: [first.permitNo] });
  const nothing = { at: expect.any(Number), watching: { board: false, plants: [] } };
  const people = trial.machine.setting("PEOPLE_TABLE");
  const update = (UpdateExpression: string, value: object): Promise<unknown> =>
    trial.machine.call("UpdateItem", {
      TableName: people,
      Key: { pk: { S: "PERSON#ben" }, sk: { S: "PROFILE" } },
      UpdateExpression,
      ExpressionAttributeValues: { ":v": value },
    });
  await update("SET active = :v", { BOOL: false });
  expect(await page.say({ plants: [first.permitNo] })).toEqual(nothing);
  await update("SET active = :v", { BOOL: true });
  expect(await page.say({ plants: [first.permitNo] })).not.toEqual(nothing);
  await update("SET sessionsFrom = :v", { N: String(trial.now() + 1) });
  expect(await page.say({ plants: [first.permitNo] })).toEqual(nothing);
  await update("SET sessionsFrom = :v", { N: "0" });
});

test.each([
  ["not JSON", "hello"],
  ["unknown words", '{"all":true}'],
  ["too many plants", JSON.stringify({ plants: Array.from({ length: 21 }, String) })],
  ["another kind", '{"plants":"all"}'],
])("a message that is %s is answered with what to say, and the connection goes on", async (_, text) => {
  const page = await connect(await ticketOf("regulator"));
  expect(await page.say(text)).toEqual({ problem: expect.stringContaining('say { "board": true') });
  expect(await page.say({ board: true })).toEqual({ at: expect.any(Number), watching: { board: true, plants: [] } });
});
