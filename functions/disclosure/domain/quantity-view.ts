/** One pollutant of one outlet as people see it: value, limit, how the running period stands, what was judged. */
import type { RuleData } from "../../../layers/rule-data.ts";
import { inForce, type Limit, type Outlet } from "../../register/domain/permit.ts";
import { round6 } from "../../shared/round.ts";
import { scaleOf } from "../../shared/scale.ts";
import { floorHour } from "../../shared/shanghai.ts";
import { governs } from "../../warnings/domain/conditions.ts";
import type { DisclosureFacts, HourFact, SeriesFact, Slot } from "./facts.ts";
import { figure, limitText } from "./figures.ts";
import { judgedDay, judgedHour, type JudgedView } from "./judged.ts";
import { latestView, type LatestView } from "./latest.ts";
import { countingValues, hourViews, meanIn, seriesView, type HourView, type SeriesView } from "./series-view.ts";
import { primaryLimit, soFarView, standingOf, type SoFarView, type Standing } from "./standing.ts";
import { plain, say, type Text } from "./text.ts";

export type LimitView = Omit<Limit, "pollutant" | "from" | "to"> & { text: Text };

/** All figures of it are in `unit`. */
export interface QuantityView {
  pollutant: string;
  name: Text;
  unit: string;
  decimals: number;
  latest: LatestView | null;
  /** The limits in force, the one that the standing is told by first. */
  limits: LimitView[];
  standing: { key: Standing; text: Text };
  soFar: SoFarView | null;
  judged: JudgedView | null;
  /** The last 24 hours in one sentence. */
  summary: Text;
  series: SeriesView;
  hours: HourView[];
}

/** `flow`: the minutes of the outlet's flow meter, for the weighted day of waste water. */
export function quantityView(
  facts: DisclosureFacts,
  outlet: Outlet,
  stored: SeriesFact,
  flow: readonly Slot[],
  rules: RuleData,
): QuantityView {
  const { asOf } = facts;
  const { pollutant } = stored;
  const numbers = rules.warning(asOf);
  const known = rules.pollutants.get(pollutant);
  const inForceNow = outlet.limits.filter((l) => l.pollutant === pollutant && inForce(l, floorHour(asOf)));
  const size = Math.max(0, ...inForceNow.map((l) => l.max ?? 0), stored.slots.at(-1)?.value ?? 0);
  const { unit, factor, decimals } = scaleOf(rules, pollutant, size);

  // From here on everything is in the shown unit.
  const scaled = (x: number | null): number | null => (x === null ? null : round6(x * factor));
  const ofThis = (x: { outlet: string; pollutant: string }): boolean =>
    x.outlet === outlet.code && x.pollutant === pollutant;
  const verdicts = <T extends HourFact | DisclosureFacts["days"][number]>(all: readonly T[]): T[] =>
    all.filter(ofThis).map((v) => ({ ...v, mean: scaled(v.mean), limit: round6(v.limit * factor) }));
  const limits = inForceNow.map((l) => ({ ...l, min: scaled(l.min), max: scaled(l.max) }));
  const series =
    factor === 1 ? stored : { ...stored, slots: stored.slots.map((s) => ({ ...s, value: scaled(s.value) })) };

  const primary = primaryLimit(limits, numbers, asOf);
  const judgedHours = primary?.statistic === "hour" ? verdicts(facts.hours) : [];
  const noiseLimit = (hour: number): number | null =>
    limits.find((l) => l.statistic === "period" && governs(l, hour, numbers.noise))?.max ?? null;
  const hours = hourViews(series.slots, judgedHours, asOf, noiseLimit, meanIn(unit));
  const latest = latestView(series, asOf, rules, decimals, primary?.max ?? null, outlet.medium === "noise");
  const soFar = soFarView(series.slots, flow, outlet.medium, primary, asOf, rules, decimals);
  const standing = standingOf(latest, primary, soFar, numbers);
  return {
    pollutant,
    name: known ? { zh: known.zh, en: known.en } : plain(pollutant),
    unit,
    decimals,
    latest,
    limits: limits
      .toSorted((a, b) => Number(b === primary) - Number(a === primary))
      .map((limit) => {
        const { pollutant: _p, from: _f, to: _t, ...shown } = limit;
        return { ...shown, text: limitText(rules, limit, unit) };
      }),
    standing: {
      key: standing,
      text: say(
        rules,
        `disclosure.standing.${standing}${soFar === null || !["few", "within", "above"].includes(standing) ? "" : `-${soFar.statistic}`}`,
      ),
    },
    soFar,
    judged:
      judgedHour(judgedHours, rules, decimals, asOf) ??
      (primary?.statistic === "day" ? judgedDay(verdicts(facts.days), outlet.medium, rules, decimals) : null),
    summary: summaryOf(series.slots, hours, decimals, unit, rules),
    series: seriesView(series.slots, asOf, decimals + 1, meanIn(unit)),
    hours,
  };
}

/** Smallest and largest counting minute of the last day, and what the judged hours came to. */
function summaryOf(
  slots: readonly Slot[],
  hours: readonly HourView[],
  decimals: number,
  unit: string,
  rules: RuleData,
): Text {
  const values = countingValues(slots);
  if (values.length === 0) return say(rules, "disclosure.summary.none");
  const of = (x: number): string => `${figure(x, decimals)}${unit === "" ? "" : ` ${unit}`}`;
  // Smallest and largest say nothing of a direction.
  if (unit === "°") {
    const mean = meanIn(unit)(values);
    return mean === null
      ? say(rules, "disclosure.summary.turning")
      : say(rules, "disclosure.summary.direction", { mean: of(mean) });
  }
  let min = Infinity;
  let max = -Infinity;
  for (const v of values) {
    min = Math.min(min, v);
    max = Math.max(max, v);
  }
  const range = say(rules, "disclosure.summary.range", { min: figure(min, decimals), max: of(max) });
  const count = (verdict: HourView["verdict"]): number => hours.filter((h) => h.verdict === verdict).length;
  const judged = hours.filter((h) => h.verdict !== null).length;
  if (judged === 0) return range;
  const parts = (["exceeded", "insufficient", "marked"] as const).filter((v) => count(v) > 0);
  const rest = (lang: "zh" | "en"): string =>
    parts.map((v) => say(rules, `disclosure.summary.${v}`, { n: count(v) })[lang]).join("");
  return say(rules, "disclosure.summary.judged", {
    range,
    judged,
    met: count("met"),
    rest: { zh: rest("zh"), en: rest("en") },
  });
}
