/** The plots of docs/warning-quality.md, from the figures of a report and one plant-day that is run again. */
import { HOUR, MINUTE } from "../../functions/shared/shanghai.ts";
import { formatClock } from "../../functions/shared/shanghai.ts";
import { assessHour, type Assessment } from "../../functions/warnings/domain/gas-hour.ts";
import type { RuleData } from "../../layers/rule-data.ts";
import { nobody } from "./operators.ts";
import { minuteAt, timeOf } from "./clock.ts";
import { plantDay, type Stream } from "./process.ts";
import { product } from "./product.ts";
import type { Reading } from "./readings.ts";
import { Received } from "./received.ts";
import { TARGETS, type Report } from "./report.ts";
import { run, TICK, type Sent } from "./run.ts";
import { REFERENCE, type Noise } from "./settings.ts";
import { COLOURS, Plot } from "./svg.ts";

const file = (name: string): string => `docs/img/warning-quality-${name}.svg`;

/** Path and content of each plot. */
export const plots = (report: Report, ruleData: RuleData): [string, string][] => [
  [file("leads"), leads(report)],
  [file("trade"), trade(report)],
  [file("hour"), hour(report, ruleData)],
];

/** How long before its end an exceeded hour was first told. */
function leads({ leads: found, exceeded }: Report): string {
  const most = Math.max(...found.map((l) => l.hours), 1);
  const step = Math.max(1, Math.ceil(most / 5 / 10) * 10);
  const plot = new Plot({
    title: `提前多久得到预警 first warning of ${exceeded} exceeded hours`,
    x: {
      min: -3,
      max: 58,
      ticks: found.map((l) => l.minutes ?? 0),
      label: "距整点分钟 minutes before the hour's end (0: 未预警 not in time)",
    },
    y: {
      min: 0,
      max: most * 1.1,
      ticks: [0, 1, 2, 3, 4, 5].map((i) => i * step).filter((v) => v <= most * 1.1),
      label: "小时数 hours",
    },
  });
  for (const { minutes, hours } of found)
    plot
      .bar(minutes ?? 0, 4, hours, (minutes ?? 0) >= 10 ? COLOURS.blue : COLOURS.red)
      .text(minutes ?? 0, hours + most * 0.015, String(hours), COLOURS.line, "middle");
  return plot.toString();
}

const NOISE_COLOURS: Record<Noise, string> = { low: COLOURS.green, medium: COLOURS.blue, high: COLOURS.amber };

/** Share told in time against share of true episodes: baselines, and the rules over severities and noises. */
function trade({ ways, grid }: Report): string {
  const share = (v: number): string => `${Math.round(v * 100)} %`;
  const plot = new Plot({
    title: "及时率与准确率 told in time against true",
    x: { min: 0, max: 1, ticks: [0, 0.2, 0.4, 0.6, 0.8, 1], label: "真实事件 true episodes", format: share },
    y: { min: 0, max: 1.05, ticks: [0, 0.25, 0.5, 0.75, 1], label: "提前 ≥ 10 min told ≥ 10 min ahead", format: share },
  });
  plot.line(
    [
      [TARGETS.precision, 0],
      [TARGETS.precision, 1.05],
    ],
    COLOURS.soft,
    "5 4",
  );
  plot.line(
    [
      [0, TARGETS.ahead10],
      [1, TARGETS.ahead10],
    ],
    COLOURS.soft,
    "5 4",
  );
  for (const { name, precision, ahead10 } of grid) {
    const [severity, noise] = name.split(" / ");
    if (precision && ahead10)
      plot.dot(
        precision.value,
        ahead10.value,
        NOISE_COLOURS[noise as Noise],
        severity === "mild" ? 4 : severity === "medium" ? 6 : 8,
      );
  }
  for (const { way, precision, ahead10 } of ways)
    if (way !== "product" && precision && ahead10)
      plot
        .dot(precision.value, ahead10.value, COLOURS.red)
        .text(
          precision.value,
          ahead10.value > 0.1 ? ahead10.value - 0.05 : 0.03,
          way,
          COLOURS.red,
          precision.value > 0.9 ? "end" : "middle",
        );
  plot.legend(0.03, 0.5, [
    ["本规则，低噪声 rules, low noise", NOISE_COLOURS.low],
    ["中 medium", NOISE_COLOURS.medium],
    ["高 high", NOISE_COLOURS.high],
    ["对照 baselines", COLOURS.red],
    ["目标 targets (dashed); 点越大扰动越强 larger: more severe", COLOURS.soft],
  ]);
  return plot.toString();
}

