/** Calls by themselves and gathered: they answer alike, and gathered they are few. */
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startDynamo, type TestDynamo } from "../../tests/dynamo.ts";
import { gathered } from "./gather.ts";
import { gatheredCalls, singleCalls, type TableCalls } from "./table-calls.ts";

describe("what is asked for at the same moment", () => {
  it("goes in as few calls as there is room for, and everybody has his own answer", async () => {
    const calls: number[][] = [];
    const ask = gathered(4, async (items: readonly number[]) => {
      calls.push([...items]);
      return items.map((n) => n * n);
    });
    expect(await Promise.all([1, 2, 3, 4, 5, 6].map(ask))).toEqual([1, 4, 9, 16, 25, 36]);
    expect(await ask(7)).toBe(49);
    expect(calls).toEqual([[1, 2, 3, 4], [5, 6], [7]]);
  });

  it("fails together, and no other call with it", async () => {
    const ask = gathered(2, async (items: readonly number[]) => {
      if (items.includes(3)) throw new Error("no three");
      return items;
    });
    const outcomes = await Promise.allSettled([1, 2, 3, 4, 5].map(ask));
    expect(outcomes.map((o) => o.status)).toEqual(["fulfilled", "fulfilled", "rejected", "rejected", "fulfilled"]);
  });

  it("is refused when not all of it is answered", async () => {
    const ask = gathered(9, async () => ["one"]);
    await expect(Promise.all([ask("a"), ask("b")])).rejects.toThrow("2 asked, 1 answered");
  });
});

describe.each([
  ["by themselves", singleCalls],
  ["gathered", gatheredCalls],
] as const)("calls %s", (how, of) => {
  let dynamo: TestDynamo;
  let calls: TableCalls;
  const made: string[] = [];
  let tables = 0;
  beforeAll(async () => {
    dynamo = await startDynamo();
  });
  afterAll(() => dynamo.stop());
  beforeEach(async () => {
    const table = `items-${++tables}`;
    await dynamo.createTable(table);
    const db = {
      send: (command: object) => {
        made.push(command.constructor.name);
        return dynamo.db.send(command as never);
      },
    } as unknown as DynamoDBDocumentClient;
    calls = of({ db, table });
    made.length = 0;
  });
  const key = (n: number): { pk: string; sk: string } => ({ pk: `P${n}`, sk: "S" });
  const many = Array.from({ length: 30 }, (_, n) => n);

  it("insert what is not there, and say so where it is", async () => {
    expect(await Promise.all(many.map((n) => calls.insert({ ...key(n), n })))).toEqual(many.map(() => true));
    const again = [...many.slice(0, 3), 40].map((n) => calls.insert({ ...key(n), n: -1 }));
    expect(await Promise.all(again)).toEqual([false, false, false, true]);
    expect(await calls.get([key(1)])).toEqual([{ ...key(1), n: 1 }]);
    expect(made.filter((name) => name !== "BatchGetCommand")).toHaveLength(how === "gathered" ? 3 : 34);
  });

  it("replace and set where what is held is so, whatever the attributes are called and hold", async () => {
    const item = { ...key(1), v: 1, state: "old", list: [{ a: null }], map: { x: { y: [1] } }, none: null };
    await calls.insert(item);
    const next = { ...item, v: 2, state: "new", list: [], map: {} };
    expect(await calls.replace(next, ["v", 1])).toBe(true);
    expect(await calls.replace({ ...next, v: 3 }, ["v", 1])).toBe(false);
    expect(await calls.get([key(1)])).toEqual([next]);
    expect(await calls.set(key(1), { state: "set", id: null }, ["state", "new"])).toBe(true);
    expect(await calls.set(key(1), { state: "late" }, ["state", "new"])).toBe(false);
    expect(await calls.set(key(2), { state: "nobody" }, ["state", "new"])).toBe(false);
    expect(await calls.get([key(1), key(2)])).toEqual([{ ...next, state: "set", id: null }]);
  });

  it("put over whatever is there, and of two at once keep one whole", async () => {
    await Promise.all(many.map((n) => calls.put({ ...key(n), n })));
    await Promise.all([calls.put({ ...key(1), n: "a", a: 1 }), calls.put({ ...key(2), n: "c" })]);
    const found = await Promise.all(many.map((n) => calls.get([key(n), { pk: "nobody", sk: "S" }])));
    expect(found.map(([item]) => item?.["n"])).toEqual([0, "a", "c", ...many.slice(3)]);
    expect(made).toHaveLength(how === "gathered" ? 2 + 1 + 1 : 62);
  });

  it("fail alone: what else was asked for stands", async () => {
    const large = "x".repeat(410_000); // an item has at most 400 KB
    const asked = [
      calls.insert({ ...key(1), n: 1 }),
      calls.insert({ ...key(2), large }),
      calls.insert({ ...key(3), n: 3 }),
    ];
    const outcomes = await Promise.allSettled(asked);
    expect(outcomes.map((o) => (o.status === "fulfilled" ? o.value : "failed"))).toEqual([true, "failed", true]);
    expect(await calls.get([key(1), key(2), key(3)])).toHaveLength(2);
  });
});
