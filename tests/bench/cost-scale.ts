/**
 * What a city, a province and a nation of plants would ask of each part, against the part's limit. Pure arithmetic; the
 * tables of docs/scale.md are made by it: `node tests/bench/cost-scale.ts` writes them, cost-scale.test.ts compares.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { SHARDS } from "../../functions/shared/shard.ts";

export const SIZES = [10_250, 100_000, 3_600_000] as const;

/** Per plant, as the cost section counts them (three outlets, six pollutants, a bundle a minute); 2026-11-23, two busy cores. */
export const UNITS = {
  payloadBytes: 1_699,
  recordBytes: 2_406,
  /** One write of one unit, also in the minute that ends a block. */
  blockWritesPerMinute: 1,
  archiveBytesPerMessage: 312,
  /** Processor time, ms of one of these cores. */
  ingestMs: 4,
  visitMs: 5,
  /** A plant that is well, before a deficit can come about; for its silence alone it is a tenth of that. */
  lookMs: 2.5,
  closeHourMs: 8,
  pageMs: 40,
  smsPerHourAtRisk: 22,
  /** Units that the ledger is written and read for one plant's closing of an hour. */
  closeHourLedgerWrites: 1,
} as const;

/** What the paper assumes of the world. */
export const WORLD = {
  /** Loggers that report on the minute and are not spread reach the broker within so many seconds. */
  burstSeconds: 10,
  atRisk: 0.01,
  /** Plants behind one gateway connection. */
  plantsPerGateway: 1_000,
  /** Share of a core that 1,024 MB of Lambda have. */
  core: 1024 / 1769,
  /** Partitions, and so concurrent readers, of the ledger's stream. */
  ledgerShards: 4,
} as const;

export interface Limit {
  what: string;
  unit: string;
  limit: number;
  /** Where the limit comes from, and how sure. */
  source: string;
  need: (plants: number) => number;
  /** What to do when it is reached. */
  next: string;
}

const perSecond = (plants: number): number => plants / 60;
const burst = (plants: number): number => plants / WORLD.burstSeconds;
const seconds = (plants: number, ms: number): number => (plants * ms) / 1000 / WORLD.core;
const MIB = 2 ** 20;
export const shardsFor = (plants: number): number =>
  Math.ceil(Math.max(burst(plants) / 1_000, (burst(plants) * UNITS.recordBytes) / MIB));

export const LIMITS: readonly Limit[] = [
  {
    what: "IoT Core, publishes a second on the minute",
    unit: "/s",
    limit: 20_000,
    source: "account quota, raised on request; general knowledge",
    need: burst,
    next: "spread the loggers over the minute (config of the gateways), raise the quota, or several accounts by province",
  },
  {
    what: "IoT Core, publishes a second of one gateway connection",
    unit: "/s",
    limit: 100,
    source: "quota per connection; documentation",
    need: (plants) => burst(Math.min(plants, WORLD.plantsPerGateway)),
    next: "fewer plants a gateway, or a second connection",
  },
  {
    what: "Stream, shards for the burst",
    unit: "shards",
    limit: 4,
    source: "streamShards of infra/config.ts",
    need: shardsFor,
    next: "set streamShards; beyond an account's quota of shards raise that; a stream per province",
  },
  {
    what: "Ingest, functions at a time (one a shard)",
    unit: "",
    limit: 1_000,
    source: "concurrency of an account, default; documentation",
    need: shardsFor,
    next: "raise the quota; 150 of it are reserved elsewhere",
  },
  {
    what: "Ingest, seconds to work off a minute's burst",
    unit: "s",
    limit: 60,
    source: "the next burst",
    need: (plants) => seconds(plants / Math.max(4, shardsFor(plants)), UNITS.ingestMs),
    next: "more shards, or 1,769 MB",
  },
  {
    what: "Blocks, write units a second provisioned (90 % used)",
    unit: "WCU",
    limit: 2_000,
    source: "blocksMaxWrite of infra/config.ts",
    need: (plants) => (perSecond(plants) * UNITS.blockWritesPerMinute) / 0.9,
    next: "set blocksMaxWrite; beyond the 40,000 of a table by default raise that quota",
  },
  {
    what: "Blocks, the same against the table's quota",
    unit: "WCU",
    limit: 40_000,
    source: "quota of a table, raised on request; general knowledge",
    need: (plants) => (perSecond(plants) * UNITS.blockWritesPerMinute) / 0.9,
    next: "raise the quota; a table per province",
  },
  {
    what: "Ledger, seconds to write DUE of a third of all, looked at whole before a deficit (one partition key of the lists)",
    unit: "s",
    limit: 240,
    source: `1,000 units a second and key, ${SHARDS} keys; the tick's timeout`,
    need: (plants) => plants / 3 / SHARDS / 1_000,
    next: "more shards of the lists (functions/shared/shard.ts; a migration of their items)",
  },
  {
    what: "Ledger, seconds to write DUE when a tenth of all falls silent",
    unit: "s",
    limit: 240,
    source: `1,000 units a second and key, ${SHARDS} keys; the tick's timeout`,
    need: (plants) => (plants * 0.1) / SHARDS / 1_000,
    next: "as above",
  },
  {
    what: "Tick, seconds for the plants at risk and, in three ticks of an hour, a third of all",
    unit: "s",
    limit: 240,
    source: "timeout of warn-plants; five minutes to the next",
    need: (plants) => seconds(plants * WORLD.atRisk, UNITS.visitMs) + seconds(plants / 3, UNITS.lookMs),
    next: "one invocation a shard of the lists instead of one for all",
  },
  {
    what: "Closing of an hour, seconds",
    unit: "s",
    limit: 900,
    source: "longest time of a function; documentation",
    need: (plants) => seconds(plants, UNITS.closeHourMs),
    next: "one invocation a shard of the register's list; then a queue of pages of 100 plants",
  },
  {
    what: "Closing of an hour, ledger writes a second while it lasts",
    unit: "WRU/s",
    limit: 40_000,
    source: "quota of an on-demand table; general knowledge",
    need: (plants) =>
      Math.min(
        plants * UNITS.closeHourLedgerWrites,
        (plants * UNITS.closeHourLedgerWrites) / Math.min(900, seconds(plants, UNITS.closeHourMs)),
      ),
    next: "spread the closing over more minutes; pre-warm the table",
  },
  {
    what: "Pages after a closing, seconds until the last is written",
    unit: "s",
    limit: 3_600,
    source: "the next closing",
    need: (plants) => seconds(plants, UNITS.pageMs) / WORLD.ledgerShards,
    next: "ParallelizationFactor 10 of the ledger's mapping; then pages drawn when they are asked for",
  },
  {
    what: "S3, uploads a second of pages under p/",
    unit: "/s",
    limit: 3_500,
    source: "requests a second and prefix; documentation",
    need: (plants) => plants / Math.min(3_600, seconds(plants, UNITS.pageMs) / WORLD.ledgerShards),
    next: "S3 divides the prefix by itself when the load lasts",
  },
  {
    what: "Text messages a second, spread over the hour",
    unit: "/s",
    limit: 20,
    source: "SNS to telephones, default quota; general knowledge",
    need: (plants) => (plants * WORLD.atRisk * UNITS.smsPerHourAtRisk) / 3_600,
    next: "raise the quota, or the carrier's own gateway (smsChannel=webhook)",
  },
  {
    what: "IoT Core, connections if every plant held its own",
    unit: "",
    limit: 500_000,
    source: "account quota; documentation",
    need: (plants) => plants,
    next: "gateways, as docs/gateway.md has it",
  },
];

