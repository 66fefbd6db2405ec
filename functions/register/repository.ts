import { GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type * as z from "zod/mini";
import type { ApplyOptions } from "./permit-writes.ts";
import { readPlants, type RegisterTable } from "./register-table.ts";
import { SHARDS } from "../shared/shard.ts";
import { applyPermits, type Applied } from "./apply-permits.ts";
import type { Binding } from "./domain/bindings.ts";
import type { Permit } from "./domain/permit.ts";
import {
  CodeItem,
  Device,
  keys,
  parseItem,
  PlantItem,
  ShardItem,
  VersionItem,
  type PlantEntry,
  type PlantRecord,
} from "./stored-items.ts";

export interface Register {
  /** The plant with this permit; null when the register does not know it. */
  getPlant(permitNo: string): Promise<PlantRecord | null>;
  /** Those of `permitNos` that the register knows, in any order. */
  getPlants(permitNos: readonly string[]): Promise<PlantRecord[]>;
  /** The plant behind a public code; null when there is none. */
  getPlantByCode(code: string): Promise<PlantRecord | null>;
  /** Changes whenever the register did; null before the first import. Consistently read. */
  version(): Promise<string | null>;
  /** Where this device is and was bound; empty when unknown. */
  bindings(mn: string): Promise<Binding[]>;
  /** The plants of one of the shards, by permit number. */
  listShard(shard: number): AsyncIterable<PlantEntry>;
  /** All plants, shard by shard. */
  listPlants(): AsyncIterable<PlantEntry>;
  /** Makes parsed permits the register's: see apply-permits.ts. */
  applyPermits(permits: readonly Permit[], options: ApplyOptions): Promise<Applied>;
}

/** The register table (docs/architecture.md). Reads are eventually consistent; the writer reads consistently. */
export function registerRepository({ db, table }: RegisterTable): Register {
  const get = async <T>(key: { pk: string; sk: string }, schema: z.ZodMiniType<T>): Promise<T | null> => {
    const { Item } = await db.send(new GetCommand({ TableName: table, Key: key }));
    return Item ? parseItem(schema, Item) : null;
  };
  async function* listShard(shard: number): AsyncGenerator<PlantEntry> {
    let start: Record<string, unknown> | undefined;
    do {
      const page = await db.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: "pk = :pk",
          ExpressionAttributeValues: { ":pk": keys.entry(shard, "").pk },
          ExclusiveStartKey: start,
        }),
      );
      for (const item of page.Items ?? []) yield { permitNo: String(item.sk), ...parseItem(ShardItem, item) };
      start = page.LastEvaluatedKey;
    } while (start);
  }
  return {
    getPlant: (permitNo) => get(keys.plant(permitNo), PlantItem),
    getPlants: async (permitNos) => [...(await readPlants({ db, table }, permitNos, false)).values()],
    version: async () => {
      const { Item } = await db.send(new GetCommand({ TableName: table, Key: keys.version(), ConsistentRead: true }));
      return Item ? parseItem(VersionItem, Item).version : null;
    },
    getPlantByCode: async (code) => {
      const found = await get(keys.code(code), CodeItem);
      return found && get(keys.plant(found.permitNo), PlantItem);
    },
    bindings: async (mn) => (await get(keys.device(mn), Device))?.bindings ?? [],
    listShard,
    listPlants: async function* () {
      for (let shard = 0; shard < SHARDS; shard++) yield* listShard(shard);
    },
    applyPermits: (permits, options) => applyPermits({ db, table }, permits, options),
  };
}
