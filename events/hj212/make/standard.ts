/** What the three editions themselves show: Annex C of 2017 segment by segment, and the uploads of 2005, 2017 and 2025. */
import { at, facility, item, MN14, pollutant, type FrameSpec, type Group } from "./build.ts";
import { clause, HJ2005, HJ2017, HJ2025, MADE, one, type CorpusCase } from "./cases.ts";

const QN = "20160801085857223";
const annexC: FrameSpec = { qn: QN, st: "32", mn: "010000A8900016F000169DC0" };
const span = (from: string, to: string): Group[] => [[item("BeginTime", from)], [item("EndTime", to)]];
const noise = (suffix: string, values: Readonly<Record<string, string>>): Group[] =>
  Object.entries(values).map(([code, text]) => pollutant(code, { [suffix]: text }));
const LEVELS = { L5: "53.0", L10: "53.0", L50: "49.0", L90: "45.0", L95: "43.0" };
const MEANS = { ...LEVELS, Leq: "50.0", LMx: "54.0", LMn: "42.0" };

/** CN, Flag, CP, Chinese, English, other fields. The CRC of each is fixed by tests/corpus/corpus.test.ts from the printed list. */
const ANNEX_C: [cn: string, flag: number, cp: Group[], zh: string, en: string, more?: FrameSpec][] = [
  ["1000", 5, [[item("OverTime", "5")], [item("ReCount", "3")]], "设置超时与重发次数", "sets time-out and resends"],
  ["9011", 4, [[item("QnRtn", "1")]], "请求应答", "answer to a request", { st: "91" }],
  ["9012", 4, [[item("ExeRtn", "1")]], "执行结果", "result of a request", { st: "91" }],
  ["1011", 5, [[item("PolId", "w01018")]], "提取现场机时间", "asks for the clock"],
  ["1011", 4, [[item("PolId", "w01018")], [item("SystemTime", "20160801085857")]], "上传现场机时间", "tells the clock"],
  ["1012", 5, [[item("PolId", "w01018")], [item("SystemTime", "20160801085857")]], "设置现场机时间", "sets the clock"],
  ["1013", 5, [[item("PolId", "w01018")]], "现场机时间校准请求", "the device asks for the time"],
  ["9013", 4, [], "通知应答", "answer to a notice", { st: "91" }],
  ["1061", 5, [], "提取实时数据间隔", "asks for the realtime interval"],
  ["1061", 4, [[item("RtdInterval", "30")]], "上传实时数据间隔", "tells the realtime interval"],
  ["1064", 5, [[item("MinInterval", "10")]], "设置分钟数据间隔", "sets the minute interval"],
  ["1072", 5, [[item("NewPW", "654321")]], "设置访问密码", "sets the password"],
  ["2011", 5, [], "取实时数据", "asks for realtime values"],
  ["2012", 5, [], "停止察看实时数据", "stops realtime values"],
  ["2021", 5, [], "取设备运行状态", "asks for facility states"],
  ["2051", 5, span("20160801084000", "20160801084000"), "取分钟数据", "asks for minute data"],
  ["2061", 5, span("20160801080000", "20160801080000"), "取小时数据", "asks for hour data"],
  ["2031", 5, span("20160801000000", "20160801000000"), "取日数据", "asks for day data"],
  [
    "2041",
    5,
    [[item("BeginTime", "20160801000000"), item("EndTime", "20160801000000")]],
    "取设备运行时间日历史；标准示例起止时间之间为逗号",
    "asks for run times; the standard's own example has a comma between the times",
    { deviations: ["comma-between-times"] },
  ],
  [
    "2081",
    5,
    [at("20160801085857"), [item("RestartTime", "20160801085624")]],
    "上传数采仪开机时间",
    "tells when the logger was switched on",
  ],
  [
    "2011",
    5,
    [at("20160801085857"), pollutant("LA", { Rtd: "50.1" })],
    "噪声实时数据，无数据标记",
    "realtime noise, no data flag",
    { st: "23", deviations: ["no-flag"] },
  ],
  [
    "2051",
    5,
    [at("20160801084000"), ...noise("Data", MEANS)],
    "噪声分钟数据",
    "minute noise",
    { qn: "20160801085000001", st: "23", deviations: ["no-flag"] },
  ],
  [
    "2061",
    5,
    [at("20160801080000"), ...noise("Data", MEANS)],
    "噪声小时数据",
    "hour noise",
    { qn: "20160801090000001", st: "23", deviations: ["no-flag"] },
  ],
  [
    "2031",
    5,
    [
      at("20160801000000"),
      ...noise("Data", { ...LEVELS, Ldn: "50.0", LMx: "54.0", LMn: "42.0" }),
      ...noise("DayData", { L5: "53.0", L10: "53.0", L50: "52.0", L90: "51.0", L95: "50.0", Ld: "52.5" }),
      ...noise("DayData", { LMx: "54.0", LMn: "45.0" }),
      ...noise("NightData", { L5: "53.0", L10: "53.0", L50: "52.0", L90: "51.0", L95: "49.0", Ln: "52.5" }),
      ...noise("NightData", { LMx: "54.0", LMn: "42.0" }),
    ],
    "噪声日数据：昼、夜",
    "day noise: day and night",
    { qn: "20160802000000001", st: "23", deviations: ["no-flag"] },
  ],
  ["3015", 5, [], "超标留样", "takes a retained sample"],
  ["3015", 5, [at("20160801085857"), [item("VaseNo", "1")]], "上传留样信息", "tells of a retained sample"],
  [
    "3018",
    5,
    [[item("PolId", "w01018")]],
    "提取出样时间；与下一例 CRC 相同",
    "asks for the analysis time; same CRC as the next",
  ],
  [
    "3018",
    4,
    [[item("PolId", "w01018")], [item("Stime", "40")]],
    "上传出样时间；内容不同而 CRC 相同",
    "tells the analysis time; other content, same CRC",
  ],
  ["3019", 5, [[item("PolId", "w01018")]], "提取设备唯一标识", "asks for the serial number"],
  [
    "3019",
    4,
    [[item("PolId", "w01018")], [item("w01018-SN", "010000A8900016F000169DC1")]],
    "上传设备唯一标识",
    "tells the serial number",
  ],
  [
    "3020",
    5,
    [
      [item("PolId", "w01018")],
      [item("InfoId", "i11001")],
      [item("BeginTime", "20160801010522"), item("EndTime", "20160801085857")],
    ],
    "提取现场机信息",
    "asks for site information",
    { deviations: ["comma-between-times"] },
  ],
  [
    "3020",
    5,
    [at("20100301145000"), [item("PolId", "w01018")], [item("i12001-Info", "1")], [item("i12003-Info", "0")]],
    "上传现场机信息",
    "tells site information",
  ],
];

