/**
 * The proof of the simulator: what ingest, ticks and closings did to a city over a day and a half is replayed from what they
 * stored, with the numbers in force, and must be the same: every episode, every message, every line, every verdict.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startDynamo, type TestDynamo } from "../../tests/dynamo.ts";
import { markRepository } from "../marks/mark-repository.ts";
import type { Permit } from "../register/domain/permit.ts";
import { shardOf } from "../shared/shard.ts";
import { DAY, floorHour, formatHour, HOUR, MINUTE } from "../shared/shanghai.ts";
import { at, device, limit, outlet, permit, PHONES, ruleData } from "../telemetry/fixtures.ts";
import { acknowledge } from "../warnings/acknowledge.ts";
import { cityReader } from "../warnings/city-reader.ts";
import { minute, startWorld, type Message, type World } from "../warnings/fixtures.ts";
import { current } from "../warnings/stored-items.ts";
import { agrees } from "./domain/agreement.ts";
import type { PlantTrial } from "./domain/trial.ts";
import { simulatePlant, type SimulationReads } from "./simulate-plant.ts";

const FROM = at("24:00");
const TO = FROM + DAY;
/** Data begin half a day before the day that is replayed. */
const START = at("16:00");

const gas = permit({
  permitNo: "91330483MA2000001X001P",
  outlets: [outlet({ devices: [device({ mn: "G1" })], limits: [limit(), limit({ pollutant: "a21026", max: 35 })] })],
});
const marked = permit({
  permitNo: "91330483MA2000002X001P",
  contacts: [
    { role: "operator", phone: PHONES.operator },
    { role: "environment-manager", phone: PHONES.operator },
    { role: "town-officer", phone: PHONES["town-officer"] },
  ],
  outlets: [outlet({ devices: [device({ mn: "M1" }), device({ mn: "M2" })] })],
});
const water = permit({
  permitNo: "91330483MA2000003X001P",
  outlets: [
    outlet({
      code: "DW001",
      medium: "water",
      devices: [device({ mn: "W1", minuteInterval: 10 })],
      limits: [
        limit({ pollutant: "w01018", statistic: "day", max: 80 }),
        limit({ pollutant: "w01001", statistic: "instant", min: 6, max: 9 }),
      ],
    }),
  ],
});
const works = permit({
  permitNo: "91330483MA2000004X001P",
  facilities: [
    { code: "TA001", kind: "treatment", outlets: ["DA001"], mn: null, sb: null },
    { code: "PR001", kind: "production", outlets: ["DA001"], mn: null, sb: null },
  ],
  outlets: [
    outlet({ devices: [device({ mn: "F1" })] }),
    outlet({
      code: "N1",
      medium: "noise",
      devices: [device({ mn: "N1", minuteInterval: 10 })],
      limits: [
        limit({ pollutant: "Leq", statistic: "period", max: 60, period: "day" }),
        limit({ pollutant: "Leq", statistic: "period", max: 50, period: "night" }),
      ],
    }),
  ],
});
const PERMITS: Permit[] = [gas, marked, water, works];

