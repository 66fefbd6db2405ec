import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { parseIso } from "../functions/shared/shanghai.ts";
import { loadRuleData } from "./rule-data.ts";

const source = join(import.meta.dirname, "rule-data");
const ruleData = loadRuleData(source);

describe("quality notes of HJ 212", () => {
  const { hj212 } = ruleData;
  const folder = join(import.meta.dirname, "../functions/telemetry/domain");
  const sources = ["hj212", "."].flatMap((sub) =>
    readdirSync(join(folder, sub))
      .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
      .map((name) => readFileSync(join(folder, sub, name), "utf8")),
  );
  it("every note that the codec can make has its grade and its texts, and no other", () => {
    const made = sources.flatMap((code) => [
      ...[...code.matchAll(/\bnotes?(?:\.push|\.add)?\((?:notes, )?"([a-z-]+)"\)/g)].map((m) => m[1]!),
      ...[
        ...code.matchAll(/"((?:modbus-crc|crc-bytes-swapped|packet-joined|packet-missing|no-crlf|cr-only|lf-only))"/g),
      ].map((m) => m[1]!),
    ]);
    expect([...hj212.notes.keys()].toSorted()).toEqual([...new Set(made)].toSorted());
  });
  it.each([
    [[], "A"],
    [["no-crlf"], "A"],
    [["no-crlf", "lower-case-crc"], "B"],
    [["modbus-crc", "lower-case-crc"], "C"],
    [["p99101-st"], "A"],
  ])("%j is graded %s", (notes, grade) => expect(hj212.gradeOf(notes)).toBe(grade));
  it.each([
    ["1999", false],
    ["2000", true],
    ["2999", true],
    ["3000", false],
    ["1014", true],
    ["3020", true],
    ["9015", false],
  ])("2025 asks to encrypt %s: %s; 2017 nothing", (cn, asked) => {
    expect([hj212.asksEncryption(2025, cn), hj212.asksEncryption(2017, cn)]).toEqual([asked, false]);
  });
});

describe("pollutants", () => {
  it.each([
    ["w00000", "L/s"],
    ["w01001", ""],
    ["w01014", "µS/cm"],
    ["w01018", "mg/L"],
    ["w20119", "µg/L"],
    ["w21003", "mg/L"],
    ["a00000", "m³/s"],
    ["a01001", "℃"],
    ["a01008", "°"],
    ["a19001", "%"],
    ["a20057", "mg/m³"],
    ["a21001", "ng/m³"],
    ["a21002", "mg/m³"],
    ["a21026", "mg/m³"],
    ["a34001", "ng/m³"],
    ["a34002", "ng/m³"],
    ["a34004", "ng/m³"],
    ["a34011", "t/(km²·month)"],
    ["a34013", "mg/m³"],
    ["Leq", "dB"],
    ["LMx", "dB"],
  ])("%s is kept in %s (HJ 212-2017 Annex B)", (code, unit) => expect(ruleData.pollutants.get(code)?.unit).toBe(unit));

  it.each([
    ["B01", "w00000"],
    ["001", "w01001"],
    ["003", "w01012"],
    ["010", "w01017"],
    ["011", "w01018"],
    ["060", "w21003"],
    ["065", "w21001"],
    ["101", "w21011"],
    ["B02", "a00000"],
    ["S01", "a19001"],
    ["S02", "a01011"],
    ["S03", "a01012"],
    ["S08", "a01013"],
    ["S05", "a01014"],
    ["01", "a34013"],
    ["02", "a21026"],
    ["03", "a21002"],
    ["04", "a21005"],
    ["10", "a21001"],
    ["31", "a20057"],
    ["37", "a01010"],
    ["a21002", "a21002"],
    ["A21002", "a21002"],
    ["b01", "w00000"],
    ["leq", "Leq"],
    ["LA", "LA"],
  ])("%s means %s", (sent, code) => expect(ruleData.resolve(sent)).toBe(code));

  it.each(["", "1", "1001", "011 ", "a2100", "a99999", "__proto__"])("%j means nothing", (code) =>
    expect(ruleData.resolve(code)).toBeNull(),
  );

  it("has no old code that means two pollutants, also not across media", () => {
    const old = [...ruleData.pollutants.values()].flatMap((p) => p.old);
    expect(new Set(old.map((c) => c.toLowerCase())).size).toBe(old.length);
    expect(old).toHaveLength(31);
  });
});

