/**
 * What the status page shows: the metrics that the functions report (EMF in their logs) and those that AWS would report of
 * them, by the minute; and the template's alarms, evaluated over them. In memory: it begins anew with the machine.
 */
import type { FunctionDefinition } from "../definition.ts";
import type { Assembly } from "../template.ts";
import { pointsOf, readAlarms, stateOf, type AlarmDefinition, type AlarmState } from "./alarms.ts";
import { readEmbedded } from "./embedded-metrics.ts";
import type { Point } from "./metric-math.ts";
import { openMetricStore, type MetricId } from "./metric-store.ts";

/** An invocation that ended, as the runtime saw it. */
export interface EndedInvocation {
  functionName: string;
  payload: string;
  ms: number;
  failed: boolean;
}

export interface AlarmView {
  name: string;
  /** `not-measured`: the alarm looks at something that only AWS has. */
  state: AlarmState | "not-measured";
  /** Epoch ms of the last change of state. */
  since: number;
  description: string;
  runbook: string;
  /** `Sum of PermitWatch Sms_failed`, or the expression. */
  what: string;
  condition: string;
  /** The newest first. */
  points: Point[];
}
export interface MetricView {
  service: string;
  name: string;
  statistic: string;
  /** Of the last `PERIOD_MS` that has data, and when that ended. */
  latest: number;
  at: number;
  /** The oldest first; null: nothing was reported. */
  points: Point[];
}
export interface FunctionView {
  name: string;
  /** In the last hour. */
  invocations: number;
  errors: number;
  p50: Point;
  p95: Point;
  maximum: Point;
  points: Point[];
}
export interface StatusView {
  now: number;
  since: number;
  alarms: AlarmView[];
  functions: FunctionView[];
  metrics: MetricView[];
}

