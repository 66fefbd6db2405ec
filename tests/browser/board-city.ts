/** A whole city as the tables hold it, written directly: what the board reads of 10,250 plants without their devices. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { keys, type ShownInLists } from "../../functions/register/stored-items.ts";
import { floorDay, formatDay, HOUR, MINUTE } from "../../functions/shared/shanghai.ts";
import { shardOf } from "../../functions/shared/shard.ts";
import { siteText } from "../../functions/telemetry/domain/site-states.ts";
import { SITE } from "../../functions/telemetry/ledger-hints.ts";
import { episodeItem, listedAs, markedItem } from "../../functions/warnings/list-items.ts";
import { toldItem } from "../../functions/warnings/told-periods.ts";
import { TOWN_NAMES, TOWNS } from "../../infra/local/demo/fill-in.ts";
import type { Machine } from "../../infra/local/machine.ts";

type Item = Record<string, unknown>;
const POLLUTANTS = ["a21002", "a21026", "a34013", "w01018", "w21003", "w01001", "a24088", "a34001"];
const CAUSES = ["热电", "印染", "皮革", "化纤", "电镀", "食品", "建材", "污水处理"];

export interface BoardCity {
  permitNo(i: number): string;
  /** What the lists say of the i-th plant in the n-th round: a few of a hundred stand out. */
  stateOf(i: number, n: number): "normal" | "warned" | "lost" | "silent";
  /** Lists hundred plants anew, as ticks would; returns how many. */
  change(n: number, at: number): Promise<number>;
  counts: { marked: number; silent: number; warned: number; lost: number };
}

