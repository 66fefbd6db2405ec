/**
 * Builds frames of the corpus and what they say, both from one description. Shares nothing with the codec under test: the
 * CRC is annex A bit by bit, SM4 is OpenSSL's, and what a frame says is what was put into it, never what was read from it.
 */
import { createCipheriv } from "node:crypto";

/** One `key=text` of CP; with `code` it is a pollutant's. `value` is what the text means as a number. */
export interface Item {
  key: string;
  text: string;
  code?: string;
  current?: string;
  suffix?: string;
  value?: number | null;
  facility?: { sb: number; state: number };
}
export type Group = Item[];

/** A frame as it is written; what is left out is as in an ordinary gas frame of 2017. null leaves a field out. */
export interface FrameSpec {
  qn?: string | null;
  st?: string | null;
  cn?: string;
  pw?: string | null;
  mn?: string | null;
  flag?: number | string | null;
  pnum?: string;
  pno?: string;
  rf?: string;
  /** Names of header fields in the order they are written. */
  order?: readonly string[];
  /** Stands as it is between header and CP. */
  extra?: string;
  cp?: Group[];
  /** The content of CP where it is not simply its groups joined. */
  content?: string | Uint8Array;
  /** Stands for `CP=&&content&&`. */
  tail?: string;
  lengthText?: string;
  crcText?: (crc: string, segment: Uint8Array) => string;
  formula?: Formula;
  closing?: string;
  key?: Uint8Array;
  /** Bytes on the wire for the encrypted content, where the device encrypts in its own way. */
  seal?: (content: Uint8Array, key: Uint8Array) => Uint8Array;
  deviations?: readonly string[];
  dataTime?: null;
  encoding?: "gbk";
}

type Formula = "annex-a" | "annex-a-swapped" | "modbus" | "modbus-swapped";

export const MN = "330483A890001600000169C1";
export const MN14 = "88888880000001";
const HEADER = ["QN", "ST", "CN", "PW", "MN", "Flag", "PNUM", "PNO", "RF"] as const;
const STATISTICS = new Set("Rtd td ZsRtd Min Avg Max Cou ZsMin ZsAvg ZsMax Data DayData NightData".split(" "));
/** The commands whose items are readings in every edition; of others the corpus gives the items only. */
const READ = new Set(["2011", "2051", "2061", "2031"]);

/** Annex A, bit by bit: the byte goes into the register after it was shifted by eight. */
export function annexA(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) crc = shift8((crc >> 8) ^ byte);
  return crc;
}

/** CRC-16/Modbus, bit by bit. */
export function modbus(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) crc = shift8(crc ^ byte);
  return crc;
}

function shift8(register: number): number {
  let crc = register;
  for (let bit = 0; bit < 8; bit++) {
    const carry = crc & 1;
    crc >>= 1;
    if (carry) crc ^= 0xa001;
  }
  return crc;
}

export const hex4 = (crc: number): string => crc.toString(16).toUpperCase().padStart(4, "0");
export const swapped = (crc: string): string => crc.slice(2) + crc.slice(0, 2);

export const item = (key: string, text: string): Item => ({ key, text });
export const at = (digits: string): Group => [item("DataTime", digits)];

/** A pollutant's group; `odd` gives the number behind texts that are not plain decimals, `current` the code of today. */
export function pollutant(
  code: string,
  texts: Readonly<Record<string, string>>,
  { current, odd = {} }: { current?: string; odd?: Readonly<Record<string, number | null>> } = {},
): Group {
  return Object.entries(texts).map(([suffix, text]) => {
    const value = suffix in odd ? odd[suffix]! : Number(text);
    return { key: `${code}-${suffix}`, text, code, suffix, ...(current && { current }), value };
  });
}

export const facility = (sb: number, state: number): Item => ({
  key: `SB${sb}-RS`,
  text: String(state),
  facility: { sb, state },
});

/** Yyyymmddhhmmss(SSS) of Shanghai as ISO 8601. */
export const iso = (t: string): string =>
  `${t.slice(0, 4)}-${t.slice(4, 6)}-${t.slice(6, 8)}T${t.slice(8, 10)}:${t.slice(10, 12)}:${t.slice(12, 14)}` +
  `${Number(t.slice(14)) > 0 ? `.${t.slice(14)}` : ""}+08:00`;

/** SM4-ECB over whole blocks without padding; what fills no block stays in clear. */
export function sm4(content: Uint8Array, key: Uint8Array): Uint8Array {
  const whole = content.length - (content.length % 16);
  const cipher = createCipheriv("sm4-ecb", key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(content.subarray(0, whole)), cipher.final(), content.subarray(whole)]);
}

