import { BatchGetCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { Device, keys, parseItem, PlantItem, type DeviceItem, type PlantRecord } from "./stored-items.ts";

/** Where the register is kept. */
export interface RegisterTable {
  db: DynamoDBDocumentClient;
  table: string;
}

/** Plants by permit number. */
export async function readPlants(
  at: RegisterTable,
  permitNos: readonly string[],
  consistent: boolean,
): Promise<Map<string, PlantRecord>> {
  const items = await batchGet(at, permitNos.map(keys.plant), consistent);
  return new Map(items.map((item) => parseItem(PlantItem, item)).map((plant) => [plant.permit.permitNo, plant]));
}

/** Device items by MN, consistently read. */
export async function readDevices(at: RegisterTable, mns: readonly string[]): Promise<Map<string, DeviceItem>> {
  const items = await batchGet(at, mns.map(keys.device), true);
  return new Map(items.map((item) => [String(item.pk).slice("DEVICE#".length), parseItem(Device, item)]));
}

/** BatchGetItem takes 100 keys and may leave some unread (throttling, 16 MB): those are asked for again. */
async function batchGet(
  { db, table }: RegisterTable,
  wanted: { pk: string; sk: string }[],
  consistent: boolean,
): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  let pending = [...new Map(wanted.map((key) => [`${key.pk}\n${key.sk}`, key])).values()];
  let idle = 0;
  while (pending.length > 0) {
    const page = pending.slice(0, 100);
    const answer = await db.send(
      new BatchGetCommand({ RequestItems: { [table]: { Keys: page, ConsistentRead: consistent } } }),
    );
    const read = answer.Responses?.[table] ?? [];
    const unread = (answer.UnprocessedKeys?.[table]?.Keys ?? []) as { pk: string; sk: string }[];
    found.push(...read);
    pending = [...unread, ...pending.slice(100)];
    idle = unread.length === page.length ? idle + 1 : 0;
    if (idle > 8) throw new Error(`register: ${unread.length} items stay unread (throttled)`);
    if (idle > 0) await new Promise((resolve) => setTimeout(resolve, 50 * 2 ** idle));
  }
  return found;
}
