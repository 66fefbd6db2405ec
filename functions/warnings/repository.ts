/** The judges' side of the ledger: state of a plant, who is at risk or due, verdicts, sends, episodes, clues. */
import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import {
  DeleteCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
} from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { formatDay, formatHour, formatIso, formatMinute, DAY } from "../shared/shanghai.ts";
import { shardOf } from "../shared/shard.ts";
import { singleCalls, type TableCalls } from "../shared/table-calls.ts";
import { ledgerHints } from "../telemetry/ledger-hints.ts";
import { episodeId } from "./domain/episode.ts";
import { episodeKeyText } from "./domain/episode-id.ts";
import type { EpisodeEvent } from "./domain/evaluate-plant.ts";
import { freshState, type PlantState } from "./domain/plant-state.ts";
import { changedItems, episodeItem, standingItem } from "./list-items.ts";
import { toldItem, type ToldPeriod } from "./told-periods.ts";
import {
  closedItem,
  closedPeriod,
  LONGEST_MARK,
  markKey,
  MarkItem,
  RejudgeItem,
  LookItem,
  SendItem,
  SendStateItem,
  StateItem,
  type ClosedPeriod,
  type Mark,
  type SendState,
  type Sent,
} from "./stored-items.ts";
import { conditional } from "../shared/conditional.ts";

export interface Claim {
  permitNo: string;
  tick: number;
  phoneHash: string;
  phone: string;
  text: string;
  lines: unknown[];
  /** null: does not count against the daily cap. */
  cap: number | null;
}

/** What a contact says is being done. */
export const ACTIONS = ["adjusting", "repairing", "stopping", "device-fault"] as const;

export interface Acknowledgement {
  permitNo: string;
  phoneHash: string;
  /** Epoch ms. */
  at: number;
  action: (typeof ACTIONS)[number];
  text: string;
}

/** What a visit at which all was well leaves for the next one. */
export interface Look {
  /** From here on a data deficit has to be looked for, epoch ms. */
  deficit: number;
  /** Revision of the permit that was judged by. */
  revision: number;
}

/** A plant that is due, and since when; no look: not judged since ingest named it. */
export interface DuePlant {
  permitNo: string;
  due: number;
  look: Look | null;
}

export interface HeldState {
  state: PlantState;
  /** 0: the warnings have not written it yet. */
  version: number;
}

export interface WarningLedger {
  /** The state alone. */
  state(permitNo: string): Promise<HeldState>;
  /** All that a plant is judged by beside its blocks; `marked`: somebody ever marked a period of it. */
  plant(permitNo: string): Promise<HeldState & { first: Record<string, number>; marked: boolean }>;
  /**
   * Writes the next state with what happened to episodes, and the city's lists where `before` stood otherwise; false when
   * another run was faster.
   */
  putPlant(
    permitNo: string,
    state: PlantState,
    version: number,
    events: readonly EpisodeEvent[],
    before?: PlantState,
  ): Promise<boolean>;
  atRisk(shard: number): Promise<{ permitNo: string; until: number }[]>;
  /** Puts the plant there until at least `until`. */
  risk(permitNo: string, until: number): Promise<void>;
  /** Takes the plant out of the risk partition, unless ingest has prolonged it since. */
  leaveRisk(permitNo: string, until: number): Promise<void>;
  due(shard: number, t: number): Promise<DuePlant[]>;
  putDue(permitNo: string, due: number, look: Look): Promise<void>;
  rejudges(shard: number): Promise<z.output<typeof RejudgeItem>[]>;
  clearRejudge(item: z.output<typeof RejudgeItem>): Promise<void>;
  /** All revisions of a closed period, oldest first. */
  closed(permitNo: string, kind: "HOUR" | "DAY", start: number): Promise<ClosedPeriod[]>;
  closedBetween(permitNo: string, kind: "HOUR" | "DAY", from: number, to: number): Promise<ClosedPeriod[]>;
  /** False when this revision is there already. */
  putClosed(permitNo: string, kind: "HOUR" | "DAY", period: ClosedPeriod): Promise<boolean>;
  /** Lists periods of which the plant was warned, with how they were judged. */
  putTold(periods: readonly ToldPeriod[]): Promise<void>;
  /** Another verdict of a period, where the plant was warned of it. */
  reviseTold(period: ToldPeriod): Promise<void>;
  /** Marks with effect that reach into [from, to). */
  marks(permitNo: string, from: number, to: number): Promise<Mark[]>;
  /** `claimed`: send it now; `there`: claimed before; `capped`: above the daily cap, kept for the plant to read. */
  claim(claim: Claim): Promise<"claimed" | "there" | "capped">;
  settle(permitNo: string, tick: number, phoneHash: string, state: SendState, id: string | null): Promise<void>;
  /** Remembers that this phone had a message of the plant, so that its answer finds the way back. */
  noteRecipient(permitNo: string, tick: number, phoneHash: string): Promise<void>;
  sends(permitNo: string, tick: number): Promise<Sent[]>;
  /** How those of these phones' messages stand that were ever claimed. */
  sendsTo(permitNo: string, tick: number, phoneHashes: readonly string[]): Promise<Map<string, SendState>>;
  /** Plants of which this phone had a message, with the tick of the last one. */
  plantsOfPhone(phoneHash: string): Promise<{ permitNo: string; tick: number }[]>;
  /** Who answered what, when; false when this very answer is there already. */
  putAcknowledgement(ack: Acknowledgement): Promise<boolean>;
  /** Records a message that was due and never sent. */
  expire(claim: Omit<Claim, "cap">): Promise<void>;
  /** Devices that ever spoke, by gateway and, under "", of the city. */
  deviceTotals(): Promise<Map<string, number>>;
  /** The last tick at which a scope was out, before this one. */
  outage(scope: string, tick: number): Promise<number | null>;
}

