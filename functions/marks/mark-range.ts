/** Periods as requests name them. */
import * as z from "zod/mini";
import { Moment } from "../api/moment-form.ts";
import { Refusal } from "../api/operation.ts";
import { DAY, parseIso } from "../shared/shanghai.ts";

export const Range = z.object({ from: z.optional(Moment), to: z.optional(Moment) });

/** The period that is asked for; throws when it is none or longer than `longest`. */
export function rangeOf(
  query: { from?: string | undefined; to?: string | undefined },
  from: number,
  to: number,
  longest: number,
): [number, number] {
  const end = query.to === undefined ? to : parseIso(query.to)!;
  const begin = query.from === undefined ? Math.min(from, end) : parseIso(query.from)!;
  if (begin > end || end - begin > longest)
    throw new Refusal(422, "not a period", `to must be later than from, by at most ${longest / DAY} days.`, {
      zh: `结束应晚于开始，最多相隔 ${longest / DAY} 天`,
    });
  return [begin, end];
}