describe("units", () => {
  it.each([
    ["mg/m³", "ng/m³", 1e6],
    ["µg/m³", "ng/m³", 1000],
    ["ug/m3", "ng/m³", 1000],
    ["ng/m³", "mg/m³", 1e-6],
    ["\u00b5g/m³", "mg/m3", 0.001],
    ["\u03bcg/m³", "mg/m3", 0.001],
    ["MG/M3", "mg/m³", 1],
    ["mg/Nm3", "mg/m³", 1],
    ["㎎/㎥", "mg/m³", 1],
    ["mg/m^3", "mg/m³", 1],
    ["mg/L", "µg/L", 1000],
    ["ug/l", "mg/L", 0.001],
    ["m³/h", "L/s", 1 / 3.6],
    ["L/s", "m³/h", 3.6],
    ["m3/s", "L/s", 1000],
    ["m³/h", "m³/s", 1 / 3600],
    ["m³/d", "m³/h", 1 / 24],
    ["dB(A)", "dB", 1],
    ["%", "%", 1],
    ["°C", "℃", 1],
    ["Pa", "kPa", 0.001],
    ["hPa", "kPa", 0.1],
    ["km/h", "m/s", 1 / 3.6],
    ["mS/cm", "µS/cm", 1000],
    ["倍", "度", 1],
    ["度", "°", 1],
    ["无量纲", "", 1],
    ["–", "", 1],
  ])("1 %s is %s × %d", (from, to, factor) => expect(ruleData.unitFactor(from, to)).toBe(factor));

  it.each([
    ["mg/L", "mg/m³"],
    ["mg/m³", "%"],
    ["ppm", "mg/m³"],
    ["dB", "L/s"],
    ["", "mg/L"],
    ["furlong", "furlong"],
  ])("%j does not become %j", (from, to) => expect(ruleData.unitFactor(from, to)).toBeNull());

  it("there and back is one, whatever the units", () => {
    const units = [
      ...new Set([...ruleData.pollutants.values()].map((p) => p.unit)),
      "µg/m³",
      "mg/m³",
      "m³/h",
      "m³/d",
      "L/min",
      "hPa",
    ];
    fc.assert(
      fc.property(fc.constantFrom(...units), fc.constantFrom(...units), (a, b) => {
        const there = ruleData.unitFactor(a, b);
        const back = ruleData.unitFactor(b, a);
        return there === null ? back === null : Math.abs(there * back! - 1) < 1e-15;
      }),
    );
  });
});

describe("warning numbers", () => {
  it("are those of the warning rules, version 1", () => {
    expect(ruleData.warning(parseIso("2026-10-01T08:00:00+08:00")!)).toEqual({
      effectiveFrom: "2026-01-01",
      hour: {
        slots: 60,
        validSlots: 45,
        pendingMinutes: 20,
        newestWindow: 25,
        newestCount: 5,
        medianMin: 5,
        medianMax: 15,
        earlyMinutes: 5,
        earlyValid: 3,
        earlyMargin: 0.05,
        lateMinutes: 30,
        lateValid: 20,
        recoveredShare: 0.95,
        recoveredTicks: 12,
        recoveredTickValid: 3,
        lapsedTicks: 24,
        repeatEarly: 10,
        repeatLost: 15,
        repeatEscalated: 30,
        escalateTicks: 6,
        closeGrace: 10,
        oxygenCeiling: 20,
        dayValidHours: 20,
      },
      water: {
        newestCount: 120,
        newestWindow: 6 * 60,
        validSlots: 60,
        earlyMinutes: 6 * 60,
        lateMinutes: 12 * 60,
        repeat: 120,
        escalateRepeats: 3,
        closeAt: 30,
        recoveredShare: 0.95,
        earlyMargin: 0.05,
        validHours: 20,
        hourValidSlots: 45,
      },
      range: { adjacent: 2, repeat: 60 },
      facility: { reports: 2 },
      noise: { records: 3, repeat: 60, dayFromHour: 6, nightFromHour: 22 },
      silence: { minutes: 15, overInterval: 10, repeat: 60, outageDevices: 20, outageShare: 0.05 },
      sms: { acknowledgePause: 30, dailyCap: 60, segments: 2, lateTick: 5 },
      suspicious: { flatSlots: 30, hugLow: 0.9, hugHigh: 0.99, hugMinutes: 6 * 60, jumpFactor: 5 },
      clock: { aheadMinutes: 10, behindDays: 7 },
    });
  });
});

