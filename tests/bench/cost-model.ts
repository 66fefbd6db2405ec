/** From what was counted to dollars per plant and month, line by line. Pure: counts, template and prices come in. */
import type { PriceList } from "../../layers/prices.ts";
import type { Consumed } from "./cost-meter.ts";
import type { Measured, Phase } from "./cost-run.ts";
import type { TemplateFacts } from "./cost-template.ts";
import { archivedBytes } from "./cost-archive.ts";
import { iotUnits, ITEM_OVERHEAD, putUnits, streamBytes } from "./cost-units.ts";

export const MONTH_MINUTES = 43_800;
const MONTH_HOURS = MONTH_MINUTES / 60;
const MONTH_DAYS = MONTH_HOURS / 24;
const TICKS = MONTH_MINUTES / 5;
const GB = 1e9;

/** What the run cannot know. Every one of them is printed. */
export interface Assumptions {
  plants: number;
  /** Share of plant-time with a running exceedance. */
  atRisk: number;
  /** MQTT connections: gateways, or one a plant. */
  connections: number;
  shards: number;
  /** Seconds of each minute within which its messages come: loggers and gateways send once the minute is over. */
  burstSeconds: number;
  /** Months of operation whose archive and ledger are stored. */
  months: number;
  /** A core of Lambda against one of the machine that measured. */
  coreRatio: number;
  /** Time that an invocation waits for tables and buckets, ms. */
  waitMs: number;
  /** Plants whose bundles travel as one message. */
  plantsPerMessage: number;
  /** Months after which the archive is in Glacier Instant Retrieval; null: its objects are too small to be moved. */
  coldAfterMonths: number | null;
  /** Openings of a public page a month and plant, and API calls of each. */
  views: number;
  callsPerView: number;
}

/** The city of the issue. Its eleven towns each have a gateway, which holds one connection. */
export const CITY: Assumptions = {
  plants: 10_250,
  atRisk: 0.01,
  connections: 11,
  shards: 4,
  burstSeconds: 20,
  months: 12,
  coreRatio: 1,
  waitMs: 60,
  plantsPerMessage: 1,
  coldAfterMonths: null,
  views: 10,
  callsPerView: 3,
};

export interface Line {
  service: string;
  what: string;
  /** With its numbers. */
  formula: string;
  /** Per plant and month. */
  dollars: number;
}

/** A full core of Lambda is at 1,769 MB. */
const CORE_MB = 1769;
/** START, END and REPORT of an invocation in JSON; assumed. */
const PLATFORM_LOG_BYTES = 700;
/** Shards of the machine's stream: so many batches a minute, and more only where one was tried again. */
const MACHINE_SHARDS = 2;
/** Months after which messages and the verdicts of what was told are gone (TTL of 400 days). */
const TOLD_MONTHS = 400 / MONTH_DAYS;
/** Days that facts of devices are kept. */
const QUALITY_DAYS = 40;

const n = (x: number): string => Number(x.toPrecision(4)).toString();

const unitsOf = (rows: readonly Consumed[], unit: "read" | "write", group: string): number =>
  rows.filter((r) => r.group === group).reduce((total, r) => total + r[unit], 0);

/** Units a plant uses in a phase: `calm` and `hot` plants by themselves, calls about nobody by all. */
function perPlant(
  rows: readonly Consumed[],
  unit: "read" | "write",
  { calm, hot }: Measured["plants"],
): { calm: number; hot: number } {
  const shared = unitsOf(rows, unit, "") / (calm + hot);
  return { calm: unitsOf(rows, unit, "calm") / calm + shared, hot: unitsOf(rows, unit, "hot") / hot + shared };
}

