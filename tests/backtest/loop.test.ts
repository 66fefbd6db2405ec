/**
 * The short cut is the truth: six hours of two plants with operators who answer, once through the loop of the backtest and
 * once through the whole machine (`npm run replay`), give the same verdicts and the same messages.
 */
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Permit } from "../../functions/register/domain/permit.ts";
import { parsePermits } from "../../functions/register/domain/parse-permits.ts";
import { formatIso, HOUR } from "../../functions/shared/shanghai.ts";
import { replay, type Reply } from "../../infra/local/replay.ts";
import type { TraceMessage } from "../../infra/local/replay-trace.ts";
import { loadRuleData } from "../../layers/rule-data.ts";
import { differences } from "../rules/compare.ts";
import { operatorsOf } from "./operators.ts";
import { DAY_START, timeOf } from "./clock.ts";
import { plantDay } from "./process.ts";
import { product, type Product } from "./product.ts";
import { messageOf, type Reading } from "./readings.ts";
import { run } from "./run.ts";
import { REFERENCE, type Settings } from "./settings.ts";

const ruleData = loadRuleData(join(import.meta.dirname, "../../layers/rule-data"));
const BUSY: Settings = { ...REFERENCE, severity: "severe", noise: "high", frequency: 8 };
const UNTIL = DAY_START + 5 * HOUR;

/** The permit as its file writes it. */
const fileOf = (permit: Permit): object => ({
  ...permit,
  outlets: permit.outlets.map((o) => ({
    ...o,
    devices: o.devices.map(({ mn, from, minuteInterval }) => ({ mn, from: formatIso(from), minuteInterval })),
  })),
});

function traceOf(mnOf: (outlet: string) => string, readings: readonly Reading[]): TraceMessage[] {
  const frames = Map.groupBy(readings, (r) => `${mnOf(r.stream.outlet)} ${r.minute}`);
  return [...frames.values()].flatMap((own) => {
    const [first] = own;
    if (!first) return [];
    const topic = `plants/${mnOf(first.stream.outlet)}/telemetry`;
    return [{ receivedAt: first.receivedAt, topic, payload: Buffer.from(messageOf(first.minute, own)) }];
  });
}

/** What the loop found, as lines of the contract. */
function linesOf(permit: Permit, found: Product): object[] {
  const part = (stream: string): { outlet: string; pollutant: string } => {
    const [outlet = "", pollutant = ""] = stream.split("/");
    return { outlet, pollutant };
  };
  const hours = found.verdicts.map((v) => {
    const where = part(v.stream);
    const limit = permit.outlets
      .find((o) => o.code === where.outlet)
      ?.limits.find((l) => l.pollutant === where.pollutant);
    return {
      ...where,
      type: "hour",
      at: formatIso(v.at),
      permitNo: permit.permitNo,
      hour: formatIso(v.hour),
      valid: v.valid,
      mean: v.mean,
      limit: limit?.max ?? null,
      verdict: v.verdict,
      revision: v.revision,
    };
  });
  const sms = found.sms.map(({ t, message }) => ({
    type: "sms",
    at: formatIso(t),
    to: message.to,
    permitNo: permit.permitNo,
    lines: message.lines.map((l) => ({ ...l, roles: undefined })),
  }));
  return [...hours, ...sms];
}

test("the loop of the backtest says what the machine says", { timeout: 300_000 }, async () => {
  const expected: object[] = [];
  const trace: TraceMessage[] = [];
  const replies: Reply[] = [];
  const permits: Permit[] = [];
  for (const index of [0, 1]) {
    const plant = plantDay(BUSY, index);
    const { permit } = plant;
    const own = product(plant, ruleData);
    const { readings, answers } = run(plant, own, operatorsOf(plant));
    permits.push(permit);
    expected.push(...linesOf(permit, own));
    trace.push(...traceOf((outlet) => plant.devices.find((d) => d.outlet === outlet)?.mn ?? "", readings));
    const from = permit.contacts.find((c) => c.role === "operator")?.phone ?? "";
    replies.push(...answers.map((at) => ({ from, text: "1", at })));
  }
  const file = { permits: permits.map(fileOf) };
  expect(parsePermits(file, ruleData)).toEqual({ ok: true, permits });
  const upTo = (lines: readonly object[]): object[] =>
    lines
      .filter(
        (l) => Date.parse(String(Object(l)["at"])) <= UNTIL && ["hour", "sms"].includes(String(Object(l)["type"])),
      )
      .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const lines = await replay({
    permits: JSON.stringify(file),
    trace: trace.filter((m) => m.receivedAt <= UNTIL).toSorted((a, b) => a.receivedAt - b.receivedAt),
    until: UNTIL,
    replies,
  });
  const told = upTo(expected);
  expect(differences(told, upTo(lines))).toEqual([]);
  // Something was at stake: exceeded hours, warnings of all levels, answers in time.
  expect(told.some((l) => Object(l)["verdict"] === "exceeded")).toBe(true);
  for (const level of [1, 2, 3]) expect(JSON.stringify(told)).toContain(`"kind":"warning","level":${level}`);
  expect(replies.some((r) => r.at < UNTIL && r.at > timeOf(0))).toBe(true);
});

const keyOf = (line: object): string =>
  ["at", "type", "permitNo", "outlet", "pollutant", "to", "hour"].map((name) => String(Object(line)[name])).join(" ");
