/**
 * Every operation × every role × own plant, neighbour in the same town, plant of another town, unknown plant: who may, may;
 * who may not is told so, sees nothing and changes nothing. A new operation is walked without an edit here.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod/mini";
import type { Operation } from "../../functions/api/operation.ts";
import { startCity, type City } from "../../functions/city/fixtures.ts";
import { ACTIONS, ROLES, type Person, type Role } from "../../functions/people/domain/rights.ts";
import type { AuditEntry } from "../../functions/people/stored-items.ts";
import { permitNo } from "../../functions/register/fixtures.ts";
import { formatDay } from "../../functions/shared/shanghai.ts";
import { at, device, outlet, permit } from "../../functions/telemetry/fixtures.ts";
import { minute } from "../../functions/warnings/fixtures.ts";
import { startDynamo, type TestDynamo } from "../dynamo.ts";
import { startTestIdentities, type TestIdentities } from "../identities.ts";
import { apiOf, type Answered, type CallApi } from "./call-api.ts";
import { IDLE_DEVICES } from "./device-examples.ts";
import { CHANGE_NOTHING, EXAMPLES, type At, type Example } from "./rights-examples.ts";

const PLACES = ["own", "neighbour", "other", "unknown"] as const;
type Place = (typeof PLACES)[number];
const PLANTS: Readonly<Record<Place, { permitNo: string; town: string }>> = {
  own: { permitNo: permitNo(1), town: "崇福镇" },
  neighbour: { permitNo: permitNo(2), town: "崇福镇" },
  other: { permitNo: permitNo(3), town: "濮院镇" },
  unknown: { permitNo: permitNo(4), town: "崇福镇" },
};
/** As the issue says it, and not as the code does. */
const REACHES: Readonly<Record<Role, readonly Place[]>> = {
  regulator: ["own", "neighbour", "other"],
  inspector: ["own", "neighbour", "other"],
  auditor: ["own", "neighbour", "other"],
  "town-officer": ["own", "neighbour"],
  enterprise: ["own"],
  expert: ["own"],
};

const NOW = at("08:31");
let dynamo: TestDynamo;
let city: City;
let identities: TestIdentities;
let operations: Operation[];
let call: CallApi;
const subs = new Map<string, Person>();

beforeAll(async () => {
  dynamo = await startDynamo();
  const registered = PLACES.filter((place) => place !== "unknown").map((place, i) =>
    permit({ ...PLANTS[place], name: `${place} plant`, outlets: [outlet({ devices: devicesOf(i) })] }),
  );
  city = await startCity(dynamo, registered);
  city.setNow(NOW);
  identities = await startTestIdentities(() => NOW);
  ({ operations, call } = apiOf({ ...city.services, identities }));
  const ingester = city.world.ingester();
  for (let m = 0; m < 30; m++)
    await ingester.take(...registered.map((_, i) => minute(`M${i}`, at("08:00") + m * 60_000, { a21002: 80 })));
  await city.world.tick(at("08:30"));
  // Not in the walk: makes what its requests refer to.
  await city.person({
    sub: "helper",
    roles: ["regulator", "enterprise"],
    plants: Object.values(PLANTS).map((p) => p.permitNo),
  });
  await city.person({ sub: "target", roles: ["inspector"] });
  // Each has a plant and a town, whatever the role makes of them.
  const { permitNo: plant, town } = PLANTS.own;
  for (const role of ROLES) await person({ sub: role, roles: [role], plants: [plant], towns: [town] });
}, 60_000);
afterAll(async () => {
  await identities.stop();
  await dynamo.stop();
});

async function person(over: Partial<Person> & Pick<Person, "sub" | "roles">): Promise<void> {
  await city.person({ name: over.sub, ...over });
  subs.set(over.sub, (await city.services.people.person(over.sub))!);
}

/** Later than any sign-out of the walk. */
const claims = (sub: string, issued = NOW + 60_000): Record<string, string> => ({
  sub,
  iat: String(Math.floor(issued / 1000)),
});

