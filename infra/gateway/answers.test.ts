import { describe, expect, test } from "vitest";
import { decodeFrame, type Hj212Frame } from "../../functions/telemetry/domain/hj212/decode.ts";
import { splitFrames } from "../../functions/telemetry/domain/hj212/frame.ts";
import { answersTo, refusal } from "./answers.ts";

const NOW = Date.UTC(2026, 9, 1, 0, 30, 5, 7); // 2026-10-01 08:30:05.007 in Shanghai

function read(text: string): Hj212Frame {
  const [piece] = splitFrames(Buffer.from(text));
  if (!piece?.ok) throw new Error(piece ? piece.detail : "empty");
  const decoded = decodeFrame(piece.segment);
  if (!decoded.ok) throw new Error(decoded.detail);
  return decoded.frame;
}
const frame = (over: Partial<Hj212Frame>): Hj212Frame => ({
  ...read("##0087QN=20160801085857223;ST=32;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&&&30C0"),
  ...over,
});
/** Answers without length and CRC. */
const said = (of: Hj212Frame): string[] =>
  answersTo(of, NOW).map((bytes) => {
    const [piece] = splitFrames(bytes);
    if (!piece?.ok) throw new Error("an answer is no frame");
    return Buffer.from(piece.segment).toString();
  });
const OWN = "PW=123456;MN=010000A8900016F000169DC0";

/** Frames of domain.md appendix A with the whole answer: those of Annex C where it prints one. */
test.each([
  [
    "data",
    "##0137QN=20160801085857223;ST=32;CN=2081;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&DataTime=20160801085857;RestartTime=20160801085624&&9AC1",
    [`QN=20160801085857223;ST=91;CN=9014;${OWN};Flag=4;CP=&&&&`],
  ],
  [
    "data of a noise meter",
    "##0122QN=20160801085857223;ST=23;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&DataTime=20160801085857;LA-Rtd=50.1&&0880",
    [`QN=20160801085857223;ST=91;CN=9014;${OWN};Flag=4;CP=&&&&`],
  ],
  [
    "the notice that asks for the time: 9013, then the clock is set",
    "##0099QN=20160801085857223;ST=32;CN=1013;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&PolId=w01018&&CAC1",
    [
      `QN=20160801085857223;ST=91;CN=9013;${OWN};Flag=4;CP=&&&&`,
      `QN=20261001083005007;ST=32;CN=1012;${OWN};Flag=5;CP=&&PolId=w01018;SystemTime=20261001083005&&`,
    ],
  ],
  [
    "the request of the clock, 2025",
    "##0087QN=20240601085857223;ST=32;CN=1011;PW=123456;MN=010000A8900016F000169DC0;Flag=9;CP=&&&&2200",
    [
      `QN=20240601085857223;ST=91;CN=9011;${OWN};Flag=8;CP=&&QnRtn=1&&`,
      `QN=20240601085857223;ST=32;CN=1011;${OWN};Flag=8;CP=&&SystemTime=20261001083005&&`,
      `QN=20240601085857223;ST=91;CN=9012;${OWN};Flag=8;CP=&&ExeRtn=1&&`,
    ],
  ],
  [
    "a setting that only a host asks of a device",
    "##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&1C80",
    ["QN=20160801085857223;ST=91;CN=9011;PW=100000;MN=010000A8900016F000169DC0;Flag=4;CP=&&QnRtn=2&&"],
  ],
  [
    "an uploaded result",
    "##0151QN=20160801085857223;ST=32;CN=3020;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&DataTime=20100301145000;PolId=w01018;i12001-Info=1;i12003-Info=0&&7080",
    [`QN=20160801085857223;ST=91;CN=9014;${OWN};Flag=4;CP=&&&&`],
  ],
  [
    "a request of a device's site information",
    "##0099QN=20160801085857223;ST=32;CN=3019;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&PolId=w01018&&1540",
    [`QN=20160801085857223;ST=91;CN=9011;${OWN};Flag=4;CP=&&QnRtn=2&&`],
  ],
  [
    "no bit A",
    "##0125QN=20160801085857223;ST=32;CN=1011;PW=123456;MN=010000A8900016F000169DC0;Flag=4;CP=&&PolId=w01018;SystemTime=20160801085857&&3740",
    [],
  ],
  [
    "the request answer",
    "##0094QN=20160801085857223;ST=91;CN=9011;PW=123456;MN=010000A8900016F000169DC0;Flag=4;CP=&&QnRtn=1&&1B00",
    [],
  ],
])("%s", (_, text, answers) => {
  expect(said(read(text))).toEqual(answers);
});

describe("by command", () => {
  test.each([
    ["2011", "9014"],
    ["2021", "9014"],
    ["2051", "9014"],
    ["2061", "9014"],
    ["2031", "9014"],
    ["2041", "9014"],
    ["2062", "9014"],
    ["9015", "9013"],
    ["1062", "9011"],
    ["2012", "9011"],
    ["4711", "9011"],
  ])("%s is answered with %s", (cn, answer) => {
    expect(said(frame({ cn }))).toEqual([expect.stringContaining(`CN=${answer};`)]);
  });
  test.each([
    ["1062", 2],
    ["3011", 2],
    ["2022", 2],
    ["4711", 8],
  ])("%s is refused with QnRtn=%i", (cn, code) => {
    expect(said(frame({ cn }))).toEqual([expect.stringContaining(`CP=&&QnRtn=${code}&&`)]);
  });
  test.each(["9011", "9012", "9013", "9014"])("%s is an answer itself: nothing, whatever its Flag", (cn) => {
    expect(said(frame({ cn }))).toEqual([]);
  });
});

test("HJ/T 212-2005 finds the request inside CP", () => {
  const old = { flag: 1, edition: 2005 as const };
  const head = "QN=20160801085857223;ST=91";
  expect(said(frame({ ...old, cn: "2051" }))).toEqual([
    `${head};CN=9014;${OWN};Flag=0;CP=&&QN=20160801085857223;CN=2051&&`,
  ]);
  expect(said(frame({ ...old, cn: "1062" }))).toEqual([
    `${head};CN=9011;${OWN};Flag=0;CP=&&QN=20160801085857223;QnRtn=2&&`,
  ]);
});

test("an answer repeats the PW that was sent, and nothing that could write fields of its own", () => {
  const text = (of: Hj212Frame): string => Buffer.from(refusal(of, 3)).toString();
  expect(text(frame({ pw: "wrong" }))).toContain("PW=wrong;");
  expect(text(frame({ pw: "x&&y=z" }))).not.toContain("PW=");
  expect(text(frame({ qn: null }))).not.toContain("QN=");
  expect(text(frame({ mn: "A\r\n##" }))).toContain("MN=;");
});