const c17 = clause(HJ2017, "Annex C; length and CRC computed by Annex A");
const examples = ANNEX_C.map(([cn, flag, cp, zh, en, more], i) =>
  one(`c17-${String(i + 1).padStart(2, "0")}-${cn}`, 2017, [zh, en], c17, { ...annexC, cn, flag, cp, ...more }),
);

const printed: CorpusCase[] = [
  one(
    "a17-1062",
    2017,
    ["标准印有 CRC 的示例 1C80", "an example printed with its CRC, 1C80"],
    clause(HJ2017, "Annex A"),
    { ...annexC, cn: "1062", pw: "100000", cp: [[item("RtdInterval", "30")]] },
  ),
  one("a25-1011", 2025, ["印有 CRC 的示例 2200", "an example printed with its CRC, 2200"], HJ2025, {
    ...annexC,
    qn: "20240601085857223",
    cn: "1011",
    flag: 9,
  }),
];

const T = "20261001083000";
const old = (code: string, current: string, suffix: string, text: string): Group =>
  pollutant(code, { [suffix]: text, Flag: "N" }, { current });
const gas = (suffix: string): Group => pollutant("a21002", { [suffix]: "38.6", [`Zs${suffix}`]: "43.5", Flag: "N" });
const full: Group[] = [
  pollutant("a21026", {
    Cou: "1.20",
    Min: "20.1",
    Avg: "22.1",
    Max: "24.8",
    ZsMin: "22.6",
    ZsAvg: "24.92",
    ZsMax: "27.9",
    Flag: "N",
  }),
  pollutant("a19001", { Min: "7.1", Avg: "7.7", Max: "8.3", Flag: "N" }),
  pollutant("a00000", { Cou: "120000", Flag: "N" }),
];

