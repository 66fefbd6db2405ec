/** On the real engine: whoever keeps plants in memory never serves one from before the state that he has seen. */
import { TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startDynamo, type TestDynamo } from "../../tests/dynamo.ts";
import { device, outlet, permit } from "../telemetry/fixtures.ts";
import { cachedRegister } from "./cached-register.ts";
import { permitNo } from "./fixtures.ts";
import { plantLists } from "./plant-lists.ts";
import { changedSince, stateWrite, type RegisterState } from "./register-state.ts";
import { registerRepository, type Register } from "./repository.ts";
import type { Permit } from "./domain/permit.ts";

let dynamo: TestDynamo;
let tables = 0;
beforeAll(async () => {
  dynamo = await startDynamo();
}, 60_000);
afterAll(() => dynamo.stop());

async function newRegister(): Promise<{ table: string; register: Register }> {
  const table = `state-${++tables}`;
  await dynamo.createTable(table);
  return { table, register: registerRepository({ db: dynamo.db, table }) };
}
const PLANTS = [0, 1, 2];
const DEVICES = ["A", "B", "C", "D"];
/** Each device at one plant, or nowhere. */
const permitsOf = (name: string, places: readonly number[]): Permit[] =>
  PLANTS.map((n) => {
    const devices = DEVICES.filter((_, i) => places[i] === n).map((mn) => device({ mn }));
    return permit({ permitNo: permitNo(n), name, outlets: [outlet({ devices, limits: [] })] });
  });

test("a reader is never behind the state it has seen, whatever was changed and however much it missed", async () => {
  const places = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 });
  const step = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant("import" as const), name: fc.constantFrom("a", "b"), places }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("rename" as const), plant: fc.constantFrom(...PLANTS) }) },
    // More than the lists hold: a reader in between misses some.
    { weight: 1, arbitrary: fc.record({ do: fc.constant("many" as const), count: fc.integer({ min: 14, max: 40 }) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant("read" as const), reader: fc.constantFrom(0, 1) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      const { table, register } = await newRegister();
      let clock = 0;
      const readers = [0, 1].map(() => ({
        hot: cachedRegister(register, { seconds: 3600, now: () => clock }),
        lists: plantLists(register, () => clock),
      }));
      let names = 0;
      const apply = (permits: Permit[]) =>
        register.applyPermits(permits, { importedAt: "2026", source: "t", newCode: () => `code-${++names}` });
      await apply(permitsOf("a", [0, 1, 2, 3]));
      for (const each of steps) {
        clock += 5_000;
        if (each.do === "import") await apply(permitsOf(each.name, each.places));
        else if (each.do === "rename") {
          const { permit: known } = (await register.getPlant(permitNo(each.plant), true))!;
          await apply([{ ...known, name: `renamed ${++names}` }]);
        } else if (each.do === "many")
          for (let i = 0; i < each.count; i++) {
            const write = stateWrite(table, await register.state(), `many ${++names}`, { plants: [], devices: [] });
            await dynamo.db.send(new TransactWriteCommand({ TransactItems: [write] }));
          }
        else {
          const { hot, lists } = readers[each.reader]!;
          await hot.refresh();
          for (const n of PLANTS)
            expect(await hot.getPlant(permitNo(n))).toEqual(await register.getPlant(permitNo(n), true));
          // An unknown device is asked for again after five seconds anyhow; here it must be at once.
          for (const mn of DEVICES) expect(await hot.bindings(mn)).toEqual(await register.bindings(mn, true));
          const fresh = await plantLists(register, () => clock).all();
          expect(await lists.all()).toEqual(fresh);
        }
      }
    }),
    { numRuns: 25 },
  );
}, 60_000);

test("writers at the same time leave both their changes, also where both move the list over", async () => {
  const { table, register } = await newRegister();
  const write = (n: number, seen: RegisterState | null) =>
    dynamo.db.send(
      new TransactWriteCommand({
        TransactItems: [stateWrite(table, seen, `v${n}`, { plants: [`p${n}`], devices: [] })],
      }),
    );
  for (let n = 0; n < 16; n++) await write(n, await register.state());
  const seen = await register.state();
  expect(seen?.recent).toHaveLength(16);
  await write(16, seen);
  await write(17, seen);
  await write(18, seen);
  const state = await register.state();
  expect(changedSince(state, "v17")).toEqual({ plants: ["p18"], devices: [] });
  // The second and third who moved it over left only the change before their own: who stands before that drops everything.
  expect(changedSince(state, "v16")).toBe("all");
});

test("more names than are worth keeping, and a state from before there were lists, say: all", async () => {
  const { table, register } = await newRegister();
  const send = async (write: ReturnType<typeof stateWrite>) =>
    dynamo.db.send(new TransactWriteCommand({ TransactItems: [write] }));
  await send(stateWrite(table, null, "1", "all"));
  expect(await register.state()).toEqual({ version: "1", former: [], recent: [] });
  await send(stateWrite(table, await register.state(), "2", { plants: ["p"], devices: [] }));
  expect(changedSince(await register.state(), "1")).toBe("all");
  expect(changedSince(await register.state(), "2")).toEqual({ plants: [], devices: [] });
  const many = Array.from({ length: 31 }, (_, i) => `p${i}`);
  await send(stateWrite(table, await register.state(), "3", { plants: many, devices: [] }));
  expect(changedSince(await register.state(), "2")).toBe("all");
});
