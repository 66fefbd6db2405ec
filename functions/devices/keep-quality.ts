/** At the day's closing: the facts of a plant's devices, and their grades for lists over the city. */
import type { QualityRules } from "../../layers/device-quality.ts";
import { inForce, type Permit } from "../register/domain/permit.ts";
import { inParallel } from "../shared/in-parallel.ts";
import { DAY, formatDay, MINUTE } from "../shared/shanghai.ts";
import type { BlockRepository } from "../telemetry/block-repository.ts";
import type { LiveHead } from "../telemetry/domain/block.ts";
import type { LedgerHints } from "../telemetry/ledger-hints.ts";
import type { WarningLedger } from "../warnings/repository.ts";
import { current } from "../warnings/stored-items.ts";
import { dayFacts, qualityOf, type DayFacts } from "./domain/quality.ts";
import { MONTH, WEEK, type GradedDevice, type QualityFacts } from "./quality-repository.ts";

export interface QualityServices {
  blocks: Pick<BlockRepository, "range">;
  ledger: Pick<WarningLedger, "closedBetween">;
  hints: Pick<LedgerHints, "headsOf">;
  quality: Pick<QualityFacts, "history" | "keepDay" | "keepGrades">;
  /** Frames that name a device and were refused in [from, to) of receipt. */
  refusals(mn: string, from: number, to: number): Promise<number>;
}

const WIDTH = 4;

/** `heads`: of the plant's devices now, as the closing has just kept them. Doing it again changes nothing. */
export async function keepQuality(
  permit: Permit,
  day: number,
  heads: LiveHead["devices"],
  rules: QualityRules,
  { blocks, ledger, hints, quality, refusals }: QualityServices,
): Promise<void> {
  const { permitNo } = permit;
  const devices = permit.outlets.flatMap((outlet) => outlet.devices).filter((d) => overlapsDay(d, day));
  if (devices.length === 0) return;
  const interval = Math.max(...devices.map((d) => d.minuteInterval));
  const mns = [...new Set(devices.map(({ mn }) => mn))];
  const [stored, before, closed, history, refused] = await Promise.all([
    blocks.range(permitNo, day - interval * MINUTE, day + DAY, false),
    hints.headsOf(permitNo, day - DAY),
    ledger.closedBetween(permitNo, "HOUR", day, day + DAY),
    quality.history(permitNo, day - DAY),
    inParallel(mns, WIDTH, async (mn) => [mn, await refusals(mn, day, day + DAY)] as const),
  ]);
  const today = dayFacts({
    permit,
    start: day,
    records: stored.flatMap(({ block }) => block.records).filter((r) => r.at < day + DAY),
    different: stored.reduce((n, { block }) => n + (block.start >= day ? block.digests.length : 0), 0),
    links: before && linksSince(before, heads),
    refused: new Map(refused),
    verdicts: [...Map.groupBy(closed, (period) => period.start).values()].flatMap((items) => [
      ...current(items).values(),
    ]),
    lateMinutes: rules.lateMinutes,
  });
  await quality.keepDay(permitNo, day, today);
  const all = [...history, { day, devices: today }];
  await quality.keepGrades({
    permitNo,
    day: formatDay(day),
    devices: today.map((facts): GradedDevice => {
      const { week, month } = gradesOf(all, facts, day, rules);
      return {
        mn: facts.mn,
        outlet: facts.outlet,
        week: week && { grade: week.grade, points: week.points },
        month: month && { grade: month.grade, points: month.points },
        silent: facts.received === 0,
        seen: heads[facts.mn]?.seen ?? null,
        via: heads[facts.mn]?.via ?? null,
      };
    }),
  });
}

/** Of the last seven and thirty days that end with `day`. */
export function gradesOf(
  history: readonly { day: number; devices: readonly DayFacts[] }[],
  { mn, outlet }: Pick<DayFacts, "mn" | "outlet">,
  day: number,
  rules: QualityRules,
): Record<"week" | "month", ReturnType<typeof qualityOf>> {
  const own = history.flatMap((one) =>
    one.devices.filter((d) => d.mn === mn && d.outlet === outlet).map((facts) => ({ day: one.day, facts })),
  );
  const since = (from: number): DayFacts[] => own.filter((one) => one.day >= from).map(({ facts }) => facts);
  return {
    week: qualityOf(since(day - (WEEK - 1) * DAY), rules),
    month: qualityOf(since(day - (MONTH - 1) * DAY), rules),
  };
}

const overlapsDay = (d: { from: number; to: number | null }, day: number): boolean =>
  inForce(d, day) || (d.from >= day && d.from < day + DAY);

/** How much each chain grew. */
const linksSince = (before: LiveHead["devices"], heads: LiveHead["devices"]): Record<string, number> =>
  Object.fromEntries(
    Object.entries(heads).map(([mn, head]) => [mn, Math.max(0, head.links - (before[mn]?.links ?? 0))]),
  );
