/**
 * One plant at one tick: every limit, condition and device is judged, episodes move a step, due lines become one
 * message per phone. Pure: facts and the state of the tick before in, the next state and what to do out.
 */
import type { RuleData, WarningNumbers } from "../../../layers/rule-data.ts";
import {
  inForce,
  type Contact,
  type Limit,
  type Outlet,
  type Permit,
  type Role,
} from "../../register/domain/permit.ts";
import { DAY, floorDay, floorHour, HOUR, MINUTE } from "../../shared/shanghai.ts";
import { channelOf, type BlockRecord, type LiveHead } from "../../telemetry/domain/block.ts";
import { buildSlots, type MarkSpan } from "../../telemetry/domain/slots.ts";
import { assessFacility, assessNoise, assessRange, type Condition } from "./conditions.ts";
import { episodeId, stepCondition, stepDay, stepHour, type Episode, type EpisodeKey, type Step } from "./episode.ts";
import { assessHour, hourOfTick, type Assessment } from "./gas-hour.ts";
import { compareLines, figures, line, RECIPIENTS, type Line } from "./line.ts";
import type { DueMessage, PlantState, PublicState } from "./plant-state.ts";
import { silences, type Silence } from "./silence.ts";
import { assessDay, dayOfTick } from "./water-day.ts";

export const FLOW_CHANNEL = channelOf("w00000", "measured", null);

export interface PlantFacts {
  permit: Permit;
  /** Records of at least the window that `windowOf` names. */
  records: readonly BlockRecord[];
  live: LiveHead | null;
  /** DataTime of the first accepted frame that carries `outlet/pollutant`. */
  first: Readonly<Record<string, number>>;
  /** Lawful marks by outlet. */
  marks: Readonly<Record<string, readonly MarkSpan[]>>;
}

export interface TickContext {
  t: number;
  ruleData: RuleData;
  /** Everything is judged; else only silence and data deficits (the plant cannot warn). */
  atRisk: boolean;
  /** The tick runs too late to send: what falls due is recorded as expired. */
  late: boolean;
  /** Devices whose silence is part of an outage. */
  inOutage: ReadonlySet<string>;
}

export interface EpisodeEvent {
  type: "opened" | "escalated" | "recovered" | "lapsed";
  episode: Episode;
}

export interface Evaluation {
  state: PlantState;
  events: EpisodeEvent[];
  /** When silence or a data deficit has to be looked at again, epoch ms. */
  due: number;
  /** The same for a data deficit alone. */
  deficit: number;
}

/** From where records are needed to judge this plant at `t`. */
export function windowOf(permit: Permit, t: number, atRisk: boolean, numbers: WarningNumbers): number {
  const interval = Math.max(1, ...permit.outlets.flatMap((o) => o.devices.map((d) => d.minuteInterval)));
  // The hour that is judged and the newest window, with the record that began before and reaches into it.
  const hour = Math.min(hourOfTick(t), t - numbers.hour.newestWindow * MINUTE) - interval * MINUTE;
  if (!atRisk) return hour;
  const water = permit.outlets.some((o) => o.medium === "water" && o.limits.some((l) => l.statistic === "day"));
  const states =
    permit.facilities.some((f) => f.kind === "treatment") || permit.outlets.some((o) => o.medium === "noise");
  return Math.min(hour, water ? t - DAY - interval * MINUTE : hour, states ? t - 3 * HOUR : hour);
}

/**
 * When this plant has to be looked at again, where nothing but its silence has to be looked at now (epoch ms); null where
 * everything has to. `deficit`: until then no data deficit can come about, by the visit before.
 */
export function calmUntil(
  { permit, live }: Pick<PlantFacts, "permit" | "live">,
  held: PlantState,
  deficit: number,
  t: number,
  numbers: WarningNumbers,
): number | null {
  // What is due before the next visit for silence is looked at now.
  if (!deficitIsFar(deficit, t, numbers)) return null;
  const remembers =
    held.episodes.length + held.deficits.length + held.outbox.length > 0 ||
    Object.keys(held.offline).length + Object.keys(held.conditionWarnings).length > 0;
  if (remembers || held.state !== "normal") return null;
  const offlineAt = silences(permit, live, t, numbers.silence).map((s) => s.offlineAt);
  return offlineAt.every((at) => at > t) ? Math.min(deficit, t + HOUR, ...offlineAt) : null;
}

/** Will the next visit for silence be in time for this data deficit? */
export const deficitIsFar = (deficit: number, t: number, { silence }: WarningNumbers): boolean =>
  deficit > t + silence.minutes * MINUTE;

