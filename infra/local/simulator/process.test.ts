import { describe, expect, it } from "vitest";
import { MINUTE } from "../../../functions/shared/shanghai.ts";
import { demo, ruleData } from "./fixture.ts";
import { buildFleet } from "./fleet.ts";
import { loadAt, rhythmOf } from "./load.ts";
import { means } from "./process.ts";
import { drift, unit } from "./random.ts";
import { envelope } from "./upsets.ts";

const MONDAY = Date.parse("2026-11-16T00:00:00+08:00") / MINUTE;
const fleet = buildFleet({ permits: demo(24), seed: 1, ruleData, startedAt: null });

describe("randomness by place", () => {
  it("is uniform enough: deciles of 20,000 numbers hold a tenth each", () => {
    const counts = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 20_000; i++) counts[Math.floor(unit(12345, i) * 10)]! += 1;
    for (const count of counts) expect(Math.abs(count - 2_000)).toBeLessThan(200);
  });

  it("drift: mean 0, deviation about 1, alike from one minute to the next, unlike after a day", () => {
    const x = Array.from({ length: 20_000 }, (_, i) => drift(777, i));
    const mean = x.reduce((a, b) => a + b) / x.length;
    const deviation = (lag: number): number =>
      x.slice(lag).reduce((sum, v, i) => sum + (v - mean) * (x[i]! - mean), 0) / (x.length - lag);
    expect(Math.abs(mean)).toBeLessThan(0.15);
    expect(Math.sqrt(deviation(0))).toBeGreaterThan(0.75);
    expect(Math.sqrt(deviation(0))).toBeLessThan(1.25);
    expect(deviation(1) / deviation(0)).toBeGreaterThan(0.85);
    expect(Math.abs(deviation(1_440) / deviation(0))).toBeLessThan(0.2);
  });
});

describe("load", () => {
  const at = (industry: string, text: string): number => loadAt(rhythmOf(industry), 5, Date.parse(text) / MINUTE);
  it.each([
    ["热电联产", "2026-11-18T03:00:00+08:00", 0.6, 1],
    ["纺织印染", "2026-11-18T15:00:00+08:00", 0.65, 1],
    ["纺织印染", "2026-11-18T03:00:00+08:00", 0.3, 0.75],
    ["机械加工", "2026-11-18T10:00:00+08:00", 0.6, 1],
    ["机械加工", "2026-11-18T22:00:00+08:00", 0, 0],
    ["机械加工", "2026-11-22T10:00:00+08:00", 0, 0], // Sunday
    ["食品制造", "2026-11-18T05:00:00+08:00", 0, 0],
    ["食品制造", "2026-11-18T12:00:00+08:00", 0.6, 1],
  ])("%s at %s", (industry, text, low, high) => {
    expect(at(industry, text)).toBeGreaterThanOrEqual(low);
    expect(at(industry, text)).toBeLessThanOrEqual(high);
  });
});

describe("upsets", () => {
  it("rise, hold and fall", () => {
    const upset = { start: 100, rise: 4, hold: 10, fall: 12, peak: 2 };
    const shape = Array.from({ length: 40 }, (_, i) => envelope(upset, 95 + i));
    expect(shape.slice(0, 5)).toEqual([0, 0, 0, 0, 0]);
    expect(shape[5]).toBeCloseTo(0.2);
    expect(shape.slice(9, 19)).toEqual(Array.from({ length: 10 }, () => 1));
    expect(shape[19]).toBeLessThan(1);
    expect(shape[32]).toBe(0);
  });

  it("exceed in 0.5–3 % of the outlet hours that count; the others stay below the limit", () => {
    let counted = 0;
    let exceeded = 0;
    for (const plant of fleet.plants)
      for (const device of plant.devices)
        for (let hour = 0; hour < 48; hour++) {
          const judged = means(plant, device, MONDAY + hour * 60, 60).filter(
            ({ stream, flag }) => stream.behaviour.kind === "limited" && !stream.behaviour.slow && flag === "N",
          );
          if (judged.length === 0) continue;
          counted++;
          if (
            judged.some(
              ({ stream, avg, converted }) =>
                stream.behaviour.kind === "limited" && (converted ?? avg) / stream.factor > stream.behaviour.level,
            )
          )
            exceeded++;
        }
    expect(counted).toBeGreaterThan(700);
    expect(exceeded / counted).toBeGreaterThan(0.005);
    expect(exceeded / counted).toBeLessThan(0.03);
  });
});

describe("the analyser", () => {
  it("calibrates once a day at its own time, and leaves 45 minutes of each hour", () => {
    const gas = fleet.plants[0]!.devices[0]!;
    const flags = Array.from({ length: 2_880 }, (_, i) => means(fleet.plants[0]!, gas, MONDAY + i, 1)[0]!.flag);
    const starts = flags.flatMap((flag, i) => (flag === "C" && flags[i - 1] !== "C" ? [i] : []));
    expect(starts).toHaveLength(2);
    expect(starts[1]! - starts[0]!).toBe(1_440);
    expect(flags.filter((f) => f === "C").length).toBeLessThanOrEqual(2 * 15);
  });

  it("says F and next to no flow while the line stands", () => {
    const day = fleet.plants.find((p) => p.rhythm === "day-shift" && p.devices.some((d) => d.medium === "gas"))!;
    const gas = day.devices.find((d) => d.medium === "gas")!;
    const night = means(day, gas, MONDAY + 180, 1);
    expect(night[0]!.flag).toBe("F");
  });

  it("a ten-minute logger's record is the mean of its minutes", () => {
    const slow = fleet.plants
      .flatMap((plant) => plant.devices.map((device) => ({ plant, device })))
      .find(({ device }) => device.interval === 10 && device.medium === "noise")!;
    const ten = means(slow.plant, slow.device, MONDAY + 600, 10)[0]!;
    const ones = Array.from({ length: 10 }, (_, i) => means(slow.plant, slow.device, MONDAY + 600 + i, 1)[0]!.avg);
    expect(ten.avg).toBeCloseTo(ones.reduce((a, b) => a + b) / 10, 1);
  });
});
