/** The ledger's side of notices: who wants what, on which devices, and claims, so that nothing is sent twice. */
import {
  DeleteCommand,
  GetCommand,
  PutCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
} from "@aws-sdk/lib-dynamodb";
import { createHash } from "node:crypto";
import type * as z from "zod/mini";
import type { Write } from "../people/repository.ts";
import { queryItems } from "../shared/query-items.ts";
import { DAY } from "../shared/shanghai.ts";
import type { Channel, NoticeSettings } from "./domain/settings.ts";
import { DeviceItem, keys, OwnerItem, SettingsItem, type DeliveryState } from "./stored-items.ts";
import { conditional } from "../shared/conditional.ts";
import { parseStored } from "../shared/parse-stored.ts";

export interface Delivery {
  permitNo: string;
  tick: number;
  channel: Channel;
  /** Hash of the address. */
  hash: string;
  to: string;
  text: string;
}

export interface Notices {
  settings(sub: string): Promise<{ settings: NoticeSettings; v: number } | null>;
  /** Everybody who has chosen something or lets a device take messages. */
  everybody(): Promise<Map<string, NoticeSettings>>;
  settingsWrites(sub: string, settings: NoticeSettings, v: number): Write[];
  devices(sub: string): Promise<DeviceItem[]>;
  owner(id: string): Promise<string | null>;
  /** Makes the device `sub`'s, and nobody else's. */
  deviceWrites(sub: string, device: DeviceItem, owner: string | null): Write[];
  removeWrites(sub: string, id: string): Write[];
  /** Forgets a device that takes nothing any more. */
  forgetDevice(sub: string, id: string): Promise<void>;
  /** `claimed`: send it now; `there`: another run has it, and one that was cut off is settled as unknown. */
  claim(delivery: Delivery): Promise<"claimed" | "there">;
  settle(delivery: Delivery, state: DeliveryState): Promise<void>;
  /** Counts of a day for those who show them; several may add at once. */
  count(day: string, counts: Readonly<Record<string, number>>): Promise<void>;
}

/** An address in keys: stable, and of no use to who reads keys or logs. */
export const hashAddress = (address: string): string =>
  createHash("sha256").update(`address:${address}`).digest("hex").slice(0, 24);

const KEEP_DELIVERIES = 400 * DAY;

export function noticeRepository({ db, table }: { db: DynamoDBDocumentClient; table: string }): Notices {
  async function get<T>(Key: { pk: string; sk: string }, schema: z.ZodMiniType<T>): Promise<T | null> {
    const { Item } = await db.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
    return Item ? parse(schema, Item) : null;
  }
  async function query<T>(pk: string, prefix: string, schema: z.ZodMiniType<T>): Promise<T[]> {
    const items = queryItems(
      { db, table },
      {
        KeyConditionExpression: prefix === "" ? "pk = :pk" : "pk = :pk AND begins_with(sk, :prefix)",
        ExpressionAttributeValues: { ":pk": pk, ...(prefix !== "" && { ":prefix": prefix }) },
      },
    );
    return Array.fromAsync(items, (item) => parse(schema, item));
  }
  const keyOf = ({ permitNo, tick, channel, hash }: Delivery): { pk: string; sk: string } =>
    keys.delivery(permitNo, tick, channel, hash);
  const absent = { ConditionExpression: "attribute_not_exists(pk)" };
  return {
    async settings(sub) {
      const item = await get(keys.settings(sub), SettingsItem);
      return item && { settings: item.settings, v: item.v };
    },
    async everybody() {
      const items = await query(keys.settings("").pk, "", SettingsItem);
      return new Map(items.map(({ sk, settings }) => [sk, settings]));
    },
    settingsWrites: (sub, settings, v) => [
      {
        Put: {
          TableName: table,
          Item: { ...keys.settings(sub), settings, v },
          ...(v === 1 ? absent : { ConditionExpression: "v = :read", ExpressionAttributeValues: { ":read": v - 1 } }),
        },
      },
    ],
    devices: (sub) => query(keys.device(sub, "").pk, keys.device(sub, "").sk, DeviceItem),
    owner: async (id) => (await get(keys.owner(id), OwnerItem))?.sub ?? null,
    deviceWrites: (sub, device, owner) => [
      { Put: { TableName: table, Item: { ...keys.device(sub, device.id), ...device } } },
      {
        Put: {
          TableName: table,
          Item: { ...keys.owner(device.id), sub },
          ...(owner === null
            ? absent
            : {
                ConditionExpression: "#sub = :owner",
                ExpressionAttributeNames: { "#sub": "sub" },
                ExpressionAttributeValues: { ":owner": owner },
              }),
        },
      },
      // A device that somebody else used: what is for him must not be shown to who has it now.
      ...(owner === null || owner === sub
        ? []
        : [{ Delete: { TableName: table, Key: keys.device(owner, device.id) } }]),
    ],
    removeWrites: (sub, id) => [
      { Delete: { TableName: table, Key: keys.device(sub, id), ConditionExpression: "attribute_exists(pk)" } },
      { Delete: { TableName: table, Key: keys.owner(id) } },
    ],
    async forgetDevice(sub, id) {
      await db.send(new DeleteCommand({ TableName: table, Key: keys.device(sub, id) }));
      await conditional(() =>
        db.send(
          new DeleteCommand({
            TableName: table,
            Key: keys.owner(id),
            ConditionExpression: "#sub = :sub",
            ExpressionAttributeNames: { "#sub": "sub" },
            ExpressionAttributeValues: { ":sub": sub },
          }),
        ),
      );
    },
    async claim(delivery) {
      const { permitNo, tick, channel, to, text } = delivery;
      const ttl = Math.floor((tick + KEEP_DELIVERIES) / 1000);
      const Item = { ...keyOf(delivery), permitNo, channel, to, text, state: "claimed", tick, ttl };
      if (await conditional(() => db.send(new PutCommand({ TableName: table, Item, ...absent })))) return "claimed";
      await conditional(() =>
        db.send(
          new UpdateCommand({
            TableName: table,
            Key: keyOf(delivery),
            UpdateExpression: "SET #state = :unknown",
            ConditionExpression: "#state = :claimed",
            ExpressionAttributeNames: { "#state": "state" },
            ExpressionAttributeValues: { ":unknown": "unknown", ":claimed": "claimed" },
          }),
        ),
      );
      return "there";
    },
    async settle(delivery, state) {
      await db.send(
        new UpdateCommand({
          TableName: table,
          Key: keyOf(delivery),
          UpdateExpression: "SET #state = :state",
          ExpressionAttributeNames: { "#state": "state" },
          ExpressionAttributeValues: { ":state": state },
        }),
      );
    },
    async count(day, counts) {
      const entries = Object.entries(counts).filter(([, n]) => n > 0);
      if (entries.length === 0) return;
      await db.send(
        new UpdateCommand({
          TableName: table,
          Key: { pk: "NOTICES", sk: day },
          UpdateExpression: `ADD ${entries.map((_, i) => `#${i} :${i}`).join(", ")}`,
          ExpressionAttributeNames: Object.fromEntries(entries.map(([name], i) => [`#${i}`, name])),
          ExpressionAttributeValues: Object.fromEntries(entries.map(([, n], i) => [`:${i}`, n])),
        }),
      );
    },
  };
}

const parse = <T>(schema: z.ZodMiniType<T>, item: Record<string, unknown>): T => parseStored("ledger", schema, item);
