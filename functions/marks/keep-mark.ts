/** Brings a change of a mark into the ledger: tested against the facts, with what has to be judged again, audited. */
import type { RuleData } from "../../layers/rule-data.ts";
import { Refusal, type Change } from "../api/operation.ts";
import type { Write } from "../people/repository.ts";
import type { PlantRecord } from "../register/stored-items.ts";
import { DAY, floorDay, floorHour, HOUR, MINUTE } from "../shared/shanghai.ts";
import type { BlockRepository } from "../telemetry/block-repository.ts";
import type { LedgerHints } from "../telemetry/ledger-hints.ts";
import { hasEffect, inTheWay, spanText, step, type Mark } from "./domain/mark.ts";
import { touchedPeriods } from "./domain/touched-periods.ts";
import { testsOf } from "./mark-facts.ts";
import type { Marks } from "./mark-repository.ts";
import type { UnmarkedList } from "./unmarked-repository.ts";

export interface MarkServices {
  marks: Marks;
  blocks: Pick<BlockRepository, "records">;
  hints: Pick<LedgerHints, "risk">;
  unmarked: Pick<UnmarkedList, "markWrites">;
  ruleData: RuleData;
}

/** What a handler knows of the request that asks for a change. */
export interface Asked {
  plant: PlantRecord;
  at: number;
  /** Of the request. */
  id: string;
  change(writes: readonly Write[], entry: Change): Promise<void>;
}

/** Minutes behind older verdicts are gone (blocks live 35 days): they cannot be judged again. */
export const JUDGEABLE = 33 * DAY;
const ATTEMPTS = 4;

/**
 * Makes `decide`'s answer the mark. `decide` sees the marks as they stand, and runs again where somebody else changed one
 * of them meanwhile: who was first stays, and who came second is told what stands in the way.
 */
export async function keepMark(
  asked: Asked,
  before: Mark | null,
  decide: (before: Mark | null) => Mark,
  { marks, blocks, hints, unmarked, ruleData }: MarkServices,
): Promise<Mark> {
  const { plant, at } = asked;
  const { permit } = plant;
  for (let attempt = 1; ; attempt++) {
    const marksVersion = await marks.version(permit.permitNo);
    const decided = decide(before);
    const rules = ruleData.marks(decided.from);
    const others = await marks.between(permit.permitNo, decided.from, decided.to);
    const rival = hasEffect(decided) ? inTheWay(decided, others, rules) : null;
    if (rival)
      throw new Refusal(
        409,
        "marked already",
        `The mark ${spanText(rival)} (${rival.kind}, made by ${rival.by.name}) covers some of this. End or withdraw it, or choose another period.`,
        { mark: rival.id },
      );
    const tests = await testsOf(plant, decided, at, { blocks, ruleData });
    const tested = { ...(step(decided, { type: "tested", tests, at }) ?? decided), v: (before?.v ?? 0) + 1 };
    await noteRisk(plant, tested, at, hints);
    const [from, to] = [tested.from, Math.max(tested.to, before?.to ?? 0)];
    // What has no effect before and after (a contradiction judged valid) changes no verdict.
    const same = before !== null && hasEffect(before) && hasEffect(tested) && before.to === tested.to;
    const change = {
      mark: tested,
      before,
      marksVersion,
      plant: { name: permit.name, town: permit.town },
      rows: same ? [] : touchedPeriods(from, to, at, ruleData),
      stamp: asked.id,
      at,
    };
    const listed = await unmarked.markWrites(before, tested, at);
    try {
      await asked.change([...marks.writes(change), ...listed], {
        permitNo: permit.permitNo,
        target: `mark ${tested.id}`,
        before,
        after: tested,
      });
      return tested;
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 409 || attempt === ATTEMPTS) throw error;
      const now = await marks.get(permit.permitNo, tested.id);
      // The mark itself was changed: who saw it as it was has to look again.
      if ((now?.v ?? 0) !== (before?.v ?? 0)) throw error;
    }
  }
}

/**
 * Where the mark reaches into a period that is running, the next ticks judge the plant in full. Written before the mark:
 * a plant at risk without need costs a look, one that should be and is not would cost its warning.
 */
async function noteRisk(
  { permit }: PlantRecord,
  mark: Mark,
  at: number,
  hints: Pick<LedgerHints, "risk">,
): Promise<void> {
  if (mark.from > at || mark.to < at - DAY) return;
  const water = permit.outlets.some((o) => o.code === mark.outlet && o.medium === "water");
  await hints.risk(permit.permitNo, (water ? floorDay(at) + DAY : floorHour(at) + HOUR) + 30 * MINUTE);
}
