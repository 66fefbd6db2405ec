import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadRuleData } from "../../../layers/rule-data.ts";
import { device, gasLimit, outlet, permit, permitNo } from "../fixtures.ts";
import { checkPermits, parsePermits } from "./parse-permits.ts";

const ruleData = loadRuleData(join(import.meta.dirname, "../../../layers/rule-data"));
const parse = (...permits: unknown[]) => parsePermits({ permits }, ruleData);
const accepted = (...permits: unknown[]) => {
  const parsed = parse(...permits);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.permits;
};
/** Problems as `path: reason`. */
const refused = (...permits: unknown[]): string[] => {
  const parsed = parse(...permits);
  const said = checkPermits({ permits }, ruleData);
  // What people read is there for each in Chinese, and nothing of it is left in English.
  for (const { zh } of said.ok ? [] : said.problems) {
    expect(zh).toMatch(/\p{Script=Han}/u);
    expect(zh).not.toMatch(/\b(must|is|of|needs|at most)\b/);
  }
  expect(said.ok || said.problems.map(({ path, reason }) => ({ path, reason }))).toEqual(parsed.ok || parsed.problems);
  return parsed.ok ? [] : parsed.problems.map((p) => `${p.path}: ${p.reason}`);
};
const withOutlet = (over: object): object => permit(1, { outlets: [outlet(over)] });
const withLimits = (...limits: object[]): object => withOutlet({ limits });
const withDevices = (...devices: object[]): object => withOutlet({ devices });
const at = (text: string): number => Date.parse(text);

describe("the contract's example", () => {
  it("becomes a permit with times in epoch milliseconds and every optional value filled in", () => {
    const [p] = accepted(
      permit(1, {
        permitNo: "91330483MA2ABCD126001P",
        facilities: [{ code: "TA001", kind: "treatment", outlets: ["DA001"], mn: "330483A890001600000169C1", sb: 1 }],
        outlets: [
          outlet({
            devices: [device({ minuteInterval: 1, units: { a34001: "µg/m³" }, secretRef: "devices/1" })],
            limits: [gasLimit({ min: null, from: null, to: null })],
          }),
        ],
      }),
    );
    expect(p?.outlets).toEqual([
      {
        code: "DA001",
        medium: "gas",
        name: "1 号锅炉排放口",
        devices: [
          {
            mn: "330483A890001600000169C1",
            from: at("2023-12-31T16:00:00Z"),
            to: null,
            minuteInterval: 1,
            units: { a34001: "µg/m³" },
            secretRef: "devices/1",
          },
        ],
        limits: [
          {
            pollutant: "a21002",
            statistic: "hour",
            basis: "converted",
            referenceO2: 6,
            max: 50,
            min: null,
            period: null,
            from: null,
            to: null,
            source: "permit",
          },
        ],
      },
    ]);
    expect(p?.facilities).toEqual([
      { code: "TA001", kind: "treatment", outlets: ["DA001"], mn: "330483A890001600000169C1", sb: 1 },
    ]);
  });

  it("needs none of the optional values", () => {
    const {
      facilities: _f,
      contacts: _c,
      ...bare
    } = permit(1, {
      outlets: [
        {
          code: "DW001",
          medium: "water",
          name: "总排口",
          devices: [{ mn: "M1" }],
          limits: [{ pollutant: "w01018", statistic: "day", max: 80 }],
        },
      ],
    });
    const [p] = accepted(bare);
    expect(p).toMatchObject({ facilities: [], contacts: [] });
    expect(p?.outlets[0]?.devices).toEqual([
      { mn: "M1", from: 0, to: null, minuteInterval: 1, units: {}, secretRef: null },
    ]);
    expect(p?.outlets[0]?.limits[0]).toMatchObject({
      basis: "measured",
      referenceO2: null,
      min: null,
      period: null,
      source: "permit",
    });
  });

  it("may carry fields that this version does not know", () => {
    expect(
      accepted(permit(1, { creditGrade: "A", outlets: [outlet({ height: 60, limits: [gasLimit({ note: "x" })] })] })),
    ).toHaveLength(1);
  });

  it("old codes become current ones", () => {
    const [p] = accepted(
      withOutlet({ devices: [device({ units: { 10: "mg/m3" } })], limits: [gasLimit({ pollutant: "03" })] }),
    );
    expect(p?.outlets[0]?.limits[0]?.pollutant).toBe("a21002");
    expect(p?.outlets[0]?.devices[0]?.units).toEqual({ a21001: "mg/m3" });
  });

  it("an empty list is an empty list", () => expect(accepted()).toEqual([]));
});

