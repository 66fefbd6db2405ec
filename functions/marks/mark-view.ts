/** A mark as it is answered: times as ISO 8601. */
import * as z from "zod/mini";
import { formatIso } from "../shared/shanghai.ts";
import { MARK_STATES } from "../warnings/stored-items.ts";
import type { Mark } from "./domain/mark.ts";
import { TestShape } from "./stored-items.ts";

const said = { reason: z.string(), at: z.string(), by: z.string() };

export const MarkView = z.object({
  id: z.string(),
  permitNo: z.string(),
  outlet: z.string(),
  /** null: all of the outlet. */
  pollutants: z.nullable(z.array(z.string())),
  kind: z.string(),
  from: z.string(),
  to: z.string(),
  reason: z.string(),
  at: z.string(),
  by: z.string(),
  /** Made after `deadline`. */
  late: z.boolean(),
  deadline: z.string(),
  tests: z.array(TestShape),
  state: z.enum(MARK_STATES),
  judgement: z.nullable(z.object({ decision: z.enum(["valid", "invalid"]), ...said })),
  changed: z.nullable(z.object({ ...said, to: z.string() })),
  key: z.string(),
  version: z.int(),
});
export type MarkView = z.output<typeof MarkView>;

export const viewOf = (mark: Mark, deadline: number): MarkView => {
  const { v, from, to, at, by, judgement: j, changed: c, contradictedAt: _, ...rest } = mark;
  return {
    ...rest,
    from: formatIso(from),
    to: formatIso(to),
    at: formatIso(at),
    by: by.name,
    deadline: formatIso(deadline),
    judgement: j && { ...j, at: formatIso(j.at), by: j.by.name },
    changed: c && { ...c, at: formatIso(c.at), to: formatIso(c.to), by: c.by.name },
    version: v,
  };
};
