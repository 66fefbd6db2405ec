/** A simulation of warning numbers, from what was asked for to its result (docs/rule-data.md). */
import * as z from "zod/mini";
import type { RuleData, WarningNumbers } from "../../layers/rule-data.ts";
import { WarningEntry } from "../../layers/rule-data-schema.ts";
import { differingPaths, isReplayed, numbersByPath } from "../../layers/warning-fields.ts";
import { JobProblem, type Progress } from "../jobs/run-job.ts";
import type { Job } from "../jobs/domain/job.ts";
import type { Register } from "../register/repository.ts";
import type { Bucket } from "../shared/bucket.ts";
import { parseInput } from "../shared/problems.ts";
import { DAY, formatIso, MINUTE, parseIso } from "../shared/shanghai.ts";
import { Comparison } from "./domain/comparison.ts";
import { simulatePlant, type SimulationReads } from "./simulate-plant.ts";
import type { SimulationResult } from "./result.ts";

export interface SimulateServices extends SimulationReads {
  register: Pick<Register, "getPlants">;
  bucket: Bucket;
  ruleData: RuleData;
  /** Now, epoch ms. */
  now(): number;
}

/** What a job is asked with: whole days from … to (the last one included), and the plants by permit number. */
export const SimulationInput = z.object({
  numbers: WarningEntry,
  from: z.iso.date(),
  to: z.iso.date(),
  plants: z.array(z.string()).check(z.minLength(1)),
  /** How the plants were chosen, in a person's words. */
  chosen: z.string(),
});
export type SimulationInput = z.output<typeof SimulationInput>;

export const resultKey = (id: string): string => `results/simulations/${id}.json`;

/** Rule data as it would be with the draft in force, whatever the day. */
export const withNumbers = (rules: RuleData, draft: WarningNumbers): RuleData => ({ ...rules, warning: () => draft });

const startOf = (day: string): number => parseIso(`${day}T00:00:00+08:00`) ?? Number.NaN;
/** Ticks in (from, to]. */
export const rangeOf = ({ from, to }: Pick<SimulationInput, "from" | "to">): { from: number; to: number } => ({
  from: startOf(from),
  to: startOf(to) + DAY,
});

/** The function has twelve minutes; what is replayed by then is the result. */
const TIME = 11 * MINUTE;

/** Runs the simulation and puts its result into the bucket; returns the summary that stays with the job. */
export async function simulate(job: Job, progress: Progress, services: SimulateServices): Promise<unknown> {
  const parsed = parseInput(SimulationInput, job.input);
  if (!parsed.ok)
    throw new JobProblem(`This simulation cannot be read (${parsed.problems[0]?.path}). Ask for a new one.`);
  const input = parsed.data;
  const { ruleData } = services;
  const range = rangeOf(input);
  const rules = { force: ruleData, draft: withNumbers(ruleData, input.numbers) };
  const comparison = new Comparison(range, rules);
  const days = Math.round((range.to - range.from) / DAY);
  const plants = await services.register.getPlants(input.plants);
  const known = new Map(plants.map((plant) => [plant.permit.permitNo, plant]));
  const unfinished: string[] = [];
  const began = services.now();
  let done = 0;
  const of = days * input.plants.length;
  await progress(done, of);
  for (const permitNo of input.plants) {
    const plant = known.get(permitNo);
    // Gone from the register, or no time left: named in the result, and counted in no figure.
    const spent = services.now() - began;
    // The next plant may take twice as long as those before it.
    if (!plant || spent + (done === 0 ? 0 : (2 * spent * days) / done) > TIME) {
      unfinished.push(permitNo);
      continue;
    }
    const { trial, agreement } = await simulatePlant(plant, range, rules, services, async () => {
      done += 1;
      await progress(done, of);
    });
    const { name, town } = plant.permit;
    comparison.add({ permitNo, name, town }, trial, agreement);
  }
  if (unfinished.length === input.plants.length)
    throw new JobProblem("None of the plants could be replayed in the time there is. Choose fewer days or plants.");
  const { figures, ...rest } = comparison.result();
  const inForce = ruleData.warningVersions.filter(
    (v) =>
      v === ruleData.warning(range.from) ||
      (startOf(v.effectiveFrom) > range.from && startOf(v.effectiveFrom) < range.to),
  );
  const latest = ruleData.warning(range.to);
  const changed = differingPaths(latest, input.numbers, ruleData.warningFields).map((field) => ({
    path: field.path,
    force: numbersByPath(latest).get(field.path) ?? 0,
    draft: numbersByPath(input.numbers).get(field.path) ?? 0,
    replayed: isReplayed(field),
  }));
  const result: SimulationResult = {
    id: job.id,
    by: job.by.name,
    askedAt: formatIso(job.askedAt),
    from: input.from,
    to: input.to,
    chosen: input.chosen,
    plants: input.plants.length - unfinished.length,
    plantDays: done,
    unfinished,
    ruleData: ruleData.version,
    inForce: inForce.map((v) => v.effectiveFrom),
    numbers: input.numbers,
    changed,
    figures,
    ...rest,
  };
  await services.bucket.put(resultKey(job.id), JSON.stringify(result), "application/json");
  return { figures, changed, unfinished: unfinished.length };
}
