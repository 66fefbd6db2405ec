/** Stored blocks and ledger items → the facts of the public view. Pure; `load-facts.ts` reads the tables. */
import { inForce, type Outlet, type Permit } from "../../register/domain/permit.ts";
import { HOUR, MINUTE, floorHour } from "../../shared/shanghai.ts";
import {
  channelOf,
  facilityChannel,
  pollutantOf,
  type BlockRecord,
  type Channel,
} from "../../telemetry/domain/block.ts";
import { buildSlots, intervalAt, isOf, type MarkSpan, type Slot as StoredSlot } from "../../telemetry/domain/slots.ts";

import type { DayFact, DisclosureFacts, FacilityFact, HourFact, PublicState, SeriesFact, Slot } from "./facts.ts";
import { seriesStart } from "./series-view.ts";

export interface StoredFacts {
  code: string;
  permit: Permit;
  asOf: number;
  /** Records since `recordsFrom(asOf)`. */
  records: readonly BlockRecord[];
  marks: Readonly<Record<string, readonly MarkSpan[]>>;
  /** Null: the warning function has not looked at the plant yet. */
  warning: {
    state: PublicState;
    episodes: { openedAt: number; level: number }[];
    offline: Record<string, { since: number }>;
  } | null;
  /** Every revision; the newest of each period wins. */
  hours: readonly HourFact[];
  days: readonly DayFact[];
}

/** A record that began before the shown day may reach into it: no interval is longer than an hour. */
export const recordsFrom = (asOf: number): number => seriesStart(asOf) - HOUR;

export function collectFacts(stored: StoredFacts): DisclosureFacts {
  const { code, permit, asOf, warning } = stored;
  return {
    code,
    permit,
    asOf,
    state: warning?.state ?? null,
    since: warning === null ? null : sinceOf(warning),
    series: permit.outlets.flatMap((outlet) => seriesOf(outlet, stored)),
    hours: newestRevision(stored.hours, (h) => h.hour),
    days: newestRevision(stored.days, (d) => d.day),
    facilities: facilitiesOf(permit, stored.records, asOf),
  };
}

/** A warning holds since its oldest open episode; a silence since the last device fell silent. */
function sinceOf({ state, episodes, offline }: NonNullable<StoredFacts["warning"]>): number | null {
  const times =
    state === "silent"
      ? [Math.max(...Object.values(offline).map((d) => d.since))]
      : state === "normal"
        ? []
        : episodes.filter((e) => e.level > 0).map((e) => e.openedAt);
  const first = Math.min(...times);
  return Number.isFinite(first) ? first : null;
}

/** One series per pollutant, on the basis of its limit; without a limit as measured. */
function seriesOf(outlet: Outlet, { records, marks, asOf }: StoredFacts): SeriesFact[] {
  const own = records.filter((r) => r.outlet === outlet.code);
  const channels = new Map<string, Channel>();
  for (const record of own)
    for (const { channel } of record.values) if (channel.endsWith("/m")) channels.set(pollutantOf(channel), channel);
  for (const l of outlet.limits)
    if (inForce(l, floorHour(asOf))) channels.set(l.pollutant, channelOf(l.pollutant, l.basis, l.referenceO2));
  const from = seriesStart(asOf);
  const to = Math.floor(asOf / MINUTE) * MINUTE + MINUTE;
  const device = outlet.devices.find((d) => inForce(d, asOf)) ?? outlet.devices[0];
  const minutes = device === undefined ? 1 : intervalAt(outlet, device.mn, asOf);
  return [...channels].map(([pollutant, channel]) => {
    const plain = buildSlots(outlet, channel, own, from, to).slots;
    const spans = (marks[outlet.code] ?? []).filter((m) => isOf(m, pollutant));
    const slots: Slot[] = [];
    let t = from;
    for (const slot of plain) {
      if (slot.received) slots.push(shownSlot(slot, t, spans));
      t += MINUTE;
    }
    return { outlet: outlet.code, pollutant, minutes, slots };
  });
}

/** A slot that has a record. */
export function shownSlot(slot: StoredSlot, t: number, marks: readonly MarkSpan[]): Slot {
  const marked = marks.some((m) => m.from <= t && t < m.to);
  const quality = marked ? "marked" : slot.value === null ? "invalid" : "counts";
  return { t, value: slot.value ?? slot.shown, quality, flag: slot.flag };
}

function newestRevision<T extends { outlet: string; pollutant: string; revision: number }>(
  facts: readonly T[],
  period: (fact: T) => number,
): T[] {
  const newest = new Map<string, T>();
  for (const fact of facts) {
    const key = `${fact.outlet}|${fact.pollutant}|${period(fact)}`;
    const held = newest.get(key);
    if (held === undefined || held.revision < fact.revision) newest.set(key, fact);
  }
  return [...newest.values()];
}

function facilitiesOf(permit: Permit, records: readonly BlockRecord[], asOf: number): FacilityFact[] {
  return permit.facilities.flatMap(({ code }) => {
    const channel = facilityChannel(code);
    let newest: FacilityFact | null = null;
    for (const r of records) {
      if (r.kind !== "facility" || r.at > asOf || (newest !== null && r.at < newest.at)) continue;
      const value = r.values.find((v) => v.channel === channel)?.value;
      if (typeof value === "number") newest = { code, state: value, at: r.at };
    }
    return newest === null ? [] : [newest];
  });
}
