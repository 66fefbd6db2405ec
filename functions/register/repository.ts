import { GetCommand } from "@aws-sdk/lib-dynamodb";
import type * as z from "zod/mini";
import type { ApplyOptions } from "./permit-writes.ts";
import { readPlants, readState, type RegisterTable } from "./register-table.ts";
import { queryItems } from "../shared/query-items.ts";
import { SHARDS } from "../shared/shard.ts";
import { applyPermits, type Applied } from "./apply-permits.ts";
import type { Binding } from "./domain/bindings.ts";
import type { Permit } from "./domain/permit.ts";
import type { RegisterState } from "./register-state.ts";
import {
  CodeItem,
  Device,
  keys,
  parseItem,
  PlantItem,
  ShardItem,
  type PlantEntry,
  type PlantRecord,
} from "./stored-items.ts";

export interface Register {
  /** The plant with this permit; null when the register does not know it. */
  getPlant(permitNo: string, consistent?: boolean): Promise<PlantRecord | null>;
  /** Those of `permitNos` that the register knows, in any order. */
  getPlants(permitNos: readonly string[], consistent?: boolean): Promise<PlantRecord[]>;
  /** The plant behind a public code; null when there is none. */
  getPlantByCode(code: string): Promise<PlantRecord | null>;
  /** How the register stands; null before the first import. Consistently read. */
  state(): Promise<RegisterState | null>;
  /** Where this device is and was bound; empty when unknown. */
  bindings(mn: string, consistent?: boolean): Promise<Binding[]>;
  /** The plants of one of the shards, by permit number. */
  listShard(shard: number, consistent?: boolean): AsyncIterable<PlantEntry>;
  /** All plants, shard by shard. */
  listPlants(): AsyncIterable<PlantEntry>;
  /** Makes parsed permits the register's: see apply-permits.ts. */
  applyPermits(permits: readonly Permit[], options: ApplyOptions): Promise<Applied>;
}

/**
 * The register table (docs/architecture.md). Reads are eventually consistent unless they are asked not to be: who keeps an
 * answer until the register changes must not keep what it was before the change.
 */
export function registerRepository({ db, table }: RegisterTable): Register {
  const get = async <T>(
    key: { pk: string; sk: string },
    schema: z.ZodMiniType<T>,
    ConsistentRead = false,
  ): Promise<T | null> => {
    const { Item } = await db.send(new GetCommand({ TableName: table, Key: key, ConsistentRead }));
    return Item ? parseItem(schema, Item) : null;
  };
  async function* listShard(shard: number, ConsistentRead = false): AsyncGenerator<PlantEntry> {
    const items = queryItems(
      { db, table },
      {
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": keys.entry(shard, "").pk },
        ConsistentRead,
      },
    );
    for await (const item of items) yield { permitNo: String(item["sk"]), ...parseItem(ShardItem, item) };
  }
  return {
    getPlant: (permitNo, consistent) => get(keys.plant(permitNo), PlantItem, consistent),
    getPlants: async (permitNos, consistent = false) => [
      ...(await readPlants({ db, table }, permitNos, consistent)).values(),
    ],
    state: () => readState({ db, table }),
    getPlantByCode: async (code) => {
      const found = await get(keys.code(code), CodeItem);
      return found && get(keys.plant(found.permitNo), PlantItem);
    },
    bindings: async (mn, consistent) => (await get(keys.device(mn), Device, consistent))?.bindings ?? [],
    listShard,
    listPlants: async function* () {
      for (let shard = 0; shard < SHARDS; shard++) yield* listShard(shard);
    },
    applyPermits: (permits, options) => applyPermits({ db, table }, permits, options),
  };
}
