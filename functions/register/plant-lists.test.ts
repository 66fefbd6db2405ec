import { expect, test } from "vitest";
import { permit } from "../telemetry/fixtures.ts";
import { permitNo } from "./fixtures.ts";
import { plantLists } from "./plant-lists.ts";
import type { RegisterState } from "./register-state.ts";
import { shownInLists, type PlantEntry, type PlantRecord } from "./stored-items.ts";

const record = (n: number): PlantRecord => ({
  permit: permit({ permitNo: permitNo(n), location: { lon: 120 + n, lat: 30 } }),
  revision: 1,
  code: `code-${n}`,
  shard: 0,
  importedAt: "",
});
const entryOf = ({ permit, code }: PlantRecord, shown: boolean): PlantEntry => {
  const { permitNo, name, town } = permit;
  return { permitNo, code, name, town, devices: 1, ...(shown && { shown: shownInLists(permit) }) };
};

function city(entries: PlantEntry[]) {
  const register = {
    version: "1",
    recent: [] as RegisterState["recent"],
    asked: 0,
    read: 0,
    entries,
    got: [] as string[],
  };
  let now = 0;
  const lists = plantLists(
    {
      state: async () => {
        register.asked += 1;
        return { version: register.version, former: [], recent: register.recent };
      },
      async *listShard(shard) {
        register.read += 1;
        if (shard === 1) yield* register.entries;
      },
      getPlants: async (permitNos) => {
        register.got.push(...permitNos);
        return [1, 2, 3].map(record).filter(({ permit }) => permitNos.includes(permit.permitNo));
      },
    },
    () => now,
  );
  return {
    register,
    lists,
    wait: (ms: number) => {
      now += ms;
    },
  };
}

test("the list stays in memory until the register is another, and that is asked every five seconds", async () => {
  const { register, lists, wait } = city([entryOf(record(2), true), entryOf(record(1), true)]);
  const first = await lists.all();
  expect(first.plants.map((p) => p.permitNo)).toEqual([permitNo(1), permitNo(2)]);
  await lists.all();
  expect(register).toMatchObject({ asked: 1, read: 4, got: [] });
  wait(5_000);
  expect((await lists.all()).plants).toBe(first.plants);
  expect(register).toMatchObject({ asked: 2, read: 4 });
  Object.assign(register, { version: "2", entries: [entryOf(record(3), true)] });
  wait(5_000);
  expect((await lists.all()).plants.map((p) => p.permitNo)).toEqual([permitNo(3)]);
});

test("of a change whose plants are known only these are read", async () => {
  const { register, lists, wait } = city([entryOf(record(2), true), entryOf(record(3), true)]);
  const change = (version: string, ...plants: string[]) => ({ version, plants, devices: [] });
  register.recent = [change("1")];
  await lists.all();
  Object.assign(register, { version: "2", recent: [change("1"), change("2", permitNo(1), permitNo(2))] });
  wait(5_000);
  const { version, plants } = await lists.all();
  expect([version, plants.map((p) => p.permitNo)]).toEqual(["2", [permitNo(1), permitNo(2), permitNo(3)]]);
  expect(register).toMatchObject({ read: 4, got: [permitNo(1), permitNo(2)] });
});

test("those who ask at the same time share one reading", async () => {
  const { register, lists } = city([]);
  await Promise.all([lists.all(), lists.all(), lists.all()]);
  expect(register).toMatchObject({ asked: 1, read: 4 });
});

test("an entry from before lists showed more is completed from its permit", async () => {
  const { register, lists } = city([entryOf(record(1), false), entryOf(record(2), true)]);
  const { plants } = await lists.all();
  expect(register.got).toEqual([permitNo(1)]);
  expect(plants[0]).toMatchObject({ permitNo: permitNo(1), lon: 121, industry: "热电联产", outlets: 1 });
});
