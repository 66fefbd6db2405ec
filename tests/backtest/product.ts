/**
 * The product's own warning, driven tick by tick in memory: the same merging, judging and closing as the functions do
 * around their tables. What the functions add (claims, retries, hints) is left out; loop.test.ts shows that nothing else is.
 */
import { formatDay, floorHour, HOUR, MINUTE } from "../../functions/shared/shanghai.ts";
import {
  channelOf,
  floorBlock,
  type Block,
  type BlockRecord,
  type LiveHead,
} from "../../functions/telemetry/domain/block.ts";
import { mergeFrames } from "../../functions/telemetry/domain/merge-plant.ts";
import { buildSlots } from "../../functions/telemetry/domain/slots.ts";
import { episodeId } from "../../functions/warnings/domain/episode.ts";
import { evaluatePlant, windowOf } from "../../functions/warnings/domain/evaluate-plant.ts";
import { hourOfTick } from "../../functions/warnings/domain/gas-hour.ts";
import type { Line } from "../../functions/warnings/domain/line.ts";
import { freshState, type DueMessage, type PlantState } from "../../functions/warnings/domain/plant-state.ts";
import { judgeHour, type Verdict } from "../../functions/warnings/domain/verdict.ts";
import type { RuleData } from "../../layers/rule-data.ts";
import type { Plant } from "./process.ts";
import type { Arrival, Sent, Warned, Warner } from "./run.ts";

export interface HourVerdict extends Verdict {
  stream: string;
  hour: number;
  at: number;
  revision: number;
}

export interface Product extends Warner {
  /** Every SMS that left, of every phone, by tick. */
  sms: { t: number; message: DueMessage }[];
  /** Verdicts with their revisions, in order. */
  verdicts: HourVerdict[];
}