describe("default limits", () => {
  it("name the standard, the day and how sure the number is", () => {
    const find = (standard: string, pollutant: string) =>
      ruleData.standards.filter((l) => l.standard === standard && l.pollutant === pollutant);
    expect(find("DB33/2147-2018", "a21002")).toEqual([
      expect.objectContaining({ max: 50, referenceO2: 6, statistic: "hour", from: "2018-11-01", certainty: "general" }),
    ]);
    expect(find("GB 4287-2012", "w01018").map((l) => [l.max, l.certainty])).toEqual([
      [80, "general"],
      [500, "verified"],
      [200, "verified"],
    ]);
    expect(find("GB 12348-2008", "Leq").map((l) => `${l.period} ${l.max}`)).toEqual([
      "day 50",
      "night 40",
      "day 55",
      "night 45",
      "day 60",
      "night 50",
      "day 65",
      "night 55",
      "day 70",
      "night 55",
    ]);
    expect(find("GB 16297-1996", "a34001")).toEqual([expect.objectContaining({ max: 1e6 })]); // 1.0 mg/m³ in ng/m³
  });
});

describe("labels", () => {
  it("are in both languages, and a missing one is an error", () => {
    expect(ruleData.label("verdict.exceeded", "zh")).toBe("超标");
    expect(ruleData.label("verdict.exceeded", "en")).toBe("exceeded");
    expect(() => ruleData.label("no.such", "zh")).toThrow('no label "no.such"');
  });
});