describe("refused, with path and reason", () => {
  it.each<[string, object, string]>([
    [
      "unknown pollutant",
      withLimits(gasLimit({ pollutant: "a99999" })),
      "permits[0].outlets[0].limits[0].pollutant: unknown pollutant a99999",
    ],
    [
      "hour without max",
      withLimits(gasLimit({ max: null })),
      "permits[0].outlets[0].limits[0].max: a limit by the hour needs max",
    ],
    [
      "day with min only",
      withLimits(gasLimit({ statistic: "day", max: null, min: 1 })),
      "permits[0].outlets[0].limits[0].max: a limit by the day needs max",
    ],
    [
      "instant without any bound",
      withLimits({ pollutant: "w01001", statistic: "instant" }),
      "permits[0].outlets[0].limits[0].max: a limit needs max, min or both",
    ],
    [
      "min above max",
      withLimits({ pollutant: "w01001", statistic: "instant", min: 9, max: 6 }),
      "permits[0].outlets[0].limits[0].min: 9 is above max 6",
    ],
    [
      "converted without referenceO2",
      withLimits(gasLimit({ referenceO2: undefined })),
      "permits[0].outlets[0].limits[0].referenceO2: a converted limit needs the reference oxygen",
    ],
    [
      "reference oxygen of air",
      withLimits(gasLimit({ referenceO2: 21 })),
      "permits[0].outlets[0].limits[0].referenceO2: must be below 21",
    ],
    [
      "max as text",
      withLimits(gasLimit({ max: "50" })),
      'permits[0].outlets[0].limits[0].max: must be a number, is "50"',
    ],
    [
      "max that JSON cannot write",
      withLimits(gasLimit({ max: Number.NaN })),
      "permits[0].outlets[0].limits[0].max: must be a number",
    ],
    [
      "day or night of an hour",
      withLimits(gasLimit({ period: "day" })),
      'permits[0].outlets[0].limits[0].period: day or night belongs to statistic "period"',
    ],
    [
      "unknown statistic",
      withLimits(gasLimit({ statistic: "week" })),
      'permits[0].outlets[0].limits[0].statistic: must be "hour" or "day" or "instant" or "period", is "week"',
    ],
    [
      "limit that ends before it starts",
      withLimits(gasLimit({ from: "2026-02-01", to: "2026-01-01" })),
      "permits[0].outlets[0].limits[0].to: must be later than from",
    ],
    [
      "unknown unit",
      withDevices(device({ units: { a34001: "furlong" } })),
      'permits[0].outlets[0].devices[0].units.a34001: unknown unit "furlong" for a34001',
    ],
    [
      "unit of another dimension",
      withDevices(device({ units: { a21002: "mg/L" } })),
      'permits[0].outlets[0].devices[0].units.a21002: unknown unit "mg/L" for a21002: cannot be converted to mg/m³',
    ],
    [
      "unit of an unknown pollutant",
      withDevices(device({ units: { zz: "mg/m³" } })),
      "permits[0].outlets[0].devices[0].units.zz: unknown pollutant zz",
    ],
    [
      "two units of one pollutant",
      withDevices(device({ units: { a21002: "mg/m³", "03": "mg/m³" } })),
      "a21002 has a unit already",
    ],
    [
      "MN with a blank",
      withDevices(device({ mn: "33 04" })),
      "permits[0].outlets[0].devices[0].mn: must be 1–64 letters",
    ],
    [
      "MN of 65",
      withDevices(device({ mn: "A".repeat(65) })),
      "permits[0].outlets[0].devices[0].mn: must be 1–64 letters",
    ],
    ["empty MN", withDevices(device({ mn: "" })), "permits[0].outlets[0].devices[0].mn: must be 1–64 letters"],
    [
      "interval 7",
      withDevices(device({ minuteInterval: 7 })),
      "permits[0].outlets[0].devices[0].minuteInterval: must divide 60",
    ],
    [
      "interval 0",
      withDevices(device({ minuteInterval: 0 })),
      "permits[0].outlets[0].devices[0].minuteInterval: must divide 60",
    ],
    [
      "interval 1.5",
      withDevices(device({ minuteInterval: 1.5 })),
      "permits[0].outlets[0].devices[0].minuteInterval: must be",
    ],
    [
      "time that is none",
      withDevices(device({ from: "2024-02-30T00:00:00+08:00" })),
      "permits[0].outlets[0].devices[0].from: must be a real time",
    ],
    [
      "binding that ends when it starts",
      withDevices(device({ to: "2024-01-01T00:00:00+08:00" })),
      "permits[0].outlets[0].devices[0].to: must be later than from",
    ],
    [
      "facility of an unknown outlet",
      permit(1, { facilities: [{ code: "TA001", kind: "treatment", outlets: ["DA009"] }] }),
      "permits[0].facilities[0].outlets[0]: names outlet DA009",
    ],
    [
      "facility code twice",
      permit(1, {
        facilities: [
          { code: "T", kind: "treatment", outlets: [] },
          { code: "T", kind: "production", outlets: [] },
        ],
      }),
      "permits[0].facilities[1].code: is already used by facilities[0]",
    ],
    [
      "outlet code twice",
      permit(1, { outlets: [outlet(), outlet({ devices: [] })] }),
      "permits[0].outlets[1].code: is already used by outlets[0]",
    ],
    ["outlet code with #", withOutlet({ code: "DA#1" }), "permits[0].outlets[0].code: must be 1–32 characters"],
    ["permit number form", permit(1, { permitNo: "12345" }), "permits[0].permitNo: must be 18 characters"],
    [
      "check digit",
      permit(1, { permitNo: "91330483MA2ABCD127001P" }),
      "permits[0].permitNo: its credit code 91330483MA2ABCD127 has the check character 7, GB 32100 gives 6",
    ],
    ["date that is none", permit(1, { validTo: "2028-13-01" }), "permits[0].validTo: must be a real date"],
    [
      "permit that ends before it starts",
      permit(1, { validFrom: "2029-01-01" }),
      "permits[0].validTo: is before validFrom 2029-01-01",
    ],
    [
      "latitude out of range",
      permit(1, { location: { lon: 30.6, lat: 120.5 } }),
      "permits[0].location.lat: must be at most 90 (are lon and lat swapped?)",
    ],
    [
      "phone without country",
      permit(1, { contacts: [{ role: "operator", phone: "13800000000" }] }),
      "permits[0].contacts[0].phone: must be an international number",
    ],
    [
      "unknown role",
      permit(1, { contacts: [{ role: "boss", phone: "+8613800000000" }] }),
      "permits[0].contacts[0].role: must be",
    ],
    ["missing name", permit(1, { name: undefined }), "permits[0].name: is missing"],
    ["unknown medium", withOutlet({ medium: "soil" }), 'permits[0].outlets[0].medium: must be "gas"'],
  ])("%s", (_, wrong, problem) => {
    expect(refused(wrong)).toEqual([expect.stringContaining(problem)]);
  });

  it("a file that is not one", () => {
    expect(parsePermits([], ruleData)).toEqual({
      ok: false,
      problems: [{ path: "", reason: "must be an object, is []" }],
    });
    expect(parsePermits({}, ruleData)).toEqual({ ok: false, problems: [{ path: "permits", reason: "is missing" }] });
    expect(refused(null)).toEqual(["permits[0]: must be an object, is null"]);
  });

  it("the same permit number twice", () => {
    expect(refused(permit(1), permit(2), permit(1, { outlets: [] }))).toEqual([
      "permits[2].permitNo: is already used by permits[0]",
    ]);
  });

  it("all problems of all permits at once, the good ones not returned", () => {
    expect(
      refused(permit(1), permit(2, { name: "" }), withLimits(gasLimit({ max: null }), gasLimit({ pollutant: "x" }))),
    ).toEqual([
      "permits[1].name: must not be empty",
      "permits[2].outlets[0].limits[0].max: a limit by the hour needs max",
      "permits[2].outlets[0].limits[1].pollutant: unknown pollutant x: not a code of HJ 524/525 or of its predecessors",
      "permits[2].permitNo: is already used by permits[0]",
    ]);
  });
});

