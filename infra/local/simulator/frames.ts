/** What leaves a device in a clock minute: HJ 212 frames or JSON messages, with the time each is sent. */
import { inForce } from "../../../functions/register/domain/permit.ts";
import { formatCompact, formatIso, MINUTE } from "../../../functions/shared/shanghai.ts";
import { buildCp, type CpGroup, encodeFrame, readingGroup } from "../../../functions/telemetry/domain/hj212/encode.ts";
import { type Mean, means } from "./process.ts";
import type { SimDevice, SimPlant } from "./profile.ts";
import { bell, unit, whole } from "./random.ts";
import { facilityState, inSpan, linkGap } from "./states.ts";

/** One piece on the wire. `sentAt` in epoch ms. */
export interface Sending {
  sentAt: number;
  bytes: Uint8Array;
}

/** HJ 212 system code by medium: gas source, water source, noise source, dust. */
const ST = { gas: "31", water: "32", noise: "36", dust: "39" } as const;
/** CP may have 950 bytes (HJ 212-2017, 6.3.1); the frames here stay below by leaving Min and Max out of long ones. */
const MAX_CP = 950;
/** Facility states are reported at these minutes. */
const STATE_EVERY = 5;
/** After a break of the link a logger sends so many of its stored records a minute. */
const RESENT_A_MINUTE = 12;

/**
 * Everything the device sends within the clock minute `minute` (epoch minutes), in order. A pure function: a minute has the
 * same bytes whether it is asked live, by the back-fill or after a restart.
 */
export function deviceMinute(plant: SimPlant, device: SimDevice, minute: number): Sending[] {
  const gap = linkGap(device, minute);
  if (gap && inSpan(gap, minute)) return [];
  const at = minute * MINUTE;
  const out: Sending[] = [];
  const send = (offset: number, pieces: Iterable<(sentAt: number) => Uint8Array>): void => {
    for (const piece of pieces) {
      const sentAt = at + offset + out.length; // a millisecond apart: QN is unique per request
      out.push({ sentAt, bytes: piece(sentAt) });
    }
  };
  const offset = deviceOffset(device, minute);
  if (device.realtime) send(4_000, realtime(plant, device, minute));
  if (minute % device.interval === 0) {
    send(offset, record(plant, device, minute - device.interval, false));
    // An answer got lost: the frame of the interval before goes out once more, with the QN it had.
    if (unit(device.key ^ 0x2545f491, minute) < 0.002) {
      const before = (minute - device.interval) * MINUTE + deviceOffset(device, minute - device.interval);
      const again = record(plant, device, minute - 2 * device.interval, true);
      if (!linkGap(device, minute - device.interval))
        send(
          offset,
          again.map((piece) => () => piece(before)),
        );
    }
    // Somebody asks the logger for a record of half an hour ago: same values, later QN.
    if (device.interval === 1 && unit(device.key ^ 0x6c8e9cf5, minute) < 0.001)
      send(offset, record(plant, device, minute - 31, true));
  }
  if (gap && !gap.lost) send(offset + 300, stored(plant, device, gap.from, gap.to, minute));
  if (minute % STATE_EVERY === 0) send(offset + 600, states(plant, device, minute));
  // Hour and day records: some minutes into the next period, spread so that a city's loggers do not all talk at once.
  const hourly = 1 + (device.key % 8);
  if (minute % 60 === hourly && device.interval <= 10)
    send(offset + 700, history(plant, device, "2061", minute - hourly - 60, 60));
  const daily = 2 + ((device.key >>> 8) % 50);
  const sinceMidnight = (minute + 480) % 1440;
  if (sinceMidnight === daily) send(offset + 800, history(plant, device, "2031", minute - daily - 1440, 1440));
  return out;
}

/** Milliseconds into a minute at which a logger sends: 20–40 s, each at its own second. */
export const deviceOffset = (device: SimDevice, minute: number): number =>
  whole(device.key, 41, 20_000, 39_000) + whole(device.key, minute, 0, 900);

type Piece = (sentAt: number) => Uint8Array;

/** The minute-mean record of the interval that starts at `start`; none where the device was not bound. */
function record(plant: SimPlant, device: SimDevice, start: number, resend: boolean): Piece[] {
  if (!inForce(device.binding, start * MINUTE)) return [];
  if (device.channel === "telemetry") return [() => json(plant, device, start)];
  const values = means(plant, device, start, device.interval);
  return [frame(device, "2051", start * MINUTE, groups(device, values), resend)];
}