export function costLines(m: Measured, t: TemplateFacts, prices: PriceList, at: number, a: Assumptions): Line[] {
  const price = (id: string): number => prices.unitPrice(id, at);
  const mixed = (each: { calm: number; hot: number }): number => each.calm * (1 - a.atRisk) + each.hot * a.atRisk;
  const lines: Line[] = [];
  const line = (service: string, what: string, formula: string, dollars: number): void =>
    void lines.push({ service, what, formula, dollars });

  // IoT and the stream: one message a plant and minute.
  const rule = iotUnits(m.message.payload * a.plantsPerMessage);
  const sent = MONTH_MINUTES / a.plantsPerMessage;
  line(
    "IoT Core",
    "rule and action (Basic Ingest)",
    `${n(sent)} messages × ${rule} × 5 KB × (rule + action)`,
    sent * rule * (price("iot-rule") + price("iot-action")),
  );
  line(
    "IoT Core",
    "connections",
    `${a.connections} connections × ${MONTH_MINUTES} min / ${a.plants} plants`,
    (a.connections * MONTH_MINUTES * price("iot-connection")) / a.plants,
  );
  lines.push(...streamLines(m, t, prices, at, a));

  // Invocations of the cloud's batches.
  const tried = (m.steady.invocations["ingest-telemetry"]?.count ?? 0) / (m.steady.minutes * MACHINE_SHARDS);
  const perMinute = batchesPerMinute(t, a);
  const batches = tried * Math.min(MONTH_MINUTES * a.plants, a.shards * MONTH_MINUTES * perMinute);

  // Tables: by function, over how often it works in a month.
  const tables = ["register", "blocks", "ledger", "people"] as const;
  // `invocations` of the whole city: what is asked once in each, about nobody, is divided by all plants.
  const work: { what: string; phase: Phase; caller: string; times: number; invocations?: number }[] = [
    {
      what: "ingest",
      phase: m.steady,
      caller: "ingest-telemetry",
      times: MONTH_MINUTES / m.steady.minutes,
      invocations: batches,
    },
    { what: "ticks", phase: m.mixed, caller: "warn-plants", times: TICKS / m.mixed.ticks, invocations: TICKS },
    { what: "notices", phase: m.mixed, caller: "deliver-notices", times: TICKS / m.mixed.ticks },
    { what: "closings of hours", phase: m.hour, caller: "close-hours", times: MONTH_HOURS },
    { what: "closings of days", phase: m.day, caller: "close-days", times: MONTH_DAYS },
    { what: "pages each hour", phase: m.day, caller: "publish-pages", times: MONTH_HOURS },
    { what: "pages each day", phase: m.day, caller: "publish-pages", times: MONTH_DAYS },
    { what: "pages of state changes", phase: m.mixed, caller: "publish-pages", times: MONTH_MINUTES / m.mixed.minutes },
  ];
  for (const { what, phase, caller, times, invocations } of work)
    for (const table of tables)
      for (const unit of ["read", "write"] as const) {
        const rows = phase.consumed.filter((r) => r.caller === caller && r.table === table);
        const named = invocations === undefined ? rows : rows.filter((r) => r.group !== "");
        const counted = phase.invocations[caller]?.count ?? 0;
        const once = rows === named || counted === 0 ? 0 : unitsOf(rows, unit, "") / counted;
        const units = mixed(perPlant(named, unit, m.plants)) * times + (once * (invocations ?? 0)) / a.plants;
        if (units === 0) continue;
        const provisioned = table === "blocks";
        const each = provisioned
          ? price(unit === "read" ? "dynamodb-rcu" : "dynamodb-wcu") / 3600 / t.blocksTarget[unit]
          : price(`dynamodb-${unit}`);
        const how = provisioned ? `provisioned, ${n(t.blocksTarget[unit] * 100)} % used` : "on demand";
        line("DynamoDB", `${table} ${unit}s, ${what}`, `${n(units)} units, ${how}`, units * each);
      }

  // Lambda: processor time as measured here.
  const speed = (memoryMb: number): number => 1 / (Math.min(1, memoryMb / CORE_MB) * a.coreRatio);
  const compute = (label: string, cpuMs: number, invocations: number): number => {
    const memory = t.memoryMb[label] ?? 1024;
    const seconds = (cpuMs * speed(memory) + invocations * a.waitMs) / 1000;
    return seconds * (memory / 1024) * price("lambda-gb-second") + invocations * price("lambda-request");
  };
  const all = m.plants.calm + m.plants.hot;
  const cpu = (phase: Phase, label: string): number => (phase.invocations[label]?.cpuMs ?? 0) / all;
  const lambda = (label: string, cpuMs: number, invocations: number): void =>
    line(
      "Lambda",
      label,
      `${n(cpuMs)} ms of processor + ${n(invocations)} invocations × ${a.waitMs} ms waiting, at ${t.memoryMb[label]} MB`,
      compute(label, cpuMs, invocations),
    );
  const share = (perMonth: number): number => perMonth / a.plants;
  lambda("ingest-telemetry", (cpu(m.steady, "ingest-telemetry") / m.steady.minutes) * MONTH_MINUTES, share(batches));
  lambda("warn-plants", (cpu(m.mixed, "warn-plants") / m.mixed.ticks) * TICKS, share(TICKS));
  // Told are those at risk only, of whom the run has more.
  const notices = cpu(m.mixed, "deliver-notices") * (a.atRisk / (m.plants.hot / all));
  lambda("deliver-notices", (notices / m.mixed.ticks) * TICKS, share(TICKS));
  lambda("close-hours", cpu(m.hour, "close-hours") * MONTH_HOURS, share(MONTH_HOURS));
  lambda("close-days", cpu(m.day, "close-days") * MONTH_DAYS, share(MONTH_DAYS));
  const pages = MONTH_HOURS + MONTH_DAYS + mixed(pagesPerPlant(m)) * (MONTH_MINUTES / m.mixed.minutes);
  lambda("publish-pages", cpu(m.day, "publish-pages") * pages, pages / 10);

  // In the run the list of who is due is one unit a shard; in the city it is as long as there are plants.
  const list = (TICKS * m.items.due) / 4096;
  line(
    "DynamoDB",
    "ledger reads, list of who is due",
    `${n(list)} units of ${n(m.items.due)} B`,
    list * price("dynamodb-read"),
  );
  lines.push(...objectLines(m, prices, at, a, { batches, pages, perBatch: a.plants / a.shards / perMinute }));
  lines.push(...storedLines(m, prices, at, a));

  // What is looked at.
  const logBytes = (label: string): number => {
    const own = m.logs[label];
    return PLATFORM_LOG_BYTES + (own && own.invocations > 0 ? own.bytes / own.invocations : 0);
  };
  const logs =
    share(batches) * logBytes("ingest-telemetry") +
    share(TICKS) * logBytes("warn-plants") +
    (pages / 10) * logBytes("publish-pages");
  line(
    "CloudWatch",
    "logs",
    `${n(logs / 1e6)} MB, taken in and kept for six months`,
    (logs / GB) * (price("cloudwatch-log-gb") + 6 * price("cloudwatch-log-stored")),
  );
  line(
    "CloudWatch",
    "custom metrics",
    `${m.metrics.length} metrics / ${a.plants} plants`,
    share(m.metrics.length * price("cloudwatch-metric")),
  );
  line("CloudWatch", "alarms", `${t.alarms} metrics / ${a.plants} plants`, share(t.alarms * price("cloudwatch-alarm")));
  line(
    "Scheduler",
    "ticks and closings",
    `(${TICKS} + ${MONTH_HOURS} + ${n(MONTH_DAYS)}) / ${a.plants} plants`,
    share((TICKS + MONTH_HOURS + MONTH_DAYS) * price("scheduler-invocation")),
  );
  // A data key lives five minutes with each producer and consumer of a shard.
  line(
    "KMS",
    "key of the stream",
    `2 × ${TICKS} × ${a.shards} shards`,
    share(2 * TICKS * a.shards * price("kms-request")),
  );
  return lines;
}

