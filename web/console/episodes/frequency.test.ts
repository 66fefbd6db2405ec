import fc from "fast-check";
import { expect, test } from "vitest";
import { frequencies, type Counted } from "./frequency.ts";

const episode = (
  permitNo: string,
  openedAt: string,
  durationMinutes: number | null,
  pollutant = "a21002",
): Counted => ({
  permitNo,
  name: permitNo,
  outlet: "DA001",
  pollutant,
  facility: null,
  openedAt,
  closedAt: durationMinutes === null ? null : "2026-10-09T08:00:00+08:00",
  durationMinutes: durationMinutes ?? 999,
});

test("by plant, outlet and pollutant; the most frequent first; an open one has no duration yet", () => {
  const rows = frequencies([
    episode("A", "2026-10-01T08:00:00+08:00", 30),
    episode("A", "2026-10-03T08:00:00+08:00", null),
    episode("A", "2026-10-02T08:00:00+08:00", 10, "a34013"),
    episode("B", "2026-10-02T08:00:00+08:00", 50),
  ]);
  expect(rows).toMatchObject([
    {
      permitNo: "A",
      pollutant: "a21002",
      episodes: 2,
      open: 1,
      minutes: 30,
      longest: 30,
      newest: "2026-10-03T08:00:00+08:00",
    },
    { permitNo: "B", episodes: 1, minutes: 50 },
    { permitNo: "A", pollutant: "a34013", episodes: 1, minutes: 10 },
  ]);
  expect(frequencies([])).toEqual([]);
});

test("every episode is counted once", () => {
  const one = fc.record({
    permitNo: fc.constantFrom("A", "B"),
    name: fc.constant("n"),
    outlet: fc.constantFrom("DA001", null),
    pollutant: fc.constantFrom("a21002", null),
    openedAt: fc.constantFrom("2026-10-01T08:00:00+08:00", "2026-10-02T08:00:00+08:00"),
    facility: fc.constant(null),
    closedAt: fc.constantFrom(null, "2026-10-03T08:00:00+08:00"),
    durationMinutes: fc.nat(500),
  });
  fc.assert(
    fc.property(fc.array(one), (episodes) => {
      const rows = frequencies(episodes);
      expect(rows.reduce((sum, row) => sum + row.episodes, 0)).toBe(episodes.length);
      expect(rows.reduce((sum, row) => sum + row.open, 0)).toBe(episodes.filter((e) => e.closedAt === null).length);
    }),
  );
});
