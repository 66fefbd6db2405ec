/**
 * A small city on the whole machine for fifty minutes of its own time: every DynamoDB call counted with its
 * units, every invocation with its duration, objects, text messages, log bytes and metrics. Nothing is priced here.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { matchRule, RULES } from "../../events/rules.ts";
import { DAY, HOUR, MINUTE, parseIso } from "../../functions/shared/shanghai.ts";
import { startDynamo } from "../../infra/local/dynamodb.ts";
import { startMachine, type Machine } from "../../infra/local/machine.ts";
import { accessKeyOf } from "../../infra/local/runtime-api.ts";
import { synthesizeApart } from "../../infra/local/synthesize-apart.ts";
import { temporaryFolder } from "../../infra/local/test-assembly.ts";
import { bundleOf, costPlants, permitsFile, type CostPlant } from "./cost-city.ts";
import { copyBlocks, copyHours, storedBytes } from "./cost-history.ts";
import { startDynamoMeter, type Consumed } from "./cost-meter.ts";
import { watchFunctions, type Invocations } from "./cost-watch.ts";

/** What was counted between two moments. */
export interface Phase {
  /** Function label, table id (`blocks`, `ledger`, `register`, `people`), operation and group (`calm`, `hot`, ""). */
  consumed: Consumed[];
  /** By function label. */
  invocations: Record<string, Invocations>;
}

export interface Measured {
  plants: { calm: number; hot: number };
  /** Messages with one process per shard, as when Lambda finds the same environment again. */
  steady: Phase & { minutes: number; ticks: number };
  /** Messages that meet any of two processes: Lambda promises no more than that. */
  mixed: Phase & { minutes: number; ticks: number };
  /** One closing of an hour, and one of a day with the pages of all plants that follow from it. */
  hour: Phase;
  day: Phase;
  message: { payload: number; record: number };
  /** Archive objects of the whole run. */
  archive: { messages: number; objects: number; bytes: number };
  page: { bytes: number };
  /** Text messages to those at risk, with their segments, over so many plant-hours. */
  sms: { messages: number; segments: number; plantHours: number };
  /** Log bytes and lines by function label, of the whole run, beside its invocations. */
  logs: Record<string, { bytes: number; invocations: number }>;
  /** Distinct custom metrics (name and dimensions). */
  metrics: string[];
  /** Mean bytes of the items that stay: a plant's block, the verdicts of an hour and of a day, facts of its devices. */
  items: {
    block: number;
    hour: number;
    day: number;
    chain: number;
    quality: number;
    /** In the list of who is due, which every tick reads whole. */
    due: number;
    /** With their index, of an hour above a limit: messages and their verdicts (400 days), episodes and clues (for good). */
    toldHour: number;
    keptHour: number;
  };
}

const PLANTS = 15;
const HOT_EVERY = 5;
const FROM = parseIso("2026-10-13T23:10:00+08:00")!;
const TICK = 5 * MINUTE;
/** Minutes that are sent. */
const LAST = 50;
/** Minutes after the start at which a tick first has ten minutes of values to judge. */
const FIRST_TICK = 10;
const at = (minutes: number): number => FROM + minutes * MINUTE;

/** Runs it in a temporary folder, which is removed. Half a minute on two cores. */
export async function countCost(): Promise<Measured> {
  using folder = temporaryFolder();
  const plants = costPlants(PLANTS, HOT_EVERY);
  const engine = await startDynamo({ dataDir: folder.path, tables: [], log: () => undefined });
  const hot = new Set(plants.filter((p) => p.hot).map((p) => p.permitNo));
  const known = new Set(plants.map((p) => p.permitNo));
  const meter = await startDynamoMeter(engine.endpoint, {
    sharesOf: (body) => sharesOf(body, known, hot),
    counts: (caller) => caller.startsWith("LOCAL"),
  });
  const before = process.env["DYNAMODB_ENDPOINT"];
  process.env["DYNAMODB_ENDPOINT"] = meter.endpoint;
  const clock = { now: FROM };
  let machine: Machine | undefined;
  try {
    machine = await startMachine({
      dataDir: join(folder.path, "data"),
      port: null,
      mqttPort: null,
      clock: { now: () => clock.now },
      schedules: false,
      log: () => undefined,
      template: await synthesizeApart(),
    });
    return await run(machine, plants, clock, meter, join(folder.path, "data/logs"));
  } finally {
    await machine?.stop();
    if (before === undefined) delete process.env["DYNAMODB_ENDPOINT"];
    else process.env["DYNAMODB_ENDPOINT"] = before;
    await meter.stop();
    await engine.stop();
  }
}

/** How often the call names plants that are `hot` and that are `calm`, as parts of 1; "" when it names none. */
function sharesOf(body: string, known: ReadonlySet<string>, hot: ReadonlySet<string>): Map<string, number> {
  const named = (body.match(/[0-9A-Z]{22}/g) ?? []).filter((text) => known.has(text));
  if (named.length === 0) return new Map([["", 1]]);
  const share = named.filter((text) => hot.has(text)).length / named.length;
  return new Map([["hot", share] as const, ["calm", 1 - share] as const].filter(([, part]) => part > 0));
}

