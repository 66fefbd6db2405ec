/** What would lower the cost: each a change of what was counted, of the template, or of an assumption. */
import type { Assumptions } from "./cost-model.ts";
import type { Measured } from "./cost-run.ts";
import type { TemplateFacts } from "./cost-template.ts";

export interface Case {
  m: Measured;
  t: TemplateFacts;
  a: Assumptions;
}

export interface Lever {
  what: string;
  /** What it asks, and what it gives up. */
  how: string;
  pull: (from: Case) => Case;
}

/** What IoT Core meters as one. */
const PER_STEP = 5_120;

export const LEVERS: readonly Lever[] = [
  {
    what: "three plants in a message of 5 KB",
    how: "the gateway joins the bundles of several plants below 5,120 bytes; topic, rule and stream key are then the gateway's",
    pull: ({ m, t, a }) => ({
      m,
      t,
      a: { ...a, plantsPerMessage: Math.max(1, Math.floor(PER_STEP / m.message.payload)) },
    }),
  },
  {
    what: "batches of five seconds instead of two",
    how: "setting batchSeconds: a reading is merged up to five seconds later; longer ones end at 500 messages anyway",
    pull: ({ m, t, a }) => ({ m, t: { ...t, windowMs: 5_000 }, a }),
  },
  {
    what: "archive in Glacier Instant Retrieval after 90 days, with batches of ten seconds and 1,000 messages",
    how: "the rule stands, but S3 moves no object below 128 KB, and those of 500 messages are just below; each move has its price",
    pull: ({ m, t, a }) => ({ m, t: { ...t, windowMs: 10_000, batchSize: 1_000 }, a: { ...a, coldAfterMonths: 3 } }),
  },
];