describe("a broken folder", () => {
  const base = mkdtempSync(join(tmpdir(), "rule-data-"));
  const dir = join(base, "rule-data");
  beforeEach(() => {
    rmSync(dir, { recursive: true, force: true });
    cpSync(source, dir, { recursive: true });
  });
  afterAll(() => rmSync(base, { recursive: true }));
  // oxlint-disable-next-line typescript/no-explicit-any -- the damage may be anywhere in any file
  const edit = (file: string, change: (json: any) => unknown): void => {
    const json = JSON.parse(readFileSync(join(dir, file), "utf8"));
    writeFileSync(join(dir, file), JSON.stringify(change(json) ?? json));
  };

  it.each<[string, () => void, RegExp]>([
    ["a file that is not JSON", () => writeFileSync(join(dir, "units.json"), "[{"), /units\.json: .*JSON/],
    ["a file that is missing", () => rmSync(join(dir, "manifest.json")), /manifest\.json: ENOENT/],
    [
      "no labels at all",
      () =>
        readdirSync(dir)
          .filter((f) => f.startsWith("labels"))
          .forEach((f) => rmSync(join(dir, f))),
      /labels\.json: is missing/,
    ],
    [
      "a number that is text",
      () => edit("warning-numbers.json", (j) => void (j[0].hour.validSlots = "45")),
      /warning-numbers\.json at \[0\]\.hour\.validSlots: must be a number, is "45"/,
    ],
    [
      "a number left out",
      () => edit("warning-numbers.json", (j) => void delete j[0].water.repeat),
      /\[0\]\.water\.repeat: is missing/,
    ],
    [
      "a misspelt key",
      () => edit("warning-numbers.json", (j) => void (j[0].hour.validSlot = 45)),
      /\[0\]\.hour: has unknown key "validSlot"/,
    ],
    [
      "a share above one",
      () => edit("warning-numbers.json", (j) => void (j[0].silence.outageShare = 5)),
      /outageShare: must be at most 1/,
    ],
    [
      "a number out of its bounds",
      () => edit("warning-numbers.json", (j) => void (j[0].hour.validSlots = 61)),
      /warning-numbers\.json at \[0\]\.hour\.validSlots: must be from 1 to 60, is 61/,
    ],
    [
      "numbers that contradict each other",
      () => edit("warning-numbers.json", (j) => void (j[0].hour.earlyMinutes = 35)),
      /\[0\]\.hour\.earlyMinutes: must be at most hour\.lateMinutes, which is 30/,
    ],
    [
      "a number that nobody describes",
      () => edit("warning-fields.json", (j) => j.slice(1)),
      /warning-fields\.json at hour\.slots: is not described/,
    ],
    [
      "a description of nothing",
      () => edit("warning-fields.json", (j) => void (j[0].path = "hour.patience")),
      /hour\.patience: is no warning number/,
    ],
    [
      "a number described twice",
      () => edit("warning-fields.json", (j) => void j.push(j[0])),
      /hour\.slots: is described twice/,
    ],
    [
      "versions out of order",
      () => edit("warning-numbers.json", (j) => [j[0], j[0]]),
      /\[1\]\.effectiveFrom: must be later/,
    ],
    [
      "a date that is none",
      () => edit("manifest.json", (j) => void (j.effectiveFrom = "2026-02-30")),
      /effectiveFrom: must be a date/,
    ],
    [
      "a code listed twice",
      () => edit("pollutants.json", (j) => void j.push(j[0])),
      /pollutants\.json at w00000: is listed twice/,
    ],
    [
      "an old code with two meanings",
      () => edit("pollutants.json", (j) => void j[3].old.push("011")),
      /"011" already means w01009/,
    ],
    [
      "a unit without a table",
      () => edit("pollutants.json", (j) => void (j[0].unit = "gill/s")),
      /unit "gill\/s" is not in units\.json/,
    ],
    [
      "a spelling listed twice",
      () => edit("units.json", (j) => void j[0].units[0].spellings.push("MG/M3")),
      /gas concentration: "mg\/m3" is listed twice/,
    ],
    [
      "a limit of an unknown pollutant",
      () => edit("standard-limits.json", (j) => void (j[2].pollutant = "a99999")),
      /\[2\]\.pollutant: unknown pollutant/,
    ],
    [
      "a limit without a number",
      () => edit("standard-limits.json", (j) => void (j[0].max = null)),
      /\[0\]\.max: needs max or min/,
    ],
    [
      "a label in one language",
      () => edit("labels.json", (j) => void delete j["medium.gas"].en),
      /medium\.gas"?\]?\.en: is missing/,
    ],
    [
      "a label in two files",
      () => writeFileSync(join(dir, "labels-more.json"), '{"medium.gas":{"zh":"气","en":"gas"}}'),
      /medium\.gas: is already defined/,
    ],
    [
      "languages that fill in different names",
      () => writeFileSync(join(dir, "labels-more.json"), '{"x":{"zh":"到{time}","en":"until {hour}"}}'),
      /labels-more\.json at x: zh fills in \{time\}, en \{hour\}/,
    ],
  ])("%s is refused with file, path and reason", (_, damage, message) => {
    damage();
    expect(() => loadRuleData(dir)).toThrow(message);
  });
});

it("a later version governs from its day on, Shanghai time; before the first, the first", () => {
  const base = mkdtempSync(join(tmpdir(), "rule-data-"));
  cpSync(source, base, { recursive: true });
  const [first] = JSON.parse(readFileSync(join(base, "warning-numbers.json"), "utf8"));
  writeFileSync(
    join(base, "warning-numbers.json"),
    JSON.stringify([first, { ...first, effectiveFrom: "2027-07-01", facility: { reports: 4 } }]),
  );
  const reports = (at: string): number => loadRuleData(base).warning(parseIso(at)!).facility.reports;
  expect(reports("2016-08-01T00:00:00+08:00")).toBe(2);
  expect(reports("2027-06-30T23:59:59+08:00")).toBe(2);
  expect(reports("2027-07-01T00:00:00+08:00")).toBe(4);
  rmSync(base, { recursive: true });
});
