/** Further invented plants, any number: trades and towns in the proportions of a textile city, each a pure function of seed and index. */
import { between, keyOf, unit, whole } from "../simulator/random.ts";
import { TOWN_NAMES, TOWNS, type PlantSketch } from "./fill-in.ts";
import { boundary, burner, drain, dustStation, incinerator, townSewage, vent, type OutletSketch } from "./sketch.ts";

interface Trade {
  industry: string;
  /** Last part of the name. */
  noun: string;
  /** Of 1,000 plants. */
  share: number;
  key: boolean;
  outlets: (key: number) => OutletSketch[];
}

/** The second outlet or its absence, drawn from the plant's key. */
const sometimes = (key: number, draw: number, share: number, outlet: OutletSketch): OutletSketch[] =>
  unit(key, draw) < share ? [outlet] : [];
const pick = <T>(key: number, draw: number, list: readonly T[]): T => list[whole(key, draw, 0, list.length - 1)]!;
/** One logger in eight still sends ten-minute means. */
const logger = (key: number, draw: number): { minuteInterval?: number }[] => [
  unit(key, draw) < 0.125 ? { minuteInterval: 10 } : {},
];

const boiler = { a34013: 5, a21026: 35, a21002: 50 };
const indirect = { w01018: 500, w21003: 35, w21011: 8 };

const TRADES: readonly Trade[] = [
  {
    industry: "纺织印染",
    noun: "印染",
    share: 230,
    key: true,
    outlets: (k) => [
      drain(
        "DW001",
        "废水总排口",
        { w01018: pick(k, 11, [80, 200, 500]), w21003: 20, w21001: 30, w21011: 1.5 },
        logger(k, 12),
      ),
      ...sometimes(k, 13, 0.5, vent("DA001", "定型机废气排放口", { a34013: 15, a24088: 40 }, logger(k, 14))),
    ],
  },
  {
    industry: "针织服装",
    noun: "针织",
    share: 190,
    key: false,
    outlets: (k) => [burner("DA001", "燃气锅炉", 3.5, boiler, logger(k, 11))],
  },
  {
    industry: "合成纤维制造",
    noun: "化纤",
    share: 60,
    key: true,
    outlets: (k) => [
      burner("DA001", "热媒炉排放口", 3.5, boiler, logger(k, 11)),
      drain("DW001", "废水总排口", { w01018: 60, w21003: 8, w21001: 40, w21011: 1 }, logger(k, 12)),
    ],
  },
  {
    industry: "毛皮鞣制加工",
    noun: "皮草",
    share: 60,
    key: true,
    outlets: (k) => [drain("DW001", "废水总排口", { w01018: 300, w21003: 35, w21001: 70 }, logger(k, 11))],
  },
  {
    industry: "食品制造",
    noun: "食品",
    share: 110,
    key: false,
    outlets: (k) => [
      drain("DW001", "废水总排口", indirect, logger(k, 11)),
      ...sometimes(k, 12, 0.4, burner("DA001", "燃气锅炉", 3.5, boiler)),
    ],
  },
  {
    industry: "化学原料制造",
    noun: "化工",
    share: 50,
    key: true,
    outlets: (k) => [
      vent("DA001", "RTO 排放口", { a24088: 60, a21002: 150, a21026: 100 }),
      drain("DW001", "废水总排口", { ...indirect, w21001: 70 }, logger(k, 11)),
    ],
  },
  {
    industry: "机械制造",
    noun: "机械",
    share: 150,
    key: false,
    outlets: (k) => [
      vent("DA001", "喷涂废气排放口", { a24088: 60 }, logger(k, 11)),
      ...sometimes(k, 12, 0.3, boundary("ZS-01", "厂界噪声", 3)),
    ],
  },
  {
    industry: "金属表面处理",
    noun: "电镀",
    share: 30,
    key: true,
    outlets: (k) => [drain("DW001", "废水总排口", { w01018: 80, w20122: 0.5, w21001: 20 }, logger(k, 11))],
  },
  {
    industry: "砖瓦制造",
    noun: "建材",
    share: 40,
    key: true,
    outlets: () => [burner("DA001", "窑炉排放口", 18, { a34013: 30, a21026: 150, a21002: 200 })],
  },
  {
    industry: "内河码头",
    noun: "码头",
    share: 40,
    key: false,
    outlets: () => [dustStation("WZ-01", "堆场下风向"), boundary("ZS-01", "泊位厂界", 4)],
  },
  {
    industry: "热电联产",
    noun: "热电",
    share: 15,
    key: true,
    outlets: () => [burner("DA001", "燃煤锅炉烟囱", 6, boiler, [{}, {}])],
  },
  { industry: "污水处理", noun: "污水处理", share: 20, key: true, outlets: () => [townSewage("DW001", "尾水排放口")] },
  {
    industry: "固体废物焚烧",
    noun: "环境能源",
    share: 5,
    key: true,
    outlets: () => [incinerator("DA001", "焚烧炉排放口")],
  },
];

const FIRST = ["锦", "华", "恒", "新", "瑞", "盛", "嘉", "宏", "德", "润", "祥", "泰", "安", "利", "永", "明"];
const SECOND = ["丰", "达", "源", "兴", "隆", "业", "和", "邦", "诚", "润", "辉", "合", "森", "康", "腾", "益"];

/** The `index`-th generated plant; names carry the index, since a hundred thousand names cannot all be different otherwise. */
export function generatedPlant(index: number, seed: number): PlantSketch {
  const key = keyOf(seed, `plant ${index}`);
  let draw = unit(key, 1) * TRADES.reduce((sum, t) => sum + t.share, 0);
  const trade = TRADES.find((t) => (draw -= t.share) < 0) ?? TRADES[0]!;
  const town = pick(key, 2, TOWN_NAMES);
  const [lon, lat] = TOWNS[town];
  const name = `（演示）${town.slice(0, 2)}${pick(key, 3, FIRST)}${pick(key, 4, SECOND)}${trade.noun} ${index} 号有限公司`;
  return {
    name,
    town,
    industry: trade.industry,
    management: trade.key ? "key" : "simplified",
    location: { lon: round5(lon + between(key, 5, -0.02, 0.02)), lat: round5(lat + between(key, 6, -0.015, 0.015)) },
    outlets: trade.outlets(key),
    wide: trade.key,
  };
}

const round5 = (x: number): number => Math.round(x * 1e5) / 1e5;
