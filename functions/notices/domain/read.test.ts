import { expect, test } from "vitest";
import { DAY, HOUR } from "../../shared/shanghai.ts";
import type { Notice } from "./digest.ts";
import { isRead, noticeId, nothingRead, withRead } from "./read.ts";

const T = 1_790_814_900_000;
const notice = (over: Partial<Notice> = {}): Notice => ({
  kind: "revised",
  permitNo: "P",
  plant: "厂",
  at: T,
  deadline: null,
  outlet: null,
  from: null,
  to: null,
  decision: null,
  reason: null,
  ...over,
});

test("nothing is read at first; what is read by itself leaves the others", () => {
  const [a, b] = [notice(), notice({ at: T + 1 })];
  expect(isRead(a, nothingRead())).toBe(false);
  const after = withRead(nothingRead(), { ids: [noticeId(a)] }, T + HOUR);
  expect([isRead(a, after), isRead(b, after), after.v]).toEqual([true, false, 1]);
});
test.each([
  ["before", -1, true],
  ["at", 0, true],
  ["after", 1, false],
])("all read up to a moment: what came up %s it", (_, later, expected) => {
  const after = withRead(nothingRead(), { upTo: T }, T + HOUR);
  expect(isRead(notice({ at: T + later }), after)).toBe(expected);
  expect(withRead(after, { upTo: T - HOUR }, T + HOUR).upTo).toBe(T);
});
test("a period to mark that grows is the same, read or not; another plant, outlet or begin is another", () => {
  const gap = notice({ kind: "unmarked", outlet: "DA001", from: T, to: T + HOUR, at: T + HOUR });
  const grown = { ...gap, to: T + 2 * HOUR, at: T + 2 * HOUR };
  expect(noticeId(grown)).toBe(noticeId(gap));
  expect(isRead(grown, withRead(nothingRead(), { upTo: T + HOUR }, T + HOUR))).toBe(true);
  const others = [{ permitNo: "Q" }, { outlet: "DA002" }, { from: T + 1 }, { kind: "judged" as const }];
  for (const over of others) expect(noticeId({ ...gap, ...over })).not.toBe(noticeId(gap));
});
test("what was read long ago is forgotten, and of very many the oldest", () => {
  const old = withRead(nothingRead(), { ids: ["old"] }, T);
  expect(Object.keys(withRead(old, { ids: ["new"] }, T + 121 * DAY).ids)).toEqual(["new"]);
  const many = Array.from({ length: 600 }, (_, i) => `n${i}`);
  const all = withRead(old, { ids: many }, T + DAY);
  expect(Object.keys(all.ids)).toHaveLength(500);
  expect(all.ids).not.toHaveProperty("old");
});
