/** A scenario as the messages that its devices send, each with its receipt, and the answers of its people. */
import { type DeviceBinding, inForce, type Outlet, type Permit } from "../../../functions/register/domain/permit.ts";
import { formatCompact, MINUTE } from "../../../functions/shared/shanghai.ts";
import { type CpGroup, encodePackets, readingGroup } from "../../../functions/telemetry/domain/hj212/encode.ts";
import type { RuleData } from "../../../layers/rule-data.ts";
import type { TraceMessage } from "../replay-trace.ts";
import type { Reply } from "../replay.ts";
import type { Scenario } from "./read-scenario.ts";
import { clockTime, type ScenarioEvent } from "./schema.ts";

type Value = number | { avg: number; converted: number };
interface Row {
  values: Map<string, Value>;
  flags: Map<string, string>;
}
interface Device {
  permit: Permit;
  outlet: Outlet;
  binding: DeviceBinding;
}
type Of<K extends ScenarioEvent["do"]> = Extract<ScenarioEvent, { do: K }>;

/** A record leaves so long after the end of its interval, as most loggers do. */
const DELAY = 20_000;
/** After a cut of the uplink the stored frames leave one after the other. */
const STORED_EVERY = 5_000;
const STATE_EVERY = 5 * MINUTE;
const ST = { gas: "31", water: "32", noise: "23", dust: "39" } as const;
/** Version bits and the request for an answer. */
const FLAG = { 2005: 1, 2017: 5, 2025: 9 } as const;

export interface ScenarioTrace {
  messages: TraceMessage[];
  replies: Reply[];
}

/** What reaches the system in a scenario, in order of receipt. */
export function traceOf(scenario: Scenario, ruleData: RuleData): ScenarioTrace {
  const { permits, timeline, day } = scenario;
  const time = (text: string): number => clockTime(day, text);
  const messages = permits
    .flatMap((permit) =>
      permit.outlets.flatMap((outlet) => outlet.devices.map((binding) => ({ permit, outlet, binding }))),
    )
    .flatMap((device) => messagesOf(device, scenario, ruleData));
  const replies = timeline
    .filter((event) => event.do === "answer")
    .map((event): Reply => {
      const contact = plantOf(permits, event.plant).contacts.find((c) => c.role === event.role);
      if (!contact) throw new Error(`${scenario.name}: no ${event.role} answers at ${event.at}, the permit names none`);
      return { from: contact.phone, text: event.text, at: time(event.at) };
    });
  return { messages: messages.sort((a, b) => a.receivedAt - b.receivedAt), replies };
}

/** The plant of that number; of the only one, none need be given. */
export function plantOf(permits: readonly Permit[], permitNo: string | undefined): Permit {
  const plant = permitNo === undefined ? permits[0] : permits.find((p) => p.permitNo === permitNo);
  if (!plant || (permitNo === undefined && permits.length > 1))
    throw new Error(`which plant? one of ${permits.map((p) => p.permitNo).join(", ")}`);
  return plant;
}

function messagesOf(device: Device, scenario: Scenario, ruleData: RuleData): TraceMessage[] {
  const { mn, minuteInterval } = device.binding;
  const time = (text: string): number => clockTime(scenario.day, text);
  const within = (event: { from: string; to: string }, t: number): boolean =>
    t >= time(event.from) && t < time(event.to);
  const step = minuteInterval * MINUTE;
  const mine = scenario.timeline.filter((e) => "devices" in e && (e.devices.includes("*") || e.devices.includes(mn)));
  const cuts = mine.filter((e) => e.do === "silence" || e.do === "uplink-cut");
  const clocks = mine.filter((e) => e.do === "clock");
  const edition = scenario.editions?.[mn] ?? 2017;
  const waiting = new Map<ScenarioEvent, number>();
  const out: TraceMessage[] = [];

  const send = (cn: "2051" | "2021", dataTime: number, wantedAt: number, groups: CpGroup[], again = false): void => {
    const cut = cuts.find((e) => within(e, wantedAt));
    if (cut?.do === "silence") return;
    let sentAt = wantedAt;
    if (cut) {
      const before = waiting.get(cut) ?? 0;
      waiting.set(cut, before + 1);
      sentAt = time(cut.to) + before * STORED_EVERY;
    }
    const wrongBy = (clocks.find((e) => within(e, dataTime))?.minutes ?? 0) * MINUTE;
    const frame = {
      qn: formatCompact(sentAt + wrongBy, true),
      st: ST[device.outlet.medium],
      cn,
      pw: "123456",
      mn,
      flag: FLAG[edition],
      resend: edition === 2025 && (again || cut !== undefined),
    };
    const head: CpGroup = [["DataTime", formatCompact(dataTime + wrongBy)]];
    for (const payload of encodePackets(frame, head, groups))
      out.push({ receivedAt: sentAt, topic: `plants/${mn}/hj212`, payload: payload.subarray(0, -2) });
  };

  const rows = rowsOf(device, mine, step, time, ruleData);
  for (const [start, row] of [...rows].sort(([a], [b]) => a - b))
    if (inForce(device.binding, start)) send("2051", start, start + step + DELAY, groupsOf(row));
  for (const event of mine)
    if (event.do === "resend")
      for (const [i, [start, row]] of [...rows].filter(([t]) => within(event, t)).entries())
        send("2051", start, time(event.at) + i * STORED_EVERY, groupsOf(corrected(row, event)), true);
  for (const [t, groups] of statesOf(device, scenario.timeline, time)) send("2021", t, t + 5_000, groups);
  return out;
}

