/** The core on a real engine with empty tables, for tests: messages in, ticks and closings fired, what came of it out. */
import { PutCommand, QueryCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import type { TestDynamo } from "../../tests/dynamo.ts";
import { countRefusals } from "../devices/device-refusals.ts";
import { qualityFacts } from "../devices/quality-repository.ts";
import { bindingsOf } from "../register/domain/bindings.ts";
import type { Permit } from "../register/domain/permit.ts";
import type { CachedRegister } from "../register/cached-register.ts";
import { shardOf } from "../shared/shard.ts";
import { formatIso } from "../shared/shanghai.ts";
import { gatheredCalls } from "../shared/table-calls.ts";
import { blockRepository, type BlockRepository } from "../telemetry/block-repository.ts";
import type { ArchiveLine } from "../telemetry/domain/archive-line.ts";
import { ruleData } from "../telemetry/fixtures.ts";
import { ingest, type IngestCounts, type IngestServices } from "../telemetry/ingest.ts";
import { ledgerHints } from "../telemetry/ledger-hints.ts";
import { plantBlocks } from "../telemetry/plant-blocks.ts";
import { cityReader } from "./city-reader.ts";
import { unmarkedList } from "../marks/unmarked-repository.ts";
import type { ClosingServices } from "./close-all.ts";
import { standingLists } from "./mend-standings.ts";
import { closePeriod, periodClosedAt } from "./close.ts";
import type { Kind } from "./domain/judge-limit.ts";
import { warningLedger, type WarningLedger } from "./repository.ts";
import type { SmsOutcome, SmsRequest } from "./sms.ts";
import { tick, type TickReport, type TickServices } from "./tick.ts";
import { closedPeriod } from "./stored-items.ts";

type StreamRecord = Parameters<typeof ingest>[0][number];

export interface Message {
  topic: string;
  payload: string | Uint8Array;
  receivedAt: number;
}

/** One device's JSON message of minute means. */
export const minute = (
  mn: string,
  dataTime: number,
  values: Record<string, number>,
  receivedAt = dataTime + 70_000,
): Message => ({
  topic: `plants/${mn}/telemetry`,
  payload: JSON.stringify({
    at: formatIso(dataTime),
    kind: "minute",
    readings: Object.entries(values).map(([pollutant, value]) => ({ pollutant, value, flag: "N" })),
  }),
  receivedAt,
});

export interface World {
  tables: { blocks: string; ledger: string };
  blocks: BlockRepository;
  ledger: WarningLedger;
  /** Every archived object: its lines in order. */
  archived: ArchiveLine[][];
  sent: SmsRequest[];
  alarms: string[];
  /** What the carrier answers; may throw or hang up. */
  carrier: (request: SmsRequest) => Promise<SmsOutcome>;
  /** A further function of the same kind: its own memory, the same tables. */
  ingester(shard?: string): Ingester;
  services(over?: Partial<TickServices>): TickServices;
  /** Fires a tick on time. */
  tick(t: number, over?: Partial<TickServices>): Promise<TickReport>;
  close(kind: Kind, at: number): Promise<void>;
  /** What a closing of the whole city needs beside `services`. */
  cityLists(): Pick<ClosingServices, "city" | "standings" | "unmarked" | "quality" | "refusals">;
  put(item: Record<string, unknown>): Promise<void>;
  /** Items of the ledger of one partition, by sort key. */
  items(pk: string, prefix?: string): Promise<Record<string, unknown>[]>;
  /** All of both tables, as text: for "the same state". */
  snapshot(): Promise<string>;
}

export interface Ingester {
  services: IngestServices;
  /** Places messages on the shard, in order. */
  records(messages: readonly Message[]): StreamRecord[];
  run(records: readonly StreamRecord[]): Promise<{ failed: string[]; counts: IngestCounts }>;
  /** Both at once. */
  take(...messages: Message[]): Promise<{ failed: string[]; counts: IngestCounts }>;
}

const registerOf = (permits: readonly Permit[]): CachedRegister => ({
  refresh: async () => undefined,
  getPlant: async (permitNo) => {
    const permit = permits.find((p) => p.permitNo === permitNo);
    return permit ? { permit, revision: 1, code: "code", shard: shardOf(permitNo), importedAt: "" } : null;
  },
  bindings: async (mn) =>
    permits.flatMap((p) =>
      bindingsOf(p)
        .filter((b) => b.mn === mn)
        .map(({ outlet, from, to }) => ({ permitNo: p.permitNo, outlet, from, to })),
    ),
});

let worlds = 0;

export async function startWorld(dynamo: TestDynamo, permits: readonly Permit[]): Promise<World> {
  const { db } = dynamo;
  const names = { blocks: `blocks-${++worlds}`, ledger: `ledger-${worlds}` };
  await Promise.all(Object.values(names).map((name) => dynamo.createTable(name)));
  const register = registerOf(permits);
  const blocks = blockRepository({ db, table: names.blocks, calls: gatheredCalls({ db, table: names.blocks }) });
  const calm: TickServices["calm"] = new Map();
  const ledger = warningLedger({ db, table: names.ledger, calls: gatheredCalls({ db, table: names.ledger }) });
  const world: World = {
    tables: names,
    blocks,
    ledger,
    archived: [],
    sent: [],
    alarms: [],
    carrier: async () => ({ state: "sent", id: "m-1" }),
    ingester(shard = "shardId-000000000000") {
      let sequence = 1000;
      let receivedAt = 0;
      const services: IngestServices = {
        register,
        blocks: plantBlocks(blocks),
        hints: ledgerHints({ db, table: names.ledger }),
        keysOf: async () => [],
        ruleData,
        known: new Map(),
        sites: new Map(),
        now: () => receivedAt,
        archive: async (_shard, _first, lines) => void world.archived.push(structuredClone([...lines])),
      };
      const records: Ingester["records"] = (messages) =>
        messages.map((m) => {
          sequence += 1;
          receivedAt = Math.max(receivedAt, m.receivedAt);
          const envelope = {
            topic: m.topic,
            payload: Buffer.from(m.payload as Uint8Array).toString("base64"),
            receivedAt: m.receivedAt,
            clientId: "c",
          };
          const data = Buffer.from(JSON.stringify(envelope)).toString("base64");
          return { eventID: `${shard}:${sequence}`, kinesis: { sequenceNumber: String(sequence), data } };
        });
      const run: Ingester["run"] = async (list) => {
        const { response, counts } = await ingest(list, services);
        return { failed: response.batchItemFailures.map((f) => f.itemIdentifier), counts };
      };
      return { services, records, run, take: (...messages) => run(records(messages)) };
    },
    cityLists: () => ({
      city: cityReader({ db, table: names.ledger }),
      standings: standingLists({ db, table: names.ledger }),
      unmarked: unmarkedList({ db, table: names.ledger }),
      quality: qualityFacts({ db, table: names.ledger }),
      refusals: (mn, from, to) => countRefusals({ db, table: names.ledger }, mn, from, to),
    }),
    services: (over = {}) => ({
      calm,
      register,
      blocks,
      ledger,
      ruleData,
      language: "zh",
      now: () => 0,
      sms: async (request) => {
        world.sent.push(request);
        return world.carrier(request);
      },
      alarm: async (subject) => void world.alarms.push(subject),
      ...over,
    }),
    tick: (t, over) => tick(t, world.services({ now: () => t + 1000, ...over })),
    async close(kind, closedAt) {
      for (const { permitNo } of permits) {
        const plant = await register.getPlant(permitNo);
        if (plant) await closePeriod(plant, kind, periodClosedAt(kind, closedAt), closedAt, world.services());
      }
    },
    put: async (Item) => void (await db.send(new PutCommand({ TableName: names.ledger, Item }))),
    async items(pk, prefix = "") {
      const { Items = [] } = await db.send(
        new QueryCommand({
          TableName: names.ledger,
          ConsistentRead: true,
          KeyConditionExpression: prefix === "" ? "pk = :pk" : "pk = :pk AND begins_with(sk, :sk)",
          ExpressionAttributeValues: prefix === "" ? { ":pk": pk } : { ":pk": pk, ":sk": prefix },
        }),
      );
      // Closed periods as their readers see them.
      return Items.map((item) => ("packed" in item ? { ...item, ...closedPeriod(item) } : item));
    },
    async snapshot() {
      const all: string[] = [];
      for (const TableName of Object.values(names)) {
        const { Items = [] } = await db.send(new ScanCommand({ TableName, ConsistentRead: true }));
        all.push(...Items.map((i) => `${TableName.replace(/-\d+$/, "")} ${JSON.stringify(sorted(i))}`));
      }
      return all.sort().join("\n");
    },
  };
  return world;
}

/** The same item in one order of keys: the engine, like DynamoDB, gives maps back in any. */
function sorted(x: unknown): unknown {
  if (x instanceof Uint8Array) return Buffer.from(x).toString("base64");
  if (Array.isArray(x)) return x.map(sorted);
  if (typeof x !== "object" || x === null) return x;
  const entries = Object.entries(x).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([k, v]) => [k, sorted(v)]));
}