/** Records that waited for the end of a break, oldest first, a few each minute. */
function stored(plant: SimPlant, device: SimDevice, from: number, to: number, minute: number): Piece[] {
  const pieces: Piece[] = [];
  const first = Math.ceil(from / device.interval) * device.interval;
  for (let i = (minute - to) * RESENT_A_MINUTE; i < (minute - to + 1) * RESENT_A_MINUTE; i++) {
    const end = first + i * device.interval;
    if (end >= to) break;
    pieces.push(...record(plant, device, end - device.interval, true));
  }
  return pieces;
}

function history(plant: SimPlant, device: SimDevice, cn: "2061" | "2031", start: number, minutes: number): Piece[] {
  if (device.channel === "telemetry" || !inForce(device.binding, start * MINUTE)) return [];
  if (device.medium === "noise" && cn === "2031") return []; // a day of noise is Ld and Ln, not a mean
  return [frame(device, cn, start * MINUTE, groups(device, means(plant, device, start, minutes)), false)];
}

/** Two samples, at :30 of the minute before and at :00 of this one, scattered around their minutes. */
function realtime(plant: SimPlant, device: SimDevice, minute: number): Piece[] {
  const pieces: Piece[] = [];
  for (const [start, moment] of [
    [minute - 1, minute * MINUTE - MINUTE / 2],
    [minute, minute * MINUTE],
  ] as const) {
    if (!inForce(device.binding, moment)) continue;
    const cp: CpGroup[] = means(plant, device, start, 1).map(({ stream, avg, converted, flag }) => {
      const scatter = 1 + 0.01 * bell(stream.key ^ 0x11, moment / 1000);
      const sample = (x: number | null): string | null => (x === null ? null : (x * scatter).toFixed(stream.decimals));
      return readingGroup(stream.code, {
        Rtd: sample(avg),
        ZsRtd: device.sendsConverted ? sample(converted) : null,
        Flag: flag,
      });
    });
    pieces.push(frame(device, "2011", moment, cp, false));
  }
  return pieces;
}

function states(plant: SimPlant, device: SimDevice, minute: number): Piece[] {
  if (device.channel === "telemetry" || !inForce(device.binding, minute * MINUTE)) return []; // JSON carries them itself
  const group: CpGroup[] = device.facilities.map((f) => [[`SB${f.sb}-RS`, facilityState(plant, f.code, minute) ?? 0]]);
  return group.length === 0 ? [] : [frame(device, "2021", minute * MINUTE, group, false)];
}

/** The items of a mean record, as the device prints them. */
function groups(device: SimDevice, values: readonly Mean[], short = false): CpGroup[] {
  const cp = values.map(({ stream, min, avg, max, converted, flag }): CpGroup => {
    const text = (x: number): string => x.toFixed(stream.decimals);
    // Annex B of HJ 212 gives noise `-Data` and no flag.
    if (stream.behaviour.kind === "noise")
      return [
        ["Leq-Data", avg.toFixed(1)],
        ["LMx-Data", max.toFixed(1)],
        ["LMn-Data", min.toFixed(1)],
      ];
    return readingGroup(stream.code, {
      Min: short ? null : text(min),
      Avg: text(avg),
      Max: short ? null : text(max),
      ZsAvg: device.sendsConverted && converted !== null ? text(converted) : null,
      Flag: flag,
    });
  });
  return !short && buildCp(cp).length > MAX_CP - 24 ? groups(device, values, true) : cp;
}

/** DataTime is the start of the interval (2051, 2061, 2031) or the moment (2011, 2021). */
const frame = (device: SimDevice, cn: string, dataTime: number, cp: CpGroup[], resend: boolean): Piece => {
  const content = buildCp([[["DataTime", formatCompact(dataTime)]], ...cp]);
  return (sentAt) =>
    encodeFrame({
      qn: formatCompact(sentAt, true),
      st: ST[device.medium],
      cn,
      pw: device.password,
      mn: device.mn,
      flag: device.edition === 2025 ? 9 : 5,
      resend: resend && device.edition === 2025,
      cp: content,
    });
};

/** The JSON message of the contract for the interval that starts at `start`. */
function json(plant: SimPlant, device: SimDevice, start: number): Uint8Array {
  const readings = means(plant, device, start, device.interval).map(({ stream, avg, converted, flag }) => ({
    pollutant: stream.code,
    value: avg,
    ...(device.sendsConverted && converted !== null ? { converted } : {}),
    flag,
  }));
  const end = start + device.interval;
  const facilities =
    end % STATE_EVERY === 0
      ? device.facilities.map((f) => ({ code: f.code, running: facilityState(plant, f.code, end) !== 0 }))
      : [];
  const message = {
    at: formatIso(start * MINUTE),
    kind: "minute",
    readings,
    ...(facilities.length > 0 ? { facilities } : {}),
  };
  return Buffer.from(JSON.stringify(message));
}
