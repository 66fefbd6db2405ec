import { GetCommand, PutCommand, QueryCommand, ScanCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startDynamo, type TestDynamo } from "../../tests/dynamo.ts";
import { loadRuleData } from "../../layers/rule-data.ts";
import { shardOf } from "../shared/shard.ts";
import { parsePermits } from "./domain/parse-permits.ts";
import type { Permit } from "./domain/permit.ts";
import { device, outlet, permit, permitNo } from "./fixtures.ts";
import { registerRepository, type Register } from "./repository.ts";

const ruleData = loadRuleData("layers/rule-data");
const permits = (...list: object[]): Permit[] => {
  const parsed = parsePermits({ permits: list }, ruleData);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.permits;
};
const bound = (...mns: string[]): object => ({ outlets: [outlet({ devices: mns.map((mn) => device({ mn })) })] });

const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
};

let dynamo: TestDynamo;
let table: string;
let register: Register;
let codes: number;
let tables = 0;
const options = { importedAt: "2026-10-01T08:00:00+08:00", source: "permits/a.json", newCode: () => `code-${codes++}` };

beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.stop());
beforeEach(async () => {
  table = `register-${tables++}`;
  codes = 0;
  await dynamo.createTable(table);
  register = registerRepository({ db: dynamo.db, table });
});

describe("a new plant", () => {
  it("is found by number, by code, by device and in its shard", async () => {
    const [p] = permits(permit(1));
    expect(await register.applyPermits([p!], options)).toEqual({
      ok: true,
      created: 1,
      revised: 0,
      unchanged: 0,
      outdated: 0,
    });
    const plant = {
      permit: p,
      revision: 1,
      code: "code-0",
      shard: shardOf(permitNo(1)),
      importedAt: options.importedAt,
    };
    expect(await register.getPlant(permitNo(1))).toEqual(plant);
    expect(await register.getPlantByCode("code-0")).toEqual(plant);
    expect(await register.getPlants([permitNo(1), permitNo(2), permitNo(1)])).toEqual([plant]);
    expect(await register.bindings("MN-1")).toEqual([
      { permitNo: permitNo(1), outlet: "DA001", from: Date.parse("2024-01-01T00:00:00+08:00"), to: null },
    ]);
    expect(await collect(register.listShard(shardOf(permitNo(1))))).toEqual([
      {
        permitNo: permitNo(1),
        code: "code-0",
        name: p!.name,
        town: "崇福镇",
        devices: 1,
        shown: {
          industry: "热电联产",
          management: "key",
          outlets: 1,
          lon: 120.43,
          lat: 30.53,
          site: { facilities: [], noise: [], dust: [] },
        },
      },
    ]);
  });

  it("unknown numbers, codes and devices are null or empty", async () => {
    expect(await register.getPlant(permitNo(9))).toBeNull();
    expect(await register.getPlantByCode("nobody")).toBeNull();
    expect(await register.bindings("nobody")).toEqual([]);
  });

  it("takes another code when the first is already given away", async () => {
    const stuck = ["same", "same", "other"];
    await register.applyPermits(permits(permit(1)), { ...options, newCode: () => stuck.shift()! });
    await register.applyPermits(permits(permit(2)), { ...options, newCode: () => stuck.shift()! });
    expect((await register.getPlantByCode("same"))?.permit.permitNo).toBe(permitNo(1));
    expect((await register.getPlantByCode("other"))?.permit.permitNo).toBe(permitNo(2));
  });
});

