/** The rule data as people see it: what is in force, a draft tried on past days, and the file that a reviewed deploy applies. */
import { createHash } from "node:crypto";
import * as z from "zod/mini";
import {
  differingPaths,
  numberProblems,
  numbersByPath,
  STAGES,
  UNITS,
  type NumberProblem,
} from "../../layers/warning-fields.ts";
import { changeOf, RuleDataChange } from "../../layers/rule-data-change.ts";
import type { WarningNumbers } from "../../layers/rule-data.ts";
import { WarningEntry } from "../../layers/rule-data-schema.ts";
import { fromCursor, toCursor } from "../api/cursor.ts";
import { overReach, Refusal, type Operation } from "../api/operation.ts";
import type { Services } from "../api/operations.ts";
import { askJob } from "../jobs/ask-job.ts";
import { jobView, JobView } from "../jobs/job-operations.ts";
import type { Job } from "../jobs/domain/job.ts";
import { markRepository } from "../marks/mark-repository.ts";
import { covers, type Reach } from "../people/domain/rights.ts";
import { parseInput } from "../shared/problems.ts";
import { DAY, floorDay, formatDay, formatIso, parseIso } from "../shared/shanghai.ts";
import { blockRepository } from "../telemetry/block-repository.ts";
import { cityReader } from "../warnings/city-reader.ts";
import { warningLedger } from "../warnings/repository.ts";
import { hourView } from "./hour-view.ts";
import { ChangedNumber, SimulationResult } from "./result.ts";
import { rangeOf, resultKey, SimulationInput } from "./simulate.ts";

/** A function replays some ten plant-days a second at worst, and has twelve minutes. */
const MOST = { days: 31, plants: 200, plantDays: 3_100 };
const day = z.iso.date("must be a date like 2026-10-01");

const Version = z.object({
  state: z.enum(["past", "in-force", "future"]),
  numbers: WarningEntry,
});
const RuleDataAnswer = z.object({
  version: z.string(),
  effectiveFrom: z.string(),
  /** First day on which a change may take effect. */
  tomorrow: z.string(),
  files: z.array(z.object({ name: z.string(), sha256: z.string(), bytes: z.int(), effective: z.array(z.string()) })),
  /** Of the warning numbers, the last one first. */
  versions: z.array(Version),
  fields: z.array(
    z.object({
      path: z.string(),
      zh: z.string(),
      en: z.string(),
      unit: z.enum(UNITS),
      min: z.number(),
      max: z.number(),
      stage: z.enum(STAGES),
    }),
  ),
  most: z.object({ days: z.int(), plants: z.int(), plantDays: z.int() }),
});

const Summary = z.extend(JobView, {
  from: z.string(),
  to: z.string(),
  chosen: z.string(),
  plants: z.int(),
  effectiveFrom: z.string(),
  changed: z.array(z.omit(ChangedNumber, { replayed: true })),
});
const Side = z.object({
  level: z.literal([0, 1, 2, 3]),
  valid: z.number(),
  mean: z.nullable(z.number()),
  current: z.nullable(z.number()),
  projected: z.nullable(z.number()),
  required: z.nullable(z.number()),
});

