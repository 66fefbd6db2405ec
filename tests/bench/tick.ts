/**
 * The five-minute tick over cities of registered plants, by the share that is at risk: time, reads and writes of the
 * tables, text messages. Silence of a whole city and the closing of an hour apart. What stands in the tables before is
 * imported (machine-folder.ts); the ticks are those of production, fired on a whole machine.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DAY, HOUR, MINUTE, parseIso } from "../../functions/shared/shanghai.ts";
import { synthesizeApart } from "../../infra/local/synthesize-apart.ts";
import { startMachineApart, type MachineApart, type Usage } from "./machine-apart.ts";
import {
  blockItems,
  lastBlock,
  ledgerItems,
  OUTLETS,
  permitNoOf,
  permitOf,
  registerItems,
  riskItem,
  type PlainItem,
} from "./machine-city.ts";
import { fillFolder, type Tables } from "./machine-folder.ts";
import type { Figure, Section } from "./section.ts";
import { affordable, costOf, figuresOf, fitting, percent, type TickRow } from "./tick-rows.ts";

const FIRST_TICK = parseIso("2026-10-01T08:30:00+08:00")!;
/** Blocks reach from an hour before the first tick to the last tick. */
const BLOCKS_FROM = FIRST_TICK - 40 * MINUTE;
const LAST_TICK = FIRST_TICK + 20 * MINUTE;
const SILENT_AT = LAST_TICK + HOUR;
const SMALL = 10_250;
const LARGE = 100_000;
const MOST_SHARE = 0.1;
const CLOSED = 500;
/** Of the section's bound (main-sections.ts, longer with --patience); what is left is for stopping and removing. */
const SECONDS = Number(process.env["BENCH_SECONDS"] ?? 60) - 10;
/** Kept for what comes behind the small city's ticks: silence, closing, and the large city's preparation. */
const RESERVE = 28;
const STOPPING = 4;

export async function tick(): Promise<Section> {
  const begun = performance.now();
  const left = (): number => SECONDS - (performance.now() - begun) / 1000;
  const template = await synthesizeApart();
  const rows: TickRow[] = [];
  const notes: string[] = [];

  await withCity(template, smallCity(), async (city) => {
    const { rows: own, note } = await risks(city, SMALL, [0, 0.01, MOST_SHARE], () => left() - RESERVE);
    rows.push(...own, await silence(city, left));
    notes.push(...note);
  });
  await withCity(template, closingCity(), async (city) => {
    const what = `close-hour, ${CLOSED} plants of ${OUTLETS * 6} limits`;
    rows.push({ ...(await city.fire("close-hour", FIRST_TICK + 40 * MINUTE)), what });
  });
  // What a plant at risk costs is known by now: the large city has as many as the time allows.
  const share = affordable({
    left: (left() - STOPPING) * 1000,
    plants: LARGE,
    msPerPlant: costOf(rows),
    most: MOST_SHARE,
  });
  const large = LARGE.toLocaleString("en-US");
  if (share === 0) notes.push(`no time was left for the city of ${large} plants`);
  else
    await withCity(
      template,
      cityOf(LARGE, share, () => FIRST_TICK + 30 * DAY),
      async (city) => {
        const shares = [...new Set([0, Math.min(0.01, share), share])];
        const { rows: own, note } = await risks(city, LARGE, shares, () => left() - STOPPING);
        rows.push(...own);
        notes.push(...note);
        if (share < MOST_SHARE)
          notes.push(
            `${large} plants: ${percent(MOST_SHARE)} at risk would not fit this section's time, measured at ${percent(share)}`,
          );
      },
    );
  return {
    name: "tick",
    title: "The five-minute tick, silence and closing",
    figures: [...rows.flatMap(figuresOf), ...growthFigures(rows)],
    notes: [
      "reads and writes are accesses by the functions that the roles allowed: a query or a batch counts once, each write of a transaction once",
      `a plant at risk has ${OUTLETS} chimneys × 6 hourly limits and an hour of blocks, one pollutant at twice its limit; the others have 6 limits and nothing at risk`,
      "opening: the plants come to be at risk, their episodes begin and are told to two people each; holding: the next tick, five minutes later",
      "a tick before the first measured one has started the function's process and filled no cache of plants at risk",
      ...notes,
    ],
    details: rows,
  };
}

