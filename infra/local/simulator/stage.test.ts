import { describe, expect, it } from "vitest";
import { formatClock, HOUR, MINUTE } from "../../../functions/shared/shanghai.ts";
import { demo, ruleData } from "./fixture.ts";
import { buildFleet, type Fleet } from "./fleet.ts";
import { deviceMinute } from "./frames.ts";
import { means } from "./process.ts";
import { facilityState } from "./states.ts";

const permits = demo(24);
const at = (startedAt: number, seed = 1): Fleet => buildFleet({ permits, seed, ruleData, startedAt });
const WORKDAY = Date.parse("2026-11-23T16:05:00+08:00");

describe("the running hour", () => {
  it.each(
    [0, 5, 9, 13, 17, 22]
      .map((h) => Date.parse(`2026-11-2${h % 5}T00:07:00+08:00`) + h * HOUR)
      .map((t) => [formatClock(t), t]),
  )("has all seven events on seven plants when started at %s", (_, t) => {
    const { plans } = at(t);
    expect(plans.map((p) => p.event)).toEqual([
      "lost",
      "recovers",
      "begins",
      "ph-out",
      "treatment-off",
      "device-silent",
      "plant-silent",
    ]);
    for (const plan of plans) expect(plan.permitNo, `${plan.event}: ${plan.what}`).not.toBeNull();
    expect(new Set(plans.map((p) => p.permitNo)).size).toBe(7);
  });

  it("is the same for the same seed and start", () => {
    expect(at(WORKDAY).plans).toEqual(at(WORKDAY).plans);
    expect(at(WORKDAY + 3 * HOUR).plans).not.toEqual(at(WORKDAY).plans);
  });

  it("says which event no plant fits instead of leaving it out", () => {
    const noWater = permits.filter((p) => p.outlets.every((o) => o.medium !== "water"));
    const { plans } = buildFleet({ permits: noWater, seed: 1, ruleData, startedAt: WORKDAY });
    expect(plans.find((p) => p.event === "ph-out")).toMatchObject({ permitNo: null, what: "no plant fits" });
  });

  const fleet = at(WORKDAY);
  const now = WORKDAY / MINUTE;
  const staged = (event: string) => {
    const plan = fleet.plans.find((p) => p.event === event)!;
    return { plan, plant: fleet.plants.find((p) => p.permitNo === plan.permitNo)! };
  };
  /** Value over limit of the staged pollutant at minutes from the start. */
  const shares = (event: string, minutes: number[]): number[] => {
    const { plant } = staged(event);
    const device = plant.devices.find((d) => d.streams.some((s) => s.planned.length > 0))!;
    return minutes.map((m) => {
      const mean = means(plant, device, now + m, 1).find((x) => x.stream.planned.length > 0)!;
      if (mean.stream.behaviour.kind !== "limited") throw new Error("not a concentration");
      return (mean.converted ?? mean.avg) / mean.stream.factor / mean.stream.behaviour.level;
    });
  };

  it("one is lost: more than twice its limit from before the start to well behind it", () => {
    for (const share of shares("lost", [-10, 0, 15, 30, 45])) expect(share).toBeGreaterThan(2);
  });
  it("one recovers: above at the start, below half an hour later", () => {
    const [before, start, later] = shares("recovers", [-30, 0, 30]);
    expect(before).toBeLessThan(1);
    expect(start).toBeGreaterThan(1.3);
    expect(later).toBeLessThan(1);
  });
  it("one begins only after the start", () => {
    const [start, later] = shares("begins", [0, 12]);
    expect(start).toBeLessThan(1);
    expect(later).toBeGreaterThan(1.3);
  });
  it("one pH is out of its range for half an hour", () => {
    const { plant } = staged("ph-out");
    const device = plant.devices.find((d) => d.streams.some((s) => s.planned.length > 0))!;
    for (const m of [0, 10, 25]) {
      const { stream, avg } = means(plant, device, now + m, 1).find((x) => x.stream.code === "w01001")!;
      if (stream.behaviour.kind !== "range") throw new Error("pH is a range");
      expect(avg < stream.behaviour.min || avg > stream.behaviour.max, `pH ${avg}`).toBe(true);
    }
  });
  it("one treatment facility stands while production of the same outlet runs", () => {
    const { plan, plant } = staged("treatment-off");
    const kinds = (kind: string) =>
      plant.facilities.filter((f) => f.facility.kind === kind && f.facility.outlets.includes(plan.outlet!));
    for (const m of [0, 5, 30]) {
      expect(kinds("treatment").some((f) => facilityState(plant, f.facility.code, now + m) === 0)).toBe(true);
      expect(kinds("production").some((f) => facilityState(plant, f.facility.code, now + m) === 1)).toBe(true);
    }
    expect(kinds("treatment").every((f) => facilityState(plant, f.facility.code, now + 40) !== 0)).toBe(true);
  });
  it("one device is silent while the others of its plant speak, one plant is silent altogether", () => {
    const speaks = (event: string): boolean[] => {
      const { plant } = staged(event);
      return plant.devices.map(
        (d) => Array.from({ length: 11 }, (_, m) => deviceMinute(plant, d, now + m)).flat().length > 0,
      );
    };
    expect(speaks("device-silent").filter((s) => !s)).toHaveLength(1);
    expect(speaks("device-silent").filter(Boolean).length).toBeGreaterThan(0);
    expect(speaks("plant-silent").some(Boolean)).toBe(false);
  });
});
