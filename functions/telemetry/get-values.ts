/** `GET /api/plants/{permitNo}/values`: past values of one pollutant, from a year of days down to the minute. */
import * as z from "zod/mini";
import type { RuleData } from "../../layers/rule-data.ts";
import { timeRange } from "../api/moment.ts";
import { atPlant, Refusal, type Operation } from "../api/operation.ts";
import { meanIn } from "../disclosure/domain/series-view.ts";
import { inForce, type Limit, type Outlet, type Permit } from "../register/domain/permit.ts";
import { round6 } from "../shared/round.ts";
import { scaleOf } from "../shared/scale.ts";
import { DAY, floorDay, floorHour, floorMinute, HOUR, MINUTE, parseIso } from "../shared/shanghai.ts";
import type { WarningLedger } from "../warnings/repository.ts";
import type { BlockRepository } from "./block-repository.ts";
import { channelOf } from "./domain/block.ts";
import {
  daysOfHours,
  judgedPeriods,
  minuteValues,
  plainHours,
  type MinuteValue,
  type PeriodValue,
  type SlotSource,
} from "./domain/value-series.ts";

export interface ValueServices {
  blocks: Pick<BlockRepository, "records">;
  ledger: Pick<WarningLedger, "closedBetween" | "marks">;
  rules: RuleData;
}

const code = z.string().check(z.minLength(1), z.maxLength(50));
const Query = z.object({
  outlet: code,
  pollutant: code,
  step: z.enum(["minute", "hour", "day"]),
  /** from ≤ start < to; a day, a week or a month until now unless said. */
  from: z.optional(z.string()),
  to: z.optional(z.string()),
});

const number = z.nullable(z.number());
const Verdict = z.enum(["met", "exceeded", "insufficient", "marked"]);
const Answer = z.object({
  outlet: z.string(),
  pollutant: z.string(),
  step: z.enum(["minute", "hour", "day"]),
  /** Of every value and limit here. */
  unit: z.string(),
  decimals: z.int(),
  /** The limit in force at the end, by which the values are read: of the step where there is one, else any. */
  limit: z.nullable(
    z.object({
      statistic: z.enum(["hour", "day", "instant", "period"]),
      min: number,
      max: number,
      basis: z.enum(["converted", "measured"]),
      referenceO2: number,
    }),
  ),
  /** Steps for which nothing came are absent. `flag` and `quality` are of minutes, the others of hours and days. */
  values: z.array(
    z.object({
      at: z.string(),
      value: number,
      flag: z.optional(z.nullable(z.string())),
      quality: z.optional(z.enum(["counts", "invalid", "marked"])),
      valid: z.optional(z.int()),
      min: z.optional(number),
      max: z.optional(number),
      limit: z.optional(number),
      /** Null: not judged, or not yet. */
      verdict: z.optional(z.nullable(Verdict)),
      revision: z.optional(z.int()),
      revisions: z.optional(
        z.array(z.object({ at: z.string(), verdict: Verdict, value: number, valid: z.int(), cause: z.string() })),
      ),
    }),
  ),
});

const RANGES = {
  minute: { usual: DAY, longest: 2 * DAY },
  hour: { usual: 7 * DAY, longest: 62 * DAY },
  day: { usual: 31 * DAY, longest: 400 * DAY },
} as const;
/** Hours that nobody judged are made from minutes, and days from hours: so far back at most. */
const FROM_MINUTES = 7 * DAY;
const FROM_HOURS = 62 * DAY;
/** An hour that is over and has no verdict yet is shown by its minutes; after this it has one. */
const UNTIL_JUDGED = 3 * HOUR;
const FLOOR = { minute: floorMinute, hour: floorHour, day: floorDay } as const;

const refuse = (detail: string, zh: string): never => {
  throw new Refusal(422, "not as expected", detail, { zh });
};

export const getValuesOperation = (services: ValueServices): Operation =>
  atPlant({
    id: "getValues",
    method: "GET",
    path: "/api/plants/:permitNo/values",
    summary:
      "Values of one pollutant by minute (2 days), hour (62 days) or day (400 days), with flags, marks, verdicts",
    action: "plant.read",
    query: Query,
    answer: Answer,
    async handle({ plant: { permit }, query, at }) {
      const { step } = query;
      const { rules } = services;
      const range = timeRange(query, at, RANGES[step]);
      const [from, to] = [FLOOR[step](range.from), range.to];
      const outlet = outletOf(permit, query.outlet);
      const pollutant =
        rules.resolve(query.pollutant) ??
        refuse(`${query.pollutant} is no pollutant of the rule data`, `不认识污染物 ${query.pollutant}`);
      const limit = limitOf(outlet, pollutant, step, to);
      const asked: Asked = { permit, outlet, pollutant, limit, from, to, now: at };
      const values =
        step === "minute"
          ? minuteValues(await slotsFor(asked, from, services), from, to)
          : step === "hour"
            ? await hours(asked, services)
            : await days(asked, services);
      const size = limit?.max ?? Math.max(0, ...values.slice(-100).map((v) => v.value ?? 0));
      const { unit, factor, decimals } = scaleOf(rules, pollutant, size);
      const scaled = (x: number | null): number | null => (x === null ? null : round6(x * factor));
      return {
        body: {
          outlet: outlet.code,
          pollutant,
          step,
          unit,
          decimals,
          limit: limit && {
            statistic: limit.statistic,
            min: scaled(limit.min),
            max: scaled(limit.max),
            basis: limit.basis,
            referenceO2: limit.referenceO2,
          },
          values: values.map((v) => inUnit(v, scaled)),
        },
      };
    },
  });