/** Registered plants; the first `share` of them can be put at risk: they have their blocks. */
function cityOf(size: number, share: number, due: (plant: number) => number): Tables {
  const hot = Math.ceil(size * share);
  return {
    REGISTER_TABLE: each(size, (plant) => registerItems(permitOf(plant, plant < hot ? OUTLETS : 1), false)),
    LEDGER_TABLE: each(size, (plant) =>
      ledgerItems(permitOf(plant, plant < hot ? OUTLETS : 1), { first: FIRST_TICK - DAY, due: due(plant) }),
    ),
    BLOCKS_TABLE: each(hot, (plant) => blockItems(permitOf(plant, OUTLETS), plant, BLOCKS_FROM, LAST_TICK, true)),
  };
}
/** One plant in so many is due first when the whole city is silent. */
const PART = 20;
/** All are silent an hour after the last tick, and known to be many: an outage, of which no plant is told. */
function smallCity(): Tables {
  const city = cityOf(SMALL, MOST_SHARE, (plant) => SILENT_AT + (plant % PART === 0 ? 0 : 5 * MINUTE));
  const hot = Math.ceil(SMALL * MOST_SHARE);
  const others = each(SMALL - hot, (i) => [lastBlock(permitOf(hot + i, 1), LAST_TICK)]);
  const total = { pk: "DEVICES", sk: "city", devices: SMALL + hot * (OUTLETS - 1) };
  return {
    ...city,
    LEDGER_TABLE: both(city.LEDGER_TABLE ?? [], [total]),
    BLOCKS_TABLE: both(city.BLOCKS_TABLE ?? [], others),
  };
}
const closingCity = (): Tables => {
  const [from, to] = [FIRST_TICK - HOUR, FIRST_TICK + 30 * MINUTE];
  return {
    ...cityOf(CLOSED, 1, () => FIRST_TICK + 30 * DAY),
    BLOCKS_TABLE: each(CLOSED, (plant) => blockItems(permitOf(plant, OUTLETS), plant, from, to, false)),
  };
};

function* each(count: number, items: (index: number) => PlainItem[]): Generator<PlainItem> {
  for (let index = 0; index < count; index++) yield* items(index);
}
function* both(...parts: Iterable<PlainItem>[]): Generator<PlainItem> {
  for (const part of parts) yield* part;
}

interface City {
  machine: MachineApart;
  /** Sets the clock, fires, and tells what it took. */
  fire(schedule: string, at: number): Promise<Omit<TickRow, "what">>;
}

async function withCity(template: string, tables: Tables, work: (city: City) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "tick-"));
  let machine: MachineApart | null = null;
  try {
    const dataDir = join(folder, "data");
    mkdirSync(dataDir);
    await fillFolder(dataDir, template, tables);
    const own = await startMachineApart({
      dataDir,
      template,
      clock: { base: FIRST_TICK - 5 * MINUTE, at: Date.now(), factor: 1 },
    });
    machine = own;
    await work({
      machine: own,
      fire: async (schedule, at) => {
        await own.ask("clock", { base: at, at: Date.now(), factor: 1 });
        await own.ask("calls", null);
        const before = cpuOf(await own.ask("usage", null));
        const { ms, report } = await own.ask("fire", { schedule, at });
        const cpuSeconds = cpuOf(await own.ask("usage", null)) - before;
        const calls = Object.entries(await own.ask("calls", null)).filter(([key]) => !/^\S*publish/i.test(key)); // the role is the first word
        return { ms, cpuSeconds, report, ...accesses(calls) };
      },
    });
  } finally {
    await machine?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

const cpuOf = (usage: Record<string, Usage>): number =>
  Object.values(usage).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);

