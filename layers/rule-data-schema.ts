/** The form of every rule-data file. Strict: a misspelt key is an error, not a number that is silently missing. */
import * as z from "zod/mini";
import type { Pollutant, StandardLimit, WarningNumbers } from "./rule-data.ts";
import { STAGES, UNITS, type WarningField } from "./warning-fields.ts";

const text = z.string().check(z.minLength(1));
const date = z.iso.date("must be a date like 2026-01-01");
const positive = z.number().check(z.positive());
const count = z.int().check(z.positive());
const share = z.number().check(z.gt(0), z.lte(1, "must be at most 1"));
const hourOfDay = z.int().check(z.gte(0), z.lte(23));

export const Manifest = z.strictObject({ version: text, effectiveFrom: date, note: z.optional(z.string()) });

export const Pollutants: z.ZodMiniType<Pollutant[]> = z.array(
  z.strictObject({
    code: text,
    zh: text,
    en: text,
    unit: z.string(),
    old: z.array(text),
    medium: z.enum(["gas", "water", "noise", "dust"]),
    decimals: z.int().check(z.gte(0), z.lte(6)),
  }),
);

/** `factor`: how many of the dimension's smallest unit make one; whole numbers, so that a ratio is rounded only once. */
export const Units = z.array(
  z.strictObject({
    dimension: text,
    units: z.array(z.strictObject({ unit: z.string(), factor: count, spellings: z.array(text) })).check(z.minLength(1)),
  }),
);

/** Who prepared a version, and the simulation that it was judged by: kept with the numbers for as long as they are. */
const Prepared = z.strictObject({ by: text, at: text, simulation: text, figures: z.array(text) });

export const WarningEntry = z.strictObject({
  effectiveFrom: date,
  prepared: z.optional(Prepared),
  hour: z.strictObject({
    slots: z.literal(60),
    validSlots: count,
    pendingMinutes: count,
    newestWindow: count,
    newestCount: count,
    medianMin: count,
    medianMax: count,
    earlyMinutes: count,
    earlyValid: count,
    earlyMargin: share,
    lateMinutes: count,
    lateValid: count,
    recoveredShare: share,
    recoveredTicks: count,
    recoveredTickValid: count,
    lapsedTicks: count,
    repeatEarly: count,
    repeatLost: count,
    repeatEscalated: count,
    escalateTicks: count,
    closeGrace: count,
    oxygenCeiling: positive,
    dayValidHours: count,
  }),
  water: z.strictObject({
    newestCount: count,
    newestWindow: count,
    validSlots: count,
    earlyMinutes: count,
    lateMinutes: count,
    repeat: count,
    escalateRepeats: count,
    closeAt: count,
    recoveredShare: share,
    earlyMargin: share,
    validHours: count,
    hourValidSlots: count,
  }),
  range: z.strictObject({ adjacent: count, repeat: count }),
  facility: z.strictObject({ reports: count }),
  noise: z.strictObject({ records: count, repeat: count, dayFromHour: hourOfDay, nightFromHour: hourOfDay }),
  silence: z.strictObject({
    minutes: count,
    overInterval: count,
    repeat: count,
    outageDevices: count,
    outageShare: share,
  }),
  sms: z.strictObject({ acknowledgePause: count, dailyCap: count, segments: count, lateTick: count }),
  suspicious: z.strictObject({
    flatSlots: count,
    hugLow: share,
    hugHigh: share,
    hugMinutes: count,
    jumpFactor: positive,
  }),
  clock: z.strictObject({ aheadMinutes: count, behindDays: count }),
});

export const WarningVersions: z.ZodMiniType<WarningNumbers[]> = z.array(WarningEntry).check(z.minLength(1));

export const WarningFields: z.ZodMiniType<WarningField[]> = z.array(
  z
    .strictObject({
      path: z.string().check(z.regex(/^[a-z]+\.[A-Za-z0-9]+$/)),
      zh: text,
      en: text,
      unit: z.enum(UNITS),
      min: z.number(),
      max: z.number(),
      stage: z.enum(STAGES),
    })
    .check(z.refine((f) => f.min <= f.max, { error: "must be at most max", path: ["min"] })),
);

const bilingual = z.strictObject({ zh: text, en: text });

export const StandardLimits: z.ZodMiniType<StandardLimit[]> = z.array(
  z
    .strictObject({
      standard: text,
      clause: text,
      pollutant: text,
      statistic: z.enum(["hour", "day", "instant", "period"]),
      max: z.nullable(z.number()),
      min: z.nullable(z.number()),
      period: z.nullable(z.enum(["day", "night"])),
      referenceO2: z.nullable(z.number().check(z.gt(0), z.lt(21))),
      condition: z.nullable(bilingual),
      from: date,
      to: z.nullable(date),
      certainty: z.enum(["verified", "general"]),
    })
    .check(z.refine((l) => l.max !== null || l.min !== null, { error: "needs max or min", path: ["max"] })),
);

export const Labels = z.record(text, bilingual);

const digits = (count: number) => z.string().check(z.regex(new RegExp(`^\\d{${count}}$`), `must be ${count} digits`));
const byEdition = <T extends z.ZodMiniType>(form: T) => z.strictObject({ 2005: form, 2017: form, 2025: form });