export function evaluatePlant(facts: PlantFacts, held: PlantState, context: TickContext): Evaluation {
  const { t, ruleData } = context;
  const numbers = ruleData.warning(t);
  const run = new TickRun(facts, held, context, numbers);
  const quiet = silences(facts.permit, facts.live, t, numbers.silence);
  run.devices(quiet);
  for (const outlet of facts.permit.outlets) {
    for (const limit of outlet.limits) {
      if (limit.statistic === "hour") run.hour(outlet, limit, quiet);
      else if (context.atRisk && limit.statistic === "day" && outlet.medium === "water") run.day(outlet, limit);
      else if (context.atRisk && limit.statistic === "instant") run.range(outlet, limit);
    }
    if (context.atRisk) run.noise(outlet);
  }
  if (context.atRisk) run.facilities();
  return run.result(quiet);
}

class TickRun {
  readonly facts: PlantFacts;
  readonly context: TickContext;
  readonly numbers: WarningNumbers;
  readonly episodes: Map<string, Episode>;
  readonly deficits: Set<string>;
  readonly offline: PlantState["offline"];
  readonly conditionWarnings: PlantState["conditionWarnings"];
  readonly lines: Line[] = [];
  readonly events: EpisodeEvent[] = [];
  due: number;
  deficit: number;

  constructor(facts: PlantFacts, held: PlantState, context: TickContext, numbers: WarningNumbers) {
    this.facts = facts;
    this.context = context;
    this.numbers = numbers;
    this.episodes = new Map(held.episodes.map((e) => [episodeId(e), e]));
    this.deficits = new Set(held.deficits);
    this.offline = { ...held.offline };
    this.conditionWarnings = Object.fromEntries(
      Object.entries(held.conditionWarnings).filter(([, at]) => context.t - at < HOUR),
    );
    this.due = context.t + HOUR;
    // A limit that begins with the next hour has its first deficit there, and not sooner.
    this.deficit = nextHourDeficit(context.t, numbers.hour);
  }

  devices(quiet: readonly Silence[]): void {
    const { t } = this.context;
    for (const s of quiet) {
      if (t < s.offlineAt) {
        delete this.offline[s.mn];
        this.due = Math.min(this.due, s.offlineAt);
        continue;
      }
      const known = this.offline[s.mn];
      const outage = this.context.inOutage.has(s.mn);
      const tell =
        !outage &&
        (!known || known.lastMessage === null || t - known.lastMessage >= this.numbers.silence.repeat * MINUTE);
      this.offline[s.mn] = {
        since: s.seen,
        outlet: s.outlet,
        outage,
        lastMessage: tell && !this.context.late ? t : (known?.lastMessage ?? null),
      };
      if (tell)
        this.lines.push(
          line({ kind: "offline", outlet: s.outlet, device: s.mn, since: s.seen, roles: [...RECIPIENTS.offline] }),
        );
      this.due = Math.min(this.due, t + 5 * MINUTE);
    }
    // A device that is no longer bound is nobody's silence.
    for (const mn of Object.keys(this.offline)) if (!quiet.some((s) => s.mn === mn)) delete this.offline[mn];
  }

  hour(outlet: Outlet, limit: Limit, quiet: readonly Silence[]): void {
    const { t } = this.context;
    const start = hourOfTick(t);
    const n = this.numbers.hour;
    if (limit.max === null || !inForce(limit, start) || !this.reported(outlet, limit.pollutant, start)) return;
    const from = Math.min(start, t - n.newestWindow * MINUTE);
    const row = this.slots(outlet, limit, from);
    const a = assessHour(row, t, limit.max, n);
    const key = keyOf(outlet, limit);
    this.apply(key, stepHour(this.episodes.get(episodeId(key)) ?? null, key, a, t, n), a, start + HOUR);

    const deficit = `${outlet.code}/${limit.pollutant}`;
    if (a.left === 0 && a.valid >= n.validSlots) this.deficits.delete(deficit);
    const own = quiet.filter((s) => s.outlet === outlet.code);
    // Also where no device is bound any more: nobody is there to make the hour whole.
    const allOffline = own.every((s) => t >= s.offlineAt);
    if (a.deficit && !allOffline && !this.deficits.has(deficit)) {
      if (!this.context.late) this.deficits.add(deficit);
      this.lines.push(
        line({
          kind: "data",
          outlet: outlet.code,
          pollutant: limit.pollutant,
          statistic: "hour",
          ...figures(a),
          until: start + HOUR,
          roles: [...RECIPIENTS.data],
        }),
      );
    }
    const again = this.deficits.has(deficit) ? floorHour(t) + HOUR : deficitDue(a, row, t, n);
    this.deficit = Math.min(this.deficit, again);
  }