/** The records of a device by their start; what stands later in the timeline replaces what stands before it. */
function rowsOf(
  device: Device,
  events: readonly ScenarioEvent[],
  step: number,
  time: (text: string) => number,
  ruleData: RuleData,
): Map<number, Row> {
  const rows = new Map<number, Row>();
  for (const event of events) {
    if (event.do !== "measure" && event.do !== "level" && event.do !== "flag") continue;
    const values =
      event.do === "level" ? levelsOf(device, event, ruleData) : event.do === "measure" ? event.values : {};
    for (let t = Math.ceil(time(event.from) / step) * step; t < time(event.to); t += step) {
      const row = rows.get(t) ?? { values: new Map<string, Value>(), flags: new Map<string, string>() };
      for (const [code, value] of Object.entries(values)) row.values.set(code, value);
      if (event.do === "flag")
        for (const code of event.pollutants ?? row.values.keys()) row.flags.set(code, event.flag);
      if (row.values.size > 0) rows.set(t, row);
    }
  }
  return rows;
}

/** Values at a share of the outlet's limits, in the device's units; converted where the limit is. */
function levelsOf({ outlet, binding }: Device, { share }: Of<"level">, ruleData: RuleData): Record<string, Value> {
  const levels: Record<string, Value> = {};
  for (const { pollutant, basis, min, max } of outlet.limits) {
    if (max === null) continue;
    const unit = ruleData.pollutants.get(pollutant)?.unit ?? "";
    const factor = ruleData.unitFactor(unit, binding.units[pollutant] ?? unit) ?? 1;
    const value = (min === null ? share * max : min + share * (max - min)) * factor;
    const known = levels[pollutant];
    // Hour and day, day and night: below the strictest of them.
    if (known !== undefined && (typeof known === "number" ? known : known.avg) <= value) continue;
    levels[pollutant] = basis === "converted" ? { avg: value, converted: value } : value;
  }
  return levels;
}

const corrected = (row: Row, { values = {}, flag }: Of<"resend">): Row => ({
  values: new Map([...row.values, ...Object.entries(values)]),
  flags: flag === undefined ? row.flags : new Map([...row.values.keys()].map((code) => [code, flag])),
});

const groupsOf = ({ values, flags }: Row): CpGroup[] =>
  [...values].map(([code, value]) => {
    // Annex B gives noise `-Data` and no flag.
    if (code === "Leq") return [["Leq-Data", typeof value === "number" ? value : value.avg]];
    const { avg, converted } = typeof value === "number" ? { avg: value, converted: null } : value;
    return readingGroup(code, { Avg: avg, ZsAvg: converted, Flag: flags.get(code) ?? "N" });
  });

/** Facility states that this device reports, by their moment. */
function statesOf(
  { permit, binding }: Device,
  timeline: readonly ScenarioEvent[],
  time: (text: string) => number,
): Map<number, CpGroup[]> {
  const own = permit.facilities.filter((f) => f.mn === binding.mn && f.sb !== null);
  const states = new Map<number, Map<number, boolean>>();
  for (const event of timeline) {
    if (event.do !== "facilities" || (event.plant !== undefined && event.plant !== permit.permitNo)) continue;
    for (let t = time(event.from); t < time(event.to); t += STATE_EVERY) {
      const at = states.get(t) ?? new Map<number, boolean>();
      for (const { code, sb } of own) {
        const running = event.running[code];
        if (running !== undefined && sb !== null) at.set(sb, running);
      }
      if (at.size > 0) states.set(t, at);
    }
  }
  return new Map(
    [...states].map(([t, at]) => [t, [...at].map(([sb, runs]): CpGroup => [[`SB${sb}-RS`, runs ? 1 : 0]])]),
  );
}

/** The trace as `npm run replay` reads it. */
export const traceText = (messages: readonly TraceMessage[], iso: (t: number) => string): string =>
  messages.map((m) => `${iso(m.receivedAt)}\t${m.topic}\t${Buffer.from(m.payload).toString("utf8")}\n`).join("");
