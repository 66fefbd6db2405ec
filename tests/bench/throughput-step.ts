/** One step of the load: plants that report once a round, a tick in the middle of it, and what it all cost. */
import { MINUTE, parseIso } from "../../functions/shared/shanghai.ts";
import type { MachineApart, Usage } from "./machine-apart.ts";
import { bundleOf, gatewayOf, managerOf, permitNoOf } from "./machine-city.ts";
import type { Generator, Offer, Offered } from "./throughput-generator.ts";
import { shortfall, type Step } from "./throughput-ladder.ts";

/** A plant reports every so many seconds of the wall clock: longer than the batching window, so that no batch holds one twice. */
export const ROUND_SECONDS = 2.5;
/** Data time runs faster than the wall clock by this, so that each of these reports is of the next minute. */
export const FACTOR = 60 / ROUND_SECONDS;
export const STEP_SECONDS = 7;
/** Highest rate offered, and the plants that it takes. */
export const MOST = 2_500;
export const PLANTS = MOST * ROUND_SECONDS;
/** One plant in fifty is far over its limits. */
const HOT = 50;
export const START = parseIso("2026-10-01T09:00:00+08:00")!;
/** Part of the plants that pass into the new ten minutes before the step: so one message in ten is a plant's first of them. */
const LEAD = 1 - (STEP_SECONDS / ROUND_SECONDS) * 0.1;
/** What leads in is sent at least as fast. */
const LEAD_RATE = 600;
const WARM_UP = 1_200;
const PATIENCE_SECONDS = 30;

export interface Rung extends Step {
  /** Whether a tick was fired in its middle. Data time is compressed: a city has one in 300 s, a step one in seven. */
  ticked: boolean;
  /** Why it was not sustained. */
  reason: string | null;
  /** Scheduled send → PUBACK, ms. */
  latencies: number[];
  /** Firing of the tick → the first text message of each plant that it warned in the outbox, ms. */
  warnings: number[];
  hot: number;
  /** Messages that waited, over the step: [seconds since its start, messages]. */
  backlog: [number, number][];
  /** CPU seconds of the step by part; `generator` is this process. */
  cpu: Record<string, number>;
  /** Blocks written in the step, by the function's own metric: one call may write several. */
  blockWrites: number;
  /** All calls of functions to the tables, of the step (a batch is one); and by role, action and resource, with their buckets. */
  calls: number;
  accesses: Record<string, number>;
  tickReport: unknown;
}

/** About how long a step takes on a machine that processes `capacity` messages a second, s. */
export const secondsOf = (rate: number, capacity: number): number =>
  (rate * (ROUND_SECONDS + STEP_SECONDS)) / Math.min(rate, capacity) + 4;

/** An offer with the plants and minutes that must then be in the blocks. */
interface Bundle extends Offer {
  holds: string[];
}

/** The machine is so far behind that a step cannot begin. */
export class Overloaded extends Error {
  override name = "Overloaded";
}

export class Load {
  /** Every plant and minute that was sent. */
  readonly offered = new Set<string>();
  readonly #machine: MachineApart;
  readonly #generator: Generator;
  #steps = 0;
  /** Plants that have reported already: what is kept of them in memory is there. */
  #warm = 0;

  constructor(machine: MachineApart, generator: Generator) {
    this.#machine = machine;
    this.#generator = generator;
  }

