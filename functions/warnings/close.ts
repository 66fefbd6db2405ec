/**
 * Closes hours and days into verdicts, and judges them again when late data changed a slot. Nothing is overwritten: a
 * revision is a further item that names its cause.
 */
import type { RuleData } from "../../layers/rule-data.ts";
import type { PlantRecord } from "../register/stored-items.ts";
import type { Permit } from "../register/domain/permit.ts";
import { DAY, floorDay, floorHour, HOUR, MINUTE } from "../shared/shanghai.ts";
import type { BlockRepository } from "../telemetry/block-repository.ts";
import { judgeLimit, LENGTH, limitsToJudge, STATISTIC, type Judged, type Kind } from "./domain/judge-limit.ts";
import type { WarningLedger } from "./repository.ts";
import { wasTold } from "./told-periods.ts";
import { current, type ClosedPeriod, type JudgedLimit } from "./stored-items.ts";

export interface CloseServices {
  ledger: WarningLedger;
  blocks: BlockRepository;
  ruleData: RuleData;
}

/** When the period that begins at `start` is closed, epoch ms. */
export const closesAt = (kind: Kind, start: number, ruleData: RuleData): number => {
  const numbers = ruleData.warning(start);
  return kind === "HOUR"
    ? start + HOUR + numbers.hour.closeGrace * MINUTE
    : start + DAY + numbers.water.closeAt * MINUTE;
};

/** Start of the period that a closing scheduled at `at` closes. */
export const periodClosedAt = (kind: Kind, at: number): number =>
  kind === "HOUR" ? floorHour(at) - HOUR : floorDay(at) - DAY;

/** Does this permit have anything to judge in such a period? Saves the reads where it has not. */
export const judged = (permit: Permit, kind: Kind): boolean =>
  permit.outlets.some((o) => o.limits.some((l) => l.statistic === STATISTIC[kind]));

/**
 * Closes one period of one plant and answers with the verdicts written; none when it is closed already. `told`:
 * `outlet/pollutant` of episodes that are over and of which the plant was warned; open ones are known.
 */
export async function closePeriod(
  plant: PlantRecord,
  kind: Kind,
  start: number,
  at: number,
  services: CloseServices,
  told: ReadonlySet<string> = new Set(),
): Promise<readonly JudgedLimit[]> {
  const { permit } = plant;
  if (!judged(permit, kind)) return [];
  const { state, ...known } = await services.ledger.plant(permit.permitNo);
  const verdicts = (await judgePeriod(permit, kind, start, known, services)).map((v) => ({
    ...v,
    revision: 0,
    cause: "closing",
  }));
  if (verdicts.length === 0) return [];
  const open = state.episodes.filter((e) => wasTold(e, kind, start)).map((e) => `${e.outlet}/${e.pollutant}`);
  const warned = new Set([...told, ...open]);
  await services.ledger.putTold(
    verdicts
      .filter((v) => warned.has(`${v.outlet}/${v.pollutant}`))
      .map(({ outlet, pollutant, verdict }) => ({
        permitNo: permit.permitNo,
        kind,
        start,
        outlet,
        pollutant,
        verdict,
      })),
  );
  if (kind === "HOUR") await noteLastingNearness(permit.permitNo, start, verdicts, services);
  const written = await services.ledger.putClosed(permit.permitNo, kind, {
    start,
    index: 0,
    at,
    ruleData: services.ruleData.version,
    verdicts,
  });
  return written ? verdicts : [];
}

/** Judges a closed period again after late data; writes a revision with what changed, if anything did. */
export async function rejudgePeriod(
  plant: PlantRecord,
  kind: Kind,
  start: number,
  at: number,
  services: CloseServices,
  cause: "late-data" | "mark" = "late-data",
): Promise<void> {
  const { permit } = plant;
  if (!judged(permit, kind)) return;
  const facts = await services.ledger.plant(permit.permitNo);
  const items = await services.ledger.closed(permit.permitNo, kind, start);
  const known = current(items);
  const verdicts = (await judgePeriod(permit, kind, start, facts, services)).flatMap((v): JudgedLimit[] => {
    const old = known.get(`${v.outlet}/${v.pollutant}`);
    if (!old) return [{ ...v, revision: 0, cause }];
    const same = old.verdict === v.verdict && old.valid === v.valid && old.mean === v.mean;
    return same ? [] : [{ ...v, revision: old.revision + 1, cause }];
  });
  if (verdicts.length === 0) return;
  for (const { outlet, pollutant, verdict } of verdicts)
    if (known.get(`${outlet}/${pollutant}`)?.verdict !== verdict)
      await services.ledger.reviseTold({ permitNo: permit.permitNo, kind, start, outlet, pollutant, verdict });
  const period: ClosedPeriod = { start, index: items.length, at, ruleData: services.ruleData.version, verdicts };
  if (!(await services.ledger.putClosed(permit.permitNo, kind, period)))
    throw new Error(`two runs revised ${kind} ${start} of ${permit.permitNo}; the next tick judges it again`);
}

/** Values that stay within 90–99 % of the limit for six hours running are noted as such, once they have. */
async function noteLastingNearness(
  permitNo: string,
  start: number,
  verdicts: JudgedLimit[],
  { ledger, ruleData }: CloseServices,
): Promise<void> {
  const near = verdicts.filter((v) => v.notes.includes("near-limit"));
  if (near.length === 0) return;
  const hours = ruleData.warning(start).suspicious.hugMinutes / 60;
  const before = await ledger.closedBetween(permitNo, "HOUR", start - (hours - 1) * HOUR, start);
  for (const v of near) {
    const own = before.flatMap((p) =>
      p.verdicts.filter((x) => x.outlet === v.outlet && x.pollutant === v.pollutant && x.revision === 0),
    );
    if (own.length === hours - 1 && own.every((x) => x.notes.includes("near-limit")))
      v.notes.push("near-limit-lasting");
  }
}

async function judgePeriod(
  permit: Permit,
  kind: Kind,
  start: number,
  { first, marked }: { first: Readonly<Record<string, number>>; marked: boolean },
  { blocks, ledger, ruleData }: CloseServices,
): Promise<Judged[]> {
  const limits = permit.outlets.flatMap((outlet) =>
    limitsToJudge(outlet, kind, start, first).map((limit) => ({ outlet, limit })),
  );
  if (limits.length === 0) return [];
  const interval = Math.max(1, ...permit.outlets.flatMap((o) => o.devices.map((d) => d.minuteInterval)));
  const end = start + LENGTH[kind];
  const records = await blocks.records(permit.permitNo, start - interval * MINUTE, end, false);
  const standing = marked ? await ledger.marks(permit.permitNo, start, end) : [];
  const marks = Map.groupBy(standing, (m) => m.outlet);
  return limits.map(({ outlet, limit }) =>
    judgeLimit(outlet, limit, kind, { start, end }, records, marks.get(outlet.code) ?? [], ruleData),
  );
}