/** Of one shard: one every window while messages come, more where they are more than a batch takes. */
export const batchesPerMinute = (t: TemplateFacts, a: Assumptions): number =>
  Math.max(
    Math.ceil((a.burstSeconds * 1_000) / t.windowMs),
    Math.ceil(a.plants / a.plantsPerMessage / a.shards / t.batchSize),
  );

/** Pages that follow from changes of state in the phase: one read of the register each. */
const pagesPerPlant = (m: Measured): { calm: number; hot: number } =>
  perPlant(
    m.mixed.consumed
      .filter((r) => r.caller === "publish-pages" && r.table === "register")
      .map((r) => ({ ...r, read: r.calls })),
    "read",
    m.plants,
  );

function streamLines(m: Measured, t: TemplateFacts, prices: PriceList, at: number, a: Assumptions): Line[] {
  const price = (id: string): number => prices.unitPrice(id, at);
  const kept = Math.max(0, t.retentionHours - 24);
  if (t.streamMode === "ON_DEMAND") {
    const gb = (MONTH_MINUTES * streamBytes(m.message.record)) / GB;
    const dollars = [
      gb * (price("kinesis-ondemand-in") + price("kinesis-ondemand-out")),
      (MONTH_HOURS * price("kinesis-ondemand-stream")) / a.plants,
      ((MONTH_MINUTES * m.message.record) / GB) * (kept / MONTH_HOURS) * price("kinesis-retention-gb"),
    ];
    return [
      {
        service: "Kinesis",
        what: "stream on demand",
        formula: `${n(gb)} GB in and out (${m.message.record} B rounded up to the KB) + stream-hours / ${a.plants} + ${kept} h kept longer`,
        dollars: dollars.reduce((x, y) => x + y, 0),
      },
    ];
  }
  const hour = price("kinesis-shard") + (kept > 0 ? price("kinesis-retention-shard") : 0);
  const units = MONTH_MINUTES * putUnits(m.message.record);
  return [
    {
      service: "Kinesis",
      what: "provisioned stream",
      formula: `${a.shards} shards × ${MONTH_HOURS} h / ${a.plants} plants + ${units} units of 25 KB, kept ${t.retentionHours} h`,
      dollars: (a.shards * MONTH_HOURS * hour) / a.plants + units * price("kinesis-put"),
    },
  ];
}

