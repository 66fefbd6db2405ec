/** The plants of the bench, what their gateways send, and their items as the tables hold them. Pure. */
import type { Permit } from "../../functions/register/domain/permit.ts";
import { bindingsOf } from "../../functions/register/domain/bindings.ts";
import { checkCharacter } from "../../functions/register/domain/permit-number.ts";
import { deviceWrites, plantWrites, type Write } from "../../functions/register/permit-writes.ts";
import { publicCode } from "../../functions/register/public-code.ts";
import { formatCompact, formatMinute, MINUTE } from "../../functions/shared/shanghai.ts";
import { shardOf } from "../../functions/shared/shard.ts";
import type { Block, LiveHead } from "../../functions/telemetry/domain/block.ts";
import { BLOCK, channelOf, emptyBlock, floorBlock } from "../../functions/telemetry/domain/block.ts";
import { packBlock } from "../../functions/telemetry/domain/block-codec.ts";
import { buildCp, encodeFrame, readingGroup } from "../../functions/telemetry/domain/hj212/encode.ts";

/** An item before it is written as DynamoDB's JSON. */
export type PlainItem = Record<string, unknown>;

/** Six pollutants of a chimney, each with an hourly limit (mg/m³) as measured. */
const LIMITS = { a34013: 30, a21026: 100, a21002: 300, a21024: 60, a21005: 100, a21001: 8 } as const;
const POLLUTANTS = Object.keys(LIMITS) as (keyof typeof LIMITS)[];
const FROM = Date.UTC(2024, 0, 1);
/** Chimneys of a plant that reports. */
export const OUTLETS = 3;
const GATEWAYS = 16;

export const mnOf = (plant: number, outlet: number): string =>
  `330483BE${String(plant).padStart(8, "0")}${String(outlet).padStart(8, "0")}`;
export const gatewayOf = (plant: number): string => `bench${plant % GATEWAYS}`;
export const gateways: readonly string[] = Array.from({ length: GATEWAYS }, (_, i) => gatewayOf(i));
export const permitNoOf = (plant: number): string => {
  const first17 = `91330483M${String(plant).padStart(8, "0")}`;
  return `${first17}${checkCharacter(first17)}001P`;
};
export const managerOf = (plant: number): string => `+86139${String(plant).padStart(8, "0")}`;

/** Plant number `plant` with `outlets` chimneys of one logger and six hourly limits each. */
export function permitOf(plant: number, outlets: number): Permit {
  return {
    permitNo: permitNoOf(plant),
    name: `（测速）第 ${plant} 号厂`,
    town: "崇福镇",
    industry: "热电联产",
    management: "key",
    validFrom: "2024-01-01",
    validTo: "2035-12-31",
    location: { lon: 120.4, lat: 30.5 },
    contacts: [
      { role: "environment-manager", phone: managerOf(plant) },
      { role: "operator", phone: `+86138${String(plant).padStart(8, "0")}` },
    ],
    facilities: [],
    outlets: Array.from({ length: outlets }, (_, i) => ({
      code: `DA00${i + 1}`,
      medium: "gas",
      name: `${i + 1} 号排放口`,
      devices: [{ mn: mnOf(plant, i), from: FROM, to: null, minuteInterval: 1, units: {}, secretRef: null }],
      limits: POLLUTANTS.map((pollutant) => ({
        pollutant,
        statistic: "hour",
        basis: "measured",
        referenceO2: null,
        max: LIMITS[pollutant],
        min: null,
        period: null,
        from: null,
        to: null,
        source: "permit",
      })),
    })),
  };
}

/** Its items of the register. `devices`: also where its loggers are bound, which ingest asks for. */
export function registerItems(permit: Permit, devices: boolean): PlainItem[] {
  const itemsOf = (writes: readonly Write[]): PlainItem[] => writes.flatMap((write) => write.Put?.Item ?? []);
  const bindings = bindingsOf(permit);
  const options = { importedAt: "2026-01-01T00:00:00+08:00", source: "bench", newCode: () => codeOf(permit.permitNo) };
  const own = itemsOf(plantWrites("register", permit, undefined, bindings, options));
  // Revision and public code are left out: no tick and no message asks for them, and the permit's text is in both.
  const asked = own.filter(({ sk }) => sk === "PERMIT" || sk === permit.permitNo);
  return devices
    ? [
        ...asked,
        ...itemsOf(deviceWrites("register", permit.permitNo, bindings, new Set(bindings.map((b) => b.mn)), new Map())),
      ]
    : asked;
}

