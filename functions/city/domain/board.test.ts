import fc from "fast-check";
import { expect, test } from "vitest";
import { partOf } from "./board.ts";

test("parts are the whole list in its order, each within its bound, whatever the names", () => {
  const plant = fc.record({ name: fc.string({ unit: "binary", maxLength: 60 }), town: fc.constantFrom("崇福镇", "") });
  fc.assert(
    fc.property(fc.array(plant, { maxLength: 80 }), fc.integer({ min: 1, max: 2_000 }), (made, most) => {
      const plants = made.map((each, i) => ({ permitNo: `P${String(i).padStart(5, "0")}`, ...each }));
      const read: typeof plants = [];
      let after: string | null = null;
      do {
        const part: ReturnType<typeof partOf<(typeof plants)[0]>> = partOf(plants, after, most);
        if (plants.length > 0) expect(part.plants.length).toBeGreaterThan(0);
        if (part.plants.length > 1)
          expect(Buffer.byteLength(JSON.stringify(part.plants))).toBeLessThanOrEqual(most + 2);
        read.push(...part.plants);
        after = part.next;
      } while (after !== null);
      expect(read).toEqual(plants);
    }),
  );
});

test("a city of 100,000 plants with the longest names comes in parts that a function may answer", () => {
  const plants = Array.from({ length: 100_000 }, (_, i) => ({
    permitNo: String(i).padStart(22, "0"),
    name: "桐".repeat(60),
    town: "崇福镇",
    lon: 120.123456,
    lat: 30.123456,
    state: "warned",
    level: 2,
  }));
  const most = 3 * 2 ** 20;
  let [parts, count]: [number, number] = [0, 0];
  for (let after: string | null = null, first = true; first || after !== null; first = false) {
    const part: ReturnType<typeof partOf<(typeof plants)[0]>> = partOf(plants, after, most);
    expect(Buffer.byteLength(JSON.stringify(part.plants))).toBeLessThanOrEqual(most + 2);
    after = part.next;
    count += part.plants.length;
    parts++;
  }
  expect(count).toBe(100_000);
  expect(parts).toBeGreaterThan(4);
});