function objectLines(
  m: Measured,
  prices: PriceList,
  at: number,
  a: Assumptions,
  { batches, pages, perBatch }: { batches: number; pages: number; perBatch: number },
): Line[] {
  const price = (id: string): number => prices.unitPrice(id, at);
  // As counted, in batches of the city's size.
  const size = (messages: number): number => Math.max(1, Math.round(messages));
  const batch = size(perBatch);
  const larger = archivedBytes(batch) / archivedBytes(size(m.archive.messages / m.archive.objects));
  const archived = (m.archive.bytes / m.archive.messages) * larger * MONTH_MINUTES;
  const warm = Math.min(a.months, a.coldAfterMonths ?? a.months);
  // A page's former versions stay for seven days.
  const pageBytes = m.page.bytes * (1 + (pages / MONTH_DAYS) * 7);
  const wire = a.views * (14_000 + a.callsPerView * 3_000);
  return [
    {
      service: "S3",
      what: "archive, uploads",
      formula: `${n(batches)} batches / ${a.plants} plants`,
      dollars: (batches / a.plants) * price("s3-put"),
    },
    {
      service: "S3",
      what: "archive, stored",
      formula: `${n(archived / 1e6)} MB a month (${batch} messages an object) × ${a.months} months`,
      dollars:
        (archived / GB) * (warm * price("s3-gb") + (a.months - warm) * price("s3-glacier-ir-gb")) +
        (a.coldAfterMonths === null ? 0 : (batches / a.plants) * price("s3-glacier-ir-transition")),
    },
    { service: "S3", what: "pages, uploads", formula: `${n(pages)} pages`, dollars: pages * price("s3-put") },
    {
      service: "S3",
      what: "pages, stored",
      formula: `${n(pageBytes / 1e6)} MB with a week of former versions`,
      dollars: (pageBytes / GB) * price("s3-gb"),
    },
    {
      service: "CloudFront, API",
      what: "public pages",
      formula: `${a.views} views × (1 page of 14 kB + ${a.callsPerView} API calls of 3 kB)`,
      dollars:
        a.views * (1 + a.callsPerView) * price("cloudfront-request") +
        a.views * a.callsPerView * price("http-api-request") +
        (wire / GB) * price("cloudfront-gb"),
    },
  ];
}

function storedLines({ items }: Measured, prices: PriceList, at: number, a: Assumptions): Line[] {
  const price = (id: string): number => prices.unitPrice(id, at);
  const blocks = 35 * 144 * (items.block + ITEM_OVERHEAD);
  const month = MONTH_HOURS * (items.hour + ITEM_OVERHEAD) + MONTH_DAYS * (items.day + items.chain + 2 * ITEM_OVERHEAD);
  const ledger = price("dynamodb-gb") + price("dynamodb-pitr");
  const hours = MONTH_HOURS * a.atRisk;
  const told = Math.min(a.months, TOLD_MONTHS);
  return [
    {
      service: "DynamoDB",
      what: "blocks, stored",
      formula: `35 days × 144 × ${n(items.block + ITEM_OVERHEAD)} B`,
      dollars: (blocks / GB) * price("dynamodb-gb"),
    },
    {
      service: "DynamoDB",
      what: "ledger, stored, with recovery",
      formula: `${n(month / 1e6)} MB a month × ${a.months} months`,
      dollars: (month / GB) * a.months * ledger,
    },
    {
      service: "DynamoDB",
      what: "ledger, stored, of time at risk",
      formula: `${n(hours)} h × (${n(items.toldHour)} B of messages × ${n(told)} months + ${n(items.keptHour)} B × ${a.months})`,
      dollars: ((hours * (items.toldHour * told + items.keptHour * a.months)) / GB) * ledger,
    },
    {
      service: "DynamoDB",
      what: "ledger, stored, facts of devices",
      formula: `${QUALITY_DAYS} days × ${n(items.quality + ITEM_OVERHEAD)} B`,
      dollars: ((QUALITY_DAYS * (items.quality + ITEM_OVERHEAD)) / GB) * ledger,
    },
  ];
}

export const total = (lines: readonly Line[]): number => lines.reduce((sum, l) => sum + l.dollars, 0);

/** Text messages of a plant and month at a share of its time at risk. */
export const smsDollars = ({ sms }: Measured, prices: PriceList, at: number, share: number): number =>
  (sms.segments / sms.plantHours) * MONTH_HOURS * share * prices.unitPrice("sms-segment", at);