export function product(plant: Plant, ruleData: RuleData): Product {
  const { permit } = plant;
  const operator = permit.contacts.find((c) => c.role === "operator")?.phone;
  const blocks = new Map<number, Block>();
  const live: LiveHead = { devices: {}, applied: {}, riskUntil: 0 };
  const first: Record<string, number> = {};
  const late = new Set<number>();
  const known = new Map<string, HourVerdict>();
  const counted = new Map<string, number>();
  const standing = new Map<string, Warned>();
  const episodes: Warned[] = [];
  const sms: Product["sms"] = [];
  const verdicts: HourVerdict[] = [];
  let state: PlantState = freshState();
  let due = 0;
  let frames = 0;
  let atRiskUntil = 0;

  const records = (from: number, to: number): BlockRecord[] => {
    const found: BlockRecord[] = [];
    for (let start = floorBlock(from); start < to; start += 10 * MINUTE)
      for (const r of blocks.get(start)?.records ?? []) if (r.at >= from && r.at < to) found.push(r);
    return found;
  };

  const judge = (hour: number, at: number): void => {
    const own = records(hour - plant.settings.interval * MINUTE, hour + HOUR);
    const numbers = ruleData.warning(hour).hour;
    for (const outlet of permit.outlets)
      for (const limit of outlet.limits) {
        const stream = `${outlet.code}/${limit.pollutant}`;
        const began = first[stream];
        if (began === undefined || floorHour(began) > hour) continue;
        const channel = channelOf(limit.pollutant, limit.basis, limit.referenceO2);
        const row = buildSlots(outlet, channel, own, hour, hour + HOUR);
        const v = judgeHour(row, null, hour, limit.max ?? 0, numbers);
        const old = known.get(`${stream}@${hour}`);
        if (old && old.verdict === v.verdict && old.valid === v.valid && old.mean === v.mean) continue;
        const verdict = { ...v, stream, hour, at, revision: old ? old.revision + 1 : 0 };
        known.set(`${stream}@${hour}`, verdict);
        verdicts.push(verdict);
      }
  };

  const merge = (arrivals: readonly Arrival[]): void => {
    if (arrivals.length === 0) return;
    const batch = arrivals.map(({ record, receivedAt }) => ({
      record,
      receivedAt,
      via: "",
      // Every record of the model is another one, so any name that is used once will do.
      digest: String((frames += 1)),
    }));
    const now = arrivals.at(-1)?.receivedAt ?? 0;
    const merged = mergeFrames(batch, permit, blocks, live, ruleData, now);
    for (const [key, at] of Object.entries(merged.carried))
      if (first[key] === undefined) {
        first[key] = at;
        due = 0;
      }
    live.riskUntil = merged.riskUntil;
    atRiskUntil = Math.max(atRiskUntil, merged.riskUntil);
    for (const hour of merged.hours) late.add(hour);
  };

  const capped = (t: number, { to, lines }: DueMessage): boolean => {
    if (lines.some((l) => l.level === 3 || l.kind === "recovered" || l.kind === "escalated")) return false;
    const key = `${formatDay(t)} ${to}`;
    const n = counted.get(key) ?? 0;
    if (n >= ruleData.warning(t).sms.dailyCap) return true;
    counted.set(key, n + 1);
    return false;
  };

  const book = (t: number): void => {
    const here = new Set<string>();
    for (const e of state.episodes) {
      const id = `${episodeId(e)}@${e.openedAt}`;
      here.add(id);
      const own = standing.get(id) ?? { stream: `${e.outlet}/${e.pollutant}`, hours: [] };
      if (!standing.has(id)) {
        standing.set(id, own);
        episodes.push(own);
      }
      const hour = hourOfTick(t);
      if (e.level > 0 && own.hours.at(-1) !== hour && t !== floorHour(t)) own.hours.push(hour);
    }
    for (const id of standing.keys()) if (!here.has(id)) standing.delete(id);
  };

  const noticeOf = (l: Line) => ({
    stream: `${l.outlet}/${l.pollutant}`,
    level: l.level,
    required: l.required === null || l.limit === null ? null : l.required / l.limit,
    until: l.until ?? 0,
  });

  return {
    sms,
    verdicts,
    episodes: () => episodes,
    answered(at) {
      const until = at + ruleData.warning(at).sms.acknowledgePause * MINUTE;
      state = {
        ...state,
        episodes: state.episodes.map((e) =>
          e.openedAt <= at ? { ...e, pausedUntil: Math.max(e.pausedUntil ?? 0, until) } : e,
        ),
      };
    },
    tick(t, arrivals): Sent | null {
      merge(arrivals);
      const grace = (hour: number): number => hour + HOUR + ruleData.warning(hour).hour.closeGrace * MINUTE;
      if (grace(floorHour(t) - HOUR) === t) judge(floorHour(t) - HOUR, t);
      for (const hour of late)
        if (grace(hour) <= t) {
          judge(hour, t);
          late.delete(hour);
        }
      const atRisk = atRiskUntil > 0;
      if (!atRisk && due > t) return null;
      const facts = {
        permit,
        records: records(windowOf(permit, t, atRisk, ruleData.warning(t)), t + 1),
        live,
        first,
        marks: {},
      };
      const context = { t, ruleData, atRisk, late: false, inOutage: new Set<string>() };
      ({ state, due } = evaluatePlant(facts, state, context));
      const open = state.episodes.length > 0 || state.outbox.length > 0;
      if (open && !atRisk) atRiskUntil = t;
      else if (atRisk && t > atRiskUntil && !open) atRiskUntil = 0;
      book(t);
      const left = state.outbox.filter((message) => !capped(t, message));
      for (const message of left) sms.push({ t, message });
      const own = left.find((m) => m.to === operator);
      if (!own) return null;
      return {
        t,
        notices: own.lines.filter((l) => l.kind === "warning").map(noticeOf),
        recovered: own.lines.some((l) => l.kind === "recovered"),
      };
    },
  };
}
