/** Frames whole by length and CRC, of contents that must not be read; each with a good frame behind it. */
import { at, facility, MN14, pollutant, type FrameSpec, type Group } from "./build.ts";
import { MADE, make, type CorpusCase, type Reason } from "./cases.ts";

const T = "20261001083000";
const NOX: Group = pollutant("a21002", { Rtd: "38.6", ZsRtd: "43.5", Flag: "N" });
const NOX_TEXT = "a21002-Rtd=38.6,a21002-ZsRtd=43.5,a21002-Flag=N";
const cp = [at(T), NOX];
const TWICE = `DataTime=${T};${NOX_TEXT};a21002-Rtd=99`;
const REFUSED: [id: string, zh: string, en: string, reasons: Reason[], frame: FrameSpec][] = [
  ["no-cp", "无 CP", "no CP", ["content"], { tail: "XX=&&&&" }],
  [
    "cp-not-closed",
    "CP 未以 && 结束",
    "CP does not close",
    ["content", "length", "crc"],
    { tail: `CP=&&DataTime=${T}` },
  ],
  ["close-inside-cp", "CP 中间有 &&", "&& inside CP", ["content"], { content: `DataTime=${T}&&a21002-Rtd=1` }],
  ["no-cn", "无 CN", "no CN", ["content"], { cp, order: ["QN", "ST", "PW", "MN", "Flag"] }],
  ["cn-three-digits", "CN 三位", "CN of three digits", ["content"], { cn: "211", cp }],
  ["no-mn", "无 MN", "no MN", ["content"], { mn: null, cp }],
  ["mn-empty", "MN 为空", "an empty MN", ["content"], { mn: "", cp }],
  ["mn-twice", "MN 出现两次", "MN twice", ["content"], { cp, extra: `MN=${MN14};` }],
  ["mn-too-long", "MN 超过 64 字符", "MN of 65 characters", ["content"], { mn: "8".repeat(65), cp }],
  ["flag-no-number", "Flag 不是数", "Flag is no number", ["content", "edition"], { flag: "x", cp }],
  ["flag-12", "Flag=12：未知版本", "Flag=12: an edition that is not known", ["edition"], { flag: 12, cp }],
  ["flag-255", "Flag=255：未知版本", "Flag=255: an edition that is not known", ["edition"], { flag: 255, cp }],
  ["pnum-no-number", "PNUM 不是数", "PNUM is no number", ["content"], { flag: 7, pnum: "x", pno: "1", cp }],
  ["no-datatime", "有数据而无 DataTime", "data without DataTime", ["time"], { cp: [NOX] }],
  [
    "datatime-no-moment",
    "DataTime 为 9 月 31 日",
    "DataTime on September 31st",
    ["time"],
    { cp: [at("20260931083000"), NOX] },
  ],
  ["datatime-hour-24", "DataTime 为 24 时", "DataTime at 24 o'clock", ["time"], { cp: [at("20261001240000"), NOX] }],
  ["datatime-text", "DataTime 为文本", "DataTime as a text", ["time"], { cp: [at("2026-10-01 08:30"), NOX] }],
  [
    "datatime-twice",
    "两个不同的 DataTime",
    "two DataTimes that differ",
    ["time", "content"],
    { content: `DataTime=${T};${NOX_TEXT};DataTime=20261001083100` },
  ],
  ["value-twice", "同一污染物两个不同数值", "two values of one pollutant", ["content"], { content: TWICE }],
  [
    "facility-no-datatime",
    "设施状态无 DataTime",
    "a facility state without DataTime",
    ["time"],
    { cn: "2021", cp: [[facility(1, 0)]] },
  ],
];
export const refused = (): CorpusCase[] =>
  REFUSED.map(([id, zh, en, reasons, frame]) =>
    make(`refuse-${id}`, 2017, [zh, en], MADE, [{ refuse: frame, reasons }, { frame: { cn: "3015" } }]),
  );
