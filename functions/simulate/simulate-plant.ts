/** Reads one plant's stored past and lets both sets of numbers judge it. */
import type { RuleData } from "../../layers/rule-data.ts";
import { hasEffect, type Mark } from "../marks/domain/mark.ts";
import type { Marks } from "../marks/mark-repository.ts";
import type { PlantRecord } from "../register/stored-items.ts";
import { DAY, HOUR, MINUTE } from "../shared/shanghai.ts";
import { mergeLive, type BlockRepository } from "../telemetry/block-repository.ts";
import type { LiveHead } from "../telemetry/domain/block.ts";
import type { CityReader, EpisodeRow, SentLines } from "../warnings/city-reader.ts";
import type { WarningLedger } from "../warnings/repository.ts";
import { agreementOf, type PlantAgreement } from "./domain/agreement.ts";
import type { DatedMark } from "./domain/replay-plant.ts";
import { longestInterval, PlantTrial, type BySide, type TrialPast } from "./domain/trial.ts";

export interface SimulationReads {
  blocks: Pick<BlockRepository, "range" | "latest">;
  ledger: Pick<WarningLedger, "plant">;
  reader: Pick<CityReader, "episodesOf" | "sends" | "acknowledgements">;
  marks: Pick<Marks, "between">;
}

/** Whole days, Shanghai: ticks in (from, to]. */
export interface Range {
  from: number;
  to: number;
}

/** What a tick of the first day may still know: the newest window, and what was told once in the hour before. */
const WARM = 6 * HOUR;
/** Episodes that were open when the first day began are judged from their beginning, when it lies no longer back than this. */
const LONGEST_WARM = 3 * DAY;
/** Data may come this far ahead of their time (`clock.aheadMinutes` is at most an hour). */
const AHEAD = HOUR;
/** The plant's present is read from so many of its newest blocks, as a tick does it. */
const NEWEST = 3;

export async function simulatePlant(
  plant: PlantRecord,
  range: Range,
  rules: BySide<RuleData>,
  reads: SimulationReads,
  onDay: () => Promise<void>,
): Promise<{ trial: PlantTrial; agreement: PlantAgreement }> {
  const { permitNo } = plant.permit;
  const { from, to } = range;
  const episodes = await realEpisodes(permitNo, from - LONGEST_WARM, to + 1, reads);
  const standing = episodes.filter((e) => e.openedAt <= from && (e.closedAt === null || e.closedAt > from));
  const begin = Math.min(from - WARM, ...standing.map((e) => e.openedAt - HOUR));
  const back = DAY + 2 * HOUR + longestInterval(plant.permit) * MINUTE;
  const trial = new PlantTrial(await pastOf(plant, begin, to, reads), rules, begin);
  let loaded = begin - back;
  const load = async (until: number): Promise<void> => {
    if (until <= loaded) return;
    trial.add((await reads.blocks.range(permitNo, loaded, until, false)).map(({ block }) => block));
    loaded = until;
  };
  await load(from + AHEAD);
  trial.runTo(from);
  for (let day = from; day < to; day += DAY) {
    await load(day + DAY + AHEAD);
    trial.runTo(day + DAY);
    trial.closeDay(day);
    await onDay();
  }
  const messages = await realMessages(permitNo, range, reads);
  return { trial, agreement: agreementOf({ episodes, messages }, trial.replays.force, range) };
}

export async function pastOf(
  plant: PlantRecord,
  begin: number,
  to: number,
  { blocks, ledger, reader, marks }: SimulationReads,
): Promise<TrialPast> {
  const { permitNo } = plant.permit;
  const [{ state, first }, newest, standing, answers] = await Promise.all([
    ledger.plant(permitNo),
    blocks.latest(permitNo, begin, NEWEST),
    marks.between(permitNo, begin - DAY, to),
    reader.acknowledgements(permitNo, begin, to),
  ]);
  const live = newest.reduce<LiveHead | null>((l, { block }) => mergeLive(block.live, l), null);
  const heads: Record<string, { seen: number; via: string }> = {};
  // Blocks expire; whoever is silent since before is remembered by the warnings.
  for (const [mn, { since }] of Object.entries(state.offline)) if (since < begin) heads[mn] = { seen: since, via: "" };
  for (const [mn, { seen, via }] of Object.entries(live?.devices ?? {})) if (seen < begin) heads[mn] = { seen, via };
  return {
    permit: plant.permit,
    contacts: plant.contacts,
    first,
    heads,
    marks: standing.map(dated),
    answers: answers.map((a) => a.at).sort((a, b) => a - b),
  };
}

const dated = (mark: Mark): DatedMark => ({
  outlet: mark.outlet,
  pollutants: mark.pollutants,
  from: mark.from,
  to: mark.to,
  made: mark.at,
  over: hasEffect(mark) ? null : (mark.judgement?.at ?? mark.changed?.at ?? mark.at),
});

const PAGE = 200;

async function realEpisodes(
  permitNo: string,
  from: number,
  to: number,
  { reader }: SimulationReads,
): Promise<EpisodeRow[]> {
  const all: EpisodeRow[] = [];
  let after: string | null = null;
  for (;;) {
    const page: EpisodeRow[] = await reader.episodesOf(permitNo, { from, to }, { after, limit: PAGE });
    all.push(...page);
    const last = page.at(-1);
    if (!last || page.length < PAGE) return all;
    after = last.key;
  }
}

async function realMessages(permitNo: string, { from, to }: Range, { reader }: SimulationReads): Promise<SentLines[]> {
  const all = new Map<string, SentLines>();
  for (let begin = from; ;) {
    const { sends, more } = await reader.sends(permitNo, begin, to);
    for (const one of sends) all.set(`${one.tick} ${one.to}`, one);
    const last = sends.at(-1);
    if (!more || !last) return [...all.values()];
    if (last.tick === begin)
      throw new Error(`one tick of ${permitNo} has more messages than a page of the table holds`);
    begin = last.tick;
  }
}
