import { array, assert, integer, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { MINUTE } from "../../../functions/shared/shanghai.ts";
import type { DeviceRecord, ReadingItem } from "../../../functions/telemetry/domain/reading.ts";
import { parseTopic, readPayload } from "../../../functions/telemetry/domain/read-payload.ts";
import { bundle, type Message, ownMessages } from "./bundle.ts";
import { demo, ruleData } from "./fixture.ts";
import { buildFleet, type Fleet } from "./fleet.ts";
import { deviceMinute } from "./frames.ts";
import type { SimDevice } from "./profile.ts";

const NOON = Date.parse("2026-11-18T12:00:00+08:00"); // a Wednesday
const permits = demo(40);
const city = (seed = 1, startedAt: number | null = null): Fleet => buildFleet({ permits, seed, ruleData, startedAt });
const fleet = city();
const devices = fleet.plants.flatMap((plant) => plant.devices.map((device) => ({ plant, device })));

function read({ topic, payload }: Message): DeviceRecord[] {
  const parsed = parseTopic(topic);
  if (!parsed) throw new Error(`not a topic of the contract: ${topic}`);
  const mn = parsed.kind === "device" ? parsed.mn : null;
  return readPayload({ channel: parsed.channel, mn, bytes: payload, ruleData }).map((piece) => {
    if (!piece.ok) throw new Error(`${topic}: ${piece.reason}: ${piece.detail}`);
    return piece.record;
  });
}

const hour = (f: Fleet, from: number): Message[] =>
  f.plants.flatMap((plant) => bundle(plant, from, from + 60 * MINUTE));

describe("determinism", () => {
  it("same seed, same bytes; another seed, other bytes", () => {
    expect(hour(city(1), NOON)).toEqual(hour(city(1), NOON));
    expect(hour(city(2), NOON)).not.toEqual(hour(city(1), NOON));
  });

  it("a minute alone is the minute within its hour: nothing depends on what was made before", () => {
    const index = integer({ min: 0, max: devices.length - 1 });
    const minute = integer({ min: NOON / MINUTE - 20_000, max: NOON / MINUTE + 20_000 });
    assert(
      property(index, minute, (i, m) => {
        const { plant, device } = devices[i]!;
        const fresh = city().plants.find((p) => p.permitNo === plant.permitNo)!;
        const same = fresh.devices.find(
          (d) => d.mn === device.mn && d.outlet === device.outlet && d.binding.from === device.binding.from,
        )!;
        expect(deviceMinute(fresh, same, m)).toEqual(deviceMinute(plant, device, m));
      }),
      { numRuns: 40 },
    );
  });

  it("however a span is cut into bundles, the same frames arrive", () => {
    const plant = fleet.plants[0]!;
    const frames = (cuts: number[]): string[] =>
      cuts
        .slice(1)
        .flatMap((to, i) => bundle(plant, cuts[i]!, to))
        .map((m) => Buffer.from(m.payload).toString("latin1"));
    assert(
      property(array(integer({ min: 1, max: 20 * MINUTE - 1 }), { maxLength: 6 }), (inner) => {
        const cuts = [...new Set([0, ...inner, 20 * MINUTE])].toSorted((a, b) => a - b).map((x) => NOON + x);
        expect(frames(cuts).join("")).toBe(frames([NOON, NOON + 20 * MINUTE]).join(""));
      }),
      { numRuns: 25 },
    );
  });
});

describe("what arrives", () => {
  const messages = hour(fleet, NOON);
  const records = messages.flatMap(read);

  it("is all read by the project's decoder, with both editions and both codecs in it", () => {
    expect(records.length).toBeGreaterThan(3_000);
    expect(new Set(records.map((r) => r.command))).toEqual(new Set(["2051", "2011", "2021", "2061", "json"]));
    const text = Buffer.concat(messages.map((m) => m.payload)).toString("latin1");
    expect(text).toContain("Flag=5;CP");
    expect(text).toContain("Flag=9;CP");
  });

  it("has no note of a quirk but the missing flags of noise and what the 2025 edition leaves in clear", () => {
    const newer = new Set(devices.filter(({ device }) => device.edition === 2025).map(({ device }) => device.mn));
    const others = records.filter((r) => !r.items.some((i) => i.pollutant === "Leq"));
    const notes = others.flatMap((r) => r.notes.filter((n) => n !== "not-encrypted" || !newer.has(r.mn)));
    expect(notes).toEqual([]);
  });

  it("comes 20–42 s after the interval that it covers, or later when it had to wait", () => {
    for (const { device } of devices) {
      const own = records.filter((r) => r.mn === device.mn && r.kind === "minute" && r.qn !== null);
      const late = own.map((r) => r.qn! - (r.dataTime! + device.interval * MINUTE));
      for (const ms of late) expect(ms).toBeGreaterThanOrEqual(20_000);
      if (own.length >= 50) expect(late.filter((ms) => ms < 42_000).length).toBeGreaterThan(own.length * 0.6);
    }
  });

  it("has a QN of its own for each frame, unless the same frame is sent twice", () => {
    const seen = new Map<string, string>();
    for (const r of records) {
      if (r.qn === null) continue;
      const key = `${r.mn}/${r.qn}`;
      const content = JSON.stringify([r.command, r.dataTime, r.items]);
      expect(seen.get(key) ?? content).toBe(content);
      seen.set(key, content);
    }
  });

  it("carries every limited pollutant of every outlet whose logger speaks", () => {
    const day = fleet.plants.flatMap((p) => bundle(p, NOON, NOON + 30 * MINUTE)).flatMap(read);
    for (const permit of permits)
      for (const outlet of permit.outlets) {
        const bound = outlet.devices.filter((d) => d.from <= NOON && (d.to === null || NOON < d.to)).map((d) => d.mn);
        const sent = day.filter((r) => r.kind === "minute" && bound.includes(r.mn));
        if (sent.length === 0) continue;
        const codes = new Set(sent.flatMap((r) => r.items.map((i) => i.pollutant)));
        for (const limit of outlet.limits)
          expect([...codes], `${permit.name} ${outlet.code}`).toContain(limit.pollutant);
      }
  });

  it("leaves out what the old logger of a replaced one would have sent", () => {
    const replaced = permits
      .flatMap((p) => p.outlets.flatMap((o) => o.devices))
      .filter((d) => d.to !== null && d.to < NOON);
    expect(replaced.length).toBeGreaterThan(0);
    for (const old of replaced) expect(records.filter((r) => r.mn === old.mn && r.dataTime! >= old.to!)).toEqual([]);
  });
});

describe("values", () => {
  const converting = devices.filter(
    ({ device }) => device.channel === "hj212" && device.interval === 1 && device.sendsConverted,
  );
  const item = (r: DeviceRecord, code: string): ReadingItem | undefined => r.items.find((i) => i.pollutant === code);

  it("ZsAvg is Avg · (21 − reference) / (21 − O2) of the same frame, to the last digit printed", () => {
    let checked = 0;
    for (const { plant, device } of converting.slice(0, 12))
      for (let m = NOON / MINUTE; m < NOON / MINUTE + 60; m++)
        for (const record of ownMessages(plant, device, m).flatMap(read)) {
          const o2 = item(record, "a19001")?.value;
          if (record.kind !== "minute" || o2 == null) continue;
          for (const { stream, reference } of referenced(device)) {
            const sent = item(record, stream.code);
            if (sent?.converted == null) continue;
            const expected = (sent.value! * (21 - reference)) / (21 - o2);
            expect(Math.abs(sent.converted - expected)).toBeLessThanOrEqual(0.5 * 10 ** -stream.decimals + 1e-9);
            checked++;
          }
        }
    expect(checked).toBeGreaterThan(200);
  });

  it("stay within what can be: pH 0–14, O2 0–21 %, noise 25–130 dB, nothing negative", () => {
    const bounds: Record<string, [number, number]> = {
      w01001: [0, 14],
      a19001: [0, 21],
      Leq: [25, 130],
      a01012: [0, 400],
    };
    const random = record({
      i: integer({ min: 0, max: devices.length - 1 }),
      minute: integer({ min: NOON / MINUTE - 400_000, max: NOON / MINUTE + 400_000 }),
    });
    assert(
      property(random, ({ i, minute }) => {
        const { plant, device } = devices[i]!;
        for (const record of ownMessages(plant, device, minute - (minute % device.interval)).flatMap(read))
          for (const { pollutant, value, converted } of record.items) {
            const [low, high] = bounds[pollutant] ?? [0, 1e9];
            for (const x of [value, converted ?? low]) {
              expect(x, pollutant).toBeGreaterThanOrEqual(low);
              expect(x, pollutant).toBeLessThanOrEqual(high);
            }
          }
      }),
      { numRuns: 600 },
    );
  });

  it("are in the unit that the register says the device sends", () => {
    const dust = devices.find(
      ({ device }) => device.binding.units["a34001"] !== undefined && device.channel === "hj212",
    );
    expect(dust).toBeDefined();
    const { plant, device } = dust!;
    const records = [0, 1, 2, 3, 4].flatMap((m) => ownMessages(plant, device, NOON / MINUTE + m).flatMap(read));
    const sent = records
      .flatMap((r) => r.items)
      .filter((i) => i.pollutant === "a34001")
      .map((i) => i.value!);
    const factor = ruleData.unitFactor(device.binding.units["a34001"]!, "mg/m³")!;
    expect(sent.length).toBeGreaterThan(0);
    for (const value of sent) {
      expect(value * factor).toBeGreaterThan(0.005);
      expect(value * factor).toBeLessThan(5);
    }
  });
});

function referenced(device: SimDevice) {
  return device.streams.flatMap((stream) =>
    stream.behaviour.kind === "limited" && stream.behaviour.referenceO2 !== null
      ? [{ stream, reference: stream.behaviour.referenceO2 }]
      : [],
  );
}
