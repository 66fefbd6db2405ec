/**
 * What the other values say to a mark: was the production off, the stack cold, the oxygen as in air, the flow small?
 * Only values that count speak; where there are too few of them, the test says that it could not be made.
 */
import type { MarkRules, MarkTestName } from "../../../layers/marks.ts";
import type { Outlet, Permit } from "../../register/domain/permit.ts";
import { round6 } from "../../shared/round.ts";
import { HOUR, MINUTE } from "../../shared/shanghai.ts";
import { channelOf, facilityChannel, type BlockRecord } from "../../telemetry/domain/block.ts";
import { buildSlots } from "../../telemetry/domain/slots.ts";

export interface MarkTest {
  test: MarkTestName;
  result: "agrees" | "contradicts" | "no-data";
  /** What was measured against what, in `unit`; null where the test could not be made. */
  fact: { value: number; threshold: number; unit: string; count: number } | null;
}

export interface MarkedFacts {
  permit: Permit;
  outlet: Outlet;
  /** Of [from − referenceHours, from) and of [begin, to). */
  records: readonly BlockRecord[];
  /** Begin of the mark, and of the part of it that is looked at. */
  from: number;
  begin: number;
  to: number;
}

const STACK_TEMPERATURE = "a01012";
const OXYGEN = "a19001";
const FLOW = { gas: "a00000", water: "w00000" } as const;

type Made = Omit<NonNullable<MarkTest["fact"]>, "threshold"> | null;

export function testMark(names: readonly MarkTestName[], facts: MarkedFacts, n: MarkRules["tests"]): MarkTest[] {
  const { from, begin, to } = facts;
  const third = (to - begin) / 3;
  const temperature = (a: number, b: number): Made => meanOf(facts, STACK_TEMPERATURE, a, b, "℃", n.minMinutes);
  const rise = (): Made => {
    const [first, last] = [temperature(begin, begin + third), temperature(to - third, to)];
    return first && last ? { ...last, value: last.value - first.value, count: first.count + last.count } : null;
  };
  /** Contradicts when the fact is beyond the threshold on the named side. */
  const against = (test: MarkTestName, made: Made, side: "above" | "below", threshold: number | null): MarkTest => {
    if (!made || threshold === null) return { test, result: "no-data", fact: null };
    const [value, bound] = [round6(made.value), round6(threshold)];
    const result = (side === "above" ? value > bound : value < bound) ? "contradicts" : "agrees";
    return { test, result, fact: { ...made, value, threshold: bound } };
  };
  const tests: Record<MarkTestName, () => MarkTest> = {
    "production-off": () => against("production-off", running(facts), "above", n.runningShare),
    "production-on": () => against("production-on", running(facts), "below", n.runningShare),
    "stack-cold": () => against("stack-cold", temperature(begin, to), "above", n.warmCelsius),
    "stack-warming": () => against("stack-warming", rise(), "below", -n.driftCelsius),
    "stack-cooling": () => against("stack-cooling", rise(), "above", n.driftCelsius),
    "oxygen-high": () =>
      against("oxygen-high", meanOf(facts, OXYGEN, begin, to, "%", n.minMinutes), "below", n.lowOxygenPercent),
    "flow-small": () => {
      const { medium } = facts.outlet;
      const code = medium === "gas" || medium === "water" ? FLOW[medium] : null;
      if (code === null) return against("flow-small", null, "above", null);
      const unit = medium === "gas" ? "m³/s" : "L/s";
      const before = meanOf(facts, code, from - n.referenceHours * HOUR, from, unit, n.minMinutes);
      const now = meanOf(facts, code, begin, to, unit, n.minMinutes);
      // Of a plant that stood still before as well, a share of nothing says nothing.
      return against("flow-small", now, "above", before && before.value > 0 ? before.value * n.flowShare : null);
    },
  };
  return names.map((name) => tests[name]());
}

/** Mean of the minutes of [from, to) that count, as measured. */
function meanOf(
  { outlet, records }: MarkedFacts,
  code: string,
  from: number,
  to: number,
  unit: string,
  min: number,
): Made {
  const first = Math.floor(from / MINUTE) * MINUTE;
  const { slots } = buildSlots(outlet, channelOf(code, "measured", null), records, first, to);
  const values = slots.flatMap((s) => (s.value === null ? [] : [s.value]));
  if (values.length < min) return null;
  return { value: values.reduce((sum, v) => sum + v, 0) / values.length, unit, count: values.length };
}

/** Share of the reports that say "runs", of the production facilities behind the outlet; two reports at least. */
function running({ permit, outlet, records, begin, to }: MarkedFacts): Made {
  const channels = new Set(
    permit.facilities
      .filter((f) => f.kind === "production" && f.outlets.includes(outlet.code))
      .map((f) => facilityChannel(f.code)),
  );
  const states = records
    .filter((r) => r.kind === "facility" && r.at >= begin && r.at < to)
    .flatMap((r) => r.values.filter((v) => channels.has(v.channel) && v.value !== null).map((v) => v.value));
  if (states.length < 2) return null;
  return { value: states.filter((s) => s === 1).length / states.length, unit: "", count: states.length };
}