export function ruleDataOperations(services: Services): Operation[] {
  const { ruleData, register, jobs, bucket, db, tables } = services;
  const reads = {
    blocks: blockRepository({ db, table: tables.blocks }),
    ledger: warningLedger({ db, table: tables.ledger }),
    reader: cityReader({ db, table: tables.ledger }),
    marks: markRepository({ db, table: tables.ledger }),
  };
  const simulation = async (id: string | undefined): Promise<Job & { input: SimulationInput }> => {
    const job = /^[\w-]{1,100}$/.test(id ?? "") ? await jobs.get(id ?? "") : null;
    if (job?.kind !== "simulate-rules")
      throw new Refusal(404, "no such simulation", "There is no simulation of this id. The list shows all of them.");
    return { ...job, input: SimulationInput.parse(job.input) };
  };
  const resultOf = async (id: string): Promise<SimulationResult | null> => {
    const bytes = await bucket.get(resultKey(id));
    return bytes && SimulationResult.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
  };
  const summary = (job: Job & { input: SimulationInput }, now: number): z.output<typeof Summary> => {
    const { from, to, chosen, plants, numbers } = job.input;
    return {
      ...jobView(job, now),
      from,
      to,
      chosen,
      plants: plants.length,
      effectiveFrom: numbers.effectiveFrom,
      changed: changesOf(ruleData.warning(rangeOf(job.input).to), numbers),
    };
  };
  const changesOf = (force: WarningNumbers, draft: WarningNumbers): { path: string; force: number; draft: number }[] =>
    differingPaths(force, draft, ruleData.warningFields).map(({ path }) => ({
      path,
      force: numbersByPath(force).get(path) ?? 0,
      draft: numbersByPath(draft).get(path) ?? 0,
    }));

  return [
    overReach({
      id: "getRuleData",
      method: "GET",
      path: "/api/rule-data",
      summary:
        "The rule data with their versions: what is in force, what begins later, and what each warning number means",
      action: "rule-data.read",
      answer: RuleDataAnswer,
      handle: async ({ at }) => {
        const now = ruleData.warning(at);
        const versions = ruleData.warningVersions.map((numbers): z.output<typeof Version> => {
          const begins = parseIso(`${numbers.effectiveFrom}T00:00:00+08:00`) ?? 0;
          return { state: numbers === now ? "in-force" : begins > at ? "future" : "past", numbers };
        });
        return {
          body: {
            version: ruleData.version,
            effectiveFrom: ruleData.effectiveFrom,
            tomorrow: formatDay(at + DAY),
            files: [...ruleData.files],
            versions: versions.toReversed(),
            fields: [...ruleData.warningFields],
            most: MOST,
          },
        };
      },
    }),
    overReach({
      id: "simulateRules",
      method: "POST",
      path: "/api/rule-data/simulations",
      summary:
        "Try a draft of the warning numbers on past days; a job replays them, its result is the simulation of the same id",
      action: "rule-data.simulate",
      body: z.object({
        /** Made by the client: asked for again it is the same simulation. */
        id: z.string().check(z.regex(/^[\w-]{8,100}$/, "must be 8 to 100 letters, digits, - or _")),
        numbers: WarningEntry,
        from: day,
        to: day,
        plants: z.union([
          z.strictObject({
            permitNos: z.array(z.string().check(z.maxLength(50))).check(z.minLength(1), z.maxLength(MOST.plants)),
          }),
          z.strictObject({ town: z.string().check(z.minLength(1), z.maxLength(100)) }),
          z.strictObject({ sample: z.int().check(z.minimum(1), z.maximum(MOST.plants)) }),
        ]),
      }),
      answer: JobView,
      async handle(call) {
        const { id, numbers, from, to, plants } = call.body;
        const former = await jobs.get(id);
        // Asked again, it is what was asked first, also when the register has changed since.
        const input = former
          ? former.input
          : {
              numbers: checked(numbers, call.at),
              from,
              to,
              ...(await choose(plants, id)),
            };
        if (!former) checkSize(input as SimulationInput, call.at);
        const target = `rule data ${from} to ${to}`;
        const job = await askJob(call, services, { id, kind: "simulate-rules", input, target });
        return { status: 202, body: jobView(job, call.at) };
      },
    }),
    overReach({
      id: "listSimulations",
      method: "GET",
      path: "/api/rule-data/simulations",
      summary: "Simulations, the last one first",
      action: "rule-data.read",
      query: z.object({ cursor: z.optional(z.string()) }),
      answer: z.object({ simulations: z.array(Summary), next: z.nullable(z.string()) }),
      async handle({ query, at }) {
        const { items, next } = await jobs.list(100, fromCursor(["listSimulations"], query.cursor));
        const simulations = items.flatMap((job) => {
          if (job.kind !== "simulate-rules") return [];
          const input = parseInput(SimulationInput, job.input);
          return input.ok ? [summary({ ...job, input: input.data }, at)] : [];
        });
        return { body: { simulations, next: toCursor(["listSimulations"], next) } };
      },
    }),
    overReach({
      id: "getSimulation",
      method: "GET",
      path: "/api/rule-data/simulations/:id",
      summary: "One simulation: how far it is, and its result once it is done",
      action: "rule-data.read",
      answer: z.object({ simulation: Summary, numbers: WarningEntry, result: z.nullable(SimulationResult) }),
      async handle({ params, at, reach }) {
        const job = await simulation(params.id);
        const result = job.state === "done" ? await resultOf(job.id) : null;
        return {
          body: {
            simulation: summary(job, at),
            numbers: job.input.numbers,
            result: result && withinReach(result, reach),
          },
        };
      },
    }),
    overReach({
      id: "getSimulationHour",
      method: "GET",
      path: "/api/rule-data/simulations/:id/hour",
      summary: "One hour of a limit as it was known then, tick by tick, by the numbers in force and by the draft",
      action: "rule-data.read",
      query: z.object({
        permitNo: z.string().check(z.maxLength(50)),
        outlet: z.string().check(z.maxLength(50)),
        pollutant: z.string().check(z.maxLength(50)),
        statistic: z.enum(["hour", "day"]),
        /** Begin of the hour: `2026-10-01T08:00`. */
        hour: z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:00$/, "must be a full hour like 2026-10-01T08:00")),
      }),
      answer: z.object({
        unit: z.string(),
        decimals: z.int(),
        limit: z.number(),
        /** Values of the sixty minutes, null where none counts. */
        minutes: z.array(z.nullable(z.number())),
        ticks: z.array(z.object({ at: z.string(), force: Side, draft: Side })),
      }),
      async handle({ params, query, reach }) {
        const { permitNo, outlet, pollutant, statistic } = query;
        const { input } = await simulation(params.id);
        const hour = parseIso(`${query.hour}:00+08:00`) ?? Number.NaN;
        const { from, to } = rangeOf(input);
        const plant = input.plants.includes(permitNo) ? await register.getPlant(permitNo) : null;
        const own = plant && covers(reach, { permitNo, town: plant.permit.town }) ? plant : null;
        const rules = { force: ruleData, draft: input.numbers };
        const view =
          own && hour >= from && hour < to
            ? await hourView(own, { outlet, pollutant, statistic, hour }, rules, reads)
            : null;
        if (!view)
          throw new Refusal(404, "no such hour", "This simulation has no such limit and hour. Choose one of its rows.");
        return { body: view };
      },
    }),
    overReach({
      id: "getSimulationFile",
      method: "GET",
      path: "/api/rule-data/simulations/:id/file",
      summary:
        "The change of the rule data that a reviewed deploy applies, with who prepared it and what the simulation found",
      action: "rule-data.simulate",
      query: z.object({ effectiveFrom: day }),
      answer: RuleDataChange,
      async handle({ params, query, person, at }) {
        const job = await simulation(params.id);
        const result = job.state === "done" ? await resultOf(job.id) : null;
        if (!result)
          throw new Refusal(
            409,
            "simulation not done",
            "Only a simulation that is done can be exported. Wait for its end.",
          );
        const { prepared: _, ...draft } = job.input.numbers;
        const numbers = checked({ ...draft, effectiveFrom: query.effectiveFrom }, at);
        const prepared = { by: person.name, at: formatIso(at), simulation: job.id, figures: figuresOf(result) };
        const note = `Warning numbers prepared by ${person.name} with simulation ${job.id}.`;
        return { body: changeOf(ruleData, { ...numbers, prepared }, note) };
      },
    }),
  ];

  /** A draft that could be a version: within the bounds, and later than today and than every version there is. */
  function checked(numbers: WarningNumbers, at: number): WarningNumbers {
    const problems: NumberProblem[] = numberProblems(numbers, ruleData.warningFields);
    const last = ruleData.warningVersions.at(-1)?.effectiveFrom ?? "";
    if (numbers.effectiveFrom <= formatDay(at))
      problems.push({
        path: "effectiveFrom",
        reason: `must be later than today, ${formatDay(at)}`,
        zh: `应晚于今天 ${formatDay(at)}`,
      });
    else if (numbers.effectiveFrom <= last)
      problems.push({
        path: "effectiveFrom",
        reason: `must be later than the last version, which begins on ${last}`,
        zh: `应晚于最后一个版本的生效日 ${last}`,
      });
    if (problems.length > 0) throw unfit(problems);
    return numbers;
  }

  function checkSize({ from, to, plants }: SimulationInput, at: number): void {
    const range = rangeOf({ from, to });
    const days = Math.round((range.to - range.from) / DAY);
    const today = floorDay(at);
    const problems: NumberProblem[] = [];
    // The last day's verdicts fall half an hour after midnight and later; blocks are kept for 35 days.
    if (range.to > today)
      problems.push({
        path: "to",
        reason: `must be a past day, at most ${formatDay(today - DAY)}`,
        zh: `应为过去的日子，最晚 ${formatDay(today - DAY)}`,
      });
    if (range.from < today - MOST.days * DAY)
      problems.push({
        path: "from",
        reason: `must be ${formatDay(today - MOST.days * DAY)} or later: older values are not kept by the minute`,
        zh: `应为 ${formatDay(today - MOST.days * DAY)} 或以后：更早的分钟值已不保存`,
      });
    if (days < 1 || days > MOST.days)
      problems.push({
        path: "to",
        reason: `must make from 1 to ${MOST.days} days, makes ${days}`,
        zh: `应为 1 到 ${MOST.days} 天，现为 ${days} 天`,
      });
    else if (days * plants.length > MOST.plantDays)
      problems.push({
        path: "plants",
        reason: `${plants.length} plants on ${days} days are ${days * plants.length} plant-days, at most ${MOST.plantDays} can be replayed: choose fewer`,
        zh: `${plants.length} 家 ${days} 天共 ${days * plants.length} 个企业日，最多 ${MOST.plantDays}：请减少`,
      });
    if (problems.length > 0) throw unfit(problems);
  }

  type Chosen = { permitNos: string[] } | { town: string } | { sample: number };
  async function choose(by: Chosen, id: string): Promise<Pick<SimulationInput, "plants" | "chosen">> {
    if ("permitNos" in by) {
      const asked = [...new Set(by.permitNos)].sort();
      const found = new Set((await register.getPlants(asked)).map((p) => p.permit.permitNo));
      const unknown = asked.filter((permitNo) => !found.has(permitNo));
      if (unknown.length > 0)
        throw unfit([
          {
            path: "plants",
            reason: `not in the register: ${unknown.slice(0, 5).join(", ")}`,
            zh: `不在登记册：${unknown.slice(0, 5).join("、")}`,
          },
        ]);
      return { plants: asked, chosen: "" };
    }
    const all: { permitNo: string; town: string }[] = [];
    for await (const { permitNo, town } of register.listPlants()) all.push({ permitNo, town });
    if ("town" in by) {
      const own = all.filter((p) => p.town === by.town).map((p) => p.permitNo);
      if (own.length === 0)
        throw unfit([{ path: "plants", reason: "has no plants: choose another town", zh: "没有企业：请换一个镇街" }]);
      if (own.length > MOST.plants)
        throw unfit([
          {
            path: "plants",
            reason: `has ${own.length} plants, at most ${MOST.plants} can be replayed: take a sample`,
            zh: `有 ${own.length} 家企业，最多 ${MOST.plants} 家：请改用抽样`,
          },
        ]);
      return { plants: own.sort(), chosen: by.town };
    }
    if (all.length === 0)
      throw unfit([
        {
          path: "plants",
          reason: "the register is empty: import permits first",
          zh: "登记册为空：请先导入许可证",
        },
      ]);
    // Drawn by the simulation's id: another id draws others, the same one the same.
    const drawn = all
      .map(({ permitNo }) => ({ permitNo, lot: createHash("sha256").update(`${id}|${permitNo}`).digest("hex") }))
      .sort((a, b) => (a.lot < b.lot ? -1 : 1))
      .slice(0, by.sample)
      .map((p) => p.permitNo);
    return { plants: drawn.sort(), chosen: `${drawn.length}/${all.length}` };
  }
}

