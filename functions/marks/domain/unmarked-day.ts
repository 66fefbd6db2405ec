/**
 * What a plant had to mark of one closed day, and the marks that cover some of it: kept for the list over the city, so that
 * nobody has to look at minutes again when a mark comes, moves or goes.
 */
import { isOf } from "../../telemetry/domain/slots.ts";
import { hasEffect, type Mark } from "./mark.ts";
import type { Unmarked } from "./unmarked.ts";

/** As much of a mark with effect as it takes to say what it covers. */
export type Cover = Pick<Mark, "outlet" | "pollutants" | "from" | "to">;

export interface UnmarkedDay {
  permitNo: string;
  /** Start of the day, epoch ms. */
  day: number;
  /** What was missing, flagged or suspicious, whether it is marked or not. */
  needs: Unmarked[];
  /** By the id of the mark. */
  marks: Record<string, Cover>;
}

/** The marks with effect that reach into [from, to). */
export const coversOf = (marks: readonly Mark[], from: number, to: number): Record<string, Cover> =>
  Object.fromEntries(
    marks
      .filter((mark) => hasEffect(mark) && mark.from < to && mark.to > from)
      .map(({ id, outlet, pollutants, from: begin, to: end }) => [id, { outlet, pollutants, from: begin, to: end }]),
  );

/** What is left to mark; a period that is covered in its middle is two. */
export function leftUnmarked({ needs, marks }: Pick<UnmarkedDay, "needs" | "marks">): Unmarked[] {
  const found = needs.flatMap((need) =>
    need.pollutants.flatMap((pollutant) => {
      const covers = Object.values(marks).filter((mark) => mark.outlet === need.outlet && isOf(mark, pollutant));
      return covers
        .reduce<Span[]>((spans, cover) => spans.flatMap((span) => without(span, cover)), [need])
        .map(({ from, to }): Unmarked => ({ ...need, pollutants: [pollutant], from, to }));
    }),
  );
  const same = Map.groupBy(found, (u) => [u.outlet, u.from, u.to, u.why, u.signs.join()].join("|"));
  return [...same.values()].map((all) => ({ ...all[0]!, pollutants: all.flatMap((u) => u.pollutants) }));
}

type Span = Pick<Unmarked, "from" | "to">;
const without = ({ from, to }: Span, cover: Span): Span[] =>
  [
    { from, to: Math.min(to, cover.from) },
    { from: Math.max(from, cover.to), to },
  ].filter((span) => span.from < span.to);
