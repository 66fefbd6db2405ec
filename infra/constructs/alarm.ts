import { Duration } from "aws-cdk-lib";
import {
  Alarm,
  ComparisonOperator,
  MathExpression,
  Metric,
  TreatMissingData,
  type IMetric,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { FunctionName } from "../build.ts";
import type { WorkStack } from "./house-stack.ts";

export const METRICS_NAMESPACE = "PermitWatch";

export interface HouseAlarmProps {
  /** Heading in docs/runbook.md, and the alarm's name behind `permit-watch-`. */
  name: string;
  metric: IMetric;
  /** What it means for people, one ASCII sentence (CloudFormation returns anything else as question marks). */
  impact: string;
  /** Fires at this value or above (or below it, see `below`). Default 1. */
  threshold?: number;
  /** Fires under the threshold, and when nothing is reported at all: for things that have to happen. */
  below?: boolean;
  /** Periods in a row. Default 1. */
  periods?: number;
}

/** A metric that a function counts itself, per five minutes (docs/observability.md lists all of them). */
export const houseMetric = (service: FunctionName, metricName: string, statistic = "Sum"): Metric =>
  new Metric({
    namespace: METRICS_NAMESPACE,
    metricName,
    dimensionsMap: { service },
    statistic,
    period: Duration.minutes(5),
  });

/** Sum of metrics that are reported only when something happens: what is not reported counts as nothing. */
export const sumOf = (label: string, metrics: Readonly<Record<string, IMetric>>): MathExpression =>
  new MathExpression({
    expression: Object.keys(metrics)
      .map((id) => `FILL(${id}, 0)`)
      .join(" + "),
    label,
    usingMetrics: { ...metrics },
    period: Duration.minutes(5),
  });

/** The only way to make an alarm: an impact and a heading of the runbook are required, operators are told both ways. */
export function houseAlarm(stack: WorkStack, props: HouseAlarmProps): Alarm {
  stack.alarmNames.push(`permit-watch-${props.name}`);
  const alarm = new Alarm(stack, `Alarm-${props.name}`, {
    alarmName: `permit-watch-${props.name}`,
    alarmDescription: `${props.impact} Runbook: ${stack.config.runbookUrl}#${props.name}`,
    metric: props.metric,
    threshold: props.threshold ?? 1,
    evaluationPeriods: props.periods ?? 1,
    comparisonOperator: props.below
      ? ComparisonOperator.LESS_THAN_THRESHOLD
      : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: props.below ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
  });
  const action = new SnsAction(stack.operators);
  alarm.addAlarmAction(action);
  alarm.addOkAction(action);
  return alarm;
}
