/** Tickets and connections in a table: taken once, gone when over; and what the socket's routes answer to AWS's own events. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startDynamo, type TestDynamo } from "../../tests/dynamo.ts";
import type { Person } from "../people/domain/rights.ts";
import { permit } from "../telemetry/fixtures.ts";
import { changesOf, nudgeFor } from "./domain/nudge.ts";
import { CONNECTION_MS, TICKET_MS } from "./domain/ticket.ts";
import { liveRepository, type LiveRepository } from "./live-repository.ts";
import { run as nudge } from "./nudge-live.ts";
import { run as serve, type Services } from "./serve-live.ts";

const NOW = Date.parse("2026-10-01T08:30:00+08:00");
let dynamo: TestDynamo;
let tables = 0;
beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.stop());
const fresh = async (): Promise<LiveRepository> => {
  const table = `live-${(tables += 1)}`;
  await dynamo.createTable(table);
  return liveRepository({ db: dynamo.db, table });
};

describe("the store", () => {
  test("holds what a plain map would, whatever order things come in", async () => {
    const id = fc.constantFrom("a=", "b=", "c=");
    const plants = fc.uniqueArray(fc.constantFrom("P1", "P2", "P3"));
    const step = fc.oneof(
      fc.record({ do: fc.constant("open" as const), id }),
      fc.record({ do: fc.constant("watch" as const), id, board: fc.boolean(), plants }),
      fc.record({ do: fc.constantFrom("close" as const, "look" as const), id }),
      fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(1, 60_000, CONNECTION_MS - 1, CONNECTION_MS) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const live = await fresh();
        const model = new Map<string, { board: boolean; plants: string[]; openedAt: number }>();
        let now = NOW;
        for (const each of steps) {
          if (each.do === "wait") now += each.ms;
          else if (each.do === "open") {
            await live.open(each.id, "sub", now);
            model.set(each.id, { board: false, plants: [], openedAt: now });
          } else if (each.do === "watch") {
            const known = model.get(each.id);
            // A connection that was closed does not come back by what it said before.
            expect(await live.watch(each.id, each)).toBe(known !== undefined);
            if (known) model.set(each.id, { ...known, board: each.board, plants: each.plants });
          } else if (each.do === "close") {
            await live.close(each.id);
            model.delete(each.id);
          } else expect((await live.connection(each.id))?.plants ?? null).toEqual(model.get(each.id)?.plants ?? null);
          const expected = [...model]
            .filter(([, { openedAt }]) => now < openedAt + CONNECTION_MS)
            .map(([of, rest]) => ({ id: of, sub: "sub", ...rest }))
            .toSorted((a, b) => (a.id < b.id ? -1 : 1));
          expect(await live.connections(now)).toEqual(expected);
        }
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  test("of many who show a ticket at once one gets it, and the table never holds the ticket itself", async () => {
    const live = await fresh();
    const ticket = { sub: "anna", origin: null, expires: NOW + TICKET_MS };
    await live.keepTicket("secret", ticket);
    const taken = await Promise.all(Array.from({ length: 8 }, () => live.takeTicket("secret")));
    expect(taken.filter((each) => each !== null)).toEqual([ticket]);
    expect(await live.takeTicket("secret")).toBeNull();
  });

  test("lists more connections than a page of the table holds", async () => {
    const live = await fresh();
    const plants = Array.from({ length: 20 }, (_, i) => `91330483MA2F${i}`.padEnd(100, "0"));
    const ids = Array.from({ length: 600 }, (_, i) => `connection-${i}`);
    for (const each of ids) await live.open(each, "sub", NOW);
    for (const each of ids.slice(0, 550)) await live.watch(each, { board: true, plants });
    expect(await live.connections(NOW)).toHaveLength(600);
  }, 60_000);
});

describe("who is told what", () => {
  const keys = fc.constantFrom(
    ...["STATE#0", "MARKED#1", "EPISODES#2026-10-01", "TOLD#2026-10-01", "CAP#2026-10-01"].map((pk) => ({
      pk,
      sk: "P",
    })),
    ...["WARNING", "HOUR#2026-10-01T08#R000", "SEND#x", "DELIVERY#x", "ACK#x", "MARK#x"].map((sk) => ({
      pk: "PLANT#P1",
      sk,
    })),
    ...["FIRST", "CHAIN#2026-10-01", "MARKS"].map((sk) => ({ pk: "PLANT#P2", sk })),
    ...["LIVE", "RISK#0", "DUE#0", "SITE#0", "QUARANTINE#2026-10-01"].map((pk) => ({ pk, sk: "P3" })),
  );
  test("one nudge at most, of what is watched and changed, and none of anything else", () => {
    const watched = fc.record({ board: fc.boolean(), plants: fc.uniqueArray(fc.constantFrom("P1", "P2", "P3")) });
    fc.assert(
      fc.property(fc.array(keys), watched, (changes, own) => {
        const changed = changesOf(changes);
        const board = own.board && changes.some(({ pk }) => /^(STATE|MARKED|EPISODES|TOLD|CAP)#/.test(pk));
        const plants = own.plants.filter((p) => p === "P1" && changes.some(({ pk }) => pk === "PLANT#P1"));
        const expected =
          board || plants.length > 0
            ? { at: NOW, ...(board && { board }), ...(plants.length > 0 && { plants }) }
            : null;
        expect(nudgeFor(own, changed, NOW)).toEqual(expected);
      }),
    );
  });

  const record = (pk: string, sk = "x"): object => ({ dynamodb: { Keys: { pk: { S: pk }, sk: { S: sk } } } });
  test("nobody there is one read and no call; changes that no page shows are not even that", async () => {
    let reads = 0;
    const live = { connections: async () => (reads++, []), close: () => Promise.reject(new Error("nobody to close")) };
    const post = (): Promise<boolean> => Promise.reject(new Error("nobody to tell"));
    await nudge({ Records: [record("STATE#0"), record("STATE#1")] }, { live, post, now: () => NOW });
    expect(reads).toBe(1);
    await nudge({ Records: [record("DUE#0"), record("PLANT#P", "FIRST")] }, { live, post, now: () => NOW });
    expect(reads).toBe(1);
  });

  test("who is gone is taken away, who cannot be reached does not keep the others from hearing, and the batch comes again", async () => {
    const store = await fresh();
    for (const each of ["ok-1", "gone", "busy", "ok-2"]) {
      await store.open(each, "sub", NOW);
      await store.watch(each, { board: true, plants: [] });
    }
    const told: string[] = [];
    const post = async (id: string, text: string): Promise<boolean> => {
      if (id === "busy") throw new Error("PostToConnection: 429 Too Many Requests");
      if (id === "gone") return false;
      told.push(`${id} ${text}`);
      return true;
    };
    const event = { Records: Array.from({ length: 1_000 }, () => record("STATE#0")) };
    await expect(nudge(event, { live: store, post, now: () => NOW })).rejects.toThrow("429");
    expect(told.toSorted()).toEqual(["ok-1", "ok-2"].map((id) => `${id} {"at":${NOW},"board":true}`));
    expect((await store.connections(NOW)).map(({ id }) => id)).toEqual(["busy", "ok-1", "ok-2"]);
  });
});

describe("the routes, with AWS's own events", () => {
  const event = (name: string): Record<string, unknown> =>
    JSON.parse(readFileSync(`events/websocket-${name}.json`, "utf8")) as Record<string, unknown>;
  const connecting = event("connect") as { headers: Record<string, string>; queryStringParameters: { ticket: string } };
  const own = permit();
  const person = (over: Partial<Person> = {}): Person => ({
    sub: "anna",
    name: "Anna",
    phone: null,
    email: null,
    roles: ["enterprise"],
    plants: [own.permitNo],
    towns: [],
    active: true,
    sessionsFrom: 0,
    version: 1,
    ...over,
  });
  const services = async (who: Person | null = person()): Promise<Services> => ({
    live: await fresh(),
    people: { person: async () => who },
    register: { getPlant: async (permitNo) => (permitNo === own.permitNo ? ({ permit: own } as never) : null) },
    originSecrets: ["f".repeat(64), String(connecting.headers["x-permit-watch-origin"])],
    now: () => NOW,
  });
  const ticket = { sub: "anna", origin: "https://permits.example.com", expires: NOW + 1 };
  const keep = ({ live }: Services, over: Partial<typeof ticket> = {}): Promise<void> =>
    live.keepTicket(connecting.queryStringParameters.ticket, { ...ticket, ...over });
  const say = (body: unknown): object => ({ ...event("message"), body: JSON.stringify(body) });
  const answered = async (asked: object, to: Services): Promise<unknown> =>
    JSON.parse((await serve(asked, to)).body ?? "null");

  test("a page connects, says what it shows, and leaves", async () => {
    const s = await services();
    await keep(s);
    expect(await serve(connecting, s)).toEqual({ statusCode: 200 });
    expect(await serve(connecting, s)).toEqual({ statusCode: 403 }); // the ticket was used
    expect(await answered(say({ board: true, plants: [own.permitNo, "other"] }), s)).toEqual({
      at: NOW,
      watching: { board: false, plants: [own.permitNo] },
    });
    expect(await s.live.connections(NOW)).toMatchObject([{ sub: "anna", board: false, plants: [own.permitNo] }]);
    expect(await serve(event("disconnect"), s)).toEqual({ statusCode: 200 });
    expect(await s.live.connections(NOW)).toEqual([]);
    expect(await answered(say({ board: true }), s)).toEqual({ problem: "this connection is over; open another" });
  });

  test.each<[string, Partial<typeof ticket>, (e: typeof connecting) => object]>([
    ["is over", { expires: NOW }, (e) => e],
    ["is of another origin", { origin: "https://elsewhere.example" }, (e) => e],
    ["is of no page", { origin: null as never }, (e) => e],
    ["is shown by no page", {}, (e) => ({ ...e, headers: { ...e.headers, Origin: undefined } })],
    ["is not shown", {}, (e) => ({ ...e, queryStringParameters: null })],
    ["did not come through the site", {}, (e) => ({ ...e, headers: { ...e.headers, "x-permit-watch-origin": "x" } })],
  ])("a ticket that %s opens nothing", async (_, over, change) => {
    const s = await services();
    await keep(s, over);
    const asked = JSON.parse(JSON.stringify(change(connecting))) as object;
    expect(await serve(asked, s)).toEqual({ statusCode: 403 });
    expect(await s.live.connections(NOW)).toEqual([]);
  });

  test.each<[string, Person | null]>([
    ["is not in the table", null],
    ["is not active", person({ active: false })],
    ["was signed out since", person({ sessionsFrom: NOW + 1 })],
    ["has another plant", person({ plants: ["other"] })],
  ])("who %s hears of nothing", async (_, who) => {
    const s = await services(who);
    await keep(s);
    await serve(connecting, s);
    const nothing = { board: false, plants: [] };
    expect(await answered(say({ board: true, plants: [own.permitNo] }), s)).toEqual({ at: NOW, watching: nothing });
  });

  test("an event of another kind is an error and not a connection", async () => {
    await expect(serve({ requestContext: { routeKey: "admin", connectionId: "x" } }, await services())).rejects.toThrow(
      'requestContext.routeKey must be "$connect" or "$default" or "$disconnect"',
    );
  });
});