export interface Built {
  /** Without what closes it. */
  bytes: Uint8Array;
  closing: string;
  says: Says;
}
export type Says = Record<string, unknown> & { kind: "frame"; deviations: string[] };

const join = (groups: readonly Group[]): string =>
  groups.map((g) => g.map(({ key, text }) => `${key}=${text}`).join(",")).join(";");

/** The frame's bytes and what a reader is expected to say of them. */
export function build(spec: FrameSpec): Built {
  const cn = spec.cn ?? "2011";
  const fields: Record<string, string | null | undefined> = {
    QN: spec.qn === undefined ? "20261001083000123" : spec.qn,
    ST: spec.st === undefined ? "31" : spec.st,
    CN: cn,
    PW: spec.pw === undefined ? "123456" : spec.pw,
    MN: spec.mn === undefined ? MN : spec.mn,
    Flag: spec.flag === undefined ? "5" : spec.flag === null ? null : String(spec.flag),
    PNUM: spec.pnum,
    PNO: spec.pno,
    RF: spec.rf,
  };
  let header = "";
  for (const name of spec.order ?? HEADER) if (fields[name] != null) header += `${name}=${fields[name]};`;
  header += spec.extra ?? "";
  const cp = spec.cp ?? [];
  const content = Buffer.from(spec.content ?? join(cp));
  const wrap = (inside: Uint8Array): Uint8Array =>
    spec.tail === undefined
      ? Buffer.concat([Buffer.from(`${header}CP=&&`), inside, Buffer.from("&&")])
      : Buffer.from(header + spec.tail);
  const segment = wrap(content);
  const wire = spec.key ? wrap((spec.seal ?? sm4)(content, spec.key)) : segment;
  const formula = spec.formula ?? "annex-a";
  const sum = hex4((formula.startsWith("modbus") ? modbus : annexA)(segment));
  const right = formula.endsWith("swapped") ? swapped(sum) : sum;
  const received = spec.crcText?.(right, wire) ?? right;
  const digits = spec.lengthText ?? String(segment.length).padStart(4, "0");
  const bytes = Buffer.concat([Buffer.from(`##${digits}`), wire, Buffer.from(received)]);
  return {
    bytes,
    closing: spec.closing ?? "\r\n",
    says: {
      kind: "frame",
      length: { text: digits, value: segment.length },
      crc: { received, computed: hex4(annexA(segment)), formula },
      encrypted: spec.key !== undefined && content.length >= 16,
      header: headerOf(fields),
      groups: cp.map((g) => g.map(({ key, text }) => [key, text])),
      ...meaning(spec, cn, cp),
      deviations: [...(spec.deviations ?? [])].toSorted(),
    },
  };
}

function headerOf(fields: Readonly<Record<string, string | null | undefined>>): Record<string, unknown> {
  const flag = fields.Flag == null || fields.Flag === "" ? null : Number(fields.Flag);
  const number = (text: string | null | undefined): number | null => (text == null ? null : Number(text));
  return {
    QN: fields.QN ?? null,
    ST: fields.ST ?? null,
    CN: fields.CN,
    PW: fields.PW != null,
    MN: fields.MN,
    Flag:
      flag === null
        ? null
        : {
            value: flag,
            V: flag >> 2,
            D: (flag & 2) !== 0,
            A: (flag & 1) !== 0,
            edition: [2005, 2017, 2025][flag >> 2],
          },
    PNUM: number(fields.PNUM),
    PNO: number(fields.PNO),
    RF: fields.RF === "1",
  };
}

function meaning(spec: FrameSpec, cn: string, cp: readonly Group[]): Record<string, unknown> {
  const items = cp.flat();
  const time = items.find(({ key }) => key === "DataTime")?.text;
  const flags = new Map(items.flatMap((i) => (i.suffix === "Flag" ? [[i.code, i.text] as const] : [])));
  const seen = new Set<string>();
  const readings = [];
  for (const { key, code, current, suffix, text, value } of READ.has(cn) ? items : []) {
    if (code === undefined || !STATISTICS.has(suffix!) || seen.has(key)) continue;
    seen.add(key);
    const now = current === undefined ? {} : { current };
    readings.push({ pollutant: code, ...now, statistic: suffix, text, value, flag: flags.get(code) ?? null });
  }
  return {
    dataTime: time === undefined || spec.dataTime === null ? null : iso(time),
    readings,
    facilities: items.flatMap((i) => (i.facility ? [i.facility] : [])),
  };
}
