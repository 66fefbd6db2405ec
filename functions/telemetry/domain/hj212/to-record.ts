/**
 * A decoded HJ 212 frame as a `DeviceRecord`: what its items mean by CN and suffix (HJ 212-2017 tables 7 and 8).
 * Nothing is judged here and no unit is changed.
 */
import type { RuleData } from "../../../../layers/rule-data.ts";
import { parseCompact } from "../../../shared/shanghai.ts";
import type { DeviceRecord, FacilityReport, ReadingItem, RecordKind } from "../reading.ts";
import type { Hj212Frame } from "./decode.ts";
import { SM4_BLOCK } from "./sm4.ts";

export type RecordResult =
  | { ok: true; record: DeviceRecord }
  | { ok: false; reason: "time" | "schema" | "incomplete"; detail: string };

/** CN of the data commands that carry pollutant values; what else a frame says is kept in the archive only. */
const KINDS: Readonly<Record<string, RecordKind>> = {
  "2011": "realtime",
  "2051": "minute",
  "2061": "hour",
  "2031": "day",
};

const LONGEST_CODE = 32;
const LONGEST_FLAG = 8;
/** Beyond it six decimals and a sum over a day no longer fit a double; no unit of the standard comes near. */
const LARGEST = 1e12;

/** What a suffix says of a pollutant in records of a kind; null for suffixes that are stored in the archive only. */
function roleOf(code: string, suffix: string, kind: RecordKind): "value" | "converted" | "flag" | "present" | null {
  switch (suffix) {
    case "Rtd":
    case "td": // met in the field for Rtd (`LA-td`)
      return kind === "realtime" ? "value" : "present";
    case "ZsRtd":
      return kind === "realtime" ? "converted" : "present";
    case "Avg":
      return kind === "realtime" ? "present" : "value";
    case "ZsAvg":
      return kind === "realtime" ? "present" : "converted";
    case "Data": // noise: Leq-Data, L10-Data …
      return kind === "realtime" ? "present" : "value";
    case "DayData":
      return code === "Ld" ? "value" : "present";
    case "NightData":
      return code === "Ln" ? "value" : "present";
    case "Flag":
      return "flag";
    case "Min":
    case "Max":
    case "Cou":
    case "ZsMin":
    case "ZsMax":
    case "EFlag":
    case "SampleTime":
      return "present";
    default:
      return null;
  }
}

/** The record of a frame; refused as `time` when it carries data but no real DataTime. */
export function toRecord(frame: Hj212Frame, ruleData: RuleData, framingNotes: readonly string[] = []): RecordResult {
  const kind = KINDS[frame.cn] ?? null;
  const target: Target = { items: new Map(), last: null, lastCode: "", ruleData, notes: [] };
  const { items, notes } = target;
  for (const word of framingNotes) note(notes, word);
  for (const word of frame.notes) note(notes, word);
  noteEdition(frame, ruleData, notes);
  const facilities: FacilityReport[] = [];
  let dataTimeText: string | null = null;
  for (const { key, value } of frame.items) {
    if (key === "DataTime") {
      if (dataTimeText !== null && dataTimeText !== value)
        return {
          ok: false,
          reason: "time",
          detail: `two DataTimes in one frame: ${dataTimeText.slice(0, 40)} and ${value.slice(0, 40)}`,
        };
      dataTimeText = value;
      continue;
    }
    const dash = key.lastIndexOf("-");
    if (dash <= 0) continue;
    const code = key.slice(0, dash);
    const suffix = key.slice(dash + 1);
    const agrees =
      suffix === "RS"
        ? readFacility(code, value, facilities, notes)
        : kind === null || readItem(code, suffix, value, kind, target);
    if (!agrees)
      return { ok: false, reason: "schema", detail: `${key.slice(0, 40)} stands twice with different values` };
  }

  const hasData = items.size > 0 || facilities.length > 0;
  const dataTime = dataTimeText === null ? null : parseCompact(dataTimeText);
  if (hasData && dataTime === null) {
    const said = dataTimeText === null ? "no DataTime" : `DataTime=${dataTimeText.slice(0, 40)} is not a real moment`;
    return { ok: false, reason: "time", detail: `${said}; a frame with data needs DataTime=yyyyMMddHHmmss` };
  }
  if (dataTime === null && dataTimeText !== null) note(notes, "bad-datatime");
  if (dataTimeText?.length === 17) note(notes, "long-datatime");
  const qn = frame.qn === null ? null : parseCompact(frame.qn);
  if (frame.qn !== null && qn === null) note(notes, "bad-qn");
  const list = [...items.values()];
  for (const item of list) if (item.flag === null && item.value !== null) note(notes, "no-flag");
  return {
    ok: true,
    record: {
      mn: frame.mn,
      command: frame.cn,
      kind: list.length > 0 ? kind : null,
      dataTime,
      qn,
      items: list,
      facilities,
      notes,
    },
  };
}

