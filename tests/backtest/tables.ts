/** The figures as Markdown: printed by the command, and kept between markers in docs/warning-quality.md. */
import type { Estimate } from "./bootstrap.ts";
import type { Cell } from "./figures.ts";
import { TARGETS, type Report } from "./report.ts";
import type { Way } from "./trial.ts";

const WAYS: Record<Way, string> = {
  product: "本规则 these rules",
  instant: "瞬时超限 any minute over L",
  "running-mean": "累计均值 running mean over L",
  "after-the-hour": "小时之后 after the hour",
};

const KINDS: Record<Report["kinds"][number]["kind"], string> = {
  step: "突跳 step",
  ramp: "爬升 ramp",
  drift: "漂移 slow drift",
  spike: "尖峰 spike",
  reagent: "断药 reagent loss",
  "start-up": "启炉 start-up",
  sensor: "仪表误跳 analyser jump",
  none: "无扰动 none (noise)",
};

type Row = readonly (string | number)[];

const table = (head: Row, rows: readonly Row[]): string =>
  [head, head.map((_, i) => (i === 0 ? "---" : "---:")), ...rows].map((r) => `| ${r.join(" | ")} |`).join("\n");

export const percent = (e: Estimate | null): string => (e === null ? "–" : (100 * e.value).toFixed(1));
const range = (e: Estimate | null): string =>
  e === null ? "–" : `${percent(e)} (${(100 * e.low).toFixed(1)}–${(100 * e.high).toFixed(1)})`;
const number = (e: Estimate | null): string =>
  e === null ? "–" : `${e.value.toFixed(1)} (${e.low.toFixed(1)}–${e.high.toFixed(1)})`;
const plain = (x: number | null, digits = 1): string => (x === null ? "–" : x.toFixed(digits));

/** ✓ or ✗ against a target; nothing where there is no figure. */
const mark = (e: Estimate | null, reached: (value: number) => boolean): string =>
  e === null ? "" : reached(e.value) ? " ✓" : " ✗";
const ahead = (e: Estimate | null): string => mark(e, (v) => v >= TARGETS.ahead10);
const precise = (e: Estimate | null): string => mark(e, (v) => v >= TARGETS.precision);
const quiet = (e: Estimate | null): string => mark(e, (v) => v <= TARGETS.smsPerHour);

export function tables(r: Report): string {
  return [
    `${r.plantDays} plant-days (seed ${r.seed}); ${r.exceeded} exceeded hours of a limit in ${r.atRisk} plant-hours, ${r.firstHours} of them first hours (the hour before was met); ` +
      `${plain(r.upsetsPerOutletDay, 2)} upsets and ${plain(r.spikesPerOutletDay, 2)} spikes begin per outlet and day ` +
      "(counted by pollutant). In brackets: 95 % by bootstrap over plant-days.",
    "### 提前量与准确度 Ahead, and true",
    waysTable(r),
    "### 短信与挽回 SMS, and hours saved",
    smsTable(r),
    "### 何种扰动 By what was behind the hour",
    kindsTable(r),
    ...(r.grid.length > 0
      ? [
          "### 强度 × 噪声 Severity × noise",
          cellTable("强度 / 噪声 severity / noise", r.grid),
          "### 扰动频率 How often upsets begin",
          cellTable("频率 frequency", r.frequency),
          "### 记录间隔 The logger's interval",
          cellTable("间隔 interval", r.interval),
          "### 另一套模拟 Another simulation",
          cellTable("模拟车队 simulated fleet", r.fleet),
          "### 如改预警参数 If the warning numbers were others",
          cellTable("参数（中噪声）number, medium noise", r.numbers),
          cellTable("参数（高噪声）number, high noise", r.numbersNoisy),
        ]
      : []),
    ...(r.water ? ["### 废水日均值 Water: the flow-weighted day", waterTable(r.water)] : []),
  ].join("\n\n");
}

function waysTable(r: Report): string {
  const { ceiling } = r;
  return table(
    ["", "≥ 10 min %", "≥ 20 min %", "≥ 30 min %", "真实事件 true episodes %", "of hours > 0.95 L %", "episodes"],
    [
      ...r.ways.map((w) => [
        WAYS[w.way],
        range(w.ahead10) + (w.way === "product" ? ahead(w.ahead10) : ""),
        percent(w.ahead20),
        percent(w.ahead30),
        range(w.precision) + (w.way === "product" ? precise(w.precision) : ""),
        percent(w.nearPrecision),
        w.episodes,
      ]),
      [
        "已知一切在途 foresight of what is under way",
        range(ceiling.foreseen10),
        percent(ceiling.foreseen20),
        percent(ceiling.foreseen30),
        "–",
        "–",
        "–",
      ],
      ...r.ways.map((w) => [
        `首个小时 first hours: ${WAYS[w.way]}`,
        range(w.first10),
        percent(w.first20),
        percent(w.first30),
        "–",
        "–",
        "–",
      ]),
      [
        "首个小时 first hours: 已知在途 foresight",
        range(ceiling.first10),
        percent(ceiling.first20),
        percent(ceiling.first30),
        "–",
        "–",
        "–",
      ],
      ["扰动已开始 an upset had begun", range(ceiling.begun10), "–", "–", "–", "–", "–"],
    ],
  );
}

const smsTable = (r: Report): string =>
  table(
    [
      "",
      "SMS / at-risk hour, nobody answers",
      "with response",
      "… / hour at risk or warned",
      "避免的小时 hours saved %",
      "saved per 100 SMS",
    ],
    r.ways.map((w) => [
      WAYS[w.way],
      number(w.smsSilent) + (w.way === "product" ? quiet(w.smsSilent) : ""),
      number(w.smsAnswered),
      number(w.smsSilentBroad),
      range(w.saved),
      plain(w.savedPer100),
    ]),
  );

const kindsTable = (r: Report): string =>
  table(
    ["", "begun", "exceeded hours", "≥ 10 min", "foreseen ≥ 10 min", "median lead, min", "false episodes"],
    r.kinds.map((k) => [
      KINDS[k.kind],
      k.begun ?? "–",
      k.exceeded,
      k.ahead10,
      k.foreseen10,
      k.medianLead ?? "–",
      k.falseEpisodes,
    ]),
  );

const cellTable = (what: string, cells: readonly Cell[]): string =>
  table(
    [
      what,
      "exceeded h / 100 plant-days",
      "upsets / outlet-day",
      "≥ 10 min %",
      "foresight %",
      "true episodes %",
      "SMS / at-risk hour",
    ],
    cells.map((c) => [
      c.name,
      plain(c.exceededPer100, 0),
      plain(c.upsetsPerOutletDay, 2),
      range(c.ahead10) + ahead(c.ahead10),
      percent(c.foreseen10),
      range(c.precision) + precise(c.precision),
      number(c.smsSilent) + quiet(c.smsSilent),
    ]),
  );

const waterTable = (w: NonNullable<Report["water"]>): string =>
  table(
    ["", "plant-days", "exceeded days", "≥ 1 h %", "≥ 2 h %", "≥ 4 h %", "true episodes %", "SMS / exceeded day"],
    [
      [
        `${plain(w.shocksPerDay, 2)} shocks / day`,
        w.plantDays,
        w.exceeded,
        range(w.ahead1),
        percent(w.ahead2),
        percent(w.ahead4),
        range(w.precision),
        number(w.smsPerDay),
      ],
    ],
  );
