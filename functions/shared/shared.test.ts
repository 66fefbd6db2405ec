import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { HouseEnv, readEnv } from "./env.ts";
import { house } from "./handler.ts";
import { maskPhone } from "./logger.ts";
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
        4,
        9,
      ]
    `);
  });

  it("spreads permit numbers that differ in few characters", () => {
    const counts = Array.from({ length: SHARDS }, () => 0);
    for (let i = 0; i < 16_000; i++) {
      const shard = shardOf(`91330483MA2${String(i).padStart(5, "0")}26001P`);
      counts[shard] = (counts[shard] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(800);
    expect(Math.max(...counts)).toBeLessThan(1200);
  });

  it("is 0–15 for any text", () => {
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
    expect(await handler({ fail: false }, context)).toBe("done");
    await expect(handler({ fail: true }, context)).rejects.toThrow("no table");
  });
});
