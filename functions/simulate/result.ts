/** The result of a simulation as it lies in the bucket and as it is answered. */
import * as z from "zod/mini";
import { WarningEntry } from "../../layers/rule-data-schema.ts";

const count = z.number();
const optional = z.nullable(z.number());
const both = <T extends z.ZodMiniType>(shape: T) => z.object({ force: shape, draft: shape });
const Level = z.literal([0, 1, 2, 3]);
/** Of levels 1, 2 and 3. */
const levels = z.array(count).check(z.length(3));
const verdicts = z.object({ met: count, exceeded: count, insufficient: count, marked: count });

export const FiguresShape = z.object({
  episodes: count,
  limitEpisodes: count,
  trueEpisodes: count,
  levels,
  escalated: count,
  recovered: count,
  told: count,
  hours: verdicts,
  days: verdicts,
  exceededHours: count,
  hoursAhead: count,
  hoursAhead10: count,
  exceededDays: count,
  daysAhead: count,
  lead: z.nullable(z.object({ low: count, median: count, high: count })),
  dayLead: optional,
  messages: count,
  otherMessages: count,
  capped: count,
  riskHours: count,
  messagesPerRiskHour: optional,
  perPhoneDay: optional,
  mostPerPhoneDay: count,
});
const Row = z.object({
  episodes: count,
  trueEpisodes: count,
  levels,
  escalated: count,
  recovered: count,
  told: count,
  met: count,
  exceeded: count,
  insufficient: count,
  marked: count,
  ahead: count,
  ahead10: count,
});
const Hour = z.object({
  level: Level,
  messages: count,
  lead: optional,
  verdict: z.nullable(z.enum(["met", "exceeded", "insufficient", "marked"])),
});
const Agreement = z.object({ real: count, same: count, extra: count });
const DayCount = z.object({ messages: count, episodes: count });

export const StatisticName = z.enum(["hour", "day", "instant", "period", "facility", "silence"]);

export const ChangedNumber = z.object({
  path: z.string(),
  force: z.number(),
  draft: z.number(),
  /** False: it has its effect where a replay of the past cannot show it. */
  replayed: z.boolean(),
});

export const SimulationResult = z.object({
  id: z.string(),
  by: z.string(),
  askedAt: z.string(),
  from: z.string(),
  to: z.string(),
  chosen: z.string(),
  /** Plants and their days that were replayed; those that were not, because there was no time left or they are not registered any more. */
  plants: z.int(),
  plantDays: z.int(),
  unfinished: z.array(z.string()),
  /** Version of the rule data, and the effective days of the numbers in force on these days. */
  ruleData: z.string(),
  inForce: z.array(z.string()),
  numbers: WarningEntry,
  changed: z.array(ChangedNumber),
  figures: both(FiguresShape),
  byDay: z.array(z.object({ day: z.string(), force: DayCount, draft: DayCount })),
  /** Does the replay with the numbers in force say what really happened? */
  agreement: z.object({ episodes: Agreement, messages: Agreement, plants: z.int(), differing: z.array(z.string()) }),
  rows: z.array(
    z.object({
      permitNo: z.string(),
      name: z.string(),
      town: z.string(),
      outlet: z.nullable(z.string()),
      what: z.nullable(z.string()),
      statistic: StatisticName,
      force: Row,
      draft: Row,
      differs: z.boolean(),
      hours: z.array(z.object({ hour: z.string(), force: Hour, draft: Hour })),
      moreHours: z.int(),
    }),
  ),
});
export type SimulationResult = z.output<typeof SimulationResult>;
