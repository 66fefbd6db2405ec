/** Holds the lines of a replay against what a scenario says must come. */
import { formatIso } from "../../../functions/shared/shanghai.ts";
import type { ReplayLine } from "../replay-lines.ts";
import type { Scenario } from "./read-scenario.ts";
import { clockTime, type ScenarioCheck } from "./schema.ts";
import { plantOf } from "./trace.ts";

export interface Outcome {
  lines: readonly ReplayLine[];
  /** Episodes by permit number. */
  episodes: ReadonlyMap<string, number>;
}
export interface Finding {
  check: ScenarioCheck;
  ok: boolean;
  /** What came instead, for people. */
  seen: string;
}
interface SmsLine {
  at: string;
  to: string;
  kind: string;
  level: number;
  outlet: string | null;
  pollutant: string | null;
  mean: number | null;
  projected: number | null;
  required: number | null;
}

/** Of a replay of more than this scenario: its plants' and devices' lines up to its end. */
export function ownLines({ permits, until, day }: Scenario, lines: readonly ReplayLine[]): ReplayLine[] {
  const numbers = new Set(permits.map((p) => p.permitNo));
  const mns = new Set(permits.flatMap((p) => p.outlets.flatMap((o) => o.devices.map((d) => d.mn))));
  const end = formatIso(clockTime(day, until));
  return lines.filter(
    (line) =>
      line.type !== "summary" &&
      line.at <= end &&
      (line.type === "quarantine"
        ? mns.has(String(line["topic"]).split("/")[1] ?? "")
        : numbers.has(String(line["permitNo"]))),
  );
}

/** Every check of the scenario with what it found, in the order of the file. */
export function findings(scenario: Scenario, outcome: Outcome): Finding[][] {
  const lines = ownLines(scenario, outcome.lines);
  return scenario.expect.map(({ checks }) => checks.map((check) => find(scenario, check, { ...outcome, lines })));
}

function find(scenario: Scenario, check: ScenarioCheck, outcome: Outcome): Finding {
  const { ok, seen } = look(scenario, check, outcome);
  return { check, ok, seen };
}

function look(scenario: Scenario, check: ScenarioCheck, { lines, episodes }: Outcome): { ok: boolean; seen: string } {
  switch (check.check) {
    case "sms":
      return counted(smsLines(scenario, check, lines).length, check.count);
    case "episodes": {
      const plants = check.plant === undefined ? scenario.permits : [plantOf(scenario.permits, check.plant)];
      return counted(
        plants.reduce((sum, p) => sum + (episodes.get(p.permitNo) ?? 0), 0),
        check.count,
      );
    }
    case "quarantine": {
      const topic = `plants/${check.device}/`;
      const of = lines.filter((l) => l.type === "quarantine" && String(l["topic"]).startsWith(topic));
      return counted(of.filter((l) => l["reason"] === check.reason).length, check.count);
    }
    case "level":
      return levelAt(scenario, check, lines);
    default:
      return verdictOf(scenario, check, lines);
  }
}

const counted = (seen: number, wanted: number): { ok: boolean; seen: string } => ({
  ok: seen === wanted,
  seen: `${seen}`,
});

type Of<K extends ScenarioCheck["check"]> = Extract<ScenarioCheck, { check: K }>;
type Where = Pick<Of<"sms">, "plant" | "outlet" | "pollutant">;

/** Lines of all SMS with where, kind, level, role and time as asked. */
function smsLines(
  { day, permits }: Scenario,
  ask: Where & Partial<Pick<Of<"sms">, "kind" | "level" | "role" | "from" | "to">>,
  lines: readonly ReplayLine[],
): SmsLine[] {
  const phones = (permitNo: string): string[] =>
    plantOf(permits, permitNo)
      .contacts.filter((c) => c.role === ask.role)
      .map((c) => c.phone);
  return lines
    .filter(
      (line) =>
        line.type === "sms" &&
        (ask.plant === undefined || line["permitNo"] === ask.plant) &&
        (ask.role === undefined || phones(String(line["permitNo"])).includes(String(line["to"]))) &&
        (ask.from === undefined || line.at >= formatIso(clockTime(day, ask.from))) &&
        (ask.to === undefined || line.at <= formatIso(clockTime(day, ask.to))),
    )
    .flatMap((line) =>
      (line["lines"] as Omit<SmsLine, "at" | "to">[]).map((l) => ({ ...l, at: line.at, to: String(line["to"]) })),
    )
    .filter(
      (l) =>
        (ask.outlet === undefined || l.outlet === ask.outlet) &&
        (ask.pollutant === undefined || l.pollutant === ask.pollutant) &&
        (ask.kind === undefined || l.kind === ask.kind) &&
        (ask.level === undefined || l.level === ask.level),
    );
}

function levelAt(scenario: Scenario, check: Of<"level">, lines: readonly ReplayLine[]): { ok: boolean; seen: string } {
  const { at, level } = check;
  const told = smsLines(scenario, { ...check, level: undefined, kind: "warning", from: at, to: at } as Where, lines);
  const [first] = told;
  if (!first) return { ok: level === null, seen: "—" };
  const figures = (["mean", "projected", "required"] as const).filter((f) => check[f] !== undefined);
  const ok = told.every((l) => l.level === level) && figures.every((f) => first[f] === check[f]);
  return { ok, seen: [`level ${first.level}`, ...figures.map((f) => `${f} ${first[f]}`)].join(", ") };
}

function verdictOf(
  scenario: Scenario,
  check: Of<"verdict">,
  lines: readonly ReplayLine[],
): { ok: boolean; seen: string } {
  const hour = check.hour === undefined ? undefined : formatIso(clockTime(scenario.day, check.hour));
  const own = lines.filter(
    (l) =>
      l.type === (hour === undefined ? "day" : "hour") &&
      (hour === undefined ? l["day"] === check.day : l["hour"] === hour) &&
      (check.plant === undefined || l["permitNo"] === check.plant) &&
      (check.outlet === undefined || l["outlet"] === check.outlet) &&
      (check.pollutant === undefined || l["pollutant"] === check.pollutant),
  );
  const last = own.at(-1);
  if (!last) return { ok: false, seen: "—" };
  const seen = own.map((l) => String(l["verdict"]));
  const valid = last["valid"] ?? last["validHours"];
  const ok =
    seen.join() === check.verdicts.join() &&
    (check.valid === undefined || valid === check.valid) &&
    (check.mean === undefined || last["mean"] === check.mean) &&
    (check.weighted === undefined || last["weighted"] === check.weighted);
  return { ok, seen: `${seen.join(" → ")}, valid ${String(valid)}, mean ${String(last["mean"])}` };
}
