/** What the public view reads of the ledger (docs/architecture.md); parsed, so that a bad item is named and not shown. */
import { GetCommand, QueryCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { parseInput } from "../shared/problems.ts";
import { formatDay, formatHour, parseIso } from "../shared/shanghai.ts";
import type { PublicLedger } from "./load-facts.ts";

const verdict = {
  outlet: z.string(),
  pollutant: z.string(),
  mean: z.nullable(z.number()),
  limit: z.number(),
  verdict: z.enum(["met", "exceeded", "insufficient", "marked"]),
  revision: z.int(),
};
const HourItem = z.object({ sk: z.string(), verdicts: z.array(z.object({ ...verdict, valid: z.number() })) });
const DayItem = z.object({
  sk: z.string(),
  verdicts: z.array(z.object({ ...verdict, valid: z.number(), weighted: z.boolean() })),
});
const MarkItem = z.object({ sk: z.string(), from: z.number(), to: z.number() });
const WarningItem = z.object({
  state: z.enum(["normal", "warned", "lost", "silent"]),
  episodes: z.array(z.object({ openedAt: z.number(), level: z.number() })),
  offline: z.record(z.string(), z.object({ since: z.number() })),
});

/** Start of the period that a sort key `HOUR#2026-10-01T08#R000` or `DAY#2026-10-01#R000` names. */
function periodOf(sk: string): number {
  const text = sk.split("#")[1] ?? "";
  const start = parseIso(text.length === 13 ? `${text}:00` : text);
  if (start === null) throw new Error(`ledger item ${sk}: the key names no hour or day`);
  return start;
}

export function publicLedger({ db, table }: { db: DynamoDBDocumentClient; table: string }): PublicLedger {
  const pkOf = (permitNo: string): string => `PLANT#${permitNo}`;
  /** Items with from ≤ sk < to; no key of these kinds equals a bound. */
  async function query<T>(permitNo: string, from: string, to: string, schema: z.ZodMiniType<T>): Promise<T[]> {
    const items: T[] = [];
    let start: Record<string, unknown> | undefined;
    do {
      const page = await db.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: "pk = :p AND sk BETWEEN :from AND :to",
          ExpressionAttributeValues: { ":p": pkOf(permitNo), ":from": from, ":to": to },
          ExclusiveStartKey: start,
        }),
      );
      for (const item of page.Items ?? []) items.push(parse(schema, item));
      start = page.LastEvaluatedKey;
    } while (start);
    return items;
  }
  return {
    async warning(permitNo) {
      const { Item } = await db.send(new GetCommand({ TableName: table, Key: { pk: pkOf(permitNo), sk: "WARNING" } }));
      return Item ? parse(WarningItem, Item) : null;
    },
    async hours(permitNo, from, to) {
      const items = await query(permitNo, `HOUR#${formatHour(from)}`, `HOUR#${formatHour(to)}`, HourItem);
      return items.flatMap(({ sk, verdicts }) => verdicts.map((v) => ({ ...v, hour: periodOf(sk) })));
    },
    async days(permitNo, from, to) {
      const items = await query(permitNo, `DAY#${formatDay(from)}`, `DAY#${formatDay(to)}`, DayItem);
      return items.flatMap(({ sk, verdicts }) =>
        verdicts.map(({ valid, ...v }) => ({ ...v, validHours: valid, day: periodOf(sk) })),
      );
    },
    async marks(permitNo, from, to) {
      const items = await query(permitNo, "MARK#", "MARK$", MarkItem);
      const shown = items.filter((m) => m.from < to && m.to > from);
      return Object.fromEntries(Map.groupBy(shown, (m) => m.sk.split("#")[1] ?? ""));
    },
  };
}

function parse<T>(schema: z.ZodMiniType<T>, item: Record<string, unknown>): T {
  const parsed = parseInput(schema, item);
  if (parsed.ok) return parsed.data;
  const [first] = parsed.problems;
  throw new Error(`ledger item ${String(item.pk)} / ${String(item.sk)}: ${first?.path} ${first?.reason}`);
}