interface Example {
  stream: Stream;
  hour: number;
  readings: Reading[];
  sent: Sent[];
}

/** The first hour of the sample that exceeds through a step, a ramp or lost reagent and is told within the hour. */
function example({ seed }: Report, ruleData: RuleData): Example {
  for (let index = 0; index < 200; index++) {
    const plant = plantDay({ ...REFERENCE, seed }, index);
    const found = product(plant, ruleData);
    const { readings, sent } = run(plant, found, nobody);
    for (const v of found.verdicts) {
      const stream = plant.streams.find((s) => s.key === v.stream);
      const from = minuteAt(v.hour);
      const began = stream?.upsets.some(
        (u) => ["step", "ramp", "reagent"].includes(u.kind) && u.from > from + 5 && u.from < from + 25,
      );
      if (stream && began && v.verdict === "exceeded") return { stream, hour: v.hour, readings, sent };
    }
  }
  throw new Error("no plant-day of the first 200 has an hour worth drawing");
}

function hour(report: Report, ruleData: RuleData): string {
  const { stream, hour: start, readings, sent } = example(report, ruleData);
  const own = readings.filter((r) => r.stream === stream);
  const inHour = own.filter((r) => timeOf(r.minute) >= start && timeOf(r.minute) < start + HOUR);
  const ticks = Array.from({ length: 11 }, (_, i) => start + (i + 1) * TICK);
  const assessed = ticks.map((t): [number, Assessment] => {
    const received = new Received();
    for (const r of own) if (r.receivedAt < t) received.take(r);
    const from = Math.max(0, minuteAt(start) - 25);
    const row = { from: timeOf(from), slots: (received.rows.get(stream.key) ?? []).slice(from, minuteAt(t)) };
    return [t, assessHour(row, t, stream.limit, ruleData.warning(t).hour)];
  });
  const at = (t: number): number => (t - start) / MINUTE;
  const top = Math.max(...inHour.map((r) => r.value), stream.limit) * 1.25;
  const step = Math.ceil(top / 6 / 5) * 5;
  const name = ruleData.pollutants.get(stream.pollutant);
  const plot = new Plot({
    title: `一个超标小时 one exceeded hour: ${name?.zh ?? ""} ${name?.en ?? ""}, ${formatClock(start)}–${formatClock(start + HOUR)}`,
    x: { min: 0, max: 60, ticks: [0, 10, 20, 30, 40, 50, 60], label: "小时内分钟 minute of the hour" },
    y: {
      min: 0,
      max: top,
      ticks: [0, 1, 2, 3, 4, 5].map((i) => i * step).filter((v) => v <= top),
      label: name?.unit ?? "",
    },
  });
  const clip = (v: number): number => Math.min(top, Math.max(0, v));
  const path = (value: (a: Assessment) => number | null): [number, number][] =>
    assessed.flatMap(([t, a]) => {
      const v = value(a);
      return v === null ? [] : [[at(t), clip(v)] as [number, number]];
    });
  plot
    .line(
      [
        [0, stream.limit],
        [60, stream.limit],
      ],
      COLOURS.red,
      "6 4",
    )
    .line(
      inHour.map((r) => [r.minute - minuteAt(start) + 0.5, r.value]),
      COLOURS.soft,
    )
    .line(
      path((a) => a.projected),
      COLOURS.blue,
    )
    .line(
      path((a) => a.required),
      COLOURS.green,
    );
  for (const { t, notices } of sent) {
    const mine = notices.find((n) => n.stream === stream.key && n.until === start + HOUR);
    if (mine)
      plot
        .dot(at(t), top * 0.03, COLOURS.amber, 6)
        .text(at(t), top * 0.06, String(mine.level), COLOURS.amber, "middle");
  }
  plot.legend(1, top * 0.97, [
    ["分钟值 minute values", COLOURS.soft],
    ["预计小时均值 projected mean P", COLOURS.blue],
    ["其余分钟须低于 the rest may have R", COLOURS.green],
    ["限值 limit", COLOURS.red],
    ["短信及级别 SMS and its level", COLOURS.amber],
  ]);
  return plot.toString();
}
