/** Devices that speak HJ 212 over TCP: which ones, and in which edition and with which habits of the field each of them does. */
import type { RuleData } from "../../../layers/rule-data.ts";
import { decodeFrame, type Edition } from "../../../functions/telemetry/domain/hj212/decode.ts";
import { encodeFrame } from "../../../functions/telemetry/domain/hj212/encode.ts";
import { splitFrames } from "../../../functions/telemetry/domain/hj212/frame.ts";
import type { SimDevice, SimPlant } from "./profile.ts";

/** Habits outside the standard that a receiver takes with a note. */
export type Quirk = "lower-case-crc" | "semicolon-before-close" | "long-datatime" | "td-suffix";

export interface Dialect {
  edition: Edition;
  quirks: readonly Quirk[];
  /** Pollutant codes of the 2005 edition by today's; null: today's are sent. */
  oldCodes: ReadonlyMap<string, string> | null;
}

/** What every logger leaves the factory with; the machine's gateway takes it from loopback. */
const PASSWORD = "123456";
/** Of every five plants the third speaks over TCP: five of the demo's 24. */
const SHARE = 5;
const FIRST = 2;
/** Beyond it the sockets would show nothing new. */
const MOST_PLANTS = 40;
/** Flag with bit A: an answer is awaited. */
const FLAG: Readonly<Record<Edition, number>> = { 2005: 1, 2017: 5, 2025: 9 };

/** In turn, so that a few plants already show them all. */
const HABITS: readonly { edition: Edition; quirks: readonly Quirk[] }[] = [
  { edition: 2017, quirks: [] },
  { edition: 2005, quirks: [] },
  { edition: 2025, quirks: [] },
  { edition: 2017, quirks: ["lower-case-crc", "semicolon-before-close"] },
  { edition: 2005, quirks: ["long-datatime", "td-suffix"] },
  { edition: 2025, quirks: ["lower-case-crc"] },
];

/** The devices of a register that speak over TCP; those that speak JSON cannot. */
export function tcpDevices(plants: readonly SimPlant[], ruleData: RuleData): Map<SimDevice, Dialect> {
  const old = new Map<string, string>();
  for (const { code, old: codes } of ruleData.pollutants.values())
    if (codes?.[0] !== undefined) old.set(code, codes[0]);
  return new Map(
    plants
      .filter((_, i) => i % SHARE === FIRST)
      .slice(0, MOST_PLANTS)
      .flatMap((plant) => plant.devices)
      .filter((device) => device.channel === "hj212")
      .map((device, i) => {
        const habit = HABITS[i % HABITS.length]!;
        return [device, { ...habit, oldCodes: habit.edition === 2005 ? old : null }];
      }),
  );
}

/** A frame of the model (`deviceMinute`) as the dialect writes it: other words, the same values. `resend`: sent before. */
export function inDialect(
  model: Uint8Array,
  { edition, quirks, oldCodes }: Dialect,
  resend: boolean,
): { qn: string; bytes: Uint8Array } {
  const piece = splitFrames(model)[0];
  const decoded = piece?.ok ? decodeFrame(piece.segment) : null;
  if (!decoded?.ok || decoded.frame.qn === null) throw new TypeError("not a frame of the model");
  const { frame } = decoded;
  let { cp } = frame;
  if (oldCodes) cp = cp.replaceAll(/(?<=^|[;,])\w+(?=-)/g, (code) => oldCodes.get(code) ?? code);
  if (quirks.includes("td-suffix")) cp = cp.replaceAll("-Rtd=", "-td=");
  if (quirks.includes("long-datatime")) cp = cp.replace(/(?<=DataTime=\d{14})(?!\d)/, "000");
  if (quirks.includes("semicolon-before-close")) cp += ";";
  const bytes = encodeFrame({
    qn: frame.qn,
    st: frame.st ?? "",
    cn: frame.cn,
    pw: PASSWORD,
    mn: frame.mn,
    flag: FLAG[edition],
    resend: edition === 2025 && (resend || frame.resend),
    cp,
  });
  if (quirks.includes("lower-case-crc")) {
    const crc = bytes.subarray(-6, -2);
    crc.set(Buffer.from(Buffer.from(crc).toString("latin1").toLowerCase(), "latin1"));
  }
  return { qn: frame.qn!, bytes };
}
