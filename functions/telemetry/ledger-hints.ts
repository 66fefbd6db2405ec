/** What ingest leaves in the ledger for the judges: who is at risk, whom to look at when, what to judge again, what was refused. */
import {
  BatchWriteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
} from "@aws-sdk/lib-dynamodb";
import { createHash } from "node:crypto";
import { formatDay, formatHour, formatIso, DAY } from "../shared/shanghai.ts";
import { shardOf } from "../shared/shard.ts";
import * as z from "zod/mini";
import type { DeviceHead } from "./domain/block.ts";
import { siteText, type SiteState } from "./domain/site-states.ts";
import type { QuarantineReason } from "./domain/reading.ts";
import { conditional } from "../shared/conditional.ts";

export interface QuarantineEntry {
  receivedAt: number;
  topic: string;
  clientId: string;
  /** The device it names, as far as that can be read. */
  mn: string | null;
  reason: QuarantineReason;
  detail: string;
  /** As received, PW covered. */
  bytes: Uint8Array;
  /** SHA-256 of the bytes as received, hex. */
  sha256: string;
  /**
   * Where it stands on the stream: makes the key deterministic, so that a retry writes the same item. `batch`, the first
   * sequence number of its batch, names the archive's object that holds it whole.
   */
  place: { shard: string; sequence: string; piece: number; batch: string };
}

/** What is known of a plant since it first spoke. */
export interface FirstSeen {
  /** DataTime of the first accepted frame that carries `outlet/pollutant`, epoch ms. */
  carried: Record<string, number>;
  /** Gateway that first brought each device, "" for none. */
  devices: Record<string, string>;
}

export interface LedgerHints {
  risk(permitNo: string, until: number): Promise<void>;
  due(permitNo: string, at: number): Promise<void>;
  /** `stamp` differs by batch: who judges removes only what it has seen. */
  rejudge(permitNo: string, hours: readonly number[], days: readonly number[], stamp: string): Promise<void>;
  firstSeen(permitNo: string): Promise<FirstSeen>;
  /** Adds what is new; what was known first stays. Returns the whole. */
  addFirstSeen(permitNo: string, found: FirstSeen): Promise<FirstSeen>;
  /** Lists how facilities and outlets of the plant stand; one that stands so already, or of which newer is known, stays. */
  site(permitNo: string, states: ReadonlyMap<string, SiteState>): Promise<void>;
  /** Moves the first DataTime of what is known back to these. */
  beganEarlier(permitNo: string, carried: Record<string, number>): Promise<void>;
  quarantine(entries: readonly QuarantineEntry[]): Promise<void>;
  /** The devices' heads as the last day closed them: blocks expire, a chain goes on. Null before the first closing. */
  lastHeads(permitNo: string): Promise<Record<string, DeviceHead> | null>;
  /** The heads as the closing of that day kept them; null when it did not. */
  headsOf(permitNo: string, day: number): Promise<Record<string, DeviceHead> | null>;
  /** Keeps the devices' heads at the end of a day. */
  keepHeads(permitNo: string, day: number, devices: Record<string, DeviceHead>): Promise<void>;
}

/** Of the receipt, the bytes and the place on the stream: sorted by receipt, the same at every try. */
function quarantineKey({ receivedAt, sha256, place }: QuarantineEntry): { pk: string; sk: string } {
  const where = createHash("sha256").update(`${place.shard}:${place.sequence}:${place.piece}`).digest("hex");
  return {
    pk: `QUARANTINE#${formatDay(receivedAt)}`,
    sk: `${formatIso(receivedAt)}#${sha256.slice(0, 16)}#${where.slice(0, 16)}`,
  };
}