export async function seedCity(
  { dynamoEndpoint: endpoint, setting }: Machine,
  count: number,
  at: number,
): Promise<BoardCity> {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const db = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region: "local", credentials }));
  // A transaction is one commit of the engine: a batch would be twenty-five.
  const put = async (table: string, items: readonly Item[]): Promise<void> => {
    for (let i = 0; i < items.length; i += 100)
      await db.send(
        new TransactWriteCommand({
          TransactItems: items.slice(i, i + 100).map((each) => ({ Put: { TableName: table, Item: each } })),
        }),
      );
  };
  const all = Array.from({ length: count }, (_, i) => i);
  const permitNo = (i: number): string => `91330483MA9${String(i).padStart(7, "0")}001P`;
  // 0–999, even and the same every time.
  const spread = (i: number, n: number): number => {
    let h = Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(n + 1, 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 15), 0xc2b2ae35);
    h = Math.imul(h ^ (h >>> 13), 0x27d4eb2f);
    return ((h ^ (h >>> 16)) >>> 0) % 1_000;
  };
  const stateOf: BoardCity["stateOf"] = (i, n) => {
    const s = spread(i, n);
    return s < 4 ? "lost" : s < 20 ? "warned" : s < 50 ? "silent" : "normal";
  };
  const marked = (i: number): boolean => spread(i, 0) >= 50 && spread(i, 0) < 62;
  const standing = (i: number, n: number, when: number): Item => {
    const state = stateOf(i, n);
    const open = state === "warned" || state === "lost" ? 1 : 0;
    const out = open === 0 ? [] : i % 9 === 0 ? ["TA001"] : i % 9 === 1 ? ["ZS001"] : ["DA001"];
    const level = state === "lost" ? 3 : state === "warned" ? 2 : 0;
    return listedAs(permitNo(i), { state, level, open, out, offline: state === "silent" ? [`${i}-gas`] : [] }, when);
  };
  const siteOf = (i: number): NonNullable<ShownInLists["site"]> => {
    const outlet = (code: string, mn: string) => [{ code, devices: [{ mn, from: 0, to: null }] }];
    const facility = (code: string, kind: "treatment" | "production") => ({ code, kind, mn: `${i}-gas` });
    return {
      facilities: i % 6 === 0 || i % 9 === 0 ? [facility("TA001", "treatment"), facility("SC001", "production")] : [],
      noise: i % 14 === 0 || i % 9 === 1 ? outlet("ZS001", `${i}-noise`) : [],
      dust: i % 25 === 0 ? outlet("YC001", `${i}-dust`) : [],
    };
  };
  const register = all.map((i): Item => {
    const town = TOWN_NAMES[i % TOWN_NAMES.length] ?? "乌镇镇";
    const [lon, lat] = TOWNS[town];
    // Around the middle of the town.
    const [angle, radius] = [spread(i, 71) * 0.00628 + spread(i, 72) * 0.00001, 0.00095 * Math.sqrt(spread(i, 73))];
    return {
      ...keys.entry(shardOf(permitNo(i)), permitNo(i)),
      code: `seeded-${i}`,
      name: `（演示）${town.slice(0, 2)}第 ${i} ${CAUSES[i % CAUSES.length]}有限公司`,
      town,
      devices: 1,
      shown: {
        industry: CAUSES[i % CAUSES.length],
        management: i % 13 === 0 ? "key" : "simplified",
        outlets: 2,
        lon: lon + radius * Math.cos(angle),
        lat: lat + radius * 0.8 * Math.sin(angle),
        site: siteOf(i),
      },
    };
  });
  const day = floorDay(at);
  const episodes = all.slice(0, 212).flatMap((i): Item[] => {
    const who = i * 47;
    const ended = i % 10 < 7 ? "recovered" : i % 10 === 7 ? "lapsed" : "opened";
    const opened = Math.max(day, at - ((i * 137 * MINUTE) % (at - day + 1)) - 5 * MINUTE);
    const episode = {
      outlet: "DA001",
      pollutant: POLLUTANTS[Math.floor((i * i) / 5_700) % POLLUTANTS.length] ?? null,
      statistic: "hour" as const,
      facility: null,
      openedAt: opened,
      level: 2 as const,
      highest: i % 6 === 0 ? (3 as const) : (2 as const),
      lastMessage: opened,
      messages: 1 + (i % 3),
      roles: [],
      streak: 0,
      escalatedAt: i % 40 === 0 ? opened : null,
      quietTicks: 0,
      emptyTicks: 0,
      pausedUntil: i % 4 === 0 ? opened : null,
    };
    return [{ ...episodeItem(permitNo(who), { type: ended, episode }, Math.min(at, opened + 25 * MINUTE)) }];
  });
  const told = all.slice(0, 150).map((i): Item => {
    const start = Math.max(day, at - HOUR - (i % 12) * HOUR);
    const verdict = i % 10 < 8 ? "met" : i % 10 === 8 ? "exceeded" : "insufficient";
    return {
      ...toldItem({ permitNo: permitNo(i * 47), kind: "HOUR", start, outlet: "DA001", pollutant: "a21002", verdict }),
    };
  });
  const site = all.flatMap((i): Item[] => {
    const { facilities, noise, dust } = siteOf(i);
    if (facilities.length + noise.length + dust.length === 0) return [];
    const off = i % 9 === 0 && stateOf(i, 0) === "warned";
    const states = [
      ...facilities.map(({ code, kind }) => [
        code,
        kind === "production" ? Number(i % 7 !== 0) : off || i % 7 === 0 ? 0 : 1,
      ]),
      ...[...noise, ...dust].map(({ code }) => [code, null]),
    ] as [string, number | null][];
    const codes = Object.fromEntries(
      states.map(([code, state]) => [`${SITE}${code}`, siteText({ at: at - HOUR, state })]),
    );
    return [{ pk: `SITE#${shardOf(permitNo(i))}`, sk: permitNo(i), ...codes }];
  });
  const listed = all.filter((i) => stateOf(i, 0) !== "normal").map((i) => standing(i, 0, at - HOUR));
  const marks = all
    .filter(marked)
    .map((i) => markedItem({ permitNo: permitNo(i), id: "mark", from: at - HOUR, to: at + 5 * HOUR }, true, at - HOUR));
  await put(setting("REGISTER_TABLE"), [...register, { ...keys.version(), version: "seeded" }]);
  await put(setting("LEDGER_TABLE"), [
    ...all.map((i) => ({ pk: `DUE#${shardOf(permitNo(i))}`, sk: permitNo(i), due: at + 24 * HOUR })),
    ...listed,
    ...marks,
    ...episodes,
    ...told,
    ...site,
    ...all.slice(0, 200).map((i) => ({ pk: `CAP#${formatDay(day)}`, sk: `hash-${i}`, sent: 1 + (i % 4) })),
  ]);
  const count0 = (state: string): number => all.filter((i) => stateOf(i, 0) === state).length;
  return {
    permitNo,
    stateOf,
    async change(n, when) {
      const some = Array.from({ length: 100 }, (_, k) => (k + n * 100) % count);
      await put(
        setting("LEDGER_TABLE"),
        some.map((i) => standing(i, n, when)),
      );
      return some.length;
    },
    counts: {
      marked: marks.length,
      silent: count0("silent"),
      warned: count0("warned"),
      lost: count0("lost"),
    },
  };
}