describe("a further import", () => {
  it("of the same file changes nothing", async () => {
    const list = permits(permit(1), permit(2));
    await register.applyPermits(list, options);
    expect(await register.applyPermits(list, { ...options, importedAt: "2026-11-01T00:00:00+08:00" })).toEqual({
      ok: true,
      created: 0,
      revised: 0,
      unchanged: 2,
      outdated: 0,
    });
    expect((await register.getPlant(permitNo(1)))?.importedAt).toBe(options.importedAt);
  });

  it("of a changed permit keeps the code and every revision", async () => {
    await register.applyPermits(permits(permit(1)), options);
    const changed = permits(permit(1, { name: "（演示）改名热电厂" }));
    expect(await register.applyPermits(changed, { ...options, source: "permits/b.json" })).toMatchObject({
      created: 0,
      revised: 1,
    });
    expect(await register.getPlant(permitNo(1))).toMatchObject({
      revision: 2,
      code: "code-0",
      permit: { name: "（演示）改名热电厂" },
    });
    const { Items } = await dynamo.db.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: "pk = :pk AND begins_with(sk, :sk)",
        ExpressionAttributeValues: { ":pk": `PLANT#${permitNo(1)}`, ":sk": "REVISION#" },
      }),
    );
    expect(Items?.map((i) => [i.sk, i.source, JSON.parse(i.permit).name])).toEqual([
      ["REVISION#00001", "permits/a.json", "（演示）第 1 热电厂"],
      ["REVISION#00002", "permits/b.json", "（演示）改名热电厂"],
    ]);
    const [entry] = await collect(register.listPlants());
    expect(entry).toMatchObject({ name: "（演示）改名热电厂", code: "code-0" });
  });

  it("of an older file that comes late does not overwrite the later one", async () => {
    await register.applyPermits(permits(permit(1)), { ...options, importedAt: "2026-10-01T09:00:00+08:00" });
    const late = permits(permit(1, { name: "（演示）旧名" }), permit(2));
    expect(await register.applyPermits(late, options)).toEqual({
      ok: true,
      created: 1,
      revised: 0,
      unchanged: 0,
      outdated: 1,
    });
    expect(await register.getPlant(permitNo(1))).toMatchObject({
      revision: 1,
      permit: { name: "（演示）第 1 热电厂" },
    });
  });

  it("moves a device from one plant to another within a file", async () => {
    const change = "2026-10-01T00:00:00+08:00";
    await register.applyPermits(permits(permit(1, bound("LOGGER", "STAYS"))), options);
    const moved = permits(
      permit(2, { outlets: [outlet({ devices: [device({ mn: "LOGGER", from: change })] })] }),
      permit(1, { outlets: [outlet({ devices: [device({ mn: "LOGGER", to: change }), device({ mn: "STAYS" })] })] }),
    );
    expect(await register.applyPermits(moved, options)).toMatchObject({ ok: true, created: 1, revised: 1 });
    const t = Date.parse(change);
    expect((await register.bindings("LOGGER")).map((b) => [b.permitNo, b.from === t, b.to])).toEqual([
      [permitNo(1), false, t],
      [permitNo(2), true, null],
    ]);
  });

  it("frees a device that the permit no longer lists", async () => {
    await register.applyPermits(permits(permit(1, bound("OLD", "NEW"))), options);
    await register.applyPermits(permits(permit(1, bound("NEW"))), options);
    expect(await register.bindings("OLD")).toEqual([]);
    expect(await register.applyPermits(permits(permit(2, bound("OLD"))), options)).toMatchObject({
      ok: true,
      created: 1,
    });
  });
});

describe("a device that another plant has", () => {
  it("is a problem with its path, and nothing of the file is applied", async () => {
    await register.applyPermits(permits(permit(1, bound("TAKEN"))), options);
    const applied = await register.applyPermits(permits(permit(2), permit(3, bound("FREE", "TAKEN"))), options);
    expect(applied).toEqual({
      ok: false,
      problems: [
        {
          path: "permits[1].outlets[0].devices[1].mn",
          reason: `TAKEN is bound at the same time to outlet DA001 of ${permitNo(1)} in the register`,
          zh: expect.stringContaining(`已登记在 ${permitNo(1)} 的排放口 DA001`),
        },
      ],
    });
    expect(await register.getPlants([permitNo(2), permitNo(3)])).toEqual([]);
  });

  it("may be taken over from the moment it is free", async () => {
    await register.applyPermits(
      permits(permit(1, { outlets: [outlet({ devices: [device({ mn: "L", to: "2025-01-01T00:00:00+08:00" })] })] })),
      options,
    );
    const next = permit(2, {
      outlets: [outlet({ devices: [device({ mn: "L", from: "2025-01-01T00:00:00+08:00" })] })],
    });
    expect(await register.applyPermits(permits(next), options)).toMatchObject({ ok: true, created: 1 });
  });
});

