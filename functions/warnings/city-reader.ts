/**
 * The ledger as lists and pages of people read it. Eventually consistent but for what open pages are told of (events/live.ts):
 * what else is shown may be a second old.
 */
import { QueryCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { batchGet } from "../shared/batch-get.ts";
import { inParallel } from "../shared/in-parallel.ts";
import { formatDay, formatMinute } from "../shared/shanghai.ts";
import { SHARDS } from "../shared/shard.ts";
import { parseSite, type SiteState } from "../telemetry/domain/site-states.ts";
import { SITE } from "../telemetry/ledger-hints.ts";
import type { PlantState } from "./domain/plant-state.ts";
import { EpisodeFacts, MarkedItem, StandingItem, type MarkedSpan, type Standing } from "./list-items.ts";
import { ACTIONS } from "./repository.ts";
import { SendStates, StateItem } from "./stored-items.ts";
import { ToldItem, toldKey, type ToldPeriod } from "./told-periods.ts";

export interface CityReader {
  /** Of each plant its state as the warnings left it, null where they have nothing to say; and whether it ever spoke. */
  warnings(permitNos: readonly string[]): Promise<Map<string, { state: PlantState | null; heard: boolean }>>;
  /** Plants that stand out, and those that lately did. All others are normal. */
  standings(): Promise<Map<string, Standing & { at: number }>>;
  /** Marks that cover now, will, or did within a day. */
  marked(): Promise<MarkedSpan[]>;
  /** States of facilities and outlets as they last changed: by plant, by code. */
  sites(): Promise<Map<string, ReadonlyMap<string, SiteState>>>;
  /** Periods that closed on a day and of which the plant was warned. */
  told(day: number): Promise<ToldPeriod[]>;
  /** Plants of which a device ever spoke. */
  heard(): Promise<Set<string>>;
  /** All episodes that opened on a day, oldest first. */
  dayOfEpisodes(day: number): Promise<EpisodeRow[]>;
  /** Warnings of a day that counted against the daily cap, over all phones. */
  messagesOfDay(day: number): Promise<number>;
  /** Episodes that opened on a day, newest first; `from` is the key of the last one that was read. */
  episodesOfDay(day: number, page: EpisodePage): Promise<EpisodeRow[]>;
  /** The episode behind `EPISODE#` of this key; null when there is none. */
  episode(permitNo: string, keyText: string): Promise<EpisodeFacts | null>;
  /** Messages of the ticks in [from, to], oldest first: at most a page of the table; `more` when there are others behind. */
  sends(permitNo: string, from: number, to: number): Promise<{ sends: SentLines[]; more: boolean }>;
  /** What was answered in [from, to], by message or in an application. */
  acknowledgements(permitNo: string, from: number, to: number): Promise<Answered[]>;
  /** Episodes of a plant that opened in [from, to), newest first. */
  episodesOf(permitNo: string, range: { from: number; to: number }, page: EpisodePage): Promise<EpisodeRow[]>;
}

export interface EpisodePage {
  /** Key of the last that was read; null to begin. */
  after: string | null;
  limit: number;
}
const text = z.nullable(z.string());
const number = z.nullable(z.number());
const SentLine = z.object({
  kind: z.enum(["warning", "recovered", "escalated", "data", "offline"]),
  level: z.literal([0, 1, 2, 3]),
  outlet: text,
  pollutant: text,
  statistic: text,
  facility: text,
  valid: number,
  mean: number,
  projected: number,
  required: number,
  limit: number,
  min: number,
  value: number,
  until: number,
});
const SentItem = z.object({
  to: z.string(),
  text: z.string(),
  state: z.enum(SendStates),
  tick: z.number(),
  lines: z.array(SentLine),
});
export type SentLines = z.output<typeof SentItem>;

const AnsweredItem = z.object({
  at: z.number(),
  action: z.enum(ACTIONS),
  text: z._default(z.string(), ""),
  /** Of an answer in an application: who, to which episode (null: all), and when it is expected to be done. */
  by: z.optional(z.object({ name: z.string() })),
  episode: z._default(text, null),
  expectedAt: z._default(number, null),
});
export type Answered = z.output<typeof AnsweredItem>;

/** `key`: `{opened}#{outlet}#{what}#{statistic}#{permitNo}`, the order of every list of episodes. */
export type EpisodeRow = EpisodeFacts & { key: string };

const ALL_SHARDS = Array.from({ length: SHARDS }, (_, shard) => shard);
const plantKey = (permitNo: string): string => `PLANT#${permitNo}`;
/** Behind every character of a key. */
const LAST = "\u{10FFFF}";

export function cityReader({ db, table }: { db: DynamoDBDocumentClient; table: string }): CityReader {
  /** `consistent`: for what an open page is told of; it asks at once. */
  async function partition(pk: string, consistent = false): Promise<Record<string, unknown>[]> {
    const items: Record<string, unknown>[] = [];
    let start: Record<string, unknown> | undefined;
    do {
      const page = await db.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: "pk = :pk",
          ExpressionAttributeValues: { ":pk": pk },
          ConsistentRead: consistent,
          ExclusiveStartKey: start,
        }),
      );
      items.push(...(page.Items ?? []));
      start = page.LastEvaluatedKey;
    } while (start);
    return items;
  }
  const newestFirst = async (
    pk: string,
    range: { from: string; to: string },
    limit: number,
  ): Promise<Record<string, unknown>[]> => {
    if (range.to < range.from) return [];
    const { Items = [] } = await db.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
        ExpressionAttributeValues: { ":pk": pk, ":from": range.from, ":to": range.to },
        ScanIndexForward: false,
        Limit: limit,
      }),
    );
    return Items;
  };
  return {
    async warnings(permitNos) {
      const wanted = permitNos.flatMap((permitNo) =>
        ["WARNING", "FIRST"].map((sk) => ({ pk: plantKey(permitNo), sk })),
      );
      const items = await batchGet({ db, table }, wanted, false);
      const found = new Map(items.map((item) => [`${String(item.pk)} ${String(item.sk)}`, item]));
      return new Map(
        permitNos.map((permitNo) => {
          const warning = found.get(`${plantKey(permitNo)} WARNING`);
          const heard = found.has(`${plantKey(permitNo)} FIRST`);
          return [permitNo, { state: warning ? StateItem.parse(warning) : null, heard }];
        }),
      );
    },
    async standings() {
      const shards = await inParallel(ALL_SHARDS, SHARDS, (shard) => partition(`STATE#${shard}`, true));
      return new Map(
        shards.flat().map((item) => {
          const { sk, ...standing } = StandingItem.parse(item);
          return [sk, standing];
        }),
      );
    },
    async marked() {
      const shards = await inParallel(ALL_SHARDS, SHARDS, (shard) => partition(`MARKED#${shard}`, true));
      return shards.flat().map((item) => {
        const { sk, ...span } = MarkedItem.parse(item);
        return { permitNo: sk.slice(0, sk.indexOf("#")), ...span };
      });
    },
    async sites() {
      const shards = await inParallel(ALL_SHARDS, SHARDS, (shard) => partition(`SITE#${shard}`));
      return new Map(shards.flat().map((item) => [String(item.sk), sitesOf(item)]));
    },
    async told(day) {
      return (await partition(toldKey(day), true)).map((item) => ToldItem.parse(item));
    },
    async heard() {
      // Whoever spoke once is looked at again for ever: its place in this list never goes away.
      const shards = await inParallel(ALL_SHARDS, SHARDS, (shard) => partition(`DUE#${shard}`));
      return new Set(shards.flat().map((item) => String(item.sk)));
    },
    async dayOfEpisodes(day) {
      const items = await partition(`EPISODES#${formatDay(day)}`, true);
      return items.map((item) => ({ ...EpisodeFacts.parse(item), key: String(item.sk) }));
    },
    async messagesOfDay(day) {
      const items = await partition(`CAP#${formatDay(day)}`, true);
      return items.reduce((sum, { sent }) => sum + Number(sent ?? 0), 0);
    },
    async episodesOfDay(day, { after, limit }) {
      const date = formatDay(day);
      const end = `${date}${LAST}`;
      const to = after !== null && after < end ? after : end;
      const items = await newestFirst(`EPISODES#${date}`, { from: date, to }, more(after, limit));
      return items.map((item) => ({ ...EpisodeFacts.parse(item), key: String(item.sk) })).filter(later(after));
    },
    async episode(permitNo, keyText) {
      const [item] = await batchGet({ db, table }, [{ pk: plantKey(permitNo), sk: `EPISODE#${keyText}` }], false);
      return item ? factsOf(item) : null;
    },
    async sends(permitNo, from, to) {
      const { Items = [], LastEvaluatedKey } = await db.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
          ExpressionAttributeValues: {
            ":pk": plantKey(permitNo),
            ":from": `SEND#${formatMinute(from)}`,
            ":to": `SEND#${formatMinute(to)}${LAST}`,
          },
        }),
      );
      return { sends: Items.map((item) => SentItem.parse(item)), more: LastEvaluatedKey !== undefined };
    },
    async acknowledgements(permitNo, from, to) {
      const { Items = [] } = await db.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
          ExpressionAttributeValues: {
            ":pk": plantKey(permitNo),
            ":from": `ACK#${formatMinute(from)}`,
            ":to": `ACK#${formatMinute(to)}${LAST}`,
          },
        }),
      );
      return Items.map((item) => AnsweredItem.parse(item)).filter(({ at }) => at >= from && at <= to);
    },
    async episodesOf(permitNo, { from, to }, { after, limit }) {
      const prefix = "EPISODE#";
      const end = `${prefix}${formatMinute(to - 1)}${LAST}`;
      const begin = after === null ? end : `${prefix}${after}`;
      const items = await newestFirst(
        plantKey(permitNo),
        { from: `${prefix}${formatMinute(from)}`, to: begin < end ? begin : end },
        more(after, limit),
      );
      return items
        .map((item) => ({ ...factsOf(item), key: `${String(item.sk).slice(prefix.length)}#${permitNo}` }))
        .filter(later(after));
    },
  };

  /** What a history of the plant says; the episode itself stands inside of it. */
  function factsOf(item: Record<string, unknown>): EpisodeFacts {
    return EpisodeFacts.parse({ ...(item.episode as object), ...item });
  }
}

function sitesOf(item: Record<string, unknown>): Map<string, SiteState> {
  const states = new Map<string, SiteState>();
  for (const [name, text] of Object.entries(item)) {
    const state = name.startsWith(SITE) ? parseSite(String(text)) : null;
    if (state) states.set(name.slice(SITE.length), state);
  }
  return states;
}

/** The one that was read last comes once more and is left out: the key just before it cannot be named. */
const more = (after: string | null, limit: number): number => limit + (after === null ? 0 : 1);
const later =
  (after: string | null) =>
  (row: EpisodeRow): boolean =>
    after === null || row.key < after;