const Chain = z.object({
  devices: z.record(
    z.string(),
    z.object({ seen: z.number(), link: z.string(), links: z._default(z.number(), 0), via: z.string() }),
  ),
});
const KEEP_QUARANTINE = 180 * DAY;
/** A device's own list of refusals: what its grade looks back on, and a little more. */
const KEEP_REFUSALS = 40 * DAY;
/** Larger pieces are cut in the item; the archive holds them whole. */
const SHOWN_BYTES = 8 * 1024;
const NAMES_AT_ONCE = 40;
const CARRIED = "c:";
const DEVICE = "d:";
/** Before the code of a facility or an outlet in the plant's `SITE#` item. */
export const SITE = "s:";

export function ledgerHints({ db, table }: { db: DynamoDBDocumentClient; table: string }): LedgerHints {
  const plantKey = (permitNo: string): { pk: string; sk: string } => ({ pk: `PLANT#${permitNo}`, sk: "FIRST" });
  const read = (item: Record<string, unknown> | undefined): FirstSeen => {
    const seen: FirstSeen = { carried: {}, devices: {} };
    for (const [name, value] of Object.entries(item ?? {}))
      if (name.startsWith(CARRIED)) seen.carried[name.slice(2)] = Number(value);
      else if (name.startsWith(DEVICE)) seen.devices[name.slice(2)] = String(value);
    return seen;
  };
  const count = (scope: string): Promise<unknown> =>
    db.send(
      new UpdateCommand({
        TableName: table,
        Key: { pk: "DEVICES", sk: scope },
        UpdateExpression: "ADD devices :one",
        ExpressionAttributeValues: { ":one": 1 },
      }),
    );
  return {
    async risk(permitNo, until) {
      await conditional(() =>
        db.send(
          new UpdateCommand({
            TableName: table,
            Key: { pk: `RISK#${shardOf(permitNo)}`, sk: permitNo },
            UpdateExpression: "SET #until = :until",
            ConditionExpression: "attribute_not_exists(#until) OR #until < :until",
            ExpressionAttributeNames: { "#until": "until" },
            ExpressionAttributeValues: { ":until": until },
          }),
        ),
      );
    },
    async due(permitNo, at) {
      await db.send(
        new PutCommand({ TableName: table, Item: { pk: `DUE#${shardOf(permitNo)}`, sk: permitNo, due: at } }),
      );
    },
    async rejudge(permitNo, hours, days, stamp) {
      const pk = `REJUDGE#${shardOf(permitNo)}`;
      const keys = [...hours.map((h) => `HOUR#${formatHour(h)}`), ...days.map((d) => `DAY#${formatDay(d)}`)];
      const starts = [...hours, ...days];
      await Promise.all(
        keys.map((key, i) =>
          db.send(
            new PutCommand({
              TableName: table,
              Item: { pk, sk: `${permitNo}#${key}`, permitNo, start: starts[i], stamp },
            }),
          ),
        ),
      );
    },
    async firstSeen(permitNo) {
      const { Item } = await db.send(
        new GetCommand({ TableName: table, Key: plantKey(permitNo), ConsistentRead: true }),
      );
      return read(Item);
    },
    async addFirstSeen(permitNo, found) {
      const attributes = [
        ...Object.entries(found.carried).map(([k, v]) => [`${CARRIED}${k}`, v] as const),
        ...Object.entries(found.devices).map(([k, v]) => [`${DEVICE}${k}`, v] as const),
      ];
      let seen: FirstSeen = { carried: {}, devices: {} };
      // An update expression takes 4 KB: a plant's first bundle of many devices is more.
      for (let i = 0; i < attributes.length; i += NAMES_AT_ONCE) {
        const part = attributes.slice(i, i + NAMES_AT_ONCE);
        const { Attributes } = await db.send(
          new UpdateCommand({
            TableName: table,
            Key: plantKey(permitNo),
            UpdateExpression: `SET ${part.map((_, n) => `#a${n} = if_not_exists(#a${n}, :a${n})`).join(", ")}`,
            ExpressionAttributeNames: Object.fromEntries(part.map(([k], n) => [`#a${n}`, k])),
            ExpressionAttributeValues: Object.fromEntries(part.map(([, v], n) => [`:a${n}`, v])),
            ReturnValues: "ALL_NEW",
          }),
        );
        seen = read(Attributes);
      }
      for (const via of Object.values(found.devices)) {
        await count("city");
        if (via !== "") await count(via);
      }
      return seen;
    },
    async site(permitNo, states) {
      for (const [code, state] of states)
        await conditional(() =>
          db.send(
            new UpdateCommand({
              TableName: table,
              Key: { pk: `SITE#${shardOf(permitNo)}`, sk: permitNo },
              UpdateExpression: "SET #code = :now",
              ConditionExpression: "attribute_not_exists(#code) OR (#code < :now AND NOT contains(#code, :same))",
              ExpressionAttributeNames: { "#code": `${SITE}${code}` },
              ExpressionAttributeValues: { ":now": siteText(state), ":same": siteText(state).slice(13) },
            }),
          ),
        );
    },
    async beganEarlier(permitNo, carried) {
      for (const [name, t] of Object.entries(carried))
        await conditional(() =>
          db.send(
            new UpdateCommand({
              TableName: table,
              Key: plantKey(permitNo),
              UpdateExpression: "SET #a = :t",
              ConditionExpression: "#a > :t",
              ExpressionAttributeNames: { "#a": `${CARRIED}${name}` },
              ExpressionAttributeValues: { ":t": t },
            }),
          ),
        );
    },
    async lastHeads(permitNo) {
      const { Items = [] } = await db.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: "pk = :pk AND begins_with(sk, :chain)",
          ExpressionAttributeValues: { ":pk": `PLANT#${permitNo}`, ":chain": "CHAIN#" },
          ScanIndexForward: false,
          Limit: 1,
          ConsistentRead: true,
        }),
      );
      return Items[0] ? Chain.parse(Items[0]).devices : null;
    },
    async headsOf(permitNo, day) {
      const { Items = [] } = await db.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: "pk = :pk AND sk = :chain",
          ExpressionAttributeValues: { ":pk": `PLANT#${permitNo}`, ":chain": `CHAIN#${formatDay(day)}` },
        }),
      );
      return Items[0] ? Chain.parse(Items[0]).devices : null;
    },
    async keepHeads(permitNo, day, devices) {
      const Item = { pk: `PLANT#${permitNo}`, sk: `CHAIN#${formatDay(day)}`, devices };
      await db.send(new PutCommand({ TableName: table, Item }));
    },
    async quarantine(entries) {
      const items = entries.map((e) => ({
        ...quarantineKey(e),
        at: formatIso(e.receivedAt),
        topic: e.topic,
        clientId: e.clientId,
        mn: e.mn,
        place: e.place,
        reason: e.reason,
        detail: e.detail,
        sha256: e.sha256,
        size: e.bytes.length,
        bytes: e.bytes.subarray(0, SHOWN_BYTES),
        ttl: Math.floor((e.receivedAt + KEEP_QUARANTINE) / 1000),
      }));
      // The same once more by device, without the bytes: what was refused of it is counted and shown beside it.
      const own = items.flatMap(({ sk, at, reason, detail }, i) => {
        const { mn = null, receivedAt } = entries[i] ?? {};
        const ttl = Math.floor(((receivedAt ?? 0) + KEEP_REFUSALS) / 1000);
        return mn === null ? [] : [{ pk: `REFUSED#${mn}`, sk, at, reason, detail, ttl }];
      });
      const all = [...items, ...own];
      for (let i = 0; i < all.length; i += 25) {
        let requests = all.slice(i, i + 25).map((Item) => ({ PutRequest: { Item } }));
        while (requests.length > 0) {
          const answer = await db.send(new BatchWriteCommand({ RequestItems: { [table]: requests } }));
          requests = (answer.UnprocessedItems?.[table] ?? []) as typeof requests;
        }
      }
    },
  };
}
