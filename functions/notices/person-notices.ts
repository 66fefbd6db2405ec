/** Reads what there is to say of plants that is not urgent: for the digest, and for the page that it points to. */
import type { RuleData } from "../../layers/rule-data.ts";
import { findUnmarked, type UnmarkedServices } from "../marks/find-unmarked.ts";
import type { Marks } from "../marks/mark-repository.ts";
import type { RegisterTable } from "../register/register-table.ts";
import type { Register } from "../register/repository.ts";
import { listRevisions } from "../register/revisions.ts";
import { inParallel } from "../shared/in-parallel.ts";
import { DAY, floorDay, parseIso } from "../shared/shanghai.ts";
import { noticesOf, type Notice } from "./domain/digest.ts";

export interface NoticeServices extends UnmarkedServices {
  register: Pick<Register, "getPlant">;
  /** Where revisions are. */
  registerTable: RegisterTable;
  marks: Pick<Marks, "between">;
  ruleData: RuleData;
}

/** Plants at a time: each reads two days of minutes. */
const WIDTH = 4;
/** Of its newest revisions. */
const REVISIONS = 20;

/** Of these plants, as they stand in the register; the most urgent first. */
export async function personNotices(
  permitNos: readonly string[],
  since: number,
  at: number,
  services: NoticeServices,
): Promise<Notice[]> {
  const all = await inParallel(permitNos, WIDTH, (permitNo) => plantNotices(permitNo, since, at, services));
  const deadline = (n: Notice): number => n.deadline ?? Infinity;
  return all.flat().sort((a, b) => (deadline(a) === deadline(b) ? b.at - a.at : deadline(a) - deadline(b)));
}

async function plantNotices(permitNo: string, since: number, at: number, services: NoticeServices): Promise<Notice[]> {
  const { register, registerTable, marks, ruleData } = services;
  const plant = await register.getPlant(permitNo);
  if (!plant) return [];
  const { markDays } = ruleData.notices(at);
  const ahead = ruleData.marks(at).bounds.aheadDays;
  const [own, unmarked, heads] = await Promise.all([
    marks.between(permitNo, at - markDays * DAY, at + ahead * DAY),
    // The periods whose deadline can be ahead: as the plant's own list begins.
    findUnmarked(plant.permit, [floorDay(at) - DAY, at], at, services),
    listRevisions(registerTable, permitNo, { before: plant.revision + 1, limit: REVISIONS }),
  ]);
  const revisions = heads.map(({ revision, importedAt, reason }) => ({
    revision,
    at: parseIso(importedAt) ?? 0,
    reason: reason ?? null,
  }));
  return noticesOf({ permit: plant.permit, marks: own, unmarked, revisions }, since, at, ruleData);
}
