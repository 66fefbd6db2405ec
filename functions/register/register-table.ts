import { GetCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { batchGet } from "../shared/batch-get.ts";
import { StateItem, type RegisterState } from "./register-state.ts";
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

/** How the register stands, consistently read; null before the first import. */
export async function readState({ db, table }: RegisterTable): Promise<RegisterState | null> {
  const { Item } = await db.send(new GetCommand({ TableName: table, Key: keys.version(), ConsistentRead: true }));
  return Item ? parseItem(StateItem, Item) : null;
}