async function run(
  machine: Machine,
  plants: readonly CostPlant[],
  clock: { now: number },
  meter: Awaited<ReturnType<typeof startDynamoMeter>>,
  logs: string,
): Promise<Measured> {
  const imported = await machine.importPermits("cost.json", permitsFile(plants));
  if (imported.ok !== true) throw new Error(`the permits of the cost run are refused: ${JSON.stringify(imported)}`);
  const labelOf = new Map(machine.definition.functions.map((f) => [accessKeyOf(f.name), f.label]));
  const tableOf = new Map(
    (["register", "blocks", "ledger", "people"] as const).map((id) => [
      machine.setting(`${id.toUpperCase()}_TABLE`),
      id,
    ]),
  );
  const watch = watchFunctions(machine);
  let messages = 0;

  const minute = async (n: number): Promise<void> => {
    const bundles = plants.map((plant) => bundleOf(plant, at(n))).sort((a, b) => a.receivedAt - b.receivedAt);
    clock.now = at(n + 1) + 45_000;
    await Promise.all(bundles.map((b) => machine.publish(b.topic, b.payload, b.receivedAt)));
    messages += bundles.length;
    await machine.drain({ tables: false });
  };
  const fire = async (name: string, t: number): Promise<void> => {
    clock.now = t;
    const { payload, error } = await machine.fire(name, t);
    if (error) throw new Error(`${name}: ${error.errorMessage}: ${payload}`);
    // A closing is followed by its pages; those of a tick are written beside what comes next.
    await machine.drain({ tables: name !== "warn" });
  };
  const minutes = async (from: number, to: number): Promise<number> => {
    let ticks = 0;
    for (let n = from; n < to; n++) {
      if (at(n) % TICK === 0) {
        await fire("warn", at(n));
        ticks += 1;
      }
      await minute(n);
    }
    return ticks;
  };
  const begin = (): void => {
    meter.reset();
    watch.reset();
  };
  const phase = (): Phase => ({
    consumed: meter.consumed().map((row) => ({
      ...row,
      caller: labelOf.get(row.caller) ?? row.caller,
      table: tableOf.get(row.table) ?? row.table,
    })),
    invocations: watch.invocations(),
  });

  await minutes(0, 10);
  await copyBlocks(machine, plants, at(0), 25 * HOUR);
  begin();
  let ticks = await minutes(10, 30);
  const steady = { ...phase(), minutes: 20, ticks };
  watch.lanes(false);
  await minutes(30, 33);
  begin();
  ticks = await minutes(33, 48);
  const mixed = { ...phase(), minutes: 15, ticks };
  watch.lanes(true);
  await minutes(48, LAST); // midnight
  await machine.drain();
  begin();
  await fire("close-hour", at(LAST + 10));
  const hour = phase();
  await copyHours(machine, plants, at(LAST) - HOUR, DAY);
  await machine.drain(); // the copies are new verdicts to the pages
  begin();
  await fire("close-day", at(LAST + 30));
  const day = phase();

  const archive = machine.objects.list(machine.setting("ARCHIVE_BUCKET"), { prefix: "raw/", limit: 100_000 });
  const pages = machine.objects.list(machine.setting("SITE_BUCKET"), { prefix: "p/", limit: 1_000 });
  const sent = machine.outbox(100_000);
  const hotCount = plants.filter((p) => p.hot).length;
  const hotHours = (hotCount * (LAST - FIRST_TICK)) / 60;
  return {
    plants: { calm: plants.length - hotCount, hot: hotCount },
    steady,
    mixed,
    hour,
    day,
    message: messageSize(plants[1]!),
    archive: { messages, objects: archive.length, bytes: archive.reduce((sum, o) => sum + o.size, 0) },
    page: { bytes: pages.reduce((sum, o) => sum + o.size, 0) / Math.max(1, pages.length) },
    sms: {
      messages: sent.length,
      segments: sent.reduce((sum, m) => sum + segmentsOf(m.text), 0),
      plantHours: hotHours,
    },
    ...readLogs(logs, watch.total()),
    items: await storedBytes(machine, plants, hotHours),
  };
}

/** A text in Chinese is UCS-2: 70 characters alone, 67 a part. */
const segmentsOf = (text: string): number => (text.length <= 70 ? 1 : Math.ceil(text.length / 67));

/** Bytes that the device publishes and that the rule puts on the stream (data and key). */
function messageSize(plant: CostPlant): Measured["message"] {
  const { topic, payload, receivedAt } = bundleOf(plant, FROM);
  const message = { topic, payload, receivedAt, clientId: topic.split("/")[1] ?? "" };
  for (const rule of RULES) {
    const match = matchRule(rule, message);
    if (match)
      return {
        payload: payload.length,
        record: Buffer.byteLength(JSON.stringify(match.record)) + Buffer.byteLength(match.partitionKey ?? ""),
      };
  }
  throw new Error(`no rule takes ${topic}`);
}

/** Log bytes by function, and the custom metrics that the embedded metric lines define. */
function readLogs(folder: string, invocations: Record<string, number>): Pick<Measured, "logs" | "metrics"> {
  const logs: Measured["logs"] = {};
  const metrics = new Set<string>();
  for (const file of readdirSync(folder)) {
    const text = readFileSync(join(folder, file), "utf8");
    const label = file.replace(/\.log(\.1)?$/, "");
    const own = (logs[label] ??= { bytes: 0, invocations: invocations[label] ?? 0 });
    own.bytes += Buffer.byteLength(text);
    for (const line of text.split("\n"))
      if (line.includes('"_aws"')) for (const name of metricsOf(line)) metrics.add(name);
  }
  return { logs, metrics: [...metrics].sort() };
}

interface Embedded {
  _aws: { CloudWatchMetrics: { Dimensions: string[][]; Metrics: { Name: string }[] }[] };
  [dimension: string]: unknown;
}

function metricsOf(line: string): string[] {
  const said = JSON.parse(line) as Embedded;
  return said._aws.CloudWatchMetrics.flatMap(({ Dimensions, Metrics }) =>
    Dimensions.flatMap((names) => {
      const where = names.map((name) => `${name}=${String(said[name])}`).join(",");
      return Metrics.map(({ Name }) => `${Name}{${where}}`);
    }),
  );
}
