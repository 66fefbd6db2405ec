/** The shape of the corpus's files; corpus.schema.json (JSON Schema 2020-12) is written from it. */
import * as z from "zod/mini";

const Whole = z.int().check(z.gte(0));
const Both = z.strictObject({ zh: z.string(), en: z.string() });
const Hex = z.string().check(z.regex(/^[0-9a-f]{32}$/));
const Iso = z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?\+08:00$/));

const Reading = z.strictObject({
  pollutant: z.string(),
  current: z.optional(z.string()),
  statistic: z.enum("Rtd td ZsRtd Min Avg Max Cou ZsMin ZsAvg ZsMax Data DayData NightData".split(" ")),
  text: z.string(),
  value: z.nullable(z.number()),
  flag: z.nullable(z.string()),
});
const Facility = z.strictObject({ sb: Whole, state: z.int().check(z.gte(0), z.lte(5)) });

const said = {
  length: z.strictObject({ text: z.string(), value: Whole }),
  crc: z.strictObject({
    received: z.string(),
    computed: z.string().check(z.regex(/^[0-9A-F]{4}$/)),
    formula: z.enum(["annex-a", "annex-a-swapped", "modbus", "modbus-swapped"]),
  }),
  encrypted: z.boolean(),
  header: z.strictObject({
    QN: z.nullable(z.string()),
    ST: z.nullable(z.string()),
    CN: z.string(),
    PW: z.boolean(),
    MN: z.string(),
    Flag: z.nullable(
      z.strictObject({
        value: Whole,
        V: Whole,
        D: z.boolean(),
        A: z.boolean(),
        edition: z.literal([2005, 2017, 2025]),
      }),
    ),
    PNUM: z.nullable(Whole),
    PNO: z.nullable(Whole),
    RF: z.boolean(),
  }),
  groups: z.array(z.array(z.tuple([z.string(), z.string()]))),
  dataTime: z.nullable(Iso),
  readings: z.array(Reading),
  facilities: z.array(Facility),
  deviations: z.array(z.string()),
  kind: z.literal("frame"),
};

const Frame = z.strictObject({ offset: Whole, size: Whole, ...said });
const Refused = z.strictObject({
  kind: z.literal("refused"),
  offset: Whole,
  size: Whole,
  reasons: z
    .array(z.enum(["noise", "length", "crc", "content", "edition", "time", "key", "too-large"]))
    .check(z.minLength(1)),
  or: z.optional(z.strictObject(said)),
});

const Case = z.strictObject({
  id: z.string().check(z.regex(/^[a-z0-9-]+$/)),
  edition: z.nullable(z.literal([2005, 2017, 2025])),
  shows: Both,
  source: z.strictObject({
    basis: z.enum(["standard", "implementers", "field", "constructed"]),
    standard: z.optional(z.string()),
    clause: z.optional(z.string()),
    sure: z.enum(["text-read", "secondary", "common-knowledge", "by-construction"]),
  }),
  input: z.strictObject({
    base64: z.string(),
    text: z.optional(z.string()),
    chunks: z.optional(z.array(z.int().check(z.gte(1)))),
  }),
  keys: z.optional(z.record(z.string(), z.array(Hex))),
  expect: z.strictObject({
    pieces: z.array(z.discriminatedUnion("kind", [Frame, Refused])),
    joined: z.optional(
      z.array(
        z.strictObject({
          mn: z.string(),
          cn: z.string(),
          qn: z.string(),
          packets: Whole,
          dataTime: z.nullable(Iso),
          readings: z.array(Reading),
          facilities: z.array(Facility),
        }),
      ),
    ),
  }),
  differs: z.optional(Both),
});

/** A file of cases. */
export const Cases = z.array(Case);
export type CorpusCase = z.infer<typeof Case>;
export type ReadingSaid = z.infer<typeof Reading>;

export const jsonSchema = (): string =>
  `${JSON.stringify({ title: "A file of cases of hj212-corpus", ...z.toJSONSchema(Cases) }, null, 2)}\n`;
