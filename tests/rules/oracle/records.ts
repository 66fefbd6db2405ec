/** From a message to accepted records: quarantine, duplicates, bindings, and the slots a record falls into. */
import { createHash } from "node:crypto";
import type { DeviceBinding, Outlet, Permit } from "../../../functions/register/domain/permit.ts";
import { DAY, floorDay, floorHour, floorMinute, formatIso, MINUTE } from "../../../functions/shared/shanghai.ts";
import { parseTopic, readPayload } from "../../../functions/telemetry/domain/read-payload.ts";
import type { DeviceRecord } from "../../../functions/telemetry/domain/reading.ts";
import {
  type Accepted,
  type Cell,
  outletKey,
  type QuarantineLine,
  seriesKey,
  type Touched,
  type TraceMessage,
  type World,
} from "./types.ts";

const AHEAD = 10 * MINUTE;
const BEHIND = 7 * DAY;

interface Bound {
  plant: Permit;
  outlet: Outlet;
  binding: DeviceBinding;
}

/** Takes one message in; returns the quarantine lines it causes. */
export function takeMessage(world: World, message: TraceMessage): QuarantineLine[] {
  world.counts.messages++;
  const topic = parseTopic(message.topic);
  if (topic === null) {
    world.counts.frames++;
    return [refuse(world, message, message.payload, "topic")];
  }
  const lines: QuarantineLine[] = [];
  const mn = topic.kind === "device" ? topic.mn : null;
  const pieces = readPayload({ channel: topic.channel, mn, bytes: message.payload, ruleData: world.ruleData });
  for (const piece of pieces) {
    world.counts.frames++;
    if (!piece.ok) {
      lines.push(refuse(world, message, piece.bytes, piece.reason));
      continue;
    }
    const { record } = piece;
    const bound = place(world, record, message.receivedAt, topic);
    if (typeof bound === "string") {
      lines.push(refuse(world, message, piece.bytes, bound));
      continue;
    }
    const content = JSON.stringify([record.kind, record.items, record.facilities]);
    const key = `${record.mn}|${record.command}|${record.dataTime}|${record.qn}|${content}`;
    if (world.seen.has(key)) {
      world.counts.duplicates++;
      continue;
    }
    world.seen.add(key);
    world.counts.accepted++;
    const gateway = topic.kind === "gateway" ? topic.gateway : null;
    keep(world, { seq: world.accepted.length, receivedAt: message.receivedAt, gateway, record, ...bound });
  }
  return lines;
}

function refuse(world: World, message: TraceMessage, bytes: Uint8Array, reason: string): QuarantineLine {
  world.counts.quarantined++;
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  // Basic Ingest: a rule sees the topic without its prefix.
  const topic = message.topic.replace(/^\$aws\/rules\/[^/]+\//, "");
  return { type: "quarantine", at: formatIso(message.receivedAt), topic, reason, sha256 };
}

/** Where a record belongs, or why it is refused; in the order of ambiguities.md. */
function place(
  world: World,
  record: DeviceRecord,
  receivedAt: number,
  topic: { kind: "device"; mn: string } | { kind: "gateway"; permitNo: string },
): Bound | "mn-mismatch" | "mn-unknown" | "time" {
  if (topic.kind === "device" && topic.mn !== record.mn) return "mn-mismatch";
  const all = bindingsOf(world, record.mn);
  if (all.length === 0) return "mn-unknown";
  const t = record.dataTime ?? receivedAt;
  if (t > receivedAt + AHEAD || t < receivedAt - BEHIND) return "time";
  const bound = all.find(({ binding: b }) => b.from <= t && (b.to === null || t < b.to));
  if (bound === undefined) return "mn-unknown";
  if (topic.kind === "gateway" && topic.permitNo !== bound.plant.permitNo) return "mn-mismatch";
  return bound;
}

const bindingsOf = (world: World, mn: string): Bound[] =>
  world.permits.flatMap((plant) =>
    plant.outlets.flatMap((outlet) =>
      outlet.devices.filter((binding) => binding.mn === mn).map((binding) => ({ plant, outlet, binding })),
    ),
  );

function keep(world: World, a: Accepted): void {
  world.accepted.push(a);
  push(world.byOutlet, outletKey(a.plant, a.outlet), a);
  push(world.byPlant, a.plant.permitNo, a);
  world.lastOf.set(a.record.mn, a);
  const { kind, dataTime, items } = a.record;
  if (kind === null || dataTime === null) return;
  for (const item of items) {
    const key = seriesKey(a.plant, a.outlet, item.pollutant);
    if (!world.first.has(key)) world.first.set(key, dataTime);
  }
  for (const minute of minutesOf(a)) {
    const outlet = outletKey(a.plant, a.outlet);
    const minutes = world.slots.get(outlet) ?? new Map<number, Cell>();
    world.slots.set(outlet, minutes);
    minutes.set(minute, { records: [...(minutes.get(minute)?.records ?? []), a], said: new Map() });
    for (const { pollutant } of items)
      for (const [statistic, start] of [
        ["hour", floorHour(minute)],
        ["day", floorDay(minute)],
      ] as const)
        touch(world, { plant: a.plant, outlet: a.outlet, pollutant, statistic, start });
  }
}

const touch = (world: World, x: Touched): Map<string, Touched> =>
  world.touched.set(`${seriesKey(x.plant, x.outlet, x.pollutant)}|${x.statistic}|${x.start}`, x);

/** Starts of the slots a record falls into: k for a minute record, one for a sample, none for hour and day records. */
function minutesOf(a: Accepted): number[] {
  const { kind, dataTime } = a.record;
  if (dataTime === null || (kind !== "minute" && kind !== "realtime")) return [];
  const start = floorMinute(dataTime);
  const k = kind === "minute" ? a.binding.minuteInterval : 1;
  return Array.from({ length: k }, (_, i) => start + i * MINUTE);
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
