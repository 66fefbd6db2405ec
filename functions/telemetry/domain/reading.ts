/** What a decoded frame or JSON message says, before it is judged: the one shape behind both codecs. */

/** Data flags of HJ 212-2017 table 5 (N F M S D C T B); null when the device sent none; other letters are kept as sent. */
export type Flag = string | null;

/** One pollutant of one record. Values in the unit the device sends. */
export interface ReadingItem {
  /** Current code of the rule data (old codes already resolved), or the code as sent when it is unknown. */
  pollutant: string;
  /** Rtd, Avg or Leq-Data as sent; null when absent or not a number. */
  value: number | null;
  /** ZsRtd or ZsAvg; null when absent or not a number. */
  converted: number | null;
  flag: Flag;
}

export type RecordKind = "realtime" | "minute" | "hour" | "day";

/** Facility state: `SBn-RS` (0 off, 1 run, 2 calibrate, 3 maintain, 4 alarm, 5 back-flush) or JSON `running` (0/1). */
export interface FacilityReport {
  /** `sb` number in a frame, or the facility's code in a JSON message. */
  sb: number | null;
  code: string | null;
  state: number;
}

/** One accepted frame or JSON message. */
export interface DeviceRecord {
  mn: string;
  /** HJ 212 CN as sent ("2051"), or "json". */
  command: string;
  /** What its items are; null for frames that carry no pollutant values (2021, 2081, 9014 …). */
  kind: RecordKind | null;
  /** Moment (realtime, status) or start of the interval (minute, hour, day); epoch ms; null when the frame has none. */
  dataTime: number | null;
  /** QN as epoch ms; null when absent (JSON, some 2005 devices). */
  qn: number | null;
  items: ReadingItem[];
  facilities: FacilityReport[];
  /** Quality notes: quirks accepted (lower-case crc, short length, no flag …), stable kebab-case words. */
  notes: string[];
  /** "2/3" for a packet of a set that was joined: all that the set says is in the record of its last packet. */
  packet?: string;
}

/** Why bytes were not accepted; the words of the contract. */
export const QUARANTINE_REASONS = [
  "crc",
  "length",
  "frame",
  "topic",
  "mn-unknown",
  "mn-mismatch",
  "time",
  "schema",
  "unit",
  "edition",
  /** Encrypted, and no key of the device is known. */
  "encrypted",
  /** A packet that says nothing without those of its set that did not come. */
  "incomplete",
  "too-large",
] as const;
export type QuarantineReason = (typeof QUARANTINE_REASONS)[number];

/** Result of reading one piece of a payload. `bytes` is the piece as received, without its closing CRLF. */
export type ReadPiece =
  | { ok: true; bytes: Uint8Array; encrypted: boolean; record: DeviceRecord }
  | { ok: false; bytes: Uint8Array; reason: QuarantineReason; detail: string };