  day(outlet: Outlet, limit: Limit): void {
    const { t } = this.context;
    const start = dayOfTick(t);
    if (limit.max === null || !inForce(limit, start) || !this.reported(outlet, limit.pollutant, start)) return;
    const from = t - DAY;
    const flow = buildSlots(outlet, FLOW_CHANNEL, this.facts.records, from, t, this.facts.marks[outlet.code]);
    const a = assessDay(this.slots(outlet, limit, from), flow, t, limit.max, this.numbers.water);
    const key = keyOf(outlet, limit);
    const { lapsedTicks: ticks, recoveredTickValid: valid } = this.numbers.hour;
    this.apply(
      key,
      stepDay(this.episodes.get(episodeId(key)) ?? null, key, a, t, this.numbers.water, { ticks, valid }),
      a,
      start + DAY,
    );
  }

  range(outlet: Outlet, limit: Limit): void {
    const { t } = this.context;
    if (!inForce(limit, t - 1)) return;
    const row = this.slots(outlet, limit, t - this.numbers.hour.newestWindow * MINUTE);
    const condition = assessRange(row, t, limit, this.numbers.range);
    this.condition(keyOf(outlet, limit), condition, this.numbers.range.repeat, { limit: limit.max, min: limit.min });
  }

  noise(outlet: Outlet): void {
    const { t } = this.context;
    const limits = outlet.limits.filter((l) => l.statistic === "period");
    for (const [pollutant, own] of Map.groupBy(limits, (l) => l.pollutant)) {
      const a = assessNoise(outlet, this.facts.records, t, own, this.numbers.noise, this.numbers.hour.newestWindow);
      const key: EpisodeKey = { outlet: outlet.code, pollutant, statistic: "period", facility: null };
      this.condition(key, a, this.numbers.noise.repeat, { limit: a.limit?.max ?? null });
    }
  }

  facilities(): void {
    const { facilities } = this.facts.permit;
    const { facility, hour } = this.numbers;
    for (const f of facilities.filter((x) => x.kind === "treatment")) {
      const a = assessFacility(f, facilities, this.facts.records, this.context.t, facility, hour.newestWindow);
      this.condition({ outlet: null, pollutant: null, statistic: "facility", facility: f.code }, a, null, {});
    }
  }

  condition(key: EpisodeKey, condition: Condition, repeat: number | null, extra: Partial<Line>): void {
    const { t } = this.context;
    const id = episodeId(key);
    const ended = Math.round((t - hourOfTick(t)) / MINUTE);
    const { hour } = this.numbers;
    const step = stepCondition(this.episodes.get(id) ?? null, key, condition, t, {
      repeat,
      lastWarning: this.conditionWarnings[id] ?? null,
      counted: ended >= hour.lateMinutes && ended < hour.slots,
      numbers: hour,
    });
    if (step.warn > 0 && repeat !== null && !this.context.late) this.conditionWarnings[id] = t;
    this.apply(key, step, null, null, { value: condition.value, ...extra });
  }

  /** Books what a step did: the lines it owes, the episode as it stands, the events for the ledger. */
  apply(key: EpisodeKey, step: Step, a: Assessment | null, until: number | null, extra: Partial<Line> = {}): void {
    const { t, late } = this.context;
    if (!step.episode) return;
    const e = { ...step.episode, roles: [...step.episode.roles] };
    const base: Partial<Line> = {
      outlet: key.outlet,
      pollutant: key.pollutant,
      statistic: key.statistic,
      facility: key.facility,
      until,
      ...(a ? figures(a) : {}),
      ...extra,
    };
    const say = (kind: Line["kind"], level: Line["level"], roles: readonly Role[]): void => {
      this.lines.push(line({ ...base, kind, level, roles: [...roles] }));
      if (!late) e.roles = [...new Set([...e.roles, ...roles])];
    };
    if (step.warn > 0) {
      say("warning", step.warn, RECIPIENTS[step.warn as 1 | 2 | 3]);
      if (!late) Object.assign(e, { lastMessage: t, messages: e.messages + 1 });
    }
    if (late) {
      // Nobody hears a late tick: it is no repeat that went unanswered, and who escalates must be told.
      if (key.statistic === "day") e.streak = this.episodes.get(episodeId(key))?.streak ?? 0;
      if (step.escalated) e.escalatedAt = null;
    }
    if (step.escalated) say("escalated", e.level, RECIPIENTS.escalated);
    if (step.ended === "recovered" && e.roles.length > 0) say("recovered", 0, e.roles);
    if (step.opened) this.events.push({ type: "opened", episode: e });
    if (step.escalated && !late) this.events.push({ type: "escalated", episode: e });
    if (step.ended) {
      this.events.push({ type: step.ended, episode: e });
      this.episodes.delete(episodeId(key));
    } else this.episodes.set(episodeId(key), e);
  }

