/** What devices send beside the standard, met in the field or to be expected there. */
import { at, facility, item, MN14, pollutant, type FrameSpec, type Group } from "./build.ts";
import { FIELD, HEARSAY, HJ2017, MADE, one, clause, type CorpusCase, type Source } from "./cases.ts";

const T = "20261001083000";
const NOX: Group = pollutant("a21002", { Rtd: "38.6", ZsRtd: "43.5", Flag: "N" });
const NOX_TEXT = "a21002-Rtd=38.6,a21002-ZsRtd=43.5,a21002-Flag=N";
const cp = [at(T), NOX];
const old = (code: string, current: string, text: string): Group =>
  pollutant(code, { Rtd: text, Flag: "N" }, { current });
const value = (text: string, number: number | null): FrameSpec => ({
  cp: [at(T), pollutant("a21002", { Rtd: text, Flag: "N" }, { odd: { Rtd: number } })],
});
const info = (text: string): Group[] => [at(T), [item("PolId", "w01018")], [item("i12001-Info", text)]];

type Row = [id: string, zh: string, en: string, source: Source, frame: FrameSpec, edition?: 2005 | 2025 | null];
const ROWS: Row[] = [
  [
    "semicolon-before-close",
    "&& 前多一个分号",
    "; before the closing &&",
    FIELD,
    { cp, content: `DataTime=${T};${NOX_TEXT};`, deviations: ["semicolon-before-close"] },
  ],
  [
    "double-semicolon",
    "重复分号",
    "a separator twice",
    MADE,
    { cp, content: `DataTime=${T};;${NOX_TEXT}`, deviations: ["empty-item"] },
  ],
  [
    "double-comma",
    "重复逗号",
    "a comma twice",
    MADE,
    { cp, content: `DataTime=${T};${NOX_TEXT.replace(",", ",,")}`, deviations: ["empty-item"] },
  ],
  [
    "leading-semicolon",
    "数据区以分号开始",
    "CP begins with ;",
    MADE,
    { cp, content: `;DataTime=${T};${NOX_TEXT}`, deviations: ["empty-item"] },
  ],
  ["commas-only", "全用逗号", "commas alone", MADE, { cp: [[...at(T), ...NOX]] }],
  ["semicolons-only", "全用分号", "semicolons alone", MADE, { cp: [at(T), ...NOX.map((i) => [i])] }],
  ["mn-14", "MN 14 位（2017）", "MN of 14 characters in 2017", FIELD, { mn: MN14, cp, deviations: ["short-mn"] }],
  ["mn-free-text", "MN 为自由文本", "MN of free text", FIELD, { mn: "TX-demo_1", cp, deviations: ["short-mn"] }],
  ["mn-lower-case", "MN 小写", "MN in lower case: kept as sent", MADE, { mn: "330483a890001600000169c1", cp }],
  ["no-qn", "无 QN", "no QN", FIELD, { qn: null, cp, deviations: ["no-qn"] }],
  ["qn-14", "QN 无毫秒", "QN without milliseconds", MADE, { qn: T, cp }],
  [
    "qn-no-moment",
    "QN 不是有效时间",
    "QN that is no moment",
    MADE,
    { qn: "20260231083000123", cp, deviations: ["bad-qn"] },
  ],
  ["no-pw", "无 PW", "no PW", MADE, { pw: null, cp }],
  ["no-st", "无 ST", "no ST", MADE, { st: null, cp, deviations: ["no-st"] }],
  ["unknown-st", "标准中没有的 ST", "an ST that no edition knows", MADE, { st: "99", cp, deviations: ["unknown-st"] }],
  [
    "no-flag-field",
    "无 Flag：版本未知",
    "no Flag: the edition is not known",
    MADE,
    { flag: null, cp, deviations: ["no-edition"] },
    null,
  ],
  [
    "header-order",
    "字段顺序不同",
    "header fields in another order",
    MADE,
    { order: ["ST", "CN", "QN", "MN", "PW", "Flag"], cp },
  ],
  [
    "unknown-field",
    "未知字段",
    "a header field that no edition knows",
    MADE,
    { extra: "Sign=1;", cp, deviations: ["unknown-field"] },
  ],
  [
    "td-for-rtd",
    "以 td 代 Rtd",
    "LA-td for LA-Rtd",
    FIELD,
    { st: "23", cp: [at(T), pollutant("LA", { td: "50.1", Flag: "N" })], deviations: ["td-suffix"] },
  ],
  [
    "upper-case-code",
    "污染物编码大写",
    "pollutant code in upper case",
    MADE,
    { cp: [at(T), pollutant("A21002", { Rtd: "38.6", Flag: "N" }, { current: "a21002" })], deviations: ["old-code"] },
  ],
  [
    "old-codes-water",
    "废水旧编码 B01 011 060 001",
    "old water codes B01 011 060 001",
    FIELD,
    {
      st: "32",
      flag: 1,
      cp: [
        at(T),
        old("B01", "w00000", "17.5"),
        old("011", "w01018", "40.1"),
        old("060", "w21003", "1.20"),
        old("001", "w01001", "7.5"),
      ],
      deviations: ["old-code"],
    },
    2005,
  ],
  [
    "old-code-lower-case",
    "旧编码小写",
    "an old code in lower case",
    MADE,
    { st: "32", cp: [at(T), old("b01", "w00000", "17.5")], deviations: ["old-code"] },
  ],
  [
    "old-codes-gas",
    "2017 版 Flag 而编码为旧",
    "old gas codes under a Flag of 2017",
    FIELD,
    {
      cp: [
        at(T),
        old("02", "a21026", "22.1"),
        old("03", "a21002", "38.6"),
        old("01", "a34013", "2.1"),
        old("S01", "a19001", "7.7"),
      ],
      deviations: ["old-code"],
    },
  ],
  [
    "unknown-pollutant",
    "未知编码照样给出",
    "an unknown code is given all the same",
    MADE,
    { cp: [at(T), pollutant("a99999", { Rtd: "1.5", Flag: "N" })] },
  ],
  [
    "datatime-millis",
    "DataTime 17 位",
    "DataTime with milliseconds",
    FIELD,
    { cp: [at(`${T}000`), NOX], deviations: ["long-datatime"] },
  ],
  ["datatime-last", "DataTime 在最后", "DataTime behind the values", MADE, { cp: [NOX, at(T)] }],
  [
    "gbk-text",
    "中文为 GBK",
    "Chinese text in GBK",
    HEARSAY,
    {
      cn: "3020",
      cp: info("设备运行正常"),
      content: Buffer.concat([
        Buffer.from(`DataTime=${T};PolId=w01018;i12001-Info=`),
        Buffer.from("c9e8b1b8d4cbd0d0d5fdb3a3", "hex"),
      ]),
      deviations: ["gbk-text"],
    },
  ],
  ["utf8-text", "中文为 UTF-8", "Chinese text in UTF-8", HJ2017, { cn: "3020", cp: info("设备运行正常") }],
  ["comma-in-text", "文本值中有逗号", "a comma inside a text", MADE, { cn: "3020", cp: info("设备运行正常,无报警") }],
  ["equals-in-text", "值中有等号", "an equals sign inside a value", MADE, { cn: "3020", cp: info("a=b") }],
  [
    "no-data-flag",
    "数值无数据标记",
    "a value without a data flag",
    MADE,
    { cp: [at(T), pollutant("a21002", { Rtd: "38.6" })], deviations: ["no-flag"] },
  ],
  [
    "flag-before-value",
    "标记在数值之前",
    "the flag before its value",
    MADE,
    { cp: [at(T), pollutant("a21002", { Flag: "D", Rtd: "38.6" })] },
  ],
  [
    "same-item-twice",
    "同一项重复且相等",
    "the same item twice, equal",
    MADE,
    { cp: [at(T), NOX, pollutant("a21002", { Rtd: "38.60" })] },
  ],
  [
    "all-data-flags",
    "数据标记 N F M S D C T B",
    "the data flags N F M S D C T B",
    clause(HJ2017, "table 5"),
    {
      cp: [
        at(T),
        ...["N", "F", "M", "S", "D", "C", "T", "B"].map((f, i) => pollutant(`a2100${i + 1}`, { Rtd: "1.0", Flag: f })),
      ],
    },
  ],
  ["negative", "负数", "a negative value: given, not judged", MADE, value("-0.3", -0.3)],
  ["exponent", "指数写法", "an exponent", MADE, value("+3.86E1", 38.6)],
  ["blanks", "数值前后空格", "blanks around a value", MADE, value(" 2.10 ", 2.1)],
  ["bare-point", "小数点后无数字", "nothing behind the point", MADE, value("7.", 7)],
  ["leading-point", "小数点前无数字", "nothing before the point", MADE, value(".5", 0.5)],
  ["leading-zeros", "前导零", "leading zeros are decimal", MADE, value("00012.50", 12.5)],
  ["minus-zero", "负零", "minus zero is zero", MADE, value("-0.0", 0)],
  ["dashes", "-- 不是数字", "-- is no number", MADE, { ...value("--", null), deviations: ["not-a-number"] }],
  ["empty-value", "空值", "an empty value", MADE, { ...value("", null), deviations: ["not-a-number"] }],
  ["nan", "NaN 不是数字", "NaN is no number", MADE, { ...value("NaN", null), deviations: ["not-a-number"] }],
  ["hex-value", "0x10 不是数字", "0x10 is no number", MADE, { ...value("0x10", null), deviations: ["not-a-number"] }],
  ["two-points", "两个小数点", "two points", MADE, { ...value("1.2.3", null), deviations: ["not-a-number"] }],
  [
    "full-width",
    "全角数字不是数字",
    "full-width digits are no number",
    MADE,
    { ...value("３８", null), deviations: ["not-a-number"] },
  ],
  ["absurd", "荒谬的大数：格式是数", "an absurd number is still a number", MADE, value("11190000000", 11190000000)],
  [
    "beyond-bound",
    "超过 1e12：可给数或 null",
    "beyond 1e12: a number or null",
    MADE,
    { ...value("1e300", 1e300), deviations: ["not-a-number"] },
  ],
  [
    "facility-beside",
    "状态与分钟数据同包，无效状态略过",
    "facility states beside values; a state that is none is passed over",
    MADE,
    {
      cn: "2051",
      cp: [
        at("20261001082900"),
        pollutant("a21002", { Avg: "38.6", Flag: "N" }),
        [facility(1, 1), item("SB1-RT", "0.5")],
        [item("SB2-RS", "9")],
      ],
      deviations: ["bad-facility-state"],
    },
  ],
  [
    "item-without-key",
    "数据项无名称",
    "items without a key",
    MADE,
    { cp, content: `DataTime=${T};${NOX_TEXT};garbage;=5`, deviations: ["item-without-key"] },
  ],
  [
    "code-too-long",
    "污染物编码 40 字符：不是编码",
    "a code of 40 characters is none",
    MADE,
    { cp: [at(T), NOX, [item(`${"a".repeat(40)}-Rtd`, "1")]], deviations: ["bad-code"] },
  ],
  [
    "datatime-bad-no-data",
    "无数据的包 DataTime 无效：仍可读",
    "a bad DataTime where there are no data",
    MADE,
    {
      cn: "3015",
      cp: [[item("DataTime", "20260931083000")], [item("VaseNo", "1")]],
      dataTime: null,
      deviations: ["bad-datatime"],
    },
  ],
  [
    "many-at-once",
    "多种偏差并存",
    "many deviations at once",
    MADE,
    {
      qn: null,
      flag: null,
      mn: MN14,
      lengthText: "99",
      cn: "2051",
      cp: [at("20261001082000"), pollutant("03", { Avg: "38.6", ZsAvg: "43.5" }, { current: "a21002" })],
      content: "DataTime=20261001082000;03-Avg=38.6,03-ZsAvg=43.5;",
      crcText: (s) => s.toLowerCase(),
      closing: "\n",
      deviations: [
        "lower-case-crc",
        "lf-only",
        "short-mn",
        "no-qn",
        "no-edition",
        "semicolon-before-close",
        "old-code",
        "no-flag",
      ],
    },
    null,
  ],
];

export const quirks = (): CorpusCase[] =>
  ROWS.map(([id, zh, en, source, frame, edition]) =>
    one(
      `quirk-${id}`,
      edition === undefined ? 2017 : edition,
      [zh, en],
      source,
      id === "many-at-once" ? manyAtOnce(frame) : frame,
    ),
  );

/** Its length has three digits, which this needs: a 0 of its own would be no deviation. */
function manyAtOnce(frame: FrameSpec): FrameSpec {
  return { ...frame, st: "31", lengthText: "099", deviations: [...frame.deviations!, "short-length"] };
}