describe("one device at one place at a time", () => {
  const twoOutlets = (first: object, second: object): object =>
    permit(1, {
      outlets: [outlet({ devices: [device(first)] }), outlet({ code: "DA002", devices: [device(second)] })],
    });
  const JAN = "2025-01-01T00:00:00+08:00";

  it.each<[string, object, object, boolean]>([
    ["both open", {}, {}, false],
    ["one inside the other", {}, { from: JAN, to: "2025-02-01" }, false],
    ["one millisecond in common", { to: "2025-01-01T00:00:00.001+08:00" }, { from: JAN }, false],
    ["end meets start", { to: JAN }, { from: JAN }, true],
    ["the later one listed first", { from: JAN }, { to: JAN }, true],
    ["other devices", { mn: "A" }, { mn: "B" }, true],
    ["MN differs in case", { mn: "ab" }, { mn: "AB" }, true],
  ])("%s", (_, first, second, ok) => {
    expect(refused(twoOutlets(first, second))).toEqual(
      ok
        ? []
        : [
            "permits[0].outlets[1].devices[0].mn: 330483A890001600000169C1 is bound at the same time by permits[0].outlets[0].devices[0].mn",
          ],
    );
  });

  it("across plants, and twice on one outlet", () => {
    const other = permit(2, { outlets: [outlet({ devices: [device({ mn: "MN-1" })] })] });
    expect(refused(permit(1), other)).toEqual([
      "permits[1].outlets[0].devices[0].mn: MN-1 is bound at the same time by permits[0].outlets[0].devices[0].mn",
    ]);
    expect(refused(withDevices(device(), device()))).toEqual([
      expect.stringContaining("permits[0].outlets[0].devices[1].mn:"),
    ]);
  });

  it("several devices on one outlet are fine", () =>
    expect(refused(withDevices(device({ mn: "A" }), device({ mn: "B" })))).toEqual([]));

  it("a facility may report by a device of its own, which no other plant has", () => {
    const facility = { code: "TA001", kind: "treatment", outlets: ["DA001"], mn: "POWER", sb: 1 };
    const more = { ...facility, code: "TA002", sb: 2 };
    expect(refused(permit(1, { facilities: [facility, more] }))).toEqual([]);
    expect(refused(permit(1, { facilities: [facility] }), permit(2, { facilities: [facility] }))).toEqual([
      "permits[1].facilities[0].mn: POWER is bound at the same time by permits[0].facilities[0].mn",
    ]);
  });
});

