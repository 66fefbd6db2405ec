/** The plants of the fault trials and what their devices send. Every frame is told from every other by its QN. */
import { checkCharacter } from "../../functions/register/domain/permit-number.ts";
import { formatCompact, formatIso } from "../../functions/shared/shanghai.ts";
import { buildCp, encodeFrame, readingGroup } from "../../functions/telemetry/domain/hj212/encode.ts";
import type { PermitInput } from "../../infra/local/demo/sketch.ts";

/** A chimney with an hourly limit and a drain with a range: two devices, so often two shards of the stream. */
export interface TrialPlant {
  index: number;
  permitNo: string;
  gas: string;
  water: string;
  /** Operator, environment manager, maintenance: whom a level 2 is sent to. */
  phones: [string, string, string];
  /** Brings both devices' frames; null: each device speaks for itself. */
  gateway: string | null;
}

export const GAS_LIMIT = 50;
export const PH = { min: 6, max: 9 };

export function trialPlants(count: number): TrialPlant[] {
  return Array.from({ length: count }, (_, index) => {
    const first17 = `91330483MA2F${String(index).padStart(5, "0")}`;
    const mn = (n: number): string => `330483FA${String(index).padStart(8, "0")}${String(n).padStart(8, "0")}`;
    // An operator company looks after four plants: one phone, several messages of a tick.
    const phone = (block: number, person: number): string => `+861${block}000${String(person).padStart(5, "0")}`;
    return {
      index,
      permitNo: `${first17}${checkCharacter(first17)}001P`,
      gas: mn(1),
      water: mn(2),
      phones: [phone(39, Math.floor(index / 4)), phone(38, index), phone(37, index)],
      gateway: index % 2 === 0 ? `G${(index / 2) % 3}` : null,
    };
  });
}

/** The register as a permits file. */
export function permitsFile(plants: readonly TrialPlant[]): string {
  const permits = plants.map((p): PermitInput => {
    const [operator, manager, maintenance] = p.phones;
    const from = "2024-01-01T00:00:00+08:00";
    return {
      permitNo: p.permitNo,
      name: `故障试验${p.index}号厂`,
      town: "崇福镇",
      industry: "热电联产",
      management: "key",
      validFrom: "2024-01-01",
      validTo: "2030-12-31",
      location: { lon: 120.4, lat: 30.5 },
      contacts: [
        { role: "operator", phone: operator },
        { role: "environment-manager", phone: manager },
        { role: "maintenance", phone: maintenance },
      ],
      outlets: [
        {
          code: "DA001",
          medium: "gas",
          name: "1 号排放口",
          devices: [{ mn: p.gas, from }],
          limits: [{ pollutant: "a21002", statistic: "hour", basis: "measured", max: GAS_LIMIT, source: "permit" }],
        },
        {
          code: "DW001",
          medium: "water",
          name: "废水总排口",
          devices: [{ mn: p.water, from }],
          limits: [{ pollutant: "w01001", statistic: "instant", basis: "measured", ...PH, source: "permit" }],
        },
      ],
    };
  });
  return JSON.stringify({ permits });
}

export interface TrialFrame {
  plant: TrialPlant;
  mn: string;
  pollutant: "a21002" | "w01001";
  /** Start of the minute, epoch ms. */
  at: number;
  value: number;
  qn: string;
  /** Why it must end in quarantine: `crc` for one that was damaged on its way; null: it must be accepted. */
  refused: "crc" | "time" | null;
  bytes: Uint8Array;
}

/** Makes the frames of a trial; `from` is the first QN, which rises with every frame so that the later frame wins. */
export function frameMaker(from: number): {
  frame(
    plant: TrialPlant,
    kind: "gas" | "water",
    at: number,
    value: number,
    refused?: TrialFrame["refused"],
  ): TrialFrame;
} {
  let next = from;
  return {
    frame: (plant, kind, at, value, refused = null) => {
      const [mn, pollutant, st] =
        kind === "gas" ? ([plant.gas, "a21002", "31"] as const) : ([plant.water, "w01001", "32"] as const);
      const qn = formatCompact((next += 1), true);
      const cp = buildCp([[["DataTime", formatCompact(at)]], readingGroup(pollutant, { Avg: value, Flag: "N" })]);
      const bytes = Buffer.from(encodeFrame({ qn, st, cn: "2051", pw: null, mn, flag: 5, cp }));
      // One digit of the CRC is turned; the length stays right.
      if (refused === "crc") bytes[bytes.length - 3] = bytes[bytes.length - 3] === 0x30 ? 0x31 : 0x30;
      return { plant, mn, pollutant, at, value, qn, refused, bytes };
    },
  };
}

/** What one publish carries. */
export interface TrialMessage {
  topic: string;
  client: string;
  frames: TrialFrame[];
  /** How often it was handed to a connection: more than once when the connection ended before its PUBACK. */
  sends: number;
  acknowledged: boolean;
}

export function messageOf(frames: [TrialFrame, ...TrialFrame[]]): TrialMessage {
  const [{ plant, mn }] = frames;
  return plant.gateway === null
    ? { topic: `plants/${mn}/hj212`, client: mn, frames, sends: 0, acknowledged: false }
    : {
        topic: `gateways/${plant.gateway}/${plant.permitNo}/hj212`,
        client: `gw-${plant.gateway}`,
        frames,
        sends: 0,
        acknowledged: false,
      };
}

/** For messages of a failed expectation. */
export const describeFrame = (f: TrialFrame): string =>
  `QN ${f.qn} of ${f.mn} for ${formatIso(f.at)} (${f.value}${f.refused ? `, to be refused for ${f.refused}` : ""})`;