const unfit = (problems: readonly NumberProblem[]): Refusal =>
  new Refusal(422, "not as expected", problems.map((p) => `${p.path} ${p.reason}`).join("; "), { problems });

/** Who does not reach the whole city sees the figures of all, and rows of his own plants. */
const withinReach = (result: SimulationResult, reach: Reach): SimulationResult =>
  reach.city
    ? result
    : {
        ...result,
        rows: result.rows.filter((row) => covers(reach, row)),
        unfinished: result.unfinished.filter((permitNo) => reach.plants.has(permitNo)),
        agreement: {
          ...result.agreement,
          differing: result.agreement.differing.filter((permitNo) => reach.plants.has(permitNo)),
        },
      };

/** What the reviewer reads beside the numbers: in force → draft. */
function figuresOf({ figures: { force, draft }, from, to, plants, plantDays, changed }: SimulationResult): string[] {
  const row = (name: string, of: (f: SimulationResult["figures"]["force"]) => number | null): string => {
    const text = (x: number | null): string => (x === null ? "-" : String(Math.round(x * 100) / 100));
    return `${name}: ${text(of(force))} -> ${text(of(draft))}`;
  };
  return [
    `${from} to ${to}, ${plants} plants, ${plantDays} plant-days`,
    ...changed.map((c) => `${c.path}: ${c.force} -> ${c.draft}`),
    row("episodes", (f) => f.episodes),
    row("exceeded hours", (f) => f.exceededHours),
    row("of these warned 10 minutes ahead", (f) => f.hoursAhead10),
    row("precision, percent", (f) => (f.limitEpisodes === 0 ? null : (100 * f.trueEpisodes) / f.limitEpisodes)),
    row("messages per at-risk hour", (f) => f.messagesPerRiskHour),
    row("messages", (f) => f.messages),
  ];
}