  slots(outlet: Outlet, limit: Limit, from: number): ReturnType<typeof buildSlots> {
    const channel = channelOf(limit.pollutant, limit.basis, limit.referenceO2);
    return buildSlots(outlet, channel, this.facts.records, from, this.context.t, this.facts.marks[outlet.code]);
  }

  /** A limit is judged from the period of the first accepted frame that carries its pollutant. */
  reported(outlet: Outlet, pollutant: string, periodStart: number): boolean {
    const first = this.facts.first[`${outlet.code}/${pollutant}`];
    const day = periodStart === floorDay(periodStart) && outlet.medium === "water";
    return first !== undefined && (day ? floorDay(first) : floorHour(first)) <= periodStart;
  }

  result(quiet: readonly Silence[]): Evaluation {
    const { t } = this.context;
    // An episode whose limit is gone from the permit has nothing left to judge it.
    for (const [id, e] of this.episodes)
      if (!stillPermitted(this.facts.permit, e, t)) {
        this.events.push({ type: "lapsed", episode: e });
        this.episodes.delete(id);
      }
    const episodes = [...this.episodes.values()];
    return {
      state: {
        tick: t,
        episodes,
        deficits: [...this.deficits].sort(),
        offline: this.offline,
        conditionWarnings: this.conditionWarnings,
        outbox: messagesOf(this.facts.permit.contacts, this.lines),
        state: publicState(episodes, quiet.length > 0 && quiet.every((s) => t >= s.offlineAt)),
      },
      events: this.events,
      due: Math.max(Math.min(this.due, this.deficit), t + MINUTE),
      deficit: Math.max(this.deficit, t + MINUTE),
    };
  }
}

const keyOf = (outlet: Outlet, limit: Limit): EpisodeKey => ({
  outlet: outlet.code,
  pollutant: limit.pollutant,
  statistic: limit.statistic,
  facility: null,
});

const stillPermitted = (permit: Permit, e: Episode, t: number): boolean =>
  e.facility !== null
    ? permit.facilities.some((f) => f.code === e.facility)
    : permit.outlets.some(
        (o) =>
          o.code === e.outlet &&
          // A limit that ends within a period governs it to its end.
          o.limits.some(
            (l) =>
              l.pollutant === e.pollutant &&
              l.statistic === e.statistic &&
              (inForce(l, t - 1) || inForce(l, l.statistic === "day" ? dayOfTick(t) : hourOfTick(t))),
          ),
      );

/**
 * The earliest moment at which this hour's missing minutes can become too many, if nothing more arrives: slots go
 * missing `pendingMinutes` after their end. Minutes that arrive but do not count put the plant at risk instead.
 */
function deficitDue(
  a: Assessment,
  row: { from: number; slots: readonly { received: boolean }[] },
  t: number,
  n: WarningNumbers["hour"],
): number {
  const hourEnd = floorHour(t) + HOUR;
  const spare = n.slots - n.validSlots + 1;
  const nextHour = nextHourDeficit(t, n);
  if (a.left === 0) return nextHour;
  const waiting = row.slots.flatMap((slot, i) => {
    const end = row.from + (i + 1) * MINUTE;
    return !slot.received && end > floorHour(t) && end <= t && end > t - n.pendingMinutes * MINUTE ? [end] : [];
  });
  const missing = a.ended - a.valid - waiting.length;
  const need = spare - missing;
  if (need <= 0) return t + 5 * MINUTE;
  const last = waiting[need - 1] ?? t + (need - waiting.length) * MINUTE;
  const due = last + n.pendingMinutes * MINUTE;
  return due < hourEnd ? due : nextHour;
}

/** The earliest moment at which minutes that never arrive can be too many in the hour after the one that a tick looks at. */
const nextHourDeficit = (t: number, n: WarningNumbers["hour"]): number =>
  hourOfTick(t) + HOUR + (n.slots - n.validSlots + 1 + n.pendingMinutes) * MINUTE;

/** All due lines of the plant, one message per phone: two roles on one phone are the union. */
export function messagesOf(contacts: readonly Contact[], lines: readonly Line[]): DueMessage[] {
  const phones = [...new Set(contacts.map((c) => c.phone))].sort();
  return phones.flatMap((to) => {
    const roles = new Set(contacts.filter((c) => c.phone === to).map((c) => c.role));
    const own = lines.filter((l) => l.roles.some((r) => roles.has(r))).sort(compareLines);
    return own.length > 0 ? [{ to, lines: own }] : [];
  });
}

function publicState(episodes: readonly Episode[], silent: boolean): PublicState {
  if (silent) return "silent";
  if (episodes.some((e) => e.level === 3)) return "lost";
  return episodes.some((e) => e.level > 0) ? "warned" : "normal";
}
