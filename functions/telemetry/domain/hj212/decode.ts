/**
 * The data segment of an HJ 212 frame as fields: header (QN … Flag, packet numbers) and the items of CP in their order.
 * Says nothing about their meaning (see to-record.ts).
 */
import { isAscii, isUtf8 } from "node:buffer";

/** One `key=value` of CP; `;` and `,` both end an item, for devices mix them up (so do the standard's own examples). */
export interface CpItem {
  key: string;
  value: string;
}

export type Edition = 2005 | 2017 | 2025;

export interface Hj212Frame {
  /** As sent; null when absent. */
  qn: string | null;
  st: string | null;
  cn: string;
  pw: string | null;
  mn: string;
  /** Flag as a number; null when absent. */
  flag: number | null;
  /** From the version bits of Flag; 2005 when there is none. */
  edition: Edition;
  /** Bit A: the sender waits for an answer. */
  wantsAnswer: boolean;
  /** Total and number of this packet; null unless sent (bit D). */
  pnum: number | null;
  pno: number | null;
  /** RF=1 (2025): sent again. */
  resend: boolean;
  /** CP came encrypted. */
  encrypted: boolean;
  /** Content of CP as text, and its items. */
  cp: string;
  items: CpItem[];
  notes: string[];
}

export type Decoded = { ok: true; frame: Hj212Frame } | { ok: false; reason: "schema" | "edition"; detail: string };

const EDITIONS: readonly Edition[] = [2005, 2017, 2025];
const LONGEST_MN = 64;
/** Characters of MN by edition; what is shorter is noted. */
const STANDARD_MN: Readonly<Record<Edition, number>> = { 2005: 14, 2017: 24, 2025: 24 };
const FIELDS = ["QN", "ST", "CN", "PW", "MN", "Flag", "PNUM", "PNO", "RF"] as const;
const schema = (detail: string): Decoded => ({ ok: false, reason: "schema", detail });

/**
 * Reads a data segment in clear (the bytes between length and CRC); `encrypted` says how it came. Never throws: what it
 * cannot read it refuses with a reason.
 */
export function decodeFrame(segment: Uint8Array, encrypted = false): Decoded {
  const notes: string[] = [];
  let text: string;
  if (isAscii(segment)) text = latin1(segment);
  else text = decodeText(segment, notes);

  const cp = text.indexOf("CP=&&");
  if (cp < 0) return schema("no CP=&& in the data segment");
  if (cp > 0 && text.charCodeAt(cp - 1) !== SEMICOLON) return schema("no ; in front of CP=&&");
  const close = text.length - 2;
  if (close < cp + 5 || !text.endsWith("&&")) return schema("CP does not close with &&");
  const inner = text.indexOf("&&", cp + 5);
  if (inner < close) return schema("&& inside CP");

  const header = readHeader(text, cp, notes);
  if (typeof header === "string") return schema(header);
  const { CN: cn, MN: mn, Flag: flagText } = header;
  if (cn === undefined || !/^\d{4}$/.test(cn)) return schema(`CN is ${quote(cn)}, four digits were expected`);
  if (mn === undefined || mn.length === 0 || mn.length > LONGEST_MN)
    return schema(`MN is ${quote(mn)}, 1 to ${LONGEST_MN} characters were expected`);
  if (header.QN === undefined) notes.push("no-qn");

  let flag: number | null = null;
  if (flagText === undefined || flagText === "") notes.push("no-edition");
  else if (/^\d{1,3}$/.test(flagText)) flag = Number(flagText);
  else return schema(`Flag is ${quote(flagText)}, a number was expected`);
  const edition = EDITIONS[(flag ?? 0) >> 2];
  if (edition === undefined)
    return {
      ok: false,
      reason: "edition",
      detail: `Flag=${flag} names an edition of HJ 212 that is not known; 0 to 11 are`,
    };

  if (mn.length < (flag === null ? STANDARD_MN[2017] : STANDARD_MN[edition])) notes.push("short-mn");

  const pnum = packetNumber(header.PNUM);
  const pno = packetNumber(header.PNO);
  if (pnum === undefined || pno === undefined)
    return schema(`PNUM is ${quote(header.PNUM)} and PNO ${quote(header.PNO)}, numbers were expected`);
  if (pnum !== null || pno !== null) {
    if (pnum === null || pno === null || pno < 1 || pno > pnum) notes.push("bad-packet-number");
    if (((flag ?? 0) & 2) === 0) notes.push("packet-without-bit");
  }
  return {
    ok: true,
    frame: {
      qn: header.QN ?? null,
      st: header.ST ?? null,
      cn,
      pw: header.PW ?? null,
      mn,
      flag,
      edition,
      wantsAnswer: ((flag ?? 0) & 1) === 1,
      pnum,
      pno,
      resend: header.RF === "1",
      encrypted,
      cp: text.slice(cp + 5, close),
      items: readItems(text, cp + 5, close, notes),
      notes,
    },
  };
}