const text = (x: number): string => (x >= 100 ? Math.round(x).toLocaleString("en") : String(Number(x.toPrecision(2))));

/** Limits that do not hold, in the order in which growth meets them. */
export const broken = (plants: number): Limit[] =>
  LIMITS.filter((l) => l.need(plants) > l.limit).sort((a, b) => holdsUntil(a) - holdsUntil(b));

/** Largest number of plants at which the limit still holds, to two digits; Infinity where it always does. */
export function holdsUntil({ need, limit }: Limit): number {
  let [low, high] = [1, 1e9];
  if (need(high) <= limit) return Infinity;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (need(middle) <= limit) low = middle;
    else high = middle;
  }
  const digits = 10 ** Math.max(0, Math.floor(Math.log10(low)) - 1);
  return Math.floor(low / digits) * digits;
}

export function scaleTables(): string {
  const head = ["", ...SIZES.map((s) => s.toLocaleString("en"))];
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const plain: [string, (plants: number) => string][] = [
    ["messages a second, mean", (p) => text(perSecond(p))],
    [`messages a second in the burst of ${WORLD.burstSeconds} s`, (p) => text(burst(p))],
    ["MB/s onto the stream in the burst", (p) => text((burst(p) * UNITS.recordBytes) / 1e6)],
    ["gateway connections", (p) => text(Math.ceil(p / WORLD.plantsPerGateway))],
    ["archive, GB a month", (p) => text((p * 43_800 * UNITS.archiveBytesPerMessage) / 1e9)],
    [
      "first limits that break",
      (p) =>
        broken(p)
          .slice(0, 3)
          .map((l) => l.what)
          .join("; ") || "none",
    ],
    ["limits that break", (p) => String(broken(p).length)],
  ];
  return [
    row(head),
    row(head.map((_, i) => (i === 0 ? "---" : "---:"))),
    ...plain.map(([name, of]) => row([name, ...SIZES.map(of)])),
    "",
    row(["asked of", ...head.slice(1), "limit", "holds until (plants)", "source of the limit", "next"]),
    row(["---", ...SIZES.map(() => "---:"), "---:", "---:", "---", "---"]),
    ...LIMITS.map((l) => {
      const cells = SIZES.map((p) => {
        const need = `${text(l.need(p))}${l.unit && l.unit !== "shards" ? ` ${l.unit}` : ""}`;
        return l.need(p) > l.limit ? `**${need}**` : need;
      });
      const until = holdsUntil(l);
      return row([
        l.what,
        ...cells,
        text(l.limit),
        until === Infinity ? "always" : until.toLocaleString("en"),
        l.source,
        l.next,
      ]);
    }),
  ].join("\n");
}

const DOCUMENT = new URL("../../docs/scale.md", import.meta.url);
const [BEGIN, END] = ["<!-- made by tests/bench/cost-scale.ts -->", "<!-- end -->"];

/** What stands between the marks of docs/scale.md. Throws when the marks are gone. */
export function writtenTables(document = readFileSync(DOCUMENT, "utf8")): string {
  const [, rest] = document.split(BEGIN);
  const [tables, after] = rest?.split(END) ?? [];
  if (tables === undefined || after === undefined) throw new Error(`docs/scale.md lacks "${BEGIN}" or "${END}"`);
  return tables.trim();
}

if (import.meta.main) {
  const [before = "", rest = ""] = readFileSync(DOCUMENT, "utf8").split(BEGIN);
  const after = rest.slice(rest.indexOf(END));
  writeFileSync(DOCUMENT, `${before}${BEGIN}\n\n${scaleTables()}\n\n${after}`);
}