interface Asked {
  permit: Permit;
  outlet: Outlet;
  pollutant: string;
  limit: Limit | null;
  from: number;
  to: number;
  now: number;
}

const outletOf = ({ outlets }: Permit, wanted: string): Outlet =>
  outlets.find((outlet) => outlet.code === wanted) ??
  refuse(
    `this plant has no outlet ${wanted}; it has ${outlets.map((outlet) => outlet.code).join(", ")}`,
    `这家企业没有排放口 ${wanted}，有 ${outlets.map((outlet) => outlet.code).join("、")}`,
  );

/** The limit by which values of this step are read; of noise the one of the day, whatever the hour. */
function limitOf(outlet: Outlet, pollutant: string, step: "minute" | "hour" | "day", to: number): Limit | null {
  const order = step === "day" ? ["day", "hour", "instant", "period"] : ["hour", "day", "instant", "period"];
  const own = outlet.limits.filter((limit) => limit.pollutant === pollutant && inForce(limit, to - 1));
  return own.toSorted((a, b) => order.indexOf(a.statistic) - order.indexOf(b.statistic))[0] ?? null;
}

async function slotsFor(
  { permit, outlet, pollutant, limit, to }: Asked,
  from: number,
  { blocks, ledger }: ValueServices,
): Promise<SlotSource> {
  const channel = channelOf(pollutant, limit?.basis ?? "measured", limit?.referenceO2 ?? null);
  const interval = Math.max(1, ...outlet.devices.map((device) => device.minuteInterval));
  const [records, marks] = await Promise.all([
    blocks.records(permit.permitNo, from - interval * MINUTE, to, false),
    ledger.marks(permit.permitNo, from, to),
  ]);
  return { outlet, pollutant, channel, records, marks: marks.filter((m) => m.outlet === outlet.code) };
}

const judgedBy = ({ outlet, pollutant }: Asked, statistic: "hour" | "day"): boolean =>
  outlet.limits.some((limit) => limit.pollutant === pollutant && limit.statistic === statistic);

async function hours(asked: Asked, services: ValueServices): Promise<PeriodValue[]> {
  const { permit, outlet, pollutant, from, to, now } = asked;
  const judged = judgedBy(asked, "hour")
    ? judgedPeriods(await services.ledger.closedBetween(permit.permitNo, "HOUR", from, to), {
        outlet: outlet.code,
        pollutant,
      })
    : null;
  if (!judged && to - from > FROM_MINUTES + HOUR)
    refuse(
      "this pollutant is not judged by the hour; from and to may be at most 7 days apart",
      "这项污染物不按小时判定，起止最多相隔 7 天",
    );
  const open = judged ? Math.max(from, floorHour(now - UNTIL_JUDGED)) : from;
  const unit = services.rules.pollutants.get(pollutant)?.unit ?? "";
  const meanOf = outlet.medium === "noise" ? null : meanIn(unit);
  const plain = open < to ? plainHours(await slotsFor(asked, open, services), open, to, meanOf) : [];
  const rest = plain.filter(({ at }) => !judged?.has(parseIso(at) ?? 0));
  return [...(judged?.values() ?? []), ...rest].sort((a, b) => (a.at < b.at ? -1 : 1));
}

async function days(asked: Asked, { ledger }: ValueServices): Promise<PeriodValue[]> {
  const { permit, outlet, pollutant, from, to } = asked;
  const of = { outlet: outlet.code, pollutant };
  if (judgedBy(asked, "day"))
    return [...judgedPeriods(await ledger.closedBetween(permit.permitNo, "DAY", from, to), of).values()];
  if (!judgedBy(asked, "hour"))
    refuse(
      "this pollutant is judged neither by the day nor by the hour; ask for step hour, at most 7 days",
      "这项污染物不按日也不按小时判定：请看小时值，最多 7 天",
    );
  if (to - from > FROM_HOURS + DAY)
    refuse(
      "this pollutant is not judged by the day, its days are made from hours; ask for at most 62 days",
      "这项污染物不按日判定，日值由小时值算出：最多 62 天",
    );
  return daysOfHours(judgedPeriods(await ledger.closedBetween(permit.permitNo, "HOUR", from, to), of).values());
}

function inUnit<T extends MinuteValue | PeriodValue>(v: T, scaled: (x: number | null) => number | null): T {
  if (!("revisions" in v)) return { ...v, value: scaled(v.value) };
  return {
    ...v,
    value: scaled(v.value),
    min: scaled(v.min),
    max: scaled(v.max),
    limit: scaled(v.limit),
    revisions: v.revisions.map((r) => ({ ...r, value: scaled(r.value) })),
  };
}