describe("writers at the same time", () => {
  it("end with one plant, one code and revisions without a gap", async () => {
    const imports = [1, 2, 3, 4, 5].map((n) =>
      register.applyPermits(permits(permit(1, { name: `（演示）名称 ${n}` })), options),
    );
    const applied = await Promise.all(imports);
    expect(applied.filter((a) => a.ok && a.created === 1)).toHaveLength(1);
    const plant = await register.getPlant(permitNo(1));
    expect(plant?.revision).toBe(5);
    expect((await register.getPlantByCode(plant!.code))?.permit.permitNo).toBe(permitNo(1));
  });

  it("share a device item without losing a binding", async () => {
    const spans = [2021, 2022, 2023, 2024, 2025].map((y) => ({
      mn: "SHARED",
      from: `${y}-01-01`,
      to: `${y + 1}-01-01`,
    }));
    await register.applyPermits(
      permits(...spans.map((span, n) => permit(n, { outlets: [outlet({ devices: [device(span)] })] }))),
      options,
    );
    expect((await register.bindings("SHARED")).map((b) => b.permitNo)).toEqual([0, 1, 2, 3, 4].map(permitNo));
  });
});

describe("an import that breaks off", () => {
  /** The client, which fails at the nth write and every one after it; with `late`, the nth was done and only its answer lost. */
  const breaking = (n: number, late: boolean): TestDynamo["db"] =>
    new Proxy(dynamo.db, {
      get: (db, name) =>
        name !== "send"
          ? Reflect.get(db, name)
          : async (command: TransactWriteCommand) => {
              if (!(command instanceof TransactWriteCommand)) return db.send(command);
              n--;
              if (n === 0 && late) await db.send(command);
              if (n <= 0) throw new Error("broken off");
              return db.send(command);
            },
    });
  const stored = async (name: string): Promise<unknown[]> => {
    const { Items = [] } = await dynamo.db.send(new ScanCommand({ TableName: name }));
    // Public codes and the register's version are random.
    return Items.filter((item) => !String(item.pk).startsWith("CODE#") && item.pk !== "REGISTER")
      .map((item): Record<string, unknown> => ({ ...item, code: "any" }))
      .sort((a, b) => `${String(a.pk)}${String(a.sk)}`.localeCompare(`${String(b.pk)}${String(b.sk)}`));
  };

  it.each(
    [1, 2, 4].flatMap((n) => [
      { n, late: false },
      { n, late: true },
    ]),
  )("at write $n (done: $late) is whole after it is run again", async ({ n, late }) => {
    const first = permits(...Array.from({ length: 25 }, (_, i) => permit(i)));
    const second = permits(
      ...Array.from({ length: 25 }, (_, i) => permit(i, i % 2 ? bound(`MN-${i}`, `NEW-${i}`) : bound(`OTHER-${i}`))),
      permit(99, bound(...Array.from({ length: 120 }, (_, i) => `D${i}`))),
    );
    await register.applyPermits(first, options);
    await expect(registerRepository({ db: breaking(n, late), table }).applyPermits(second, options)).rejects.toThrow(
      "broken off",
    );
    expect(await register.applyPermits(second, options)).toMatchObject({ ok: true });
    const broken = await stored(table);

    await dynamo.createTable(`${table}-whole`);
    const whole = registerRepository({ db: dynamo.db, table: `${table}-whole` });
    await whole.applyPermits(first, options);
    await whole.applyPermits(second, options);
    expect(broken).toEqual(await stored(`${table}-whole`));
  });
});

it("a plant with more devices than one transaction holds is written whole", async () => {
  const mns = Array.from({ length: 205 }, (_, n) => `D${n}`);
  await register.applyPermits(permits(permit(1, bound(...mns))), options);
  for (const mn of ["D0", "D89", "D90", "D204"]) expect(await register.bindings(mn)).toHaveLength(1);
  expect((await collect(register.listPlants()))[0]).toMatchObject({ devices: 205 });
});

it("lists every plant of every shard once", async () => {
  const many = Array.from({ length: 60 }, (_, n) => permit(n));
  await register.applyPermits(permits(...many), options);
  const listed = await collect(register.listPlants());
  expect(listed.map((p) => p.permitNo).sort()).toEqual(many.map((_, n) => permitNo(n)).sort());
  expect(new Set(listed.map((p) => p.code)).size).toBe(60);
});

it("names a stored item that is not as expected", async () => {
  await register.applyPermits(permits(permit(1)), options);
  const { Item } = await dynamo.db.send(
    new GetCommand({ TableName: table, Key: { pk: `PLANT#${permitNo(1)}`, sk: "PERMIT" } }),
  );
  await dynamo.db.send(new PutCommand({ TableName: table, Item: { ...Item, revision: "one" } }));
  await expect(register.getPlant(permitNo(1))).rejects.toThrow(`PLANT#${permitNo(1)} / PERMIT: revision must be`);
});
