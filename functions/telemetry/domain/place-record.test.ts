import { describe, expect, test } from "vitest";
import type { Limit, Permit } from "../../register/domain/permit.ts";
import { at, device, item, limit, outlet, permit, record, ruleData } from "../fixtures.ts";
import { placeRecord } from "./place-record.ts";
import type { DeviceRecord } from "./reading.ts";

const place = (r: Partial<DeviceRecord>, p: Permit = permit()): ReturnType<typeof placeRecord> =>
  placeRecord(record(r), p, at("08:02"), ruleData);
/** Channel and value of everything the record gives the blocks. */
const values = (r: Partial<DeviceRecord>, limits: Limit[] = [limit()], units = {}): Record<string, number | null> =>
  Object.fromEntries(
    place(r, permit({ outlets: [outlet({ limits, devices: [device({ units })] })] }))!.records.flatMap((x) =>
      x.values.map((v): [string, number | null] => [v.channel, v.value]),
    ),
  );

describe("the basis of the limit", () => {
  const converted = limit({ basis: "converted", referenceO2: 6 });
  const nox = (over = {}) => item("a21002", 40, over);
  const o2 = (value: number | null, flag = "N") => item("a19001", value, { flag });
  test("measured takes the value as it is", () => {
    expect(values({ items: [nox({ converted: 55 }), o2(8)] })).toEqual({ "a21002/m": 40, "a19001/m": 8 });
  });
  test.each([
    ["C·(21−6)/(21−O2) with the O2 of the frame", [nox(), o2(9)], 50], // 40·15/12
    ["at the reference itself nothing changes", [nox(), o2(6)], 40],
    ["just below the ceiling", [nox(), o2(19.5)], 400], // 40·15/1.5
    ["not from the ceiling on", [nox(), o2(20)], null],
    ["not without O2", [nox()], null],
    ["not with an O2 that does not count", [nox(), o2(9, "D")], null],
    ["not with an O2 without a number", [nox(), o2(null)], null],
    ["the device's own converted value, whatever the O2", [nox({ converted: 61 }), o2(20.9, "D")], 61],
    ["not without a value", [item("a21002", null), o2(9)], null],
  ])("converted: %s", (_, items, expected) => expect(values({ items }, [converted])["a21002/6"]).toBe(expected));
  test("keeps a value for each basis that some limit in force asks for", () => {
    const limits = [
      converted,
      limit({ statistic: "day" }),
      limit({ basis: "converted", referenceO2: 3, to: at("07:00") }),
    ];
    expect(values({ items: [nox(), o2(9)] }, limits)).toEqual({ "a21002/6": 50, "a21002/m": 40, "a19001/m": 9 });
  });
  test("a pollutant without a limit is kept as measured", () => {
    expect(values({ items: [item("a21026", 7)] })).toEqual({ "a21026/m": 7 });
  });
});

describe("units", () => {
  test("are the device's where the permit says so, before and after conversion", () => {
    expect(values({ items: [item("a21002", 40_000)] }, [limit()], { a21002: "µg/m³" })).toEqual({ "a21002/m": 40 });
    const c = limit({ basis: "converted", referenceO2: 6 });
    expect(values({ items: [item("a21002", 40_000), item("a19001", 9)] }, [c], { a21002: "µg/m³" })["a21002/6"]).toBe(
      50,
    );
    expect(values({ items: [item("a21002", 1, { converted: 50_000 })] }, [c], { a21002: "µg/m³" })["a21002/6"]).toBe(
      50,
    );
  });
  test("that cannot be converted are an error that names them", () => {
    expect(() => values({ items: [item("a21002", 1)] }, [limit()], { a21002: "dB" })).toThrow("dB of a21002");
  });
});

describe("where a record belongs", () => {
  const two = permit({
    outlets: [
      outlet({ devices: [device({ to: at("08:00") })] }),
      outlet({ code: "DA002", devices: [device({ from: at("08:00") })] }),
    ],
  });
  test("is the outlet its device is bound to at its DataTime", () => {
    expect(place({ dataTime: at("08:00") - 1 }, two)?.records[0]?.outlet).toBe("DA001");
    expect(place({ dataTime: at("08:00") }, two)?.carried).toEqual(["DA002/a21002"]);
  });
  test("is nowhere when it is bound to none", () => {
    expect(place({ mn: "STRANGER" })).toBeNull();
  });
  test("is the minute for minute means, the moment for samples", () => {
    expect(place({ dataTime: at("08:00:31") })?.records[0]?.at).toBe(at("08:00"));
    expect(place({ dataTime: at("08:00:31"), kind: "realtime" })?.records[0]?.at).toBe(at("08:00:31"));
  });
  test("hour and day records are kept as such", () => {
    expect(place({ kind: "hour", command: "2061" })?.records).toMatchObject([{ kind: "hour" }]);
  });
  test("a pollutant named twice: the last one stands", () => {
    expect(values({ items: [item("a21002", 1), item("a21002", 2)] })).toEqual({ "a21002/m": 2 });
  });
});

describe("facility states", () => {
  const p = permit({
    facilities: [
      { code: "TA001", kind: "treatment", outlets: ["DA001"], mn: "A", sb: 1 },
      { code: "PR001", kind: "production", outlets: ["DA001"], mn: "STATES", sb: 1 },
    ],
  });
  const states = (r: Partial<DeviceRecord>): unknown =>
    place({ kind: null, items: [], ...r }, p)?.records.flatMap((x) =>
      x.values.map((v) => [x.outlet, x.kind, v.channel, v.value]),
    );
  test("are found by code, or by device and number", () => {
    expect(states({ facilities: [{ sb: null, code: "PR001", state: 0 }] })).toEqual([["", "facility", "PR001/s", 0]]);
    expect(states({ facilities: [{ sb: 1, code: null, state: 1 }] })).toEqual([["", "facility", "TA001/s", 1]]);
  });
  test("come from a device that no outlet lists, too", () => {
    expect(states({ mn: "STATES", facilities: [{ sb: 1, code: null, state: 1 }] })).toEqual([
      ["", "facility", "PR001/s", 1],
    ]);
  });
  test("of a facility the permit does not have are left out", () => {
    expect(states({ facilities: [{ sb: 9, code: null, state: 1 }] })).toEqual([]);
  });
});
