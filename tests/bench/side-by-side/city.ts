/** The same plants as this product knows them: a permits file, and HJ 212 bundles of a gateway. */
import { checkCharacter } from "../../../functions/register/domain/permit-number.ts";
import { formatCompact, MINUTE, parseIso } from "../../../functions/shared/shanghai.ts";
import { buildCp, encodeFrame, readingGroup } from "../../../functions/telemetry/domain/hj212/encode.ts";
import type { PermitInput } from "../../../infra/local/demo/sketch.ts";
import { LIMIT, OUTLETS, PLANTS, POLLUTANTS, speakersOf, valueOf, type Sending } from "./load.ts";

/** Start of the hour whose minutes the turns are: turn k brings minute k. */
export const HOUR_START = parseIso("2026-10-12T08:00:00+08:00") as number;
/** A turn of 1.5 s stands for a minute, so the clock of the machine under test runs so much faster. */
export const SPEED = MINUTE / 1_500;
export const GATEWAYS = ["bench0", "bench1", "bench2", "bench3"];

export function permitNo(plant: number): string {
  const first17 = `91330483MA2G${String(plant).padStart(5, "0")}`;
  return `${first17}${checkCharacter(first17)}001P`;
}
const mnOf = (plant: number, outlet: number): string =>
  `330483BE${String(plant).padStart(8, "0")}${String(outlet).padStart(8, "0")}`;

export function permitsFile(): string {
  const from = "2024-01-01T00:00:00+08:00";
  const phone = (kind: number, plant: number): string => `+861${kind}000${String(plant).padStart(5, "0")}`;
  const permits = Array.from({ length: PLANTS }, (_, plant): PermitInput => ({
    permitNo: permitNo(plant),
    name: `比较${plant}号厂`,
    town: "崇福镇",
    industry: "热电联产",
    management: "key",
    validFrom: "2024-01-01",
    validTo: "2030-12-31",
    location: { lon: 120.4, lat: 30.5 },
    contacts: [
      { role: "operator", phone: phone(39, plant) },
      { role: "environment-manager", phone: phone(38, plant) },
    ],
    outlets: Array.from({ length: OUTLETS }, (_unused, outlet) => ({
      code: `DA00${outlet + 1}`,
      medium: "gas" as const,
      name: `${outlet + 1} 号排放口`,
      devices: [{ mn: mnOf(plant, outlet), from }],
      limits: POLLUTANTS.map((pollutant) => ({
        pollutant,
        statistic: "hour" as const,
        basis: "measured" as const,
        max: LIMIT,
        source: "permit" as const,
      })),
    })),
  }));
  return JSON.stringify({ permits });
}

/** A round's plant-messages: the minute of three outlets in three frames, in one bundle of the plant's gateway. */
export const bundlesOf = (round: number): Sending[] =>
  speakersOf(round).map(({ at, plant, turn, pass }) => {
    const frames = Array.from({ length: OUTLETS }, (_, outlet) =>
      encodeFrame({
        qn: formatCompact(HOUR_START + (turn + 1) * MINUTE + pass * 1_000 + plant, true),
        st: "31",
        cn: "2051",
        pw: null,
        mn: mnOf(plant, outlet),
        flag: 5,
        cp: buildCp([
          [["DataTime", formatCompact(HOUR_START + turn * MINUTE)]],
          ...POLLUTANTS.map((code, i) =>
            readingGroup(code, { Avg: valueOf(plant, outlet, i, turn).toFixed(2), Flag: "N" }),
          ),
        ]),
      }),
    );
    const connection = plant % GATEWAYS.length;
    const topic = `gateways/${GATEWAYS[connection]}/${permitNo(plant)}/hj212`;
    return { at, connection, topic, payload: Buffer.concat(frames) };
  });
