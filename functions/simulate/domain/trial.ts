/**
 * A plant's past under two sets of numbers at once: the stored blocks are read once, both replays see the same. Pure: whoever
 * reads the blocks feeds them in, day by day.
 */
import type { RuleData } from "../../../layers/rule-data.ts";
import type { Permit } from "../../register/domain/permit.ts";
import { DAY, HOUR, MINUTE } from "../../shared/shanghai.ts";
import type { Block } from "../../telemetry/domain/block.ts";
import type { MarkSpan } from "../../telemetry/domain/slots.ts";
import { judgeLimit, LENGTH, limitsToJudge, type Judged, type Kind } from "../../warnings/domain/judge-limit.ts";
import { Known } from "./known.ts";
import { PlantReplay, TICK, type DatedMark, type PlantPast } from "./replay-plant.ts";

/** `force`: the numbers in force at each time; `draft`: those that are tried. */
export const SIDES = ["force", "draft"] as const;
export type Side = (typeof SIDES)[number];
export type BySide<T> = Record<Side, T>;

export interface PeriodVerdict extends Judged {
  kind: Kind;
  start: number;
}

export interface TrialPast extends PlantPast {
  first: Readonly<Record<string, number>>;
  /** Devices heard before `begin`. */
  heads: Readonly<Record<string, { seen: number; via: string }>>;
}

/** Blocks are kept in memory this long behind the present: what the longest window of a tick asks for. */
const BACK = DAY + 2 * HOUR;

export class PlantTrial {
  readonly replays: BySide<PlantReplay>;
  readonly verdicts: BySide<PeriodVerdict[]> = { force: [], draft: [] };
  private readonly known: Known;
  private readonly past: TrialPast;
  private next: number;
  private began = false;

  /** Judged from the tick `begin` on, so that what is open at the first day that counts is open. */
  constructor(past: TrialPast, rules: BySide<RuleData>, begin: number) {
    this.past = past;
    this.known = new Known(begin, past.heads, past.first);
    this.replays = { force: new PlantReplay(past, rules.force), draft: new PlantReplay(past, rules.draft) };
    this.next = begin;
  }

  add(blocks: readonly Block[]): void {
    this.known.add(blocks);
  }

  /** All ticks up to and with `t`. */
  runTo(t: number): void {
    for (; this.next <= t; this.next += TICK) {
      const { records, news } = this.known.advance(this.next);
      for (const side of SIDES) {
        const replay = this.replays[side];
        if (!this.began) replay.begin(this.next, this.known);
        replay.arrive(records, news);
        replay.tick(this.next, this.known);
      }
      this.began = true;
    }
    this.known.forget(t - BACK);
  }

  /** Verdicts of the day that begins at `day` and of its hours, from all that came until now and the marks that stand. */
  closeDay(day: number): void {
    const marks = Map.groupBy(
      this.past.marks.filter((m) => m.over === null),
      (m) => m.outlet,
    );
    for (let hour = day; hour < day + DAY; hour += HOUR) this.close("HOUR", hour, marks);
    this.close("DAY", day, marks);
  }

  private close(kind: Kind, start: number, marks: ReadonlyMap<string, readonly DatedMark[]>): void {
    const { permit, first } = this.past;
    const end = start + LENGTH[kind];
    const records = this.known.all(start - longestInterval(permit) * MINUTE, end);
    for (const outlet of permit.outlets)
      for (const limit of limitsToJudge(outlet, kind, start, first)) {
        const own: readonly MarkSpan[] = (marks.get(outlet.code) ?? []).filter((m) => m.from < end && m.to > start);
        for (const side of SIDES) {
          const { rules } = this.replays[side];
          const judged = judgeLimit(outlet, limit, kind, { start, end }, records, own, rules);
          this.verdicts[side].push({ ...judged, kind, start });
        }
      }
  }
}

export const longestInterval = (permit: Permit): number =>
  Math.max(1, ...permit.outlets.flatMap((o) => o.devices.map((d) => d.minuteInterval)));
