import { expect, test } from "vitest";
import { figureRows, figureText, type Figures } from "./figures.ts";

const figures = (over: Partial<Figures>): Figures => ({
  episodes: 0,
  limitEpisodes: 0,
  trueEpisodes: 0,
  levels: [0, 0, 0],
  escalated: 0,
  recovered: 0,
  told: 0,
  hours: { met: 0, exceeded: 0, insufficient: 0, marked: 0 },
  days: { met: 0, exceeded: 0, insufficient: 0, marked: 0 },
  exceededHours: 0,
  hoursAhead: 0,
  hoursAhead10: 0,
  exceededDays: 0,
  daysAhead: 0,
  lead: null,
  dayLead: null,
  messages: 0,
  otherMessages: 0,
  capped: 0,
  riskHours: 0,
  messagesPerRiskHour: null,
  perPhoneDay: null,
  mostPerPhoneDay: 0,
  ...over,
});

test("shares have a whole, or are nothing; a difference is the draft less what is in force", () => {
  const rows = figureRows({
    force: figures({ exceededHours: 8, hoursAhead10: 6, limitEpisodes: 4, trueEpisodes: 1 }),
    draft: figures({ exceededHours: 8, hoursAhead10: 7 }),
  });
  const of = (key: string) => rows.find((row) => row.key === key)!;
  expect(of("ahead10")).toMatchObject({ force: 75, draft: 87.5, difference: 12.5 });
  expect(of("precision")).toMatchObject({ force: 25, draft: null, difference: null });
  expect(of("lead")).toMatchObject({ force: null, draft: null, difference: null });
});

test.each<[number | null, boolean, string]>([
  [null, true, "—"],
  [12.34, false, "12.3 %"],
  [12.34, true, "+12.3 %"],
  [-0.5, true, "-0.5 %"],
  [0.04, true, "0"],
  [-0.04, true, "0"],
  [0, false, "0.0 %"],
])("%d signed %s is shown as %s", (value, signed, text) => {
  const row = { key: "x", force: 0, draft: 0, difference: 0, decimals: 1, unit: " %" };
  expect(figureText(value, row, signed)).toBe(text);
});