const plantKey = (permitNo: string): string => `PLANT#${permitNo}`;
const periodKey = (kind: "HOUR" | "DAY", start: number): string =>
  kind === "HOUR" ? `HOUR#${formatHour(start)}` : `DAY#${formatDay(start)}`;
const sendKey = (tick: number, phoneHash: string): string => `SEND#${formatMinute(tick)}#${phoneHash}`;
const KEEP_SENDS = 400 * DAY;
/** DynamoDB takes 100 writes in a transaction. */
const MOST_AT_ONCE = 100;

/** `calls`: gathered (table-calls.ts) where many plants are worked on at once. */
export function warningLedger({
  db,
  table,
  calls = singleCalls({ db, table }),
}: {
  db: DynamoDBDocumentClient;
  table: string;
  calls?: TableCalls;
}): WarningLedger {
  const hints = ledgerHints({ db, table });
  async function query(
    pk: string,
    range: { prefix: string } | { from: string; to: string } | null,
    extra: object = {},
  ): Promise<Record<string, unknown>[]> {
    const items: Record<string, unknown>[] = [];
    const values: Record<string, unknown> = { ":pk": pk };
    let condition = "pk = :pk";
    if (range && "prefix" in range) {
      condition += " AND begins_with(sk, :prefix)";
      values[":prefix"] = range.prefix;
    } else if (range) {
      condition += " AND sk BETWEEN :from AND :to";
      Object.assign(values, { ":from": range.from, ":to": range.to });
    }
    const { ExpressionAttributeValues: more, ...rest } = extra as { ExpressionAttributeValues?: object };
    let start: Record<string, unknown> | undefined;
    do {
      const page = await db.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: condition,
          ConsistentRead: true,
          ExclusiveStartKey: start,
          ExpressionAttributeValues: { ...values, ...more },
          ...rest,
        }),
      );
      items.push(...(page.Items ?? []));
      start = page.LastEvaluatedKey;
    } while (start);
    return items;
  }
  const sendItem = (c: Omit<Claim, "cap">, state: SendState): Record<string, unknown> & { pk: string; sk: string } => ({
    pk: plantKey(c.permitNo),
    sk: sendKey(c.tick, c.phoneHash),
    to: c.phone,
    text: c.text,
    lines: c.lines,
    state,
    tick: c.tick,
    ttl: Math.floor((c.tick + KEEP_SENDS) / 1000),
  });
  const expire = async (c: Omit<Claim, "cap">, state: SendState): Promise<void> => {
    await conditional(() =>
      db.send(
        new PutCommand({ TableName: table, Item: sendItem(c, state), ConditionExpression: "attribute_not_exists(pk)" }),
      ),
    );
  };
  const heldState = (item: Record<string, unknown> | undefined): HeldState => {
    if (!item) return { state: freshState(), version: 0 };
    const { v, ...state } = StateItem.parse(item);
    return { state, version: v };
  };

  return {
    async state(permitNo) {
      const [item] = await calls.get([{ pk: plantKey(permitNo), sk: "WARNING" }]);
      return heldState(item);
    },

    async plant(permitNo) {
      const pk = plantKey(permitNo);
      const items = await calls.get(["WARNING", "FIRST", "MARKS"].map((sk) => ({ pk, sk })));
      const of = (sk: string): Record<string, unknown> | undefined => items.find((i) => i.sk === sk);
      const first = Object.fromEntries(
        Object.entries(of("FIRST") ?? {}).flatMap(([k, v]) =>
          k.startsWith("c:") ? [[k.slice(2), Number(v)] as const] : [],
        ),
      );
      return { ...heldState(of("WARNING")), first, marked: of("MARKS") !== undefined };
    },

    async putPlant(permitNo, state, version, events, before = state) {
      const pk = plantKey(permitNo);
      const item = { pk, sk: "WARNING", v: version + 1, ...state };
      const put = {
        TableName: table,
        Item: item,
        ...(version === 0
          ? { ConditionExpression: "attribute_not_exists(pk)" }
          : { ConditionExpression: "v = :v", ExpressionAttributeValues: { ":v": version } }),
      };
      // Several events of one episode at one tick (opened, escalated): the last tells the whole.
      const histories = new Map(events.map((e) => [`${e.episode.openedAt}#${episodeId(e.episode)}`, e]));
      const history = [...histories.values()].flatMap(({ type, episode: e }) => {
        const key = episodeKeyText(e);
        const ended = type === "recovered" || type === "lapsed";
        const told = {
          ...e,
          pk,
          sk: `EPISODE#${key}`,
          permitNo,
          closedAt: ended ? state.tick : null,
          ended: ended ? type : null,
        };
        const clue = {
          pk,
          sk: `CLUE#${key}`,
          permitNo,
          at: e.escalatedAt,
          outlet: e.outlet,
          pollutant: e.pollutant,
          facility: e.facility,
          statistic: e.statistic,
          state: "open",
          cause: "unanswered-warning",
        };
        return [
          { Put: { TableName: table, Item: told } },
          ...(e.escalatedAt === state.tick ? [{ Put: { TableName: table, Item: clue } }] : []),
        ];
      });
      const standing = standingItem(permitNo, state, before);
      const listed = [
        ...[...histories.values()].map((event) => episodeItem(permitNo, event, state.tick)),
        ...changedItems(permitNo, state, before, events),
      ];
      const lists = [...(standing ? [standing] : []), ...listed].map((Item) => ({ Put: { TableName: table, Item } }));
      if (history.length + lists.length === 0)
        return version === 0 ? calls.insert(item) : calls.replace(item, ["v", version]);
      const whole = 1 + history.length + lists.length <= MOST_AT_ONCE;
      // Dozens of limits exceeded at one tick: their lists go ahead, and would be written alike by a second try.
      if (!whole) for (const { Put } of lists) await db.send(new PutCommand(Put));
      try {
        await db.send(new TransactWriteCommand({ TransactItems: [{ Put: put }, ...history, ...(whole ? lists : [])] }));
        return true;
      } catch (error) {
        if (
          error instanceof TransactionCanceledException &&
          error.CancellationReasons?.[0]?.Code === "ConditionalCheckFailed"
        )
          return false;
        throw error;
      }
    },

    async atRisk(shard) {
      const items = await query(`RISK#${shard}`, null);
      return items.map((i) => ({ permitNo: String(i.sk), until: Number(i.until) }));
    },
    risk: hints.risk,
    async leaveRisk(permitNo, until) {
      await conditional(() =>
        db.send(
          new DeleteCommand({
            TableName: table,
            Key: { pk: `RISK#${shardOf(permitNo)}`, sk: permitNo },
            ConditionExpression: "#until = :until",
            ExpressionAttributeNames: { "#until": "until" },
            ExpressionAttributeValues: { ":until": until },
          }),
        ),
      );
    },
    async due(shard, t) {
      const items = await query(`DUE#${shard}`, null, {
        FilterExpression: "due <= :t",
        ProjectionExpression: "sk, due, deficit, revision",
        ExpressionAttributeValues: { ":t": t },
      });
      return items.map((i) => {
        const look = LookItem.safeParse(i);
        return { permitNo: String(i.sk), due: Number(i.due), look: look.success ? look.data : null };
      });
    },
    putDue: (permitNo, due, look) => calls.put({ pk: `DUE#${shardOf(permitNo)}`, sk: permitNo, due, ...look }),

    async rejudges(shard) {
      return (await query(`REJUDGE#${shard}`, null)).map((i) => RejudgeItem.parse(i));
    },
    async clearRejudge(item) {
      await conditional(() =>
        db.send(
          new DeleteCommand({
            TableName: table,
            Key: { pk: item.pk, sk: item.sk },
            ConditionExpression: "stamp = :stamp",
            ExpressionAttributeValues: { ":stamp": item.stamp },
          }),
        ),
      );
    },
    async closed(permitNo, kind, start) {
      return (await query(plantKey(permitNo), { prefix: `${periodKey(kind, start)}#R` })).map(closedPeriod);
    },
    async closedBetween(permitNo, kind, from, to) {
      const range = { from: periodKey(kind, from), to: `${periodKey(kind, to - 1)}#S` };
      return (await query(plantKey(permitNo), range)).map(closedPeriod);
    },
    putClosed: (permitNo, kind, period) =>
      calls.insert({
        pk: plantKey(permitNo),
        sk: `${periodKey(kind, period.start)}#R${String(period.index).padStart(3, "0")}`,
        ...closedItem(period),
      }),
    async putTold(periods) {
      for (const period of periods) await db.send(new PutCommand({ TableName: table, Item: toldItem(period) }));
    },
    async reviseTold(period) {
      const { pk, sk, verdict } = toldItem(period);
      await conditional(() =>
        db.send(
          new UpdateCommand({
            TableName: table,
            Key: { pk, sk },
            UpdateExpression: "SET verdict = :verdict",
            ConditionExpression: "attribute_exists(pk)",
            ExpressionAttributeValues: { ":verdict": verdict },
          }),
        ),
      );
    },
    async marks(permitNo, from, to) {
      const range = { from: markKey(from - LONGEST_MARK), to: markKey(to, "~") };
      return (await query(plantKey(permitNo), range))
        .map((i) => MarkItem.parse(i))
        .filter((m) => m.state !== "withdrawn" && m.state !== "judged-invalid" && m.from < to && m.to > from);
    },

    async claim({ cap, ...c }) {
      const item = sendItem(c, "claimed");
      if (cap === null) return (await calls.insert(item)) ? "claimed" : "there";
      const put = { TableName: table, Item: item, ConditionExpression: "attribute_not_exists(pk)" };
      try {
        await db.send(
          new TransactWriteCommand({
            TransactItems: [
              { Put: put },
              {
                Update: {
                  TableName: table,
                  Key: { pk: `CAP#${formatDay(c.tick)}`, sk: c.phoneHash },
                  UpdateExpression: "SET #ttl = :ttl ADD sent :one",
                  ConditionExpression: "attribute_not_exists(sent) OR sent < :cap",
                  ExpressionAttributeNames: { "#ttl": "ttl" },
                  ExpressionAttributeValues: { ":one": 1, ":cap": cap, ":ttl": Math.floor((c.tick + 3 * DAY) / 1000) },
                },
              },
            ],
          }),
        );
        return "claimed";
      } catch (error) {
        if (!(error instanceof TransactionCanceledException)) throw error;
        const [onSend, onCap] = error.CancellationReasons ?? [];
        if (onSend?.Code === "ConditionalCheckFailed") return "there";
        if (onCap?.Code !== "ConditionalCheckFailed") throw error;
        await expire(c, "capped");
        return "capped";
      }
    },
    async settle(permitNo, tick, phoneHash, state, id) {
      const key = { pk: plantKey(permitNo), sk: sendKey(tick, phoneHash) };
      await calls.set(key, { state, carrierId: id }, ["state", "claimed"]);
    },
    noteRecipient: (permitNo, tick, phoneHash) =>
      calls.put({ pk: `PHONE#${phoneHash}`, sk: permitNo, tick, ttl: Math.floor((tick + 2 * DAY) / 1000) }),
    async sendsTo(permitNo, tick, phoneHashes) {
      const pk = plantKey(permitNo);
      const items = await calls.get(phoneHashes.map((phoneHash) => ({ pk, sk: sendKey(tick, phoneHash) })));
      const prefix = sendKey(tick, "");
      return new Map(items.map((i) => [String(i.sk).slice(prefix.length), SendStateItem.parse(i).state]));
    },
    async sends(permitNo, tick) {
      const prefix = sendKey(tick, "");
      return (await query(plantKey(permitNo), { prefix })).map((i) =>
        SendItem.parse({ ...i, phoneHash: String(i.sk).slice(prefix.length) }),
      );
    },
    expire: (c) => expire(c, "expired"),
    async plantsOfPhone(phoneHash) {
      return (await query(`PHONE#${phoneHash}`, null)).map((i) => ({ permitNo: String(i.sk), tick: Number(i.tick) }));
    },
    putAcknowledgement: ({ permitNo, phoneHash, at, action, text }) =>
      conditional(() =>
        db.send(
          new PutCommand({
            TableName: table,
            Item: { pk: plantKey(permitNo), sk: `ACK#${formatIso(at)}#${phoneHash}`, at, action, text },
            ConditionExpression: "attribute_not_exists(pk)",
          }),
        ),
      ),

    async deviceTotals() {
      const items = await query("DEVICES", null);
      return new Map(items.map((i) => [i.sk === "city" ? "" : String(i.sk), Number(i.devices)]));
    },
    async outage(scope, tick) {
      const { Attributes } = await db.send(
        new UpdateCommand({
          TableName: table,
          Key: { pk: "OUTAGE", sk: scope === "" ? "city" : scope },
          UpdateExpression: "SET tick = :t",
          ExpressionAttributeValues: { ":t": tick },
          ReturnValues: "ALL_OLD",
        }),
      );
      return Attributes ? Number(Attributes.tick) : null;
    },
  };
}
