/** A scenario and what came of it as people read it: the timeline with its messages and verdicts, then the expectations. */
import { formatClock, formatDay, parseIso } from "../../../functions/shared/shanghai.ts";
import type { RuleData } from "../../../layers/rule-data.ts";
import type { ReplayLine } from "../replay-lines.ts";
import { type Finding, ownLines } from "./checks.ts";
import type { Scenario } from "./read-scenario.ts";
import { clockTime, type Words } from "./schema.ts";

interface Entry {
  at: number;
  text: string[];
}

/** The story as lines of text, Chinese first. */
export function story(
  scenario: Scenario,
  lines: readonly ReplayLine[],
  found: readonly Finding[][],
  ruleData: RuleData,
): string[] {
  const own = ownLines(scenario, lines);
  const entries = [
    ...told(scenario),
    ...messages(scenario, own, ruleData),
    ...verdicts(own, ruleData),
    ...refused(own),
  ];
  const clock = (t: number): string => (formatDay(t) === scenario.day ? formatClock(t) : `+1 ${formatClock(t)}`);
  return [
    `${scenario.title.zh} · ${scenario.title.en}`,
    ...both(scenario.story),
    "",
    ...entries
      .sort((a, b) => a.at - b.at)
      .flatMap(({ at, text }) => text.map((line, i) => (i === 0 ? clock(at) : "").padEnd(10) + line)),
    "",
    "应有的结果 · what has to come of it",
    ...scenario.expect.flatMap(({ says }, i) => {
      const parts = found[i] ?? [];
      const missed = parts.filter((f) => !f.ok);
      return [
        `${missed.length === 0 ? "✓" : "✗"} ${says.zh} · ${says.en}`,
        ...missed.map((f) => `    ${JSON.stringify(f.check)} ← ${f.seen}`),
      ];
    }),
  ];
}

const both = ({ zh, en }: Words): string[] => [zh, en];

/** What the scenario's author says about an event. */
const told = ({ timeline, day }: Scenario): Entry[] =>
  timeline.flatMap((event) => {
    if (!event.note) return [];
    const at = clockTime(day, "at" in event ? event.at : event.from);
    const said = event.do === "answer" ? [`  “${event.text}”`] : [];
    return [{ at, text: [`● ${event.note.zh} · ${event.note.en}`, ...said] }];
  });

/** SMS; those with the same text are one entry with all their recipients. */
function messages({ permits }: Scenario, lines: readonly ReplayLine[], ruleData: RuleData): Entry[] {
  const groups = Map.groupBy(
    lines.filter((l) => l.type === "sms"),
    (l) => `${l.at} ${String(l["permitNo"])} ${String(l["text"])}`,
  );
  return [...groups.values()].map((group): Entry => {
    const [first] = group as [ReplayLine];
    const contacts = permits.find((p) => p.permitNo === first["permitNo"])?.contacts ?? [];
    const roles = contacts
      .filter((c) => group.some((l) => l["to"] === c.phone))
      .map((c) => ruleData.label(`role.${c.role}`, "zh"));
    return { at: parseIso(first.at) ?? 0, text: [`✉ 短信 → ${roles.join("、")}`, `  ${String(first["text"])}`] };
  });
}

const verdicts = (lines: readonly ReplayLine[], ruleData: RuleData): Entry[] =>
  lines
    .filter((l) => l.type === "hour" || l.type === "day")
    .map((l) => {
      const of = l.type === "day" ? String(l["day"]) : `${String(l["hour"]).slice(11, 13)} 时`;
      const pollutant = ruleData.pollutants.get(String(l["pollutant"]))?.zh ?? String(l["pollutant"]);
      const verdict = String(l["verdict"]);
      const mean = typeof l["mean"] === "number" ? ` 均值 mean ${l["mean"]} / ${String(l["limit"])}，` : "";
      const valid = `有效 valid ${String(l["valid"] ?? l["validHours"])}`;
      const revised = l["revision"] === 0 ? "" : `（第 ${String(l["revision"])} 次修订 revision）`;
      return {
        at: parseIso(l.at) ?? 0,
        text: [
          `■ ${String(l["outlet"])} ${pollutant} ${of}：${ruleData.label(`verdict.${verdict}`, "zh")} ${verdict}${revised} —${mean} ${valid}`,
        ],
      };
    });

/** Quarantined frames, those of one reason and device counted. */
const refused = (lines: readonly ReplayLine[]): Entry[] =>
  [
    ...Map.groupBy(
      lines.filter((l) => l.type === "quarantine"),
      (l) => `${String(l["topic"])} ${String(l["reason"])}`,
    ).values(),
  ].map((group) => {
    const [first] = group as [ReplayLine];
    return {
      at: parseIso(first.at) ?? 0,
      text: [`⊘ 隔离 quarantined ×${group.length}: ${String(first["reason"])} (${String(first["topic"])})`],
    };
  });
