/** Metrics of the last hours in memory, by the minute, as CloudWatch keeps them: what is not reported is no zero. */

export interface MetricId {
  namespace: string;
  name: string;
  dimensions: Readonly<Record<string, string>>;
}

interface Minute {
  count: number;
  sum: number;
  minimum: number;
  maximum: number;
  /** For percentiles; the first of a minute that reports more are enough. */
  values: number[];
}

export interface MetricStore {
  put(id: MetricId, at: number, values: readonly number[]): void;
  /** A statistic (`Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount`, `p95` …) over [from, to), null without data. */
  statistic(id: MetricId, statistic: string, from: number, to: number): number | null;
  /** All that reported lately. */
  known(): MetricId[];
}

const MINUTE = 60_000;
/** Longer than the longest alarm of the template looks back. */
const KEPT_MINUTES = 40 * 60;
const VALUES_A_MINUTE = 500;

const keyOf = ({ namespace, name, dimensions }: MetricId): string =>
  JSON.stringify([namespace, name, Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1))]);

export function openMetricStore(): MetricStore {
  const series = new Map<string, { id: MetricId; minutes: Map<number, Minute> }>();
  return {
    put: (id, at, values) => {
      const key = keyOf(id);
      const own = series.get(key) ?? { id, minutes: new Map<number, Minute>() };
      series.set(key, own);
      const number = Math.floor(at / MINUTE);
      for (const value of values) {
        if (!Number.isFinite(value)) continue;
        const minute = own.minutes.get(number);
        if (!minute) {
          own.minutes.set(number, { count: 1, sum: value, minimum: value, maximum: value, values: [value] });
          continue;
        }
        minute.count += 1;
        minute.sum += value;
        minute.minimum = Math.min(minute.minimum, value);
        minute.maximum = Math.max(minute.maximum, value);
        if (minute.values.length < VALUES_A_MINUTE) minute.values.push(value);
      }
      if (own.minutes.size > KEPT_MINUTES)
        for (const old of own.minutes.keys()) if (old <= number - KEPT_MINUTES) own.minutes.delete(old);
    },
    statistic: (id, statistic, from, to) => {
      const own = series.get(keyOf(id));
      const found: Minute[] = [];
      for (let minute = Math.floor(from / MINUTE); minute * MINUTE < to; minute++) {
        const held = own?.minutes.get(minute);
        if (held) found.push(held);
      }
      return found.length === 0 ? null : reduce(found, statistic);
    },
    known: () => [...series.values()].map(({ id }) => id),
  };
}

function reduce(minutes: readonly Minute[], statistic: string): number {
  const sum = minutes.reduce((total, { sum: each }) => total + each, 0);
  const count = minutes.reduce((total, { count: each }) => total + each, 0);
  const percentile = /^p(\d+(?:\.\d+)?)$/.exec(statistic)?.[1];
  if (percentile !== undefined) {
    const values = minutes.flatMap(({ values: each }) => each).sort((a, b) => a - b);
    return values[Math.max(0, Math.ceil((Number(percentile) / 100) * values.length) - 1)] ?? 0;
  }
  switch (statistic) {
    case "Sum":
      return sum;
    case "SampleCount":
      return count;
    case "Average":
      return sum / count;
    case "Minimum":
      return Math.min(...minutes.map(({ minimum }) => minimum));
    case "Maximum":
      return Math.max(...minutes.map(({ maximum }) => maximum));
    default:
      throw new Error(`statistic ${statistic} is unknown to the one-machine target (infra/local/status)`);
  }
}