const SEMICOLON = 0x3b;
const COMMA = 0x2c;
const EQUALS = 0x3d;

const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");

/** UTF-8 as the standard asks; old devices send GBK. The delimiters are ASCII in both, and never half of a character. */
function decodeText(bytes: Uint8Array, notes: string[]): string {
  if (isUtf8(bytes)) return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  notes.push("gbk-text");
  return new TextDecoder("gbk").decode(bytes);
}

const quote = (text: string | undefined): string => (text === undefined ? "absent" : JSON.stringify(text.slice(0, 40)));

/** null when absent, undefined when it is no number. */
function packetNumber(text: string | undefined): number | null | undefined {
  if (text === undefined || text === "") return null;
  return /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}

/** Set once each; undefined is absent. */
interface Header {
  QN: string | undefined;
  ST: string | undefined;
  CN: string | undefined;
  PW: string | undefined;
  MN: string | undefined;
  Flag: string | undefined;
  PNUM: string | undefined;
  PNO: string | undefined;
  RF: string | undefined;
}

/** The fields before CP; a text says why they cannot be read. Fields that no edition knows are passed over. */
function readHeader(text: string, end: number, notes: string[]): Header | string {
  const header: Header = {
    QN: undefined,
    ST: undefined,
    CN: undefined,
    PW: undefined,
    MN: undefined,
    Flag: undefined,
    PNUM: undefined,
    PNO: undefined,
    RF: undefined,
  };
  for (let at = 0; at < end;) {
    const stop = text.indexOf(";", at);
    const equals = text.indexOf("=", at);
    if (equals > at && equals < stop) {
      const field = fieldOf(text, at, equals);
      if (field === null) {
        if (!notes.includes("unknown-field")) notes.push("unknown-field");
      } else {
        if (header[field] !== undefined) return `${field} stands twice in front of CP`;
        if (field === "PNUM" && header.PNO !== undefined) notes.push("pno-before-pnum");
        header[field] = text.slice(equals + 1, stop);
      }
    } else if (stop > at) return `${quote(text.slice(at, stop))} in front of CP is not a field`;
    at = stop + 1;
  }
  return header;
}

/** The field whose name is `text[from, to)`; by comparing in place, for this runs for every field of every frame. */
function fieldOf(text: string, from: number, to: number): keyof Header | null {
  for (const field of FIELDS) if (field.length === to - from && text.startsWith(field, from)) return field;
  return null;
}

/** The items of CP in `text` between `at` and `end`; what is odd about them is added to `notes`. */
export function readItems(text: string, at: number, end: number, notes: string[]): CpItem[] {
  const items: CpItem[] = [];
  let start = at;
  let equals = -1;
  let afterComma = false;
  for (let i = at; i <= end; i++) {
    const c = i < end ? text.charCodeAt(i) : SEMICOLON;
    if (c === EQUALS) {
      if (equals < 0) equals = i;
      continue;
    }
    if (c !== SEMICOLON && c !== COMMA) continue;
    if (equals > start) {
      const key = text.slice(start, equals);
      items.push({ key, value: text.slice(equals + 1, i) });
      if (afterComma && key === "EndTime") notes.push("comma-between-times");
    } else if (start < i) {
      // A comma inside a text value; anything else without a key is not an item.
      const last = items.at(-1);
      if (afterComma && last !== undefined) last.value += `,${text.slice(start, i)}`;
      else if (!notes.includes("item-without-key")) notes.push("item-without-key");
    } else if (i === end && end > at) notes.push("semicolon-before-close");
    else if (i < end && !notes.includes("empty-item")) notes.push("empty-item");
    start = i + 1;
    equals = -1;
    afterComma = c === COMMA;
  }
  return items;
}
