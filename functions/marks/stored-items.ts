/** Marks as the ledger keeps them (docs/architecture.md): whole, with who, when, the tests and what became of it. */
import * as z from "zod/mini";
import { MARK_STATES } from "../warnings/stored-items.ts";
import type { Mark } from "./domain/mark.ts";
import type { MarkTest } from "./domain/test-mark.ts";

const Author = z.object({ sub: z.string(), name: z.string() });

export const TestShape: z.ZodMiniType<MarkTest> = z.object({
  test: z.enum([
    "production-off",
    "production-on",
    "stack-cold",
    "stack-warming",
    "stack-cooling",
    "oxygen-high",
    "flow-small",
  ]),
  result: z.enum(["agrees", "contradicts", "no-data"]),
  fact: z.nullable(z.object({ value: z.number(), threshold: z.number(), unit: z.string(), count: z.number() })),
});

export const StoredMark: z.ZodMiniType<Mark> = z.object({
  id: z.string(),
  permitNo: z.string(),
  outlet: z.string(),
  pollutants: z.nullable(z.array(z.string())),
  kind: z.string(),
  from: z.number(),
  to: z.number(),
  reason: z.string(),
  at: z.number(),
  by: Author,
  late: z.boolean(),
  key: z.string(),
  tests: z.array(TestShape),
  state: z.enum(MARK_STATES),
  judgement: z.nullable(
    z.object({ decision: z.enum(["valid", "invalid"]), reason: z.string(), at: z.number(), by: Author }),
  ),
  changed: z.nullable(z.object({ at: z.number(), by: Author, reason: z.string(), to: z.number() })),
  contradictedAt: z.optional(z.number()),
  v: z.int(),
});

/** What stands in the city's list of contradictions: the mark, and where its plant is. */
export const Contradiction = z.object({ mark: StoredMark, name: z.string(), town: z.string() });
export type Contradiction = z.output<typeof Contradiction>;

/** Counts the changes of a plant's marks: two that are made at once do not pass each other unseen. */
export const MarksVersion = z.object({ v: z.int() });
