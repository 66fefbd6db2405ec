import { expect, it } from "vitest";
import { archivedBytes } from "./cost-archive.ts";

it("a message of three frames takes what docs/archive.md says, and less in larger batches", () => {
  expect(Math.abs(archivedBytes(256) - 312)).toBeLessThanOrEqual(10);
  const [one, eight, city] = [1, 8, 256].map(archivedBytes);
  expect(one).toBeGreaterThan(eight!);
  expect(eight).toBeGreaterThan(city!);
  // The links of three frames are as random as hashes are.
  expect(city).toBeGreaterThan(96);
});
