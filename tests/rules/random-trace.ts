/** Seeded traces as nasty as the field: gaps, late and superseding records, duplicates, damage, values around the limit. */
import type { TraceMessage } from "./oracle/types.ts";
import { type PermitsFile, frame, inOrder, sendJson } from "./traces/build.ts";
import { chance, type Dice, dice, int, pick, shuffled } from "./dice.ts";
import { type City, randomCity } from "./random-city.ts";
import type { Emitter } from "./random-outlets.ts";

export interface RandomTrace {
  seed: number;
  permits: PermitsFile;
  messages: TraceMessage[];
  until: number;
}
export interface TraceOptions {
  /** Length in hours; starts at a random five minutes of the day, or of `startHour` (−2: 22:00 of the day before). */
  hours: number;
  startHour?: number;
  /** Number of plants; default one to three. */
  plants?: number;
  /** Every frame with a QN of its own: no two records are decided by the order of receipt. */
  distinctQn?: boolean;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY_START = Date.parse("2026-10-01T00:00:00+08:00");

/** The same seed and options give the same bytes. */
export function randomTrace(seed: number, { hours, startHour, plants, distinctQn = false }: TraceOptions): RandomTrace {
  const d = dice(seed);
  const start = DAY_START + (startHour ?? int(d, 0, 23)) * HOUR + int(d, 0, 11) * 5 * MINUTE;
  const end = start + hours * HOUR;
  const city = randomCity(d, start, end, plants);
  const messages = inOrder(
    ...city.emitters.map((e) => emitted(d, city, e, start, end, distinctQn)),
    noiseFrames(d, city, start, end),
  );
  return { seed, permits: city.permits, messages: bundled(d, messages), until: end };
}

interface Sent {
  at: number;
  message: TraceMessage;
}

/** Everything one device sends. */
function emitted(d: Dice, city: City, e: Emitter, start: number, end: number, distinctQn: boolean): TraceMessage[] {
  const sent: Sent[] = [];
  let serial = 0;
  let gapUntil = 0;
  let flagUntil = 0;
  let flag = "N";
  const step = e.k * MINUTE;
  const put = (at: number, topicMn: string, payload: Uint8Array): void => {
    const late = Math.max(start, at);
    if (late <= end)
      sent.push({ at: late, message: { receivedAt: late, topic: topicOf(d, city, e, topicMn), payload } });
  };
  const qnAt = (t: number): string => {
    if (e.qnless && !distinctQn) return "";
    return qnText(distinctQn ? Math.floor(t / 1000) * 1000 + (serial++ % 1000) : t);
  };

  for (let t = start; t < end; t += step) {
    if (t >= gapUntil && chance(d, 0.004 * e.k)) gapUntil = t + int(d, 5, 80) * MINUTE;
    if (t >= flagUntil) flag = "N";
    if (t >= flagUntil && chance(d, 0.006 * e.k)) {
      flagUntil = t + int(d, 1, 25) * MINUTE;
      flag = pick(d, ["C", "D", "M", "T"]);
    }
    const silent = t < gapUntil;
    if (!e.active(t) || (silent && !chance(d, 0.3))) continue;
    if (chance(d, 0.02)) continue;
    const values = e.values(t);
    const send = silent
      ? gapUntil + int(d, 1, 600) * 1000 // what was kept in the gap comes behind it
      : chance(d, 0.03)
        ? t + step + int(d, 1, 150) * MINUTE
        : chance(d, 0.02)
          ? Math.ceil((t + step) / (5 * MINUTE)) * 5 * MINUTE // at a tick, to the millisecond
          : t + step + int(d, 1, 55) * 1000;
    const one = (at: number, items: Record<string, number>, f: string | null, qn: string): Uint8Array =>
      e.json
        ? sendJson(at, e.mn, { at: iso(t), kind: "minute", readings: readings(items, f) }).payload
        : frame({ mn: e.mn, st: e.st, time: t, values: itemText(items, "Avg", f), qn });
    const f = flag === "N" && chance(d, 0.05) ? null : flag;
    const first = one(send, values, f, qnAt(send));
    if (e.minutes) put(send, e.mn, first);
    if (e.minutes && chance(d, 0.03)) put(send + int(d, 0, 40) * MINUTE, e.mn, first); // duplicate
    if (e.minutes && !e.json && chance(d, 0.04)) {
      // The same minute again with another value; the QN greater, smaller or (unless distinct) equal.
      const at = send + int(d, 1, 90) * MINUTE;
      const qn = pick(d, distinctQn ? [at, send - 5 * MINUTE] : [at, send - 5 * MINUTE, send]);
      put(at, e.mn, one(at, e.values(t), pick(d, ["N", "N", "D"]), qnAt(qn)));
    }
    if (e.realtime)
      for (let s = int(d, 0, 29) * 1000; s < step; s += 30_000) {
        if (chance(d, 0.1)) continue;
        const at = t + s + int(d, 1, 5) * 1000 + (silent ? gapUntil - t : 0);
        const rtd = itemText(e.values(t), "Rtd", chance(d, 0.04) ? "D" : "N");
        put(at, e.mn, frame({ mn: e.mn, st: e.st, cn: "2011", time: t + s, values: rtd, qn: qnAt(at) }));
      }
    if (e.status && t % (5 * MINUTE) === 0 && !silent) {
      const at = t + int(d, 1, 100) * 1000;
      put(at, e.mn, frame({ mn: e.mn, cn: "2021", time: t, values: e.status(t), qn: qnAt(at) }));
    }
    // Hour records; as the very first message one decides from when the outlet is reported, and so would its order.
    if (t % HOUR === 0 && (t > start || !distinctQn) && chance(d, 0.5)) {
      const at = t + int(d, 30, 120) * 1000;
      const items = itemText(e.values(t), "Avg", "N");
      put(at, e.mn, frame({ mn: e.mn, st: e.st, cn: "2061", time: t - HOUR, values: items, qn: qnAt(at) }));
    }
  }
  return sent.sort((a, b) => a.at - b.at).map((x) => x.message);
}

/** Damaged, strange, lying and empty messages. */
function noiseFrames(d: Dice, city: City, start: number, end: number): TraceMessage[] {
  const messages: TraceMessage[] = [];
  for (let t = start; t < end; t += int(d, 1, 20) * MINUTE) {
    const e = pick(d, city.emitters);
    const receivedAt = t + int(d, 0, 59) * 1000;
    const at = t - 2 * MINUTE;
    const values = { a21002: 40 };
    const whole = frame({ mn: e.mn, time: at, values, qn: qnText(receivedAt) });
    const topic = `plants/${e.mn}/hj212`;
    const kinds: (() => TraceMessage)[] = [
      () => ({ receivedAt, topic, payload: whole.map((b, i) => (i === whole.length - 25 ? b ^ 1 : b)) }),
      () => ({ receivedAt, topic, payload: whole.slice(0, whole.length - int(d, 5, 40)) }),
      () => ({ receivedAt, topic: "plants/X9/hj212", payload: frame({ mn: "X9", time: at, values }) }),
      () => ({ receivedAt, topic: "plants/X8/hj212", payload: whole }),
      () => ({ receivedAt, topic: `plants/${e.mn}.x/hj212`, payload: whole }),
      () => ({ receivedAt, topic, payload: frame({ mn: e.mn, time: receivedAt + int(d, 601, 9000) * 1000, values }) }),
      () => ({ receivedAt, topic, payload: frame({ mn: e.mn, time: receivedAt - int(d, 8, 30) * 24 * HOUR, values }) }),
      () => sendJson(receivedAt, e.mn, { at: iso(at), kind: "minutes", readings: [] }),
    ];
    messages.push(pick(d, kinds)());
  }
  return messages;
}

/** Now and then neighbours of one topic come as one payload, frames back to back, with and without CRLF. */
function bundled(d: Dice, messages: TraceMessage[]): TraceMessage[] {
  const out: TraceMessage[] = [];
  for (const m of messages) {
    const last = out.at(-1);
    if (
      last &&
      last.topic === m.topic &&
      m.topic.endsWith("/hj212") &&
      m.receivedAt - last.receivedAt < 10_000 &&
      chance(d, 0.5)
    )
      last.payload = Buffer.concat([last.payload, Buffer.from(chance(d, 0.8) ? "\r\n" : ""), m.payload]);
    else out.push({ ...m });
  }
  return out;
}

/** Its own topic, Basic Ingest, or the plant's gateway. JSON has only the first two. */
function topicOf(d: Dice, city: City, e: Emitter, mn: string): string {
  const own = `plants/${mn}/${e.json ? "telemetry" : "hj212"}`;
  if (chance(d, 0.02)) return `$aws/rules/${e.json ? "device_telemetry" : "device_frames"}/${own}`;
  return e.gateway && !e.json ? `gateways/${city.gateway}/${e.permitNo}/hj212` : own;
}

const itemText = (items: Record<string, number>, suffix: string, flag: string | null): string =>
  Object.entries(items)
    .map(([code, v]) => {
      const [pollutant, converted] = code.split(":");
      if (converted !== undefined) return `${pollutant}-Zs${suffix}=${v}`;
      const name = pollutant === "Leq" ? "Leq-Data" : `${pollutant}-${suffix}`;
      return `${name}=${v}${flag === null ? "" : `,${pollutant}-Flag=${flag}`}`;
    })
    .join(";")
    .replaceAll(/;(\w+-Zs)/g, ",$1");
const readings = (items: Record<string, number>, flag: string | null): object[] =>
  Object.entries(items)
    .filter(([code]) => !code.includes(":"))
    .map(([pollutant, value]) => ({
      pollutant,
      value,
      ...(items[`${pollutant}:Zs`] === undefined ? {} : { converted: items[`${pollutant}:Zs`] }),
      ...(flag === null ? {} : { flag }),
    }));
const shanghai = (t: number): string => new Date(t + 8 * HOUR).toISOString();
const iso = (t: number): string => `${shanghai(t).slice(0, 19)}+08:00`;
const qnText = (t: number): string => shanghai(t).replaceAll(/\D/g, "").slice(0, 17);

/** The receipts stay, the messages of each minute change places. */
export function shuffledWithinMinutes(seed: number, messages: TraceMessage[]): TraceMessage[] {
  const d = dice(seed);
  const minutes = new Map<number, TraceMessage[]>();
  for (const m of messages) {
    const minute = Math.floor(m.receivedAt / MINUTE);
    minutes.set(minute, [...(minutes.get(minute) ?? []), m]);
  }
  return [...minutes.values()].flatMap((group) => {
    const mixed = shuffled(d, group);
    return group.map((m, i) => ({ ...(mixed[i] as TraceMessage), receivedAt: m.receivedAt }));
  });
}