/** The one that speaks, and those whose certificates are changed. */
const devicesOf = (plant: number): ReturnType<typeof device>[] =>
  Array.from({ length: 1 + IDLE_DEVICES }, (_, i) => device({ mn: i === 0 ? `M${plant}` : `M${plant}-${i}` }));

let requests = 0;
async function example({ id, path, query, body }: Operation, place: Place): Promise<Example> {
  const make = EXAMPLES[id];
  const n = ++requests;
  const asHelper: At["ask"] = (method, of, sent, asked = {}) =>
    call(method, of, { claims: claims("helper"), body: sent, query: asked });
  if (make) return make({ ...PLANTS[place === "unknown" ? "own" : place], n, ask: asHelper, services: city.services });
  const needs = [
    ...[...path.matchAll(/:(\w+)/g)].flatMap(([, name]) => (name === "permitNo" ? [] : [`path.${name}`])),
    ...(query && !query.safeParse({}).success ? ["query"] : []),
    ...(body ? ["body"] : []),
  ];
  if (needs.length > 0)
    throw new Error(
      `${id} needs ${needs.join(", ")}: add a good request to EXAMPLES in tests/features/rights-examples.ts`,
    );
  return {};
}

async function ask(
  operation: Operation,
  place: Place,
  sub: string,
  more: Record<string, string> = {},
): Promise<Answered> {
  const { path, ...asked } = await example(operation, place);
  const parts: Record<string, string> = { ...path, permitNo: PLANTS[place].permitNo };
  const url = operation.path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(parts[name] ?? ""));
  return call(operation.method, url, { ...asked, query: { ...asked.query, ...more }, claims: claims(sub) });
}

const may = (role: Role, { action }: Operation): boolean => (ACTIONS[action] as readonly Role[]).includes(role);
const told = ({ status, text }: Answered): string => `${status} ${text.slice(0, 300)}`;

/** What must not be in an answer to somebody who reaches only `places`. */
function hidden(role: Role): string[] {
  return PLACES.filter((place) => place !== "unknown" && !REACHES[role].includes(place)).flatMap((place) => [
    PLANTS[place].permitNo,
    `${place} plant`,
  ]);
}

test("the list is the function's: names are unique, and actions are known", () => {
  expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length);
  expect(operations.filter(({ action }) => !(action in ACTIONS))).toEqual([]);
});

describe("each role", () => {
  const changed: { id: string; sub: string }[] = [];

  test.each([...ROLES])(
    "%s: every operation, everywhere",
    async (role) => {
      for (const operation of operations) {
        const places = operation.over === "plant" ? PLACES : (["own"] as const);
        for (const place of places) {
          const answer = await ask(operation, place, role);
          const where = `${role} ${operation.id} ${place}`;
          if (!may(role, operation)) expect(told(answer), where).toMatch(/^403 .*"not allowed"/);
          else if (operation.over === "plant" && !REACHES[role].includes(place))
            expect(told(answer), where).toMatch(/^404 .*"no such plant"/);
          else {
            expect(told(answer), where).toMatch(/^2\d\d /);
            if (operation.method !== "GET" && !CHANGE_NOTHING.has(operation.id))
              changed.push({ id: operation.id, sub: role });
          }
          for (const secret of hidden(role)) expect(answer.text, where).not.toContain(secret);
        }
      }
    },
    120_000,
  );

  test("a plant or town that is asked for by filter is no way around the reach", async () => {
    for (const operation of operations.filter(({ over, query }) => over === "reach" && query)) {
      const filters = Object.keys(
        z.toJSONSchema(operation.query!, { io: "input", unrepresentable: "any" }).properties ?? {},
      );
      for (const role of ROLES.filter((each) => may(each, operation) && hidden(each).length > 0))
        for (const [filter, value] of [
          ["permitNo", PLANTS.other.permitNo],
          ["town", PLANTS.other.town],
        ] as const) {
          if (!filters.includes(filter)) continue;
          const { text } = await ask(operation, "own", role, { [filter]: value });
          for (const secret of hidden(role).filter((each) => each !== value))
            expect(text, `${role} ${operation.id}?${filter}`).not.toContain(secret);
        }
    }
  });

  test("every change is in the audit trail, and nobody's is there who may not make it", async () => {
    const trail: AuditEntry[] = [];
    for (let from: string | null = null; ;) {
      const { items, next } = await city.services.people.audit({ day: formatDay(NOW) }, 100, from);
      trail.push(...items);
      if (next === null) break;
      from = next;
    }
    const entered = new Set(trail.map(({ operation, sub }) => `${operation} ${sub}`));
    for (const { id, sub } of changed) expect([...entered], `${id} by ${sub}`).toContain(`${id} ${sub}`);
    for (const entry of trail.filter(({ sub }) => subs.has(sub))) {
      const operation = operations.find(({ id }) => id === entry.operation)!;
      const [role] = subs.get(entry.sub)!.roles as [Role];
      expect(may(role, operation), `${entry.operation} by ${entry.sub}`).toBe(true);
      const place = PLACES.find((each) => PLANTS[each].permitNo === entry.permitNo);
      if (place) expect(REACHES[role], `${entry.operation} by ${entry.sub}`).toContain(place);
    }
  });
});

