/** The template's alarms, evaluated over the machine's metrics as CloudWatch evaluates them. */
import * as z from "zod/mini";
import { parse } from "../definition.ts";
import { TemplateError, type Assembly } from "../template.ts";
import { evaluateMath, type Point } from "./metric-math.ts";
import type { MetricId, MetricStore } from "./metric-store.ts";

const Dimensions = z._default(z.array(z.strictObject({ Name: z.string(), Value: z.string() })), []);
const Properties = z.strictObject({
  AlarmName: z.string(),
  AlarmDescription: z._default(z.string(), ""),
  Namespace: z.optional(z.string()),
  MetricName: z.optional(z.string()),
  Dimensions,
  Statistic: z.optional(z.string()),
  ExtendedStatistic: z.optional(z.string()),
  Period: z.optional(z.number()),
  Metrics: z.optional(
    z.array(
      z.looseObject({
        Id: z.string(),
        Expression: z.optional(z.string()),
        ReturnData: z._default(z.boolean(), true),
        MetricStat: z.optional(
          z.looseObject({
            Metric: z.strictObject({ Namespace: z.string(), MetricName: z.string(), Dimensions }),
            Period: z.number(),
            Stat: z.string(),
          }),
        ),
      }),
    ),
  ),
  EvaluationPeriods: z.number(),
  DatapointsToAlarm: z.optional(z.number()),
  ComparisonOperator: z.enum([
    "GreaterThanOrEqualToThreshold",
    "GreaterThanThreshold",
    "LessThanThreshold",
    "LessThanOrEqualToThreshold",
  ]),
  Threshold: z.number(),
  TreatMissingData: z._default(z.enum(["missing", "ignore", "breaching", "notBreaching"]), "missing"),
});

export interface AlarmMetric {
  id: MetricId;
  statistic: string;
}

export interface AlarmDefinition {
  name: string;
  description: string;
  metrics: Readonly<Record<string, AlarmMetric>>;
  /** Metric math over the ids of `metrics`. */
  expression: string;
  periodMs: number;
  evaluationPeriods: number;
  datapointsToAlarm: number;
  comparison: z.output<typeof Properties>["ComparisonOperator"];
  threshold: number;
  treatMissing: z.output<typeof Properties>["TreatMissingData"];
}

export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

/** Throws TemplateError on an alarm that it could not evaluate. */
export function readAlarms(assembly: Assembly): AlarmDefinition[] {
  return assembly.ofType("AWS::CloudWatch::Alarm").map((resource) => {
    const given = parse(resource, Properties);
    const { metrics, periods, expression } = given.Metrics ? ofMath(given.Metrics) : ofMetric(given);
    const period = periods[0];
    if (period === undefined || period % 60 !== 0 || periods.some((each) => each !== period))
      throw new TemplateError(`${resource.path}: one period of whole minutes is needed for all metrics of an alarm`);
    try {
      evaluateMath(expression, Object.fromEntries(Object.keys(metrics).map((id) => [id, 1])));
    } catch (error) {
      throw new TemplateError(`${resource.path}: ${(error as Error).message}`);
    }
    return {
      name: given.AlarmName,
      description: given.AlarmDescription,
      metrics,
      expression,
      periodMs: period * 1_000,
      evaluationPeriods: given.EvaluationPeriods,
      datapointsToAlarm: given.DatapointsToAlarm ?? given.EvaluationPeriods,
      comparison: given.ComparisonOperator,
      threshold: given.Threshold,
      treatMissing: given.TreatMissingData,
    };
  });
}

interface Read {
  metrics: Record<string, AlarmMetric>;
  periods: number[];
  expression: string;
}
const dimensionsOf = (given: z.output<typeof Dimensions>): Record<string, string> =>
  Object.fromEntries(given.map(({ Name, Value }) => [Name, Value]));

function ofMetric(given: z.output<typeof Properties>): Read {
  const { Namespace: namespace = "", MetricName: name = "", Period = 0 } = given;
  const statistic = given.Statistic ?? given.ExtendedStatistic ?? "";
  const id = { namespace, name, dimensions: dimensionsOf(given.Dimensions) };
  return { metrics: { m: { id, statistic } }, periods: [Period], expression: "m" };
}

function ofMath(given: NonNullable<z.output<typeof Properties>["Metrics"]>): Read {
  const metrics: Record<string, AlarmMetric> = {};
  const periods: number[] = [];
  for (const { Id, MetricStat } of given) {
    if (!MetricStat) continue;
    const { Namespace: namespace, MetricName: name, Dimensions: own } = MetricStat.Metric;
    metrics[Id] = { id: { namespace, name, dimensions: dimensionsOf(own) }, statistic: MetricStat.Stat };
    periods.push(MetricStat.Period);
  }
  const returned = given.find(({ ReturnData }) => ReturnData);
  return { metrics, periods, expression: returned?.Expression ?? returned?.Id ?? "" };
}

const MINUTE = 60_000;
/** CloudWatch looks at a few more periods than it needs, so that late or rare data still count. */
const MORE_PERIODS = 2;

/** Value of each period, the newest first; the newest ends with the last whole minute. */
export function pointsOf(alarm: AlarmDefinition, store: MetricStore, now: number): Point[] {
  const end = Math.floor(now / MINUTE) * MINUTE;
  return Array.from({ length: alarm.evaluationPeriods + MORE_PERIODS }, (_, i) => {
    const to = end - i * alarm.periodMs;
    const points = Object.fromEntries(
      Object.entries(alarm.metrics).map(([key, { id, statistic }]) => [
        key,
        store.statistic(id, statistic, to - alarm.periodMs, to),
      ]),
    );
    return evaluateMath(alarm.expression, points);
  });
}

const breaches = ({ comparison, threshold }: AlarmDefinition, value: number): boolean =>
  ({
    GreaterThanOrEqualToThreshold: value >= threshold,
    GreaterThanThreshold: value > threshold,
    LessThanThreshold: value < threshold,
    LessThanOrEqualToThreshold: value <= threshold,
  })[comparison];

/**
 * The state that the points (newest first) make of the `former` one. As in the CloudWatch user guide, "Configuring how
 * alarms treat missing data": with enough real points the newest of them decide; else what is missing is filled in.
 */
export function stateOf(alarm: AlarmDefinition, points: readonly Point[], former: AlarmState): AlarmState {
  const { evaluationPeriods: needed, datapointsToAlarm, treatMissing } = alarm;
  const real = points.filter((point) => point !== null);
  if (real.length >= needed) {
    const breaching = real.slice(0, needed).filter((value) => breaches(alarm, value)).length;
    return breaching >= datapointsToAlarm ? "ALARM" : "OK";
  }
  const breaching = real.filter((value) => breaches(alarm, value)).length;
  const missing = needed - real.length;
  switch (treatMissing) {
    case "breaching":
      return breaching + missing >= datapointsToAlarm ? "ALARM" : "OK";
    case "notBreaching":
      return breaching >= datapointsToAlarm ? "ALARM" : "OK";
    case "ignore":
      if (breaching >= datapointsToAlarm) return "ALARM";
      return breaching < real.length ? "OK" : former;
    case "missing":
      if (real.length === 0) return "INSUFFICIENT_DATA";
      return breaching >= Math.min(datapointsToAlarm, real.length) ? "ALARM" : "OK";
  }
}