export const Hj212 = z.strictObject({
  systems: byEdition(z.array(digits(2)).check(z.minLength(1))),
  /** Commands from … to, both included. */
  encrypted: byEdition(z.array(z.strictObject({ from: digits(4), to: digits(4) }))),
  notes: z
    .array(z.strictObject({ note: text, grade: z.enum(["A", "B", "C"]), zh: text, en: text }))
    .check(z.refine((list) => new Set(list.map((n) => n.note)).size === list.length, "a note stands twice")),
});

/** `price` for `per` units in `currency`; null where no price was found: it is never invented. */
export const Prices = z.array(
  z
    .strictObject({
      id: text,
      partition: z.enum(["aws", "aws-cn"]),
      region: text,
      currency: z.enum(["USD", "CNY"]),
      from: date,
      unit: text,
      per: positive,
      price: z.nullable(z.number().check(z.nonnegative())),
      source: text,
      /** `seen`: on the price list or a copy of it; `general`: general knowledge, to be checked; `not-found`. */
      certainty: z.enum(["seen", "general", "not-found"]),
    })
    .check(z.refine((p) => (p.price === null) === (p.certainty === "not-found"), "a price is found or it is not")),
);

const sure = { certainty: z.enum(["verified", "general", "project"]), source: text };

export const MarkVersions = z
  .array(
    z.strictObject({
      effectiveFrom: date,
      deadline: z.strictObject({
        dayAfter: z.int().check(z.gte(0), z.lte(31)),
        clock: z.string().check(z.regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/)),
        ...sure,
      }),
      /** Days: longest mark (at most 31: who reads marks of a period looks so far back), how far back and ahead one may lie. */
      bounds: z.strictObject({ days: count.check(z.lte(31)), backDays: count, aheadDays: count, ...sure }),
      kinds: z
        .array(
          z.strictObject({
            kind: text,
            family: z.enum(["working-condition", "monitor"]),
            zh: text,
            en: text,
            maxHours: z.nullable(count),
            tests: z.array(
              z.enum([
                "production-off",
                "production-on",
                "stack-cold",
                "stack-warming",
                "stack-cooling",
                "oxygen-high",
                "flow-small",
              ]),
            ),
            ...sure,
          }),
        )
        .check(z.minLength(1)),
      exclusive: z.array(z.strictObject({ kinds: z.array(text).check(z.minLength(2)), ...sure })),
      yearly: z.array(z.strictObject({ kinds: z.array(text).check(z.minLength(1)), hours: positive, ...sure })),
      tests: z.strictObject({
        minMinutes: count,
        runningShare: share,
        warmCelsius: positive,
        lowOxygenPercent: positive,
        flowShare: share,
        driftCelsius: positive,
        referenceHours: count,
        ...sure,
      }),
    }),
  )
  .check(z.minLength(1));

/** `full`: the value that earns all of `weight`; `none`: the one that earns nothing; in between in proportion. */
const QualityPoint = z
  .strictObject({
    fact: z.enum(["received", "counting", "late", "clock", "refused", "resent", "suspicious"]),
    weight: positive,
    full: z.number().check(z.nonnegative()),
    none: z.number().check(z.nonnegative()),
    /** The best grade that is left where the fact earns nothing. */
    atNone: z.enum(["B", "C", "D"]),
  })
  .check(z.refine(({ full, none }) => full !== none, "full and none are the same"));

export const QualityVersions = z
  .array(
    z.strictObject({
      effectiveFrom: date,
      /** A minute that came so many minutes after its end is late. */
      lateMinutes: count,
      points: z.array(QualityPoint).check(
        z.minLength(1),
        z.refine((list) => new Set(list.map((p) => p.fact)).size === list.length, "a fact stands twice"),
      ),
      /** Least points of 100. Below C it is D. */
      grades: z
        .strictObject({ A: positive, B: positive, C: positive })
        .check(z.refine(({ A, B, C }) => A <= 100 && A > B && B > C, "must be A > B > C, at most 100")),
      ...sure,
    }),
  )
  .check(z.minLength(1));

export const NoticeVersions = z
  .array(
    z.strictObject({
      effectiveFrom: date,
      /** Hours of the day (Shanghai) that a digest may be chosen for, and how late it may still come. */
      digest: z
        .strictObject({
          usualHour: hourOfDay,
          earliestHour: hourOfDay,
          latestHour: hourOfDay,
          lateMinutes: count,
          /** Of what a person's first digest tells, hours. */
          firstHours: count,
          /** No digest tells of what is older, days. */
          longestDays: count,
          ...sure,
        })
        .check(
          z.refine(
            ({ earliestHour, usualHour, latestHour }) => earliestHour <= usualHour && usualHour <= latestHour,
            "must be earliestHour <= usualHour <= latestHour",
          ),
        ),
      /** Marks that begin earlier are not looked at, days. */
      markDays: count,
      /** So many days before a permit's last day its people are told. */
      expiryDays: z.array(z.int().check(z.gte(0))),
      kinds: z
        .array(
          z.strictObject({
            kind: z.enum(["unmarked", "contradicted", "judged", "revised", "expiring"]),
            /** Whether anybody is told of it. */
            on: z.boolean(),
            zh: text,
            en: text,
          }),
        )
        .check(
          z.minLength(1),
          z.refine((list) => new Set(list.map((k) => k.kind)).size === list.length, "a kind stands twice"),
        ),
      ...sure,
    }),
  )
  .check(z.minLength(1));
