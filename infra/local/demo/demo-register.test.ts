import { describe, expect, it } from "vitest";
import { loadRuleData } from "../../../layers/rule-data.ts";
import { parsePermits } from "../../../functions/register/domain/parse-permits.ts";
import { demoFiles, demoPermits, demoPlants } from "./demo-register.ts";
import { INVENTED_PLANTS } from "./invented-plants.ts";

const parse = (count: number, seed = 1) => {
  const parsed = parsePermits(demoPermits({ count, seed }), loadRuleData("layers/rule-data"));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems.slice(0, 5)));
  return parsed.permits;
};

describe("the demo register", () => {
  it("is accepted by the parser whole: 1,000 plants", () => expect(parse(1_000)).toHaveLength(1_000));

  it("is the same for the same seed, and other plants for another", () => {
    expect(demoPermits({ count: 60, seed: 7 })).toEqual(demoPermits({ count: 60, seed: 7 }));
    expect(demoPermits({ count: 60, seed: 7 }).permits.slice(24)).not.toEqual(
      demoPermits({ count: 60, seed: 8 }).permits.slice(24),
    );
  });

  it("marks every plant as invented and lies in Tongxiang", () => {
    for (const { name, location } of parse(500)) {
      expect(name).toMatch(/^（演示）/);
      expect(location.lon, name).toBeGreaterThanOrEqual(120.28);
      expect(location.lon, name).toBeLessThanOrEqual(120.65);
      expect(location.lat, name).toBeGreaterThanOrEqual(30.47);
      expect(location.lat, name).toBeLessThanOrEqual(30.79);
    }
  });

  it("gives every plant a device, a manager, an operator and a town officer", () => {
    for (const { permitNo, outlets, contacts } of parse(1_000)) {
      expect(outlets.flatMap((o) => o.devices).length, permitNo).toBeGreaterThan(0);
      expect(contacts.map((c) => c.role)).toEqual(
        expect.arrayContaining(["environment-manager", "operator", "town-officer"]),
      );
    }
  });

  it("shows each case of the rules among the plants made by hand", () => {
    const plants = parse(24);
    expect(INVENTED_PLANTS).toHaveLength(24);
    const outlets = plants.flatMap((p) => p.outlets);
    const limits = outlets.flatMap((o) => o.limits);
    expect(new Set(plants.map((p) => p.town)).size).toBe(11);
    expect(outlets.some((o) => o.devices.length === 2 && o.devices.every((d) => d.to === null))).toBe(true);
    expect(outlets.some((o) => o.medium === "water" && o.devices[0]?.minuteInterval === 10)).toBe(true);
    expect(outlets.some((o) => o.medium === "gas" && o.devices[0]?.minuteInterval === 10)).toBe(true);
    expect(limits.some((l) => l.statistic === "instant" && l.min === 6 && l.max === 9)).toBe(true);
    expect(limits.some((l) => l.statistic === "day" && l.basis === "converted")).toBe(true);
    expect(limits.some((l) => l.period === "night")).toBe(true);
    expect(limits.some((l) => l.from !== null)).toBe(true);
    const managers = plants.flatMap((p) =>
      p.contacts.filter((c) => c.role === "environment-manager").map((c) => c.phone),
    );
    expect(new Set(managers).size).toBe(managers.length - 1);
  });

  it("makes 100,000 plants with numbers of their own, one at a time", () => {
    const permitNos = new Set<string>();
    const mns = new Set<string>();
    let devices = 0;
    for (const plant of demoPlants({ count: 100_000, seed: 1 })) {
      permitNos.add(plant.permitNo);
      for (const device of plant.outlets.flatMap((o) => o.devices ?? [])) {
        mns.add(device.mn);
        devices++;
      }
    }
    expect(permitNos.size).toBe(100_000);
    expect(mns.size).toBe(devices);
  });

  it.each([
    [0, []],
    [24, [24]],
    [50, [50]],
    [120, [50, 50, 20]],
  ])("comes in files: %d plants as %j", (count, sizes) => {
    const files = [...demoFiles({ count, seed: 1 }, 50)];
    expect(files.map((f) => f.permits.length)).toEqual(sizes);
    expect(files.flatMap((f) => f.permits)).toEqual(demoPermits({ count, seed: 1 }).permits);
  });

  it("refuses a number of plants it cannot make", () => {
    expect(() => demoPermits({ count: 100_001, seed: 1 })).toThrow(RangeError);
  });
});
