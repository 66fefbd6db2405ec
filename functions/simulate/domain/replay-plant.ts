/**
 * One plant's past judged again, tick by tick, by the same steps as the tick itself: who can warn or is due is visited,
 * `evaluatePlant` judges, answers of the plant pause its repeats as they did. Only claims and sends are left out.
 */
import type { RuleData } from "../../../layers/rule-data.ts";
import { contactsAt, type ContactList } from "../../register/domain/contacts.ts";
import type { Permit } from "../../register/domain/permit.ts";
import { HOUR, MINUTE } from "../../shared/shanghai.ts";
import type { BlockRecord } from "../../telemetry/domain/block.ts";
import { riskOf } from "../../telemetry/domain/merge-plant.ts";
import type { MarkSpan } from "../../telemetry/domain/slots.ts";
import { episodeId, type Episode, type EpisodeKey } from "../../warnings/domain/episode.ts";
import { evaluatePlant, windowOf } from "../../warnings/domain/evaluate-plant.ts";
import { hourOfTick, type Level } from "../../warnings/domain/gas-hour.ts";
import type { Line } from "../../warnings/domain/line.ts";
import { freshState, pausedState, type PlantState } from "../../warnings/domain/plant-state.ts";
import { silences } from "../../warnings/domain/silence.ts";
import type { Known } from "./known.ts";

export const TICK = 5 * MINUTE;

/** A mark with the time in which it had effect: from when it was made until it was withdrawn or found invalid (null: still). */
export interface DatedMark extends MarkSpan {
  outlet: string;
  made: number;
  over: number | null;
}

export interface PlantPast {
  permit: Permit;
  /** The plant's own list of who gets messages. */
  contacts: ContactList | undefined;
  marks: readonly DatedMark[];
  /** When somebody answered a warning, epoch ms, in order. */
  answers: readonly number[];
}

export interface SentMessage {
  t: number;
  to: string;
  lines: Line[];
}
export interface PastEpisode extends EpisodeKey {
  openedAt: number;
  closedAt: number | null;
  ended: "recovered" | "lapsed" | null;
  highest: Level;
  escalatedAt: number | null;
  /** Highest level by clock hour (start), of the ticks that can set one. */
  levels: Map<number, Level>;
}

export class PlantReplay {
  readonly sent: SentMessage[] = [];
  readonly episodes: PastEpisode[] = [];
  readonly rules: RuleData;
  private readonly past: PlantPast;
  private readonly standing = new Map<string, PastEpisode>();
  private state: PlantState = freshState();
  private risk: number | null = null;
  private riskKnown = 0;
  private due = 0;
  private answered = 0;

  constructor(past: PlantPast, rules: RuleData) {
    this.past = past;
    this.rules = rules;
  }

  /** Devices that were silent before the first tick `t` have been told of already, and again at their times. */
  begin(t: number, known: Known): void {
    const { silence } = this.rules.warning(t);
    const repeat = Math.ceil(silence.repeat / 5) * TICK;
    for (const s of silences(this.past.permit, known.live(), t, silence)) {
      const told = Math.ceil(s.offlineAt / TICK) * TICK;
      if (told >= t) continue;
      const lastMessage = told + Math.floor((t - TICK - told) / repeat) * repeat;
      this.state.offline[s.mn] = { since: s.seen, outlet: s.outlet, lastMessage, outage: false };
    }
    this.answered = this.past.answers.findIndex((at) => at >= t);
    if (this.answered < 0) this.answered = this.past.answers.length;
  }

  /** What was received since the tick before. */
  arrive(records: readonly BlockRecord[], news: boolean): void {
    const { permit } = this.past;
    if (news) this.due = 0;
    for (const record of records) {
      const outlet = permit.outlets.find((o) => o.code === record.outlet) ?? null;
      const until = riskOf(record, outlet, permit, this.rules, record.receivedAt);
      if (until > this.riskKnown) this.risk = this.riskKnown = until;
    }
  }

  tick(t: number, known: Known): void {
    const { permit, contacts, answers } = this.past;
    for (let at = answers[this.answered]; at !== undefined && at < t; at = answers[(this.answered += 1)])
      this.state = pausedState(this.state, at, at + this.rules.warning(at).sms.acknowledgePause * MINUTE) ?? this.state;
    const atRisk = this.risk !== null;
    if (!atRisk && this.due > t) return;
    const from = windowOf(permit, t, atRisk, this.rules.warning(t));
    const result = evaluatePlant(
      {
        permit: { ...permit, contacts: contactsAt(permit, contacts, t) },
        records: known.records(from, t + 1),
        live: known.live(),
        first: known.firstOf(),
        marks: atRisk ? this.marksAt(from, t) : {},
      },
      this.state,
      { t, ruleData: this.rules, atRisk, late: false, inOutage: new Set() },
    );
    this.state = result.state;
    this.due = result.due;
    for (const { to, lines } of this.state.outbox) this.sent.push({ t, to, lines });
    for (const { type, episode } of result.events)
      if (type === "recovered" || type === "lapsed") this.close(t, type, episode);
    this.book(t);
    const open = this.state.episodes.length > 0 || this.state.outbox.length > 0;
    if (open && !atRisk) this.risk = t;
    else if (this.risk !== null && t > this.risk && !open) this.risk = null;
  }

  private marksAt(from: number, t: number): Record<string, DatedMark[]> {
    const standing = this.past.marks.filter(
      (m) => m.made < t && (m.over === null || m.over >= t) && m.from < t && m.to > from,
    );
    return Object.fromEntries(Map.groupBy(standing, (m) => m.outlet));
  }

  private book(t: number): void {
    for (const e of this.state.episodes) {
      const own = this.of(e);
      own.highest = e.highest;
      own.escalatedAt = e.escalatedAt;
      const hour = hourOfTick(t);
      if (e.level > 0 && t < hour + HOUR && e.level > (own.levels.get(hour) ?? 0)) own.levels.set(hour, e.level);
    }
  }
  private close(t: number, ended: "recovered" | "lapsed", episode: Episode): void {
    Object.assign(this.of(episode), { closedAt: t, ended, highest: episode.highest, escalatedAt: episode.escalatedAt });
    this.standing.delete(episodeId(episode));
  }
  private of(e: Episode): PastEpisode {
    const id = episodeId(e);
    const held = this.standing.get(id);
    if (held) return held;
    const { outlet, pollutant, statistic, facility, openedAt, highest, escalatedAt } = e;
    const one: PastEpisode = {
      outlet,
      pollutant,
      statistic,
      facility,
      openedAt,
      closedAt: null,
      ended: null,
      highest,
      escalatedAt,
      levels: new Map(),
    };
    this.standing.set(id, one);
    this.episodes.push(one);
    return one;
  }
}