export interface Status {
  /** A line of a function's log. */
  logged(line: string): void;
  ended(invocation: EndedInvocation): void;
  /** From now on the depths of the queues are known as well: dead letters by their queue's ARN. */
  watch(deadLetters: () => readonly { destination: string | null }[]): void;
  /** From now on it counts: what a first import and a back-fill report is of another time. */
  begin(): void;
  view(): StatusView;
  stop(): void;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
export const PERIOD_MS = 5 * MINUTE;
const SHOWN_PERIODS = 36;
const LOOK_MS = 15_000;

/** What AWS counts of itself and this machine does as well. Nothing is ever throttled here. */
const OF_LAMBDA = new Set(["Invocations", "Errors", "Throttles", "IteratorAge", "Duration"]);
const isMeasured = ({ namespace, name }: MetricId): boolean =>
  namespace === "AWS/Lambda"
    ? OF_LAMBDA.has(name)
    : namespace === "AWS/SQS"
      ? name === DEPTH
      : !namespace.startsWith("AWS/");
const DEPTH = "ApproximateNumberOfMessagesVisible";

/** Reads the template's alarms (throws TemplateError on one that it cannot evaluate) and looks at them all the time. */
export function openStatus({
  assembly,
  functions,
  now,
}: {
  assembly: Assembly;
  functions: readonly FunctionDefinition[];
  now: () => number;
}): Status {
  const store = openMetricStore();
  let since = now();
  let begun = false;
  const states = new Map<string, { state: AlarmState; since: number }>();
  const alarms = readAlarms(assembly);
  const queues = assembly.ofType("AWS::SQS::Queue");
  let deadLetters: (() => readonly { destination: string | null }[]) | null = null;

  const ofFunction = (name: string, functionName: string): MetricId => ({
    namespace: "AWS/Lambda",
    name,
    dimensions: { FunctionName: functionName },
  });
  const sampleQueues = (): void => {
    const letters = deadLetters?.();
    if (!letters) return;
    for (const { name, arn } of queues) {
      const depth = letters.filter(({ destination }) => destination === arn).length;
      store.put({ namespace: "AWS/SQS", name: DEPTH, dimensions: { QueueName: name } }, now(), [depth]);
    }
  };
  const look = (): void => {
    sampleQueues();
    for (const alarm of alarms) {
      const former = states.get(alarm.name) ?? { state: "INSUFFICIENT_DATA", since };
      const state = judge(alarm, pointsOf(alarm, store, now()), former.state);
      states.set(alarm.name, state === former.state ? former : { state, since: now() });
    }
  };
  /** What was not reported before the machine ran says nothing: an alarm on silence waits for its periods. */
  const judge = (alarm: AlarmDefinition, points: readonly Point[], former: AlarmState): AlarmState => {
    const back = alarm.evaluationPeriods * alarm.periodMs;
    const real = points.filter((point) => point !== null).length;
    const early = now() - back < since && real < alarm.evaluationPeriods;
    return early && alarm.treatMissing === "breaching" ? "INSUFFICIENT_DATA" : stateOf(alarm, points, former);
  };
  const timer = setInterval(look, LOOK_MS);
  timer.unref();

  const pointsUntilNow = (id: MetricId, statistic: string): Point[] => {
    const end = Math.floor(now() / MINUTE) * MINUTE + MINUTE;
    return Array.from({ length: SHOWN_PERIODS }, (_, i) => {
      const to = end - (SHOWN_PERIODS - 1 - i) * PERIOD_MS;
      return store.statistic(id, statistic, to - PERIOD_MS, to);
    });
  };

  return {
    logged: (line) => {
      if (!begun) return;
      for (const { id, at, values } of readEmbedded(line)) store.put(id, at, values);
    },
    ended: ({ functionName, payload, ms, failed }) => {
      if (!begun) return;
      const at = now();
      store.put(ofFunction("Invocations", functionName), at, [1]);
      store.put(ofFunction("Errors", functionName), at, [failed ? 1 : 0]);
      store.put(ofFunction("Duration", functionName), at, [ms]);
      const age = ageOfLastRecord(payload, at);
      if (age !== null) store.put(ofFunction("IteratorAge", functionName), at, [age]);
    },
    begin: () => {
      begun = true;
      since = now();
    },
    watch: (letters) => {
      deadLetters = letters;
    },
    view: () => {
      look();
      return {
        now: now(),
        since,
        alarms: alarms.map((alarm) => {
          const points = pointsOf(alarm, store, now());
          const measured = Object.values(alarm.metrics).every(({ id }) => isMeasured(id));
          const held = states.get(alarm.name);
          return {
            name: alarm.name,
            state: measured ? (held?.state ?? "INSUFFICIENT_DATA") : "not-measured",
            since: held?.since ?? since,
            ...describe(alarm),
            points: points.slice(0, alarm.evaluationPeriods),
          };
        }),
        functions: functions.map(({ name, label }) => {
          const hour = (metric: string, statistic: string): Point =>
            store.statistic(ofFunction(metric, name), statistic, now() - HOUR, now() + 1);
          return {
            name: label,
            invocations: hour("Invocations", "Sum") ?? 0,
            errors: hour("Errors", "Sum") ?? 0,
            p50: hour("Duration", "p50"),
            p95: hour("Duration", "p95"),
            maximum: hour("Duration", "Maximum"),
            points: pointsUntilNow(ofFunction("Invocations", name), "Sum"),
          };
        }),
        metrics: store
          .known()
          .filter(({ namespace, dimensions }) => !namespace.startsWith("AWS/") && !("function_name" in dimensions))
          .flatMap((id): MetricView[] => {
            const statistic = TIMES.test(id.name) ? "p95" : GAUGES.test(id.name) ? "Maximum" : "Sum";
            const points = pointsUntilNow(id, statistic);
            const last = points.findLastIndex((point) => point !== null);
            const latest = points[last];
            if (latest === undefined || latest === null) return [];
            const at = now() - (SHOWN_PERIODS - 1 - last) * PERIOD_MS;
            return [{ service: id.dimensions["service"] ?? "", name: id.name, statistic, latest, at, points }];
          })
          .sort((a, b) => (a.service + a.name < b.service + b.name ? -1 : 1)),
      };
    },
    stop: () => clearInterval(timer),
  };
}

/** Names of metrics whose sum says nothing: times in ms, and states as of a moment. */
const TIMES = /(Lag|Lateness|Duration)$/;
const GAUGES = /^Plants/;

function describe(alarm: AlarmDefinition): { description: string; runbook: string; what: string; condition: string } {
  const [description = "", runbook = ""] = alarm.description.split(/ ?Runbook: /);
  const metrics = Object.entries(alarm.metrics);
  const named = ({ id, statistic }: (typeof metrics)[number][1]): string => `${statistic} ${id.name}`;
  const only = metrics.length === 1 && metrics[0] && alarm.expression === metrics[0][0] ? metrics[0][1] : null;
  const what = only
    ? named(only)
    : `${alarm.expression} · ${metrics.map(([key, metric]) => `${key}: ${named(metric)}`).join(", ")}`;
  const sign = { GreaterThanOrEqualToThreshold: "≥", GreaterThanThreshold: ">", LessThanThreshold: "<", LessThanOrEqualToThreshold: "≤" }[alarm.comparison]; // prettier-ignore
  const times = `${alarm.datapointsToAlarm}/${alarm.evaluationPeriods} × ${alarm.periodMs / MINUTE} min`;
  return { description, runbook, what, condition: `${sign} ${alarm.threshold}, ${times}` };
}

/** Age of the last record of a stream's batch, ms, as Lambda reports it; null for events that are none. */
function ageOfLastRecord(payload: string, now: number): number | null {
  if (!payload.startsWith('{"Records":[')) return null;
  const found =
    /"(?:approximateArrivalTimestamp|ApproximateCreationDateTime)":([\d.]+)(?![^]*"(?:approximateArrivalTimestamp|ApproximateCreationDateTime)")/.exec(
      payload.slice(-2_000),
    );
  return found ? Math.max(0, now - Number(found[1]) * 1_000) : null;
}
