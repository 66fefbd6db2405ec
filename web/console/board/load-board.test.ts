import { expect, test } from "vitest";
import { loadBoard, type AskBoard, type BoardAnswer } from "./load-board.ts";

const answer = (permitNos: string[], over: Partial<BoardAnswer>): BoardAnswer =>
  ({
    version: "b.1",
    whole: true,
    next: null,
    plants: permitNos.map((permitNo) => ({ permitNo, name: "", town: "", lon: 0, lat: 0, state: "normal", level: 0 })),
    ...over,
  }) as BoardAnswer;

test("the parts of a whole board are one board, of the first part's version", async () => {
  const asked: unknown[] = [];
  const parts = [answer(["A", "B"], { next: "1" }), answer(["C"], { version: "b.2", next: "2" }), answer(["D"], {})];
  const ask: AskBoard = async (query) => parts[asked.push(query) - 1]!;
  const { board, answer: first } = await loadBoard(ask, null);
  expect(asked).toEqual([{}, { cursor: "1" }, { cursor: "2" }]);
  expect([...board.plants.keys()]).toEqual(["A", "B", "C", "D"]);
  expect([board.version, first.version]).toEqual(["b.1", "b.1"]);
});

test("what changed is asked by the version held; an answer in between that fails leaves the board as it was", async () => {
  const { board } = await loadBoard(async () => answer(["A"], {}), null);
  const asked: unknown[] = [];
  await loadBoard(async (query) => (asked.push(query), answer([], { whole: false })), board);
  expect(asked).toEqual([{ since: "b.1" }]);
  const failing: AskBoard = async ({ cursor }) => {
    if (cursor) throw new Error("another register");
    return answer(["A", "B"], { next: "1" });
  };
  await expect(loadBoard(failing, board)).rejects.toThrow("another register");
  expect([...board.plants.keys()]).toEqual(["A"]);
});
