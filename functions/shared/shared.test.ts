import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import * as z from "zod/mini";
import { HouseEnv, readEnv } from "./env.ts";
import { house } from "./handler.ts";
import { inParallel } from "./in-parallel.ts";
import { logger, maskPhone } from "./logger.ts";
import { parseInput } from "./problems.ts";
import { SHARDS, shardOf } from "./shard.ts";

describe("readEnv", () => {
  const Env = z.extend(HouseEnv, { SMS_CHANNEL: z.enum(["sns", "webhook"]) });

  it("returns what the schema names", () => {
    expect(readEnv(Env, { RULE_DATA_DIR: "/opt/rule-data", SMS_CHANNEL: "sns", PATH: "/bin" })).toEqual({
      RULE_DATA_DIR: "/opt/rule-data",
      SMS_CHANNEL: "sns",
    });
  });

  it("names every variable that is missing or wrong", () => {
    expect(() => readEnv(Env, { SMS_CHANNEL: "pigeon" })).toThrow(
      /RULE_DATA_DIR is not set; SMS_CHANNEL must be "sns" or "webhook", is "pigeon"/,
    );
  });
});

describe("shardOf", () => {
  it("never changes: these are stored in keys", () => {
    expect(["91330483MA2ABCD126001P", "91130200699229617X001P", ""].map(shardOf)).toMatchInlineSnapshot(`
      [
        3,
        0,
        1,
      ]
    `);
  });

  it("spreads permit numbers that differ in few characters", () => {
    const counts = Array.from({ length: SHARDS }, () => 0);
    for (let i = 0; i < 16_000; i++) {
      const shard = shardOf(`91330483MA2${String(i).padStart(5, "0")}26001P`);
      counts[shard] = (counts[shard] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(3_200);
    expect(Math.max(...counts)).toBeLessThan(4_800);
  });

  it("is 0–3 for any text", () => {
    fc.assert(
      fc.property(
        fc.string(),
        (text) => Number.isInteger(shardOf(text)) && shardOf(text) >= 0 && shardOf(text) < SHARDS,
      ),
    );
  });
});

describe("maskPhone", () => {
  it.each([
    ["+8613900001234", "+86139****1234"],
    ["13900001234", "139****1234"],
    ["12345", "****"],
  ])("%s → %s", (phone, masked) => expect(maskPhone(phone)).toBe(masked));
});

describe("house", () => {
  it("passes the event through and an error on", async () => {
    const context = { awsRequestId: "r1", functionName: "f" } as Parameters<ReturnType<typeof house>>[1];
    const handler = house(async (event: { fail: boolean }) => {
      if (event.fail) throw new Error("no table");
      return "done";
    });
    const logged = vi.spyOn(logger, "error").mockReturnValue();
    expect(await handler({ fail: false }, context)).toBe("done");
    expect(logged).not.toHaveBeenCalled();
    await expect(handler({ fail: true }, context)).rejects.toThrow("no table");
    expect(logged).toHaveBeenCalledExactlyOnceWith("event failed", new Error("no table"));
  });
});

describe("inParallel", () => {
  it("keeps the order of the items and the limit", async () => {
    let running = 0;
    let most = 0;
    const doubled = await inParallel([5, 1, 4, 2, 3], 2, async (n) => {
      most = Math.max(most, ++running);
      for (let i = 0; i < n; i++) await Promise.resolve();
      running--;
      return n * 2;
    });
    expect(doubled).toEqual([10, 2, 8, 4, 6]);
    expect(most).toBe(2);
  });

  it("starts nothing after an error and throws it when what runs has ended", async () => {
    const started: number[] = [];
    const ended: number[] = [];
    const work = inParallel([0, 1, 2, 3], 2, async (n) => {
      started.push(n);
      await Promise.resolve();
      if (n === 0) throw new Error("first");
      ended.push(n);
    });
    await expect(work).rejects.toThrow("first");
    expect(started).toEqual([0, 1]);
    expect(ended).toEqual([1]);
  });

  it("does nothing with nothing", async () =>
    expect(await inParallel([], 8, () => Promise.reject(new Error()))).toEqual([]));
});

describe("parseInput", () => {
  const Form = z.object({
    n: z.int().check(z.gte(1), z.lt(10)),
    list: z.array(z.object({ "odd key": z.enum(["a", "b"]) })).check(z.minLength(1)),
  });
  it.each([
    [{ n: 3, list: [] }, "list: must not be empty"],
    [{ n: 0, list: [{ "odd key": "a" }] }, "n: must be at least 1"],
    [{ n: 10, list: [{ "odd key": "a" }] }, "n: must be below 10"],
    [{ n: 1.5, list: [{ "odd key": "a" }] }, "n: must be a whole number, is 1.5"],
    [{ list: [{ "odd key": "a" }] }, "n: is missing"],
    [{ n: 3, list: [{ "odd key": "c" }] }, 'list[0]["odd key"]: must be "a" or "b", is "c"'],
    [{ n: "x".repeat(99), list: [{ "odd key": "a" }] }, `n: must be a number, is "${"x".repeat(56)}…`],
  ])("%j: %s", (input, problem) => {
    const parsed = parseInput(Form, input);
    expect(parsed.ok ? [] : parsed.problems.map((p) => `${p.path}: ${p.reason}`)).toEqual([problem]);
  });
});
