/** A past for the plants of the cost run: a day of blocks and of verdicts like those that the functions wrote. */
import { BLOCK } from "../../functions/telemetry/domain/block.ts";
import { packBlock, unpackBlock } from "../../functions/telemetry/domain/block-codec.ts";
import { formatHour, formatMinute, HOUR } from "../../functions/shared/shanghai.ts";
import { packClosed, unpackClosed } from "../../functions/warnings/domain/closed-codec.ts";
import type { Item } from "../../infra/local/dynamodb-call.ts";
import type { Machine } from "../../infra/local/machine.ts";
import type { CostPlant } from "./cost-city.ts";
import type { Measured } from "./cost-run.ts";
import { ITEM_OVERHEAD, itemBytes } from "./cost-units.ts";

const BATCH = 25;

/** Writes the block that starts at `start` again for every ten minutes of the `span` (ms) before it. */
export async function copyBlocks(
  { call, setting }: Machine,
  plants: readonly CostPlant[],
  start: number,
  span: number,
): Promise<void> {
  const table = setting("BLOCKS_TABLE");
  for (const { permitNo } of plants) {
    const { Item } = await call<{ Item?: Item }>("GetItem", {
      TableName: table,
      Key: { pk: { S: permitNo }, sk: { S: formatMinute(start) } },
    });
    if (!Item) throw new Error(`${permitNo} has no block at ${formatMinute(start)}`);
    const block = unpackBlock(Buffer.from(String(Item["data"]?.["B"]), "base64"));
    const items: Item[] = [];
    for (let back = BLOCK; back <= span; back += BLOCK) {
      const records = block.records.map((r) => ({
        ...r,
        at: r.at - back,
        qn: r.qn === null ? null : r.qn - back,
        receivedAt: r.receivedAt - back,
      }));
      const past = packBlock({ ...block, start: start - back, records });
      items.push({
        ...Item,
        sk: { S: formatMinute(start - back) },
        data: { B: Buffer.from(past).toString("base64") },
      });
    }
    await writeAll(call, table, items);
  }
}

/** Writes the verdicts of the hour `start` again for every hour of the `span` (ms) before it that has none. */
export async function copyHours(
  { call, setting }: Machine,
  plants: readonly CostPlant[],
  start: number,
  span: number,
): Promise<void> {
  const table = setting("LEDGER_TABLE");
  for (const { permitNo } of plants) {
    const key = (t: number): Item => ({ pk: { S: `PLANT#${permitNo}` }, sk: { S: `HOUR#${formatHour(t)}#R000` } });
    const { Item } = await call<{ Item?: Item }>("GetItem", { TableName: table, Key: key(start) });
    if (!Item) throw new Error(`${permitNo} has no verdicts of ${formatHour(start)}`);
    const period = unpackClosed(Buffer.from(String(Item["packed"]?.["B"]), "base64"));
    const items: Item[] = [];
    for (let back = HOUR; back <= span; back += HOUR) {
      const past = packClosed({ ...period, start: start - back, at: period.at - back });
      items.push({ ...key(start - back), packed: { B: Buffer.from(past).toString("base64") } });
    }
    await writeAll(call, table, items);
  }
}

async function writeAll(call: Machine["call"], table: string, items: readonly Item[]): Promise<void> {
  for (let i = 0; i < items.length; i += BATCH)
    await call("BatchWriteItem", {
      RequestItems: { [table]: items.slice(i, i + BATCH).map((Item) => ({ PutRequest: { Item } })) },
    });
}

/** Of the hours that a plant is above a limit: what is told and judged then. TTL of 400 days, or for good. */
const TOLD = { ledger: ["SEND#"], lists: ["TOLD#"] };
const KEPT = { ledger: ["EPISODE#", "CLUE#"], lists: ["EPISODES#"] };

/** Mean size of what a plant keeps, as DynamoDB measures items, and what each hour of the hot ones adds to it. */
export async function storedBytes(
  { call, setting }: Machine,
  plants: readonly CostPlant[],
  hotHours: number,
): Promise<Measured["items"]> {
  const query = async (table: string, pk: string, prefix: string): Promise<Item[]> => {
    const { Items } = await call<{ Items: Item[] }>("Query", {
      TableName: setting(table),
      KeyConditionExpression: "pk = :p AND begins_with(sk, :s)",
      ExpressionAttributeValues: { ":p": { S: pk }, ":s": { S: prefix } },
    });
    return Items;
  };
  const sum = (items: readonly Item[], overhead = 0): number =>
    items.reduce((bytes, item) => bytes + itemBytes(item) + overhead, 0);
  const some = plants.filter((p) => !p.hot).slice(0, 5);
  const over = async (table: string, prefix: string, own: (p: CostPlant) => string): Promise<number> => {
    const sizes = await Promise.all(
      some.map(async (p) => {
        const items = await query(table, own(p), prefix);
        if (items.length === 0) throw new Error(`${own(p)} has no ${prefix}`);
        return sum(items) / items.length;
      }),
    );
    return sizes.reduce((a, b) => a + b, 0) / sizes.length;
  };
  const plant = (p: CostPlant): string => `PLANT#${p.permitNo}`;
  const { Items: ledger, LastEvaluatedKey: more } = await call<{ Items: Item[]; LastEvaluatedKey?: Item }>("Scan", {
    TableName: setting("LEDGER_TABLE"),
  });
  if (more) throw new Error("the ledger of the cost run is larger than one page of a scan");
  const hotHour = ({ ledger: own, lists }: typeof TOLD): number => {
    const items = ledger.filter((item) => {
      const [pk, sk] = [String(item["pk"]?.["S"]), String(item["sk"]?.["S"])];
      return own.some((prefix) => sk.startsWith(prefix)) || lists.some((prefix) => pk.startsWith(prefix));
    });
    return sum(items, ITEM_OVERHEAD) / hotHours;
  };
  return {
    block: await over("BLOCKS_TABLE", "20", (p) => p.permitNo),
    hour: await over("LEDGER_TABLE", "HOUR#", plant),
    day: await over("LEDGER_TABLE", "DAY#", plant),
    chain: await over("LEDGER_TABLE", "CHAIN#", plant),
    quality: await over("LEDGER_TABLE", "QUALITY#", plant),
    due: sum(ledger.filter((item) => String(item["pk"]?.["S"]).startsWith("DUE#"))) / plants.length,
    toldHour: hotHour(TOLD),
    keptHour: hotHour(KEPT),
  };
}