function accesses(calls: readonly (readonly [string, number])[]): { reads: number; writes: number; sms: number } {
  const count = (pattern: RegExp): number => calls.reduce((sum, [key, n]) => sum + (pattern.test(key) ? n : 0), 0);
  return {
    reads: count(/ dynamodb:(Get|BatchGet|Query|Scan|PartiQLSelect)/),
    writes: count(/ dynamodb:(Put|Update|Delete|BatchWrite|PartiQL[IUD])/),
    sms: count(/ SNS:Publish \+/),
  };
}

/**
 * One tick without anybody at risk, then for each share the tick at which its plants begin to warn and the next one. A
 * share that would take longer than `left` seconds, by what a plant has cost so far, is made smaller, and that is noted.
 */
async function risks(
  { machine, fire }: City,
  plants: number,
  shares: readonly number[],
  left: () => number,
): Promise<{ rows: TickRow[]; note: string[] }> {
  const rows: TickRow[] = [];
  const note: string[] = [];
  const city = `${plants.toLocaleString("en-US")} plants`;
  let at = FIRST_TICK;
  let before = 0;
  await fire("warn", FIRST_TICK - 5 * MINUTE);
  for (const wanted of shares) {
    const cost = costOf(rows);
    const share = cost > 0 ? Math.min(wanted, fitting(left() * 1000, plants, cost)) : wanted;
    if (share < wanted)
      note.push(`${city}: ${percent(wanted)} at risk would not fit the time, by ${cost.toFixed(1)} ms a plant`);
    const hot = Math.round(plants * share);
    if (share > 0 && hot <= before) continue;
    const items = Array.from({ length: hot - before }, (_, i) => riskItem(permitNoOf(before + i), LAST_TICK + DAY));
    await machine.ask("put", { variable: "LEDGER_TABLE", items });
    for (const opening of share === 0 ? [false] : [true, false]) {
      const kind = share === 0 ? "" : opening ? ", opening" : ", holding";
      const bound = plants === SMALL && share === 0.01 ? { target: { at: "most", value: 2 } as const } : {};
      const took = await fire("warn", at);
      const fresh = opening ? { opened: hot - before } : {};
      rows.push({
        ...took,
        what: `${city}, ${percent(share)} at risk${kind}`,
        plants,
        atRisk: hot,
        ...fresh,
        ...bound,
      });
      at += 5 * MINUTE;
    }
    before = hot;
  }
  return { rows, note };
}

/** Every device of the city is silent: first a part of the plants, then the rest if there is time. */
async function silence({ fire }: City, left: () => number): Promise<TickRow> {
  const part = Math.ceil(SMALL / PART);
  const row = (took: Omit<TickRow, "what">, due: number): TickRow => ({
    ...took,
    what: `silence of the whole city, ${due.toLocaleString("en-US")} plants due`,
  });
  const first = await fire("warn", SILENT_AT);
  if (left() - RESERVE * 0.8 < (first.ms / 1000) * (PART - 1)) return row(first, part);
  return row(await fire("warn", SILENT_AT + 5 * MINUTE), SMALL - part);
}

/** Warnings must grow with those at risk: how much of the time is of the register's size alone. */
function growthFigures(rows: readonly TickRow[]): Figure[] {
  const idle = (plants: number): number | undefined =>
    rows.find((row) => row.plants === plants && row.atRisk === 0)?.ms;
  const [small, large] = [idle(SMALL), idle(LARGE)];
  if (small === undefined || large === undefined) return [];
  return [
    {
      what: "a registered plant that is not at risk",
      value: ((large - small) * 1000) / (LARGE - SMALL),
      unit: "µs a tick",
      note: "from the two cities with nobody at risk: the list of due times is read whole",
    },
  ];
}
