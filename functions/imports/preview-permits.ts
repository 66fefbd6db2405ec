/** What an import would do, before anybody says yes: of each plant, in what it differs from the register. */
import { isDeepStrictEqual } from "node:util";
import { clashes } from "../register/apply-permits.ts";
import { bindingsOf } from "../register/domain/bindings.ts";
import { permitDifferences, type Difference } from "../register/domain/permit-difference.ts";
import type { Permit } from "../register/domain/permit.ts";
import { readDevices, readPlants, type RegisterTable } from "../register/register-table.ts";
import type { PlantRecord } from "../register/stored-items.ts";
import type { SaidProblem } from "../shared/problems.ts";
import type { PreviewPlant } from "./import-schema.ts";

const PLANTS_PER_GROUP = 100;
/** Of one plant; more than anybody reads. */
const MOST_DIFFERENCES = 200;
const MOST_CHARACTERS = 200_000;

export interface Preview {
  plants: Omit<PreviewPlant, "sheet" | "line">[];
  /** Revision of each plant as it was read; 0: the register does not know it. */
  seen: [permitNo: string, revision: number][];
  problems: SaidProblem[];
}

/** `importedAt`: ISO 8601, as of now. `step` is told how many plants were looked at. */
export async function previewPermits(
  at: RegisterTable,
  permits: readonly Permit[],
  importedAt: string,
  step: (done: number) => Promise<void>,
): Promise<Preview> {
  const inFile = new Set(permits.map((p) => p.permitNo));
  const devices = await readDevices(
    at,
    permits.flatMap((p) => bindingsOf(p).map((b) => b.mn)),
  );
  const problems = permits.flatMap((permit, i) => clashes(permit, devices, inFile, `permits[${i}].`));
  const plants: Preview["plants"] = [];
  const seen: Preview["seen"] = [];
  for (let i = 0; i < permits.length; i += PLANTS_PER_GROUP) {
    const group = permits.slice(i, i + PLANTS_PER_GROUP);
    const known = await readPlants(
      at,
      group.map((p) => p.permitNo),
      true,
    );
    for (const permit of group) {
      const current = known.get(permit.permitNo);
      seen.push([permit.permitNo, current?.revision ?? 0]);
      plants.push(previewOf(permit, current, importedAt));
    }
    await step(plants.length);
  }
  return { plants, seen, problems };
}

function previewOf(permit: Permit, current: PlantRecord | undefined, importedAt: string): Preview["plants"][0] {
  const { permitNo, name, town } = permit;
  const plant = { permitNo, name, town };
  if (current && isDeepStrictEqual(current.permit, permit))
    return { ...plant, outcome: "unchanged", differences: [], more: 0 };
  if (current && current.importedAt > importedAt) return { ...plant, outcome: "outdated", differences: [], more: 0 };
  // Of a new plant, everything that it has.
  const before = current?.permit ?? { ...permit, outlets: [], facilities: [], contacts: [] };
  const all = permitDifferences(before, permit);
  const differences = bounded(all);
  return { ...plant, outcome: current ? "revised" : "created", differences, more: all.length - differences.length };
}

function bounded(all: readonly Difference[]): PreviewPlant["differences"] {
  let left = MOST_CHARACTERS;
  return all
    .slice(0, MOST_DIFFERENCES)
    .filter((difference) => (left -= JSON.stringify(difference).length) > 0)
    .map(({ where, ...rest }) => ({ ...rest, where: { ...where } as Record<string, string> }));
}
