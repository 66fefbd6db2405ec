/** What a plant still has to mark, with the deadline of each. */
import * as z from "zod/mini";
import { atPlant, type Operation } from "../api/operation.ts";
import type { Services } from "../api/operations.ts";
import { DAY, floorDay, formatIso } from "../shared/shanghai.ts";
import { blockRepository } from "../telemetry/block-repository.ts";
import { warningLedger } from "../warnings/repository.ts";
import { LONGEST_UNMARKED } from "./domain/unmarked.ts";
import { findUnmarked } from "./find-unmarked.ts";
import { Range, rangeOf } from "./mark-range.ts";

const Answer = z.object({
  periods: z.array(
    z.object({
      outlet: z.string(),
      pollutants: z.array(z.string()),
      from: z.string(),
      to: z.string(),
      why: z.enum(["missing", "flagged", "suspicious"]),
      /** Flags of the device (HJ 212), or notes on the values. */
      signs: z.array(z.string()),
      deadline: z.string(),
      /** The deadline has passed: a mark that is made now is late. */
      overdue: z.boolean(),
    }),
  ),
});

export function unmarkedOperations({ db, tables, ruleData }: Services): Operation[] {
  const blocks = blockRepository({ db, table: tables.blocks });
  const ledger = warningLedger({ db, table: tables.ledger });
  return [
    atPlant({
      id: "listUnmarked",
      method: "GET",
      path: "/api/plants/:permitNo/unmarked",
      summary: "Periods that are missing, flagged or suspicious and have no mark; by default of yesterday and today",
      action: "mark.read",
      query: Range,
      answer: Answer,
      async handle({ plant: { permit }, query, at }) {
        const [from, to] = rangeOf(query, floorDay(at) - DAY, at, LONGEST_UNMARKED);
        const found = await findUnmarked(permit, [from, to], at, { blocks, ledger, ruleData });
        const periods = found.map((period) => {
          const deadline = ruleData.marks(period.from).deadlineOf(period.from);
          return {
            ...period,
            from: formatIso(period.from),
            to: formatIso(period.to),
            deadline: formatIso(deadline),
            overdue: at > deadline,
          };
        });
        return { body: { periods } };
      },
    }),
  ];
}
