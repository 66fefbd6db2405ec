import { afterAll, beforeAll, expect, test } from "vitest";
import { startDynamo, type TestDynamo } from "../../tests/dynamo.ts";
import { startCity, type City } from "../city/fixtures.ts";
import { formatIso, MINUTE } from "../shared/shanghai.ts";
import { at, permit } from "../telemetry/fixtures.ts";
import { minute } from "./fixtures.ts";

const plant = permit();
const { permitNo } = plant;
const path = `/api/plants/${permitNo}/messages`;
let dynamo: TestDynamo;
let city: City;
let worker: string;
beforeAll(async () => {
  dynamo = await startDynamo();
  city = await startCity(dynamo, [plant]);
  const ingester = city.world.ingester();
  await ingester.take(
    ...Array.from({ length: 30 }, (_, i) =>
      minute("A", at("08:00") + i * MINUTE, { a21002: 60 }, at("08:00") + i * MINUTE),
    ),
  );
  city.world.carrier = async (request) =>
    request.to.endsWith("1") ? { state: "failed", id: null } : { state: "sent", id: "m" };
  await city.world.tick(at("08:30"));
  city.setNow(at("08:31"));
  worker = await city.person({ roles: ["enterprise"], plants: [permitNo] });
}, 60_000);
afterAll(() => dynamo.stop());

test("every message with its receipt, the role it went to, and no number in full", async () => {
  const { body } = await city.get(worker, path);
  expect(body.next).toBeNull();
  expect(body.messages.map((m: Record<string, unknown>) => [m.at, m.roles, m.to, m.state]).sort()).toEqual([
    [formatIso(at("08:30")), ["environment-manager"], "+86139****0002", "sent"],
    [formatIso(at("08:30")), ["maintenance"], "+86139****0003", "sent"],
    [formatIso(at("08:30")), ["operator"], "+86139****0001", "failed"],
  ]);
  expect(body.messages[0].text).toContain("半小时预警");
});
test("an expert may not read it, a plant of others is none", async () => {
  const expert = await city.person({ roles: ["expert"], plants: [permitNo] });
  const stranger = await city.person({ roles: ["enterprise"], plants: ["x"] });
  expect([(await city.get(expert, path)).status, (await city.get(stranger, path)).status]).toEqual([403, 404]);
});
test("pages lose nothing and repeat nothing; newest first", async () => {
  for (let i = 0; i < 120; i++)
    await city.world.put({
      pk: `PLANT#${permitNo}`,
      sk: `SEND#2026-09-01T${String(i).padStart(3, "0")}#x`,
      to: "+8613900000009",
      text: `message ${i}`,
      state: "sent",
      tick: at("00:00") - (200 - i) * MINUTE,
    });
  const seen: string[] = [];
  let cursor = "";
  for (let pages = 1; pages <= 3; pages++) {
    const { body } = await city.get(worker, `${path}${cursor}`);
    seen.push(...body.messages.map((m: { at: string }) => m.at));
    cursor = `?cursor=${body.next}`;
    expect(body.next === null).toBe(pages === 3);
  }
  expect(seen).toHaveLength(123);
  expect(seen).toEqual(seen.toSorted().toReversed());
  // Those by other channels stand between them.
  for (let i = 0; i < 120; i += 2)
    await city.world.put({
      pk: `PLANT#${permitNo}`,
      sk: `DELIVERY#2026-09-01T${String(i).padStart(3, "0")}#push-x`,
      channel: "push",
      to: "Edge",
      text: `message ${i}`,
      state: "sent",
      tick: at("00:00") - (200 - i) * MINUTE,
    });
  const both: string[] = [];
  let next: string | null = "";
  for (; next !== null;) {
    const { body } = await city.get(worker, next === "" ? path : `${path}?cursor=${next}`);
    both.push(...body.messages.map((m: { at: string; channel: string }) => `${m.at} ${m.channel}`));
    ({ next } = body);
  }
  expect(both).toHaveLength(183);
  expect(new Set(both.slice(3)).size).toBe(180);
  const times = both.map((each) => each.split(" ")[0] ?? "");
  expect(times).toEqual([...times].sort().reverse());
  expect((await city.get(worker, `${path}?cursor=bm9uc2Vuc2U`)).status).toBe(400);
});