/** A public code, another for every plant: the digits of its number where chance would be. */
function codeOf(permitNo: string): string {
  let rest = Number(permitNo.slice(9, 17));
  return publicCode((n) => {
    const digit = rest % n;
    rest = Math.floor(rest / n);
    return digit;
  });
}

/** What the ledger holds of a plant that has spoken before: first periods, and when it has to be looked at again. */
export function ledgerItems(permit: Permit, { first, due }: { first: number; due: number }): PlainItem[] {
  const carried = permit.outlets.flatMap((o) => o.limits.map((l) => [`c:${o.code}/${l.pollutant}`, first]));
  const devices = permit.outlets.flatMap((o) => o.devices.map((d) => [`d:${d.mn}`, ""]));
  return [
    { pk: `PLANT#${permit.permitNo}`, sk: "FIRST", ...Object.fromEntries([...carried, ...devices]) },
    { pk: `DUE#${shardOf(permit.permitNo)}`, sk: permit.permitNo, due },
  ];
}
export const riskItem = (permitNo: string, until: number): PlainItem => ({
  pk: `RISK#${shardOf(permitNo)}`,
  sk: permitNo,
  until,
});

/** A value: steady at half its limit with small differences; the first pollutant of a hot plant's first chimney at twice. */
const valueOf = (plant: number, outlet: number, pollutant: number, minute: number, over: boolean): number => {
  const limit = LIMITS[POLLUTANTS[pollutant] ?? "a34013"];
  const hot = over && outlet === 0 && pollutant === 0;
  const sway = ((plant * 31 + pollutant * 17 + minute * 7) % 100) / 1000;
  return Math.round(limit * (hot ? 2 + sway : 0.5 + sway) * 100) / 100;
};

/** One bundle of a plant's gateway: for each minute and chimney a frame of minute means with all six pollutants. */
export function bundleOf(plant: number, minutes: readonly number[], hot: boolean): Buffer {
  const frames = minutes.flatMap((at) =>
    Array.from({ length: OUTLETS }, (_, outlet) => {
      const groups = POLLUTANTS.map((code, i) =>
        readingGroup(code, { Avg: valueOf(plant, outlet, i, at / MINUTE, hot), Flag: "N" }),
      );
      const cp = buildCp([[["DataTime", formatCompact(at)]], ...groups]);
      const qn = formatCompact(at + MINUTE + outlet, true);
      return encodeFrame({ qn, st: "31", cn: "2051", pw: "123456", mn: mnOf(plant, outlet), flag: 5, cp });
    }),
  );
  return Buffer.concat(frames);
}

/** A block that says no more than when its devices spoke last. */
export const lastBlock = (permit: Permit, seen: number): PlainItem => {
  const block: Block = { ...emptyBlock(floorBlock(seen)), live: headsOf(permit, seen) };
  return { pk: permit.permitNo, sk: formatMinute(block.start), v: 1, data: packBlock(block) };
};

/** Blocks of [from, to) of a plant, as ingest leaves them: minute means of every chimney, heads in the newest one. */
export function blockItems(permit: Permit, plant: number, from: number, to: number, hot: boolean): PlainItem[] {
  const items: PlainItem[] = [];
  for (let start = from; start < to; start += BLOCK) {
    const block: Block = { ...emptyBlock(start), live: headsOf(permit, Math.min(start + BLOCK, to)) };
    for (let at = start; at < Math.min(start + BLOCK, to); at += MINUTE)
      for (const [outlet, { code, devices, limits }] of permit.outlets.entries())
        block.records.push({
          mn: devices[0]?.mn ?? "",
          outlet: code,
          kind: "minute",
          at,
          qn: at + MINUTE + outlet,
          receivedAt: at + MINUTE + 1_000,
          values: limits.map((limit, i) => ({
            channel: channelOf(limit.pollutant, limit.basis, limit.referenceO2),
            value: valueOf(plant, outlet, i, at / MINUTE, hot),
            flag: "N",
          })),
        });
    items.push({ pk: permit.permitNo, sk: formatMinute(start), v: block.records.length, data: packBlock(block) });
  }
  return items;
}

const headsOf = (permit: Permit, seen: number): LiveHead => ({
  devices: Object.fromEntries(
    permit.outlets.flatMap((o) => o.devices.map((d) => [d.mn, { seen, link: "0".repeat(64), links: 1, via: "" }])),
  ),
  applied: {},
  riskUntil: 0,
});
