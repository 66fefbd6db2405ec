import { expect, test } from "vitest";
import { EMPTY_MARK, problemsOf } from "./mark-draft.ts";

const right = {
  ...EMPTY_MARK,
  outlet: "DA001",
  kind: "calibration",
  from: "2026-10-01T08:00",
  to: "2026-10-01T09:00",
  reason: "校准",
};

test("an empty form names every field", () => {
  expect(problemsOf(EMPTY_MARK, null)).toEqual(["outlet", "kind", "from", "to", "reason"]);
});

test.each([
  ["right", {}, null, []],
  ["as long as the kind allows, 1 h", {}, 1, []],
  ["a minute longer", { to: "2026-10-01T09:01" }, 1, ["hours"]],
  ["no minute long", { to: "2026-10-01T08:00" }, 1, ["to"]],
  ["ends before it begins", { to: "2026-10-01T07:59" }, 1, ["to"]],
  ["no begin", { from: "" }, 1, ["from"]],
  ["a reason of spaces", { reason: "  " }, null, ["reason"]],
])("%s", (_, changes, maxHours, problems) => {
  expect(problemsOf({ ...right, ...changes }, maxHours)).toEqual(problems);
});
