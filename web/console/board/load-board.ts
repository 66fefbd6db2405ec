/** Brings the board up to date: what changed since the version held, or all of it part by part. Pure but for `ask`. */
import type { Answer } from "../answers.ts";
import { boardAfter, type Board } from "./board-state.ts";

export type BoardAnswer = Answer<"getBoard">;
export interface Loaded {
  /** The first part: counts, the day, the ticker. */
  answer: BoardAnswer;
  board: Board;
}
export type AskBoard = (query: { since?: string; cursor?: string }) => Promise<BoardAnswer>;

/** Parts of one answer: a city of a million plants comes in fewer. */
const MOST_PARTS = 500;

/**
 * `held`: the board before, null for the first. A change between two parts is in the next answer, since the version is
 * that of the first part. Throws what `ask` throws; the board held stays as it was.
 */
export async function loadBoard(ask: AskBoard, held: Board | null): Promise<Loaded> {
  const answer = await ask(held === null ? {} : { since: held.version });
  const plants = [...answer.plants];
  let { next } = answer;
  for (let part = 1; next !== null; part++) {
    if (part === MOST_PARTS) throw new Error(`the board has more than ${MOST_PARTS} parts`);
    const more = await ask({ cursor: next });
    plants.push(...more.plants);
    next = more.next;
  }
  return { answer, board: boardAfter(held, { version: answer.version, whole: answer.whole, plants }) };
}