const EDITIONS: [edition: 2005 | 2017 | 2025, id: string, zh: string, en: string, frame: FrameSpec][] = [
  [
    2005,
    "2011",
    "实时数据，14 位 MN，旧编码",
    "realtime, MN of 14, old codes",
    { flag: 0, cp: [at(T), old("011", "w01018", "Rtd", "40.1"), old("B01", "w00000", "Rtd", "17.5")], st: "32" },
  ],
  [
    2005,
    "2051",
    "分钟数据，要求应答",
    "minute data, answer wanted",
    {
      cn: "2051",
      flag: 1,
      cp: [at("20261001082000"), old("03", "a21002", "Avg", "38.6"), old("S01", "a19001", "Avg", "7.7")],
    },
  ],
  [
    2005,
    "2061",
    "小时数据",
    "hour data",
    { cn: "2061", flag: 0, cp: [at("20261001080000"), old("02", "a21026", "Avg", "22.1")] },
  ],
  [
    2005,
    "2031",
    "日数据",
    "day data",
    { cn: "2031", flag: 0, cp: [at("20261001000000"), old("01", "a34013", "Avg", "2.1")] },
  ],
  [
    2005,
    "packet",
    "拆包：Flag 位 D",
    "bit D of Flag: a packet",
    { flag: 3, pnum: "1", pno: "1", cp: [at(T), old("03", "a21002", "Rtd", "38.6")] },
  ],
  [
    2017,
    "2011",
    "废气实时数据，含折算值",
    "realtime gas with converted values",
    { cp: [at(T), gas("Rtd"), pollutant("a19001", { Rtd: "7.7", Flag: "N" })] },
  ],
  [
    2017,
    "2051",
    "分钟数据：累计、最小、平均、最大与折算",
    "minute data: sum, min, mean, max and converted",
    { cn: "2051", cp: [at("20261001082900"), ...full] },
  ],
  [
    2017,
    "2061",
    "小时数据，DataTime 为时段开始",
    "hour data; DataTime is the start of the hour",
    { cn: "2061", cp: [at("20261001080000"), ...full] },
  ],
  [2017, "2031", "日数据", "day data", { cn: "2031", cp: [at("20261001000000"), ...full] }],
  [
    2017,
    "2021",
    "治理设施运行状态 0–5",
    "facility states 0 to 5",
    { cn: "2021", cp: [at(T), ...[0, 1, 2, 3, 4, 5].map((s) => [facility(s + 1, s)])] },
  ],
  [
    2017,
    "2041",
    "设施日运行时间",
    "hours run in a day",
    { cn: "2041", cp: [at("20261001000000"), [item("SB1-RT", "22.5")]] },
  ],
  [2017, "9014", "数据应答", "data answer", { cn: "9014", st: "91", flag: 4 }],
  [2017, "3017", "采样周期", "sampling cycle", { cn: "3017", cp: [[item("PolId", "w01018")], [item("Ctime", "2")]] }],
  [
    2025,
    "2011-clear",
    "实时数据未加密（专网）",
    "realtime in clear (private network)",
    { flag: 9, cp: [at(T), gas("Rtd")], deviations: ["not-encrypted"] },
  ],
  [
    2025,
    "2061-clear",
    "小时数据未加密（专网）",
    "hour data in clear (private network)",
    { cn: "2061", flag: 9, cp: [at("20261001080000"), ...full], deviations: ["not-encrypted"] },
  ],
  [2025, "1001", "现场机激活请求", "activation request", { cn: "1001", flag: 9 }],
  [2025, "1002", "激活应答", "activation answer", { cn: "1002", flag: 9 }],
  [2025, "9015", "心跳", "heartbeat", { cn: "9015", st: "91", flag: 8 }],
  [
    2025,
    "resend",
    "补传标记 RF=1",
    "RF=1: sent again",
    { flag: 9, rf: "1", cp: [at(T), gas("Rtd")], deviations: ["not-encrypted"] },
  ],
  [
    2025,
    "packet",
    "包号宽度 6 与 5，Flag=11",
    "packet numbers of 6 and 5 digits, Flag=11",
    { flag: 11, pnum: "000001", pno: "00001", cp: [at(T), gas("Rtd")], deviations: ["not-encrypted"] },
  ],
  [
    2025,
    "st44",
    "用电监控 ST=44",
    "power monitoring, ST=44",
    { st: "44", flag: 9, cp: [at(T), pollutant("d20105", { Rtd: "13.4", Flag: "N" })], deviations: ["not-encrypted"] },
  ],
];
const BASIS = { 2005: HJ2005, 2017: HJ2017, 2025: HJ2025 } as const;
const uploads = EDITIONS.map(([edition, id, zh, en, frame]) =>
  one(
    `e${edition}-${id}`,
    edition,
    [zh, en],
    BASIS[edition],
    edition === 2005 ? { mn: MN14, deviations: ["old-code"], ...frame } : frame,
  ),
);

/** Every value of Flag that an edition gives a meaning: V, D and A. */
const flags = Array.from({ length: 12 }, (_, flag) => {
  const edition = ([2005, 2017, 2025] as const)[(flag >> 2) as 0 | 1 | 2];
  const packets = (flag & 2) !== 0 ? { pnum: "1", pno: "1" } : {};
  const bits = `V=${flag >> 2} D=${(flag >> 1) & 1} A=${flag & 1}`;
  return one(`flag-${flag}`, edition, [`Flag=${flag}：${bits}`, `Flag=${flag}: ${bits}`], BASIS[edition], {
    cn: "3015",
    flag,
    ...packets,
    cp: [at(T), [item("VaseNo", "1")]],
  });
});

/** Commands of the lists of CN that nothing above shows: the command is the standard's, the empty CP is made up. */
const others = (
  [
    [2017, "1063 2022 3011 3012 3013 3014 3016 3021"],
    [2025, "2013 2052 2062 2111 3022 3024"],
  ] as const
).flatMap(([edition, commands]) =>
  commands
    .split(" ")
    .map((cn) =>
      one(
        `cn-${cn}`,
        edition,
        [`命令 ${cn}，数据区为空（构造）`, `command ${cn}, its CP left empty (made up)`],
        clause(MADE, `CN ${cn} of ${BASIS[edition].standard}`),
        { st: "32", cn, flag: edition === 2017 ? 5 : 9 },
      ),
    ),
);

export const standard = (): CorpusCase[] => [...printed, ...examples, ...uploads, ...flags, ...others];