/** Repeatable noise in [0, 1). */
function dice(seed: number): () => number {
  let s = seed;
  return () => {
    s = (s * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return s / 4_294_967_296;
  };
}

/** What a plant sends: levels that rise over the limit now and then, gaps, late data, a recorded flag that does not count. */
function series(
  next: () => number,
  base: number,
  high: number,
): (t: number) => { value: number; lag: number; flag: string; lost: boolean } {
  let until = 0;
  let mode = { value: base, lag: 70_000, flag: "N", lost: false };
  return (t) => {
    if (t >= until) {
      until = t + (10 + Math.floor(next() * 110)) * MINUTE;
      const upset = next();
      mode = {
        value: upset < 0.35 ? high * (0.9 + next() * 0.6) : base,
        lag: next() < 0.15 ? Math.floor(next() * 90) * MINUTE + 5_000 : 70_000,
        flag: next() < 0.08 ? "D" : "N",
        lost: next() < 0.12,
      };
    }
    return { ...mode, value: mode.value * (0.9 + next() * 0.2) };
  };
}

const flagged = (message: Message, flag: string): Message => ({
  ...message,
  payload: String(message.payload).replaceAll('"flag":"N"', `"flag":"${flag}"`),
});

function messages(): Message[] {
  const next = dice(7);
  const all: Message[] = [];
  const send = (
    mn: string,
    every: number,
    until: number,
    of: (t: number, v: number) => Record<string, number>,
    levels: [number, number],
  ): void => {
    const at = series(next, ...levels);
    for (let t = START; t < until; t += every * MINUTE) {
      const { value, lag, flag, lost } = at(t);
      if (!lost) all.push(flagged(minute(mn, t, of(t, value), t + every * MINUTE + lag), flag));
    }
  };
  send("G1", 1, TO, (_, v) => ({ a21002: v, a21026: v * 0.6 }), [38, 52]);
  send("M1", 1, TO, (_, v) => ({ a21002: v }), [40, 55]);
  send("M2", 1, at("40:00"), (_, v) => ({ a21002: v }), [30, 50]);
  send("W1", 10, TO, (_, v) => ({ w01018: v, w01001: v / 12, w00000: 3 + (v % 5) }), [70, 95]);
  send("F1", 1, at("41:00"), (_, v) => ({ a21002: v }), [35, 45]);
  send("N1", 10, TO, (_, v) => ({ Leq: v }), [45, 62]);
  for (let t = START; t < TO; t += 10 * MINUTE)
    all.push({
      topic: "plants/F1/telemetry",
      payload: JSON.stringify({
        at: new Date(t + 8 * HOUR).toISOString().replace("Z", "+08:00"),
        kind: "realtime",
        readings: [],
        facilities: [
          { code: "TA001", running: next() > 0.3 },
          { code: "PR001", running: next() > 0.2 },
        ],
      }),
      receivedAt: t + 20_000,
    });
  return all.sort((a, b) => a.receivedAt - b.receivedAt);
}

let dynamo: TestDynamo;
let world: World;
let reads: SimulationReads;

async function putMark(from: number, to: number, made: number): Promise<void> {
  const id = `${new Date(from + 8 * HOUR).toISOString().replaceAll(/\D/g, "").slice(0, 12)}-0123456789ab`;
  const mark = {
    id,
    permitNo: marked.permitNo,
    outlet: "DA001",
    pollutants: null,
    kind: "calibration",
    from,
    to,
    reason: "",
    at: made,
    by: { sub: "s", name: "n" },
    late: false,
    key: "k",
    tests: [],
    state: "standing",
    judgement: null,
    changed: null,
    v: 1,
  };
  await world.put({ pk: `PLANT#${marked.permitNo}`, sk: "MARKS", v: 1 });
  await world.put({ pk: `PLANT#${marked.permitNo}`, sk: `MARK#${id}`, ...mark });
  // As the plant's own request does it: what is closed already is judged again, what is not will be.
  const [pk, start, until] = [`REJUDGE#${shardOf(marked.permitNo)}`, floorHour(from), floorHour(made - 10 * MINUTE)];
  const row = { permitNo: marked.permitNo, start, until: Math.min(to, until), stamp: id, cause: "mark" };
  if (until > start) await world.put({ pk, sk: `${marked.permitNo}#HOUR#${formatHour(start)}#${id}`, ...row });
}

beforeAll(async () => {
  dynamo = await startDynamo();
  world = await startWorld(dynamo, PERMITS);
  const { db } = dynamo;
  reads = {
    blocks: world.blocks,
    ledger: world.ledger,
    reader: cityReader({ db, table: world.tables.ledger }),
    marks: markRepository({ db, table: world.tables.ledger }),
  };
  const ingester = world.ingester();
  const waiting = messages();
  const getPlant = world.services().register.getPlant;
  for (let t = START; t <= TO; t += 5 * MINUTE) {
    const arrived = waiting.splice(
      0,
      waiting.findIndex((m) => m.receivedAt >= t) < 0 ? waiting.length : waiting.findIndex((m) => m.receivedAt >= t),
    );
    for (let i = 0; i < arrived.length; i += 100) await ingester.take(...arrived.slice(i, i + 100));
    if (t === at("33:20")) await putMark(at("31:00"), at("34:00"), t - MINUTE);
    if (t === at("36:40")) await putMark(at("36:00"), at("37:30"), t - 2 * MINUTE);
    // Somebody answers, a minute before a tick, about every second hour.
    if ((t / MINUTE) % 120 === 35)
      await acknowledge(
        { from: PHONES.operator, text: "1", at: t - MINUTE },
        { ledger: world.ledger, register: { getPlant }, ruleData },
      );
    await world.tick(t);
    if ((t / MINUTE) % 60 === 10) await world.close("HOUR", t);
    if (t === FROM + 30 * MINUTE) await world.close("DAY", t);
  }
  await world.close("HOUR", TO + 10 * MINUTE);
  await world.close("DAY", TO + 30 * MINUTE);
}, 120_000);
afterAll(() => dynamo.stop());

const simulate = async (p: Permit, draft = ruleData): Promise<Awaited<ReturnType<typeof simulatePlant>>> =>
  simulatePlant(
    { permit: p, revision: 1, code: "code", shard: shardOf(p.permitNo), importedAt: "" },
    { from: FROM, to: TO },
    { force: ruleData, draft },
    reads,
    async () => undefined,
  );

describe("with the numbers in force, the replay of a past day is what really happened", () => {
  const seen = { episodes: 0, messages: 0, verdicts: 0, kinds: new Set<string>() };
  test.each(PERMITS.map((p) => [p.permitNo, p] as const))("%s", async (_, p) => {
    const { trial, agreement } = await simulate(p);
    seen.episodes += agreement.episodes.real;
    seen.messages += agreement.messages.real;
    for (const { lines } of trial.replays.force.sent) for (const l of lines) seen.kinds.add(l.kind);
    expect(agreement).toEqual({
      episodes: { real: agreement.episodes.real, same: agreement.episodes.real, extra: 0 },
      messages: { real: agreement.messages.real, same: agreement.messages.real, extra: 0 },
    });
    expect(agrees(agreement)).toBe(true);
    seen.verdicts += await sameVerdicts(p, trial);
  });
  test("and it was a day on which much happened", () => {
    expect(seen.episodes).toBeGreaterThan(10);
    expect(seen.messages).toBeGreaterThan(100);
    expect(seen.verdicts).toBeGreaterThan(60);
    expect([...seen.kinds].sort()).toEqual(["data", "escalated", "offline", "recovered", "warning"]);
  });
});

/** Closed hours and days as they stand after all revisions, against those of the replay; how many. */
async function sameVerdicts(p: Permit, trial: PlantTrial): Promise<number> {
  let count = 0;
  for (const kind of ["HOUR", "DAY"] as const) {
    const length = kind === "HOUR" ? HOUR : DAY;
    for (let start = FROM; start < TO; start += length) {
      const stored = current(await world.ledger.closed(p.permitNo, kind, start));
      const shown = [...stored.values()].map(({ outlet, pollutant, valid, mean, verdict }) => ({
        outlet,
        pollutant,
        valid,
        mean,
        verdict,
      }));
      const replayed = trial.verdicts.force
        .filter((v) => v.kind === kind && v.start === start)
        .map(({ outlet, pollutant, valid, mean, verdict }) => ({ outlet, pollutant, valid, mean, verdict }));
      expect(replayed, `${kind} ${start}`).toEqual(shown);
      count += shown.length;
    }
  }
  return count;
}

test("the same numbers on both sides make the same; other numbers do not", async () => {
  const { trial } = await simulate(gas);
  expect(trial.replays.draft.sent).toEqual(trial.replays.force.sent);
  expect(trial.verdicts.draft).toEqual(trial.verdicts.force);
  const numbers = ruleData.warning(FROM);
  const strict = { ...numbers, hour: { ...numbers.hour, earlyMargin: 0.5, validSlots: 58 } };
  const other = await simulate(gas, { ...ruleData, warning: () => strict });
  expect(other.trial.replays.force.sent).toEqual(trial.replays.force.sent);
  expect(other.trial.replays.draft.sent).not.toEqual(trial.replays.force.sent);
  const insufficient = (list: readonly { verdict: string }[]): number =>
    list.filter((v) => v.verdict === "insufficient").length;
  expect(insufficient(other.trial.verdicts.draft)).toBeGreaterThan(insufficient(trial.verdicts.force));
});