  /** The first plants report once, all at once; resolves with the messages a second that a cold machine processed. */
  async warmUp(): Promise<number> {
    await this.#clock(START, 1);
    const begun = performance.now();
    const plants = Array.from({ length: WARM_UP }, (_, plant) => this.#bundle(plant, [START - 2 * MINUTE], false));
    await this.#send(plants, WARM_UP);
    await this.#ready(WARM_UP);
    this.#warm = WARM_UP;
    return WARM_UP / ((performance.now() - begun) / 1000);
  }

  /** Offers `rate` plant-messages a second for STEP_SECONDS, after a lead-in that is not measured. */
  async step(rate: number, ticked: boolean): Promise<Rung> {
    const machine = this.#machine;
    // Ten minutes later each time; never the full hour, whose tick looks back at an hour that nothing can save.
    const border = START + (this.#steps + 1 + Math.floor(this.#steps / 5)) * 10 * MINUTE;
    const active = Math.ceil(rate * ROUND_SECONDS);
    const isHot = (plant: number): boolean => plant % HOT === this.#steps % HOT;
    const hot = Array.from({ length: active }, (_, plant) => plant).filter(isHot);

    await this.#clock(border - MINUTE, 1);
    const back = Array.from({ length: 19 }, (_, i) => border - (20 - i) * MINUTE);
    const fresh = Array.from({ length: Math.max(0, active - this.#warm) }, (_, i) => this.#warm + i);
    await this.#send(
      [
        ...fresh.filter((plant) => !isHot(plant)).map((plant) => this.#bundle(plant, [border - 2 * MINUTE], false)),
        ...hot.map((plant) => this.#bundle(plant, back, true)),
      ],
      Math.max(rate, LEAD_RATE),
    );
    this.#warm = Math.max(this.#warm, active);
    const lead = Math.round(active * LEAD);
    const one = (n: number): Bundle => {
      const plant = n % active;
      return this.#bundle(plant, [border + (Math.floor(n / active) - 1) * MINUTE], isHot(plant));
    };
    const leadIn = Array.from({ length: lead }, (_, n) => one(n));
    const measured = Array.from({ length: rate * STEP_SECONDS }, (_, n) => one(lead + n));
    await this.#ready(rate);
    await this.#clock(border, 1);
    await this.#send(leadIn, Math.max(rate, LEAD_RATE));
    await this.#ready(rate);
    this.#steps += 1;

    const clock = await this.#clock(border + lead * (MINUTE / active), FACTOR);
    await machine.ask("calls", null);
    const written = await this.#written();
    const before = await this.#cpu();
    const backlog: [number, number][] = [];
    const begun = performance.now();
    const sampler = setInterval(() => {
      const at = (performance.now() - begun) / 1000;
      void machine.ask("backlog", null).then((waiting) => backlog.push([at, waiting]));
    }, 200);
    const fired = ticked
      ? new Promise((done) => setTimeout(done, (STEP_SECONDS / 2) * 1000))
          .then(() => machine.ask("fire", { schedule: "warn", at: border }))
          .catch((error: Error) => error)
      : null;
    const offered = await this.#send(measured, rate);
    clearInterval(sampler);
    const behindSeconds = await this.#empty();
    const tick = await fired;
    const after = await this.#cpu();
    const calls = Object.entries(await machine.ask("calls", null));
    const step = { rate, ...offered, behindSeconds };
    return {
      ...step,
      ticked,
      backlog,
      reason: tick instanceof Error ? `the tick failed: ${tick.message}` : shortfall(step),
      hot: hot.length,
      warnings: tick === null || tick instanceof Error ? [] : await this.#warnings(hot, tick.firedAt, clock),
      cpu: Object.fromEntries(Object.keys(after).map((part) => [part, (after[part] ?? 0) - (before[part] ?? 0)])),
      blockWrites: (await this.#written()) - written,
      calls: sum(calls, (key) => key.includes(" dynamodb:")),
      accesses: byKind(calls),
      tickReport: tick instanceof Error ? tick.message : (tick?.report ?? null),
    };
  }

  #bundle(plant: number, minutes: readonly number[], hot: boolean): Bundle {
    return {
      gateway: gatewayOf(plant),
      permitNo: permitNoOf(plant),
      payload: bundleOf(plant, minutes, hot),
      holds: minutes.map((at) => `${plant} ${at}`),
    };
  }

  #send(offers: readonly Bundle[], rate: number): Promise<Offered> {
    for (const { holds } of offers) for (const key of holds) this.offered.add(key);
    return this.#generator.offer(offers, rate, PATIENCE_SECONDS * 1000);
  }

  async #clock(base: number, factor: number): Promise<{ base: number; at: number }> {
    const clock = { base, at: Date.now(), factor };
    await this.#machine.ask("clock", clock);
    return clock;
  }

  /** Seconds until nothing waits on the stream any more; at most about PATIENCE_SECONDS, and then something does. */
  async #empty(): Promise<number> {
    const begun = performance.now();
    for (;;) {
      const waiting = await this.#machine.ask("backlog", null);
      const seconds = (performance.now() - begun) / 1000;
      if (waiting === 0 || seconds > PATIENCE_SECONDS) return seconds;
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  /** What leads in is processed, without waiting for windows. Throws Overloaded when it is not within PATIENCE_SECONDS. */
  async #ready(rate: number): Promise<void> {
    const timer = Promise.withResolvers<"late">();
    const timeout = setTimeout(() => timer.resolve("late"), PATIENCE_SECONDS * 1000);
    const done = await Promise.race([this.#machine.ask("drain", { tables: false }), timer.promise]);
    clearTimeout(timeout);
    if (done === "late")
      throw new Overloaded(`what led in to ${rate}/s was not processed within ${PATIENCE_SECONDS} s`);
  }

  #written(): Promise<number> {
    return this.#machine.ask("metric", { label: "ingest-telemetry", name: "BlocksWritten" });
  }

  async #cpu(): Promise<Record<string, number>> {
    const { user, system } = process.cpuUsage();
    const usage = Object.entries<Usage>(await this.#machine.ask("usage", null));
    return {
      ...Object.fromEntries(usage.map(([part, { cpuSeconds }]) => [part, cpuSeconds])),
      generator: (user + system) / 1e6,
    };
  }

  /** The outbox tells when by the machine's fast clock; here in real time. */
  async #warnings(hot: readonly number[], firedAt: number, clock: { base: number; at: number }): Promise<number[]> {
    const first = new Map<string, number>();
    for (const { to, at } of await this.#machine.ask("outbox", { limit: 5_000 }))
      first.set(to, clock.at + (at - clock.base) / FACTOR - firedAt); // newest come first
    return hot.flatMap((plant) => first.get(managerOf(plant)) ?? []);
  }
}

/** Objects of a bucket and phones are one each. */
function byKind(calls: readonly (readonly [string, number])[]): Record<string, number> {
  const kinds: Record<string, number> = {};
  for (const [key, count] of calls) {
    const kind = key.replace(/arn:aws:\w+:[^:]*:[^:]*:(?:table\/)?/, "").replace(/(\/| \+\d).*$/, "");
    kinds[kind] = (kinds[kind] ?? 0) + count;
  }
  return kinds;
}

const sum = (calls: readonly (readonly [string, number])[], which: (key: string) => boolean): number =>
  calls.reduce((total, [key, count]) => total + (which(key) ? count : 0), 0);
