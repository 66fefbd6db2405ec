import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { boardAfter, countBoard, standOut, type Board, type BoardPlant, type State } from "./board-state.ts";

const STATES: readonly State[] = ["normal", "warned", "lost", "silent", "marked"];
const plant = (permitNo: string, state: State = "normal", level = 0, town = "崇福镇"): BoardPlant => ({
  permitNo,
  name: permitNo,
  town,
  lon: 120.5,
  lat: 30.6,
  state,
  level,
});

describe("board", () => {
  const first = boardAfter(null, { version: "1", whole: true, plants: [plant("A"), plant("B", "warned", 1)] });

  test("a snapshot, then what changed", () => {
    const next = boardAfter(first, { version: "2", whole: false, plants: [plant("A", "lost", 3)] });
    expect([...next.plants.values()].map((p) => p.state)).toEqual(["lost", "warned"]);
    expect(next.changed).toEqual(new Set(["A"]));
    expect(first.plants.get("A")?.state).toBe("normal"); // what was drawn stays as it was
  });

  test("nothing new is the same board: nothing is drawn anew", () => {
    expect(boardAfter(first, { version: "1", whole: false, plants: [] })).toBe(first);
  });

  test("what is said again changes nothing: the map is not drawn anew", () => {
    const next = boardAfter(first, { version: "2", whole: false, plants: [plant("B", "warned", 1)] });
    expect(next.plants).toBe(first.plants);
    expect(next.version).toBe("2");
  });

  test("a new snapshot forgets plants that are gone", () => {
    const next = boardAfter(first, { version: "9", whole: true, plants: [plant("B", "warned", 1)] });
    expect([...next.plants.keys()]).toEqual(["B"]);
    expect(next.changed.size).toBe(0);
  });

  test("changes one after the other lead to where a snapshot is", () => {
    const change = fc.record({ i: fc.nat(9), state: fc.constantFrom(...STATES), level: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(fc.array(change)), (steps) => {
        const truth = new Map(Array.from({ length: 10 }, (_, i) => [`P${i}`, plant(`P${i}`)]));
        let board: Board = boardAfter(null, { version: "0", whole: true, plants: [...truth.values()] });
        for (const [n, step] of steps.entries()) {
          for (const { i, state, level } of step) truth.set(`P${i}`, plant(`P${i}`, state, level));
          const changed = [...new Set(step.map(({ i }) => `P${i}`))].map((id) => truth.get(id)!);
          board = boardAfter(board, { version: String(n + 1), whole: false, plants: changed });
        }
        expect(new Map(board.plants)).toEqual(truth);
      }),
    );
  });

  test("counts of the city are those of its towns", () => {
    const any = fc.record({ i: fc.nat(), state: fc.constantFrom(...STATES), town: fc.constantFrom("甲", "乙", "") });
    fc.assert(
      fc.property(fc.array(any), (plants) => {
        const { counts, towns, total } = countBoard(
          plants.map(({ i, state, town }) => plant(String(i), state, 0, town)),
        );
        expect(total).toBe(plants.length);
        for (const state of STATES)
          expect(towns.reduce((sum, town) => sum + town.counts[state], 0)).toBe(counts[state]);
        expect(towns.reduce((sum, town) => sum + town.total, 0)).toBe(total);
      }),
    );
  });

  test("what stands out comes worst first; who is well, silent or marked does not", () => {
    const city = [
      plant("A", "warned", 1),
      plant("B", "silent"),
      plant("C", "lost", 3),
      plant("D", "warned", 2),
      plant("E", "marked"),
      plant("F"),
      plant("G", "lost", 3),
    ];
    expect(standOut(city).map((p) => p.permitNo)).toEqual(["C", "G", "D", "A"]);
  });
});
