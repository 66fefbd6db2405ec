import { beforeEach, describe, expect, it } from "vitest";
import { cachedRegister } from "./cached-register.ts";
import type { RegisterState } from "./register-state.ts";
import type { PlantRecord } from "./stored-items.ts";

const plant = (permitNo: string): PlantRecord => ({
  permit: { permitNo } as PlantRecord["permit"],
  revision: 1,
  code: "c",
  shard: 0,
  importedAt: "",
});

let reads: string[];
let clock: number;
let known: Set<string>;
let failing: boolean;
let state: RegisterState | null;
const register = {
  state: async () => state,
  async getPlant(permitNo: string) {
    reads.push(permitNo);
    if (failing) throw new Error("throttled");
    return known.has(permitNo) ? plant(permitNo) : null;
  },
  async bindings(mn: string) {
    reads.push(mn);
    return known.has(mn) ? [{ permitNo: "P", outlet: "DA001", from: 0, to: null }] : [];
  },
};
const cache = (size?: number) =>
  cachedRegister(register, { seconds: 60, now: () => clock, ...(size === undefined ? {} : { size }) });

beforeEach(() => {
  reads = [];
  clock = 1_000_000;
  known = new Set(["A", "B", "C"]);
  failing = false;
  state = null;
});

describe("the cached register", () => {
  it("reads a known plant once a minute", async () => {
    const { getPlant } = cache();
    for (const [after, count] of [
      [0, 1],
      [59_999, 1],
      [60_000, 2],
      [119_999, 2],
    ] as const) {
      clock = 1_000_000 + after;
      expect((await getPlant("A"))?.permit.permitNo).toBe("A");
      expect(reads, `after ${after} ms`).toHaveLength(count);
    }
  });

  it("forgets everything when the register has changed, and nothing while it has not", async () => {
    const { getPlant, bindings, refresh } = cache();
    await refresh();
    await getPlant("A");
    await bindings("B");
    await refresh();
    await getPlant("A");
    expect(reads).toEqual(["A", "B"]);
    state = { version: "1", former: [], recent: [] };
    await refresh();
    await getPlant("A");
    await bindings("B");
    await refresh();
    await getPlant("A");
    expect(reads).toEqual(["A", "B", "A", "B"]);
  });

  it("forgets only what changed when it knows what did", async () => {
    const { getPlant, bindings, refresh } = cache();
    const change = (n: number, plants: string[], devices: string[]) => ({ version: `${n}`, plants, devices });
    state = { version: "1", former: [], recent: [change(1, [], [])] };
    await refresh();
    const all = async (): Promise<string[]> => {
      reads = [];
      await Promise.all(["A", "B", "C"].flatMap((key) => [getPlant(key), bindings(key)]));
      return reads;
    };
    await all();
    state = { version: "3", former: [], recent: [change(1, [], []), change(2, ["B"], []), change(3, [], ["C", "X"])] };
    await refresh();
    expect(await all()).toEqual(["B", "C"]);
    state = { version: "9", former: [change(7, [], [])], recent: [change(8, [], []), change(9, ["B"], [])] };
    await refresh();
    expect(await all()).toHaveLength(6);
  });

  it("does not keep an answer that was under way when the change came", async () => {
    const { getPlant, refresh } = cache();
    const change = { version: "2", plants: ["A"], devices: [] };
    state = { version: "1", former: [], recent: [{ ...change, version: "1" }] };
    await refresh();
    const underWay = getPlant("A");
    state = { version: "2", former: [], recent: [...state.recent, change] };
    await refresh();
    await underWay;
    await getPlant("A");
    expect(reads).toEqual(["A", "A"]);
  });

  it("asks again for an unknown device after five seconds", async () => {
    const { bindings } = cache();
    expect(await bindings("NEW")).toEqual([]);
    known.add("NEW");
    clock += 4_999;
    expect(await bindings("NEW")).toEqual([]);
    clock += 1;
    expect(await bindings("NEW")).toHaveLength(1);
    expect(reads).toHaveLength(2);
  });

  it("shares one call between reads at the same time", async () => {
    const { getPlant } = cache();
    await Promise.all([getPlant("A"), getPlant("A"), getPlant("A")]);
    expect(reads).toEqual(["A"]);
  });

  it("does not keep a failure", async () => {
    const { getPlant } = cache();
    failing = true;
    await expect(getPlant("A")).rejects.toThrow("throttled");
    failing = false;
    expect(await getPlant("A")).not.toBeNull();
  });

  it("holds no more than its size; the one longest unused goes", async () => {
    const { getPlant } = cache(2);
    await getPlant("A");
    await getPlant("B");
    await getPlant("A");
    await getPlant("C");
    reads = [];
    await getPlant("A");
    await getPlant("C");
    expect(reads).toEqual([]);
    await getPlant("B");
    expect(reads).toEqual(["B"]);
  });

  it("does not trust an entry from after the present clock", async () => {
    const { getPlant } = cache();
    await getPlant("A");
    clock -= 3_600_000;
    await getPlant("A");
    expect(reads).toHaveLength(2);
  });
});