describe("whoever has no rights here is refused by every operation", () => {
  const everywhere = async (asked: Record<string, string> | null, title: string): Promise<void> => {
    for (const operation of operations) {
      const { path, ...rest } = await example(operation, "own");
      const parts: Record<string, string> = { ...path, permitNo: PLANTS.own.permitNo };
      const url = operation.path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(parts[name] ?? ""));
      const answer = await call(operation.method, url, { ...rest, claims: asked });
      expect(answer.body, operation.id).toMatchObject({ status: 403, title });
    }
  };
  test("nobody of that name", () => everywhere(claims("stranger"), "no account here"));
  test("a route behind no authorizer", () => everywhere(null, "not signed in"));
  test("a token without a subject", () => everywhere({ iat: "1" }, "not signed in"));
  test("withdrawn", async () => {
    await person({ sub: "withdrawn", roles: [...ROLES], active: false });
    await everywhere(claims("withdrawn"), "no account here");
  });
  test("signed out everywhere: older tokens are over, a newer one is not", async () => {
    await person({ sub: "out", roles: [...ROLES], sessionsFrom: NOW });
    await everywhere(claims("out", NOW - 1000), "signed out");
    const { status } = await call("GET", "/api/self", { claims: claims("out", NOW) });
    expect(status).toBe(200);
  });
  test("a token that does not say when it was issued", async () => {
    await person({ sub: "undated", roles: [...ROLES], sessionsFrom: 1 });
    await everywhere({ sub: "undated" }, "signed out");
  });
  test("an account without a role", async () => {
    await person({ sub: "nothing", roles: [] });
    await everywhere(claims("nothing"), "not allowed");
  });
});

test("a change of rights works at the next request", async () => {
  await person({ sub: "moving", roles: ["enterprise"], plants: [PLANTS.own.permitNo] });
  const plants = async (): Promise<string[]> => {
    const { body } = await call("GET", "/api/plants", { claims: claims("moving") });
    return (body.plants as { permitNo: string }[]).map((each) => each.permitNo);
  };
  expect(await plants()).toEqual([PLANTS.own.permitNo]);
  const { people } = city.services;
  const entry = { id: "moved", at: NOW, sub: "t", name: "t", operation: "t", permitNo: null, target: "t" };
  const moved: Person = { ...subs.get("moving")!, plants: [PLANTS.other.permitNo], version: 2 };
  await people.change(people.personWrites(moved), { ...entry, before: null, after: null });
  expect(await plants()).toEqual([PLANTS.other.permitNo]);
});
