import { expect, test } from "vitest";
import { clockText, dayText, fromInput, inputOf, minuteText, numberText } from "./format.ts";

const at = "2026-10-01T08:05:00+08:00";

test("times are Shanghai's, wherever the device is", () => {
  expect(minuteText(at, "zh")).toBe("2026/10/01 08:05");
  expect(minuteText(at, "en")).toBe("2026-10-01 08:05");
  expect(minuteText("2026-09-30T16:00:00Z", "en")).toBe("2026-10-01 00:00");
  expect(dayText(at, "en")).toBe("2026-10-01");
  expect(clockText("2026-10-01T00:00:00+08:00", "zh")).toBe("00:00");
});

test("what an input holds and what is sent are the same moment", () => {
  expect(inputOf(Date.parse(at))).toBe("2026-10-01T08:05");
  expect(fromInput("2026-10-01T08:05")).toBe(at);
  for (const bad of ["", "08:05", "2026-10-01"]) expect(fromInput(bad)).toBeNull();
});

test("numbers have the decimals that they are told; nothing is a dash", () => {
  expect(numberText(15, 1)).toBe("15.0");
  expect(numberText(0, 0)).toBe("0");
  expect(numberText(null, 1)).toBe("—");
});