/** Each word once; a frame has a handful. */
function note(notes: string[], word: string): void {
  if (!notes.includes(word)) notes.push(word);
}

/** What the frame's edition asks of ST and of encryption; nothing is asked of a frame that does not name its edition. */
function noteEdition(frame: Hj212Frame, { hj212 }: RuleData, notes: string[]): void {
  const { flag, edition, st, cn, cp, encrypted } = frame;
  if (st === null || st === "") note(notes, "no-st");
  if (flag === null) return;
  if (st !== null && st !== "" && !hj212.knowsSystem(edition, st)) note(notes, "unknown-st");
  const asked = hj212.asksEncryption(edition, cn);
  if (encrypted && !asked) note(notes, "encrypted-unasked");
  if (!encrypted && asked && Buffer.byteLength(cp) >= SM4_BLOCK) note(notes, "not-encrypted");
}

interface Target {
  items: Map<string, ReadingItem>;
  /** The pollutant before and its code as sent: items of one pollutant stand together. */
  last: ReadingItem | null;
  lastCode: string;
  ruleData: RuleData;
  notes: string[];
}

/** The record's item of a pollutant, made when it is new; null for a code that cannot be one. */
function itemOf(sent: string, target: Target): ReadingItem | null {
  const { items, ruleData, notes } = target;
  if (target.last !== null && target.lastCode === sent) return target.last;
  if (sent.length > LONGEST_CODE) {
    note(notes, "bad-code");
    return null;
  }
  const pollutant = ruleData.resolve(sent) ?? sent;
  if (pollutant !== sent) note(notes, "old-code");
  let item = items.get(pollutant);
  if (item === undefined) items.set(pollutant, (item = { pollutant, value: null, converted: null, flag: null }));
  target.last = item;
  target.lastCode = sent;
  return item;
}

/** Production conditions (HJ 212-2025, ST 45) are words: `p99101-Rtd=St`. */
const CONDITION_CODE = /^p\d{5}$/i;
const CONDITION = /^[A-Za-z]{1,4}$/;

/** False when the frame has said something else of the same pollutant before. */
function readItem(sent: string, suffix: string, text: string, kind: RecordKind, target: Target): boolean {
  const { notes } = target;
  const role = roleOf(sent, suffix, kind);
  if (role === null) return true;
  if (role === "value" && CONDITION_CODE.test(sent) && CONDITION.test(text)) {
    note(notes, `${sent}-${text}`.toLowerCase());
    return true;
  }
  const item = itemOf(sent, target);
  if (item === null || role === "present") return true;
  if (role === "flag") {
    const flag = text.trim().slice(0, LONGEST_FLAG) || null;
    if (item.flag !== null && item.flag !== flag) return false;
    item.flag = flag;
    return true;
  }
  if (suffix === "td") note(notes, "td-suffix");
  const value = readNumber(text);
  if (value === null) note(notes, "not-a-number");
  if (item[role] !== null && item[role] !== value) return false;
  item[role] = value;
  return true;
}

/** A plain decimal, with sign and exponent if any; null for everything else (`0x10`, `--`, `NaN`, an empty text). */
export function readNumber(text: string): number | null {
  const plain = readPlain(text);
  if (plain >= 0) return plain;
  const trimmed = text.trim();
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/.test(trimmed)) return null;
  const n = Number(trimmed) + 0; // + 0 turns -0 into 0
  return Math.abs(n) <= LARGEST ? n : null;
}

const POWERS = Array.from({ length: 13 }, (_, i) => 10 ** i);

/**
 * Digits with at most one point among them, twelve at the most: what nearly every value is; -1 for everything else. Digits
 * and power of ten are exact, so that the quotient is the double that `Number` gives.
 */
function readPlain(text: string): number {
  const { length } = text;
  if (length === 0 || length > 12) return -1;
  let n = 0;
  let point = -1;
  for (let i = 0; i < length; i++) {
    const c = text.charCodeAt(i);
    if (c >= 0x30 && c <= 0x39) n = n * 10 + c - 0x30;
    else if (c === 0x2e && point < 0) point = i;
    else return -1;
  }
  if (point < 0) return n;
  return length === 1 ? -1 : n / POWERS[length - 1 - point]!;
}

/**
 * `SBn-RS`: 0 off, 1 run, 2 calibrate, 3 maintain, 4 alarm, 5 back-flush (HJ 212-2017 table 8). False when the frame has
 * said another state of the same facility before.
 */
function readFacility(code: string, text: string, facilities: FacilityReport[], notes: string[]): boolean {
  const digits = /^SB(\d{1,4})$/.exec(code)?.[1];
  if (digits === undefined || !/^[0-5]$/.test(text.trim())) {
    note(notes, "bad-facility-state");
    return true;
  }
  const report = { sb: Number(digits), code: null, state: Number(text) };
  const before = facilities.find((f) => f.sb === report.sb);
  if (before !== undefined) return before.state === report.state;
  facilities.push(report);
  return true;
}