describe("limits of one outlet, pollutant, statistic and period", () => {
  const leq = (over: object): object => ({ pollutant: "Leq", statistic: "period", max: 65, ...over });
  it.each<[string, object[], string | null]>([
    ["twice the same", [gasLimit(), gasLimit({ max: 40 })], "permits[0].outlets[0].limits[1]: overlaps limits[0]"],
    [
      "under an old code",
      [gasLimit(), gasLimit({ pollutant: "03" })],
      "permits[0].outlets[0].limits[1]: overlaps limits[0]",
    ],
    [
      "on another basis",
      [gasLimit(), gasLimit({ basis: "measured" })],
      "permits[0].outlets[0].limits[1]: overlaps limits[0]",
    ],
    [
      "one open, one dated",
      [gasLimit(), gasLimit({ from: "2026-01-01" })],
      "permits[0].outlets[0].limits[1]: overlaps limits[0]",
    ],
    ["one after the other", [gasLimit({ to: "2026-01-01" }), gasLimit({ from: "2026-01-01" })], null],
    ["hour and day", [gasLimit(), gasLimit({ statistic: "day" })], null],
    ["two pollutants", [gasLimit(), gasLimit({ pollutant: "a21026" })], null],
    ["day and night", [leq({ period: "day" }), leq({ period: "night", max: 55 })], null],
    [
      "day and day",
      [leq({ period: "day" }), leq({ period: "day" })],
      "permits[0].outlets[0].limits[1]: overlaps limits[0]",
    ],
    ["night and whole day", [leq({ period: "night" }), leq({})], "permits[0].outlets[0].limits[1]: overlaps limits[0]"],
  ])("%s", (_, limits, problem) => {
    expect(refused(withLimits(...limits))).toEqual(problem === null ? [] : [expect.stringContaining(problem)]);
  });

  it("the same at two outlets is fine", () => {
    expect(refused(permit(1, { outlets: [outlet({ devices: [] }), outlet({ code: "DA002" })] }))).toEqual([]);
  });
});

it("numbers of the fixtures are well formed", () => expect(permitNo(42)).toMatch(/^91330483MA2000042.001P$/));

it("answers any JSON, and any damage to a good permit, without throwing", () => {
  fc.assert(fc.property(fc.jsonValue(), (json) => typeof parsePermits(json, ruleData).ok === "boolean"));
  const keys = Object.keys(permit(1));
  fc.assert(
    fc.property(
      fc.constantFrom(...keys),
      fc.jsonValue(),
      (key, value) => typeof parse(permit(1, { [key]: value })).ok === "boolean",
    ),
  );
});
