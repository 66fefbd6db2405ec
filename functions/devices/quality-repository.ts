/** Facts of devices by day, and the grades of the last closing for lists over the city (ledger table). */
import { PutCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { queryItems } from "../shared/query-items.ts";
import { DAY, floorDay, formatDay, parseIso } from "../shared/shanghai.ts";
import { shardOf, SHARDS } from "../shared/shard.ts";
import type { DayFacts } from "./domain/quality.ts";

const Facts: z.ZodMiniType<DayFacts> = z.object({
  mn: z.string(),
  outlet: z.string(),
  expected: z.number(),
  received: z.number(),
  counting: z.number(),
  late: z.number(),
  clock: z.nullable(z.number()),
  frames: z.nullable(z.object({ taken: z.number(), different: z.number() })),
  taken: z.nullable(z.number()),
  refused: z.number(),
  judged: z.number(),
  suspicious: z.number(),
});
const DayItem = z.object({ sk: z.string(), devices: z.array(Facts) });

const grade = z.nullable(z.object({ grade: z.enum(["A", "B", "C", "D"]), points: z.number() }));
const GradedDevice = z.object({
  mn: z.string(),
  outlet: z.string(),
  week: grade,
  month: grade,
  /** Nothing of it was received in the day that was closed. */
  silent: z.boolean(),
  /** Receipt of its last accepted frame, epoch ms; null: it never spoke. */
  seen: z.nullable(z.number()),
  /** Gateway that brings it, "" when it speaks for itself; null: it never spoke. */
  via: z.nullable(z.string()),
});
const GradesItem = z.object({ sk: z.string(), day: z.string(), devices: z.array(GradedDevice) });
export type GradedDevice = z.output<typeof GradedDevice>;
export interface GradedPlant {
  permitNo: string;
  /** `2026-10-01`: the day that was closed. */
  day: string;
  devices: GradedDevice[];
}

/** Days that a grade looks back on. */
export const WEEK = 7;
export const MONTH = 30;
const KEEP = 40 * DAY;

export interface QualityFacts {
  /** Facts by day, of the `MONTH` days that end with the one of `t`. */
  history(permitNo: string, t: number): Promise<{ day: number; devices: DayFacts[] }[]>;
  keepDay(permitNo: string, day: number, devices: readonly DayFacts[]): Promise<void>;
  keepGrades(plant: GradedPlant): Promise<void>;
  grades(): Promise<GradedPlant[]>;
}

export function qualityFacts({ db, table }: { db: DynamoDBDocumentClient; table: string }): QualityFacts {
  const items = (pk: string, more: object = {}): AsyncGenerator<Record<string, unknown>> =>
    queryItems(
      { db, table },
      { KeyConditionExpression: "pk = :pk", ExpressionAttributeValues: { ":pk": pk }, ...more },
    );
  return {
    async history(permitNo, t) {
      const pk = `PLANT#${permitNo}`;
      const last = floorDay(t);
      const found: { day: number; devices: DayFacts[] }[] = [];
      for await (const item of items(pk, {
        KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
        ExpressionAttributeValues: {
          ":pk": pk,
          ":from": `QUALITY#${formatDay(last - (MONTH - 1) * DAY)}`,
          ":to": `QUALITY#${formatDay(last)}`,
        },
      })) {
        const { sk, devices } = DayItem.parse(item);
        found.push({ day: parseIso(sk.slice("QUALITY#".length)) ?? 0, devices });
      }
      return found;
    },
    async keepDay(permitNo, day, devices) {
      const Item = {
        pk: `PLANT#${permitNo}`,
        sk: `QUALITY#${formatDay(day)}`,
        devices,
        ttl: Math.floor((day + KEEP) / 1000),
      };
      await db.send(new PutCommand({ TableName: table, Item }));
    },
    async keepGrades({ permitNo, ...rest }) {
      await db.send(
        new PutCommand({ TableName: table, Item: { pk: `GRADES#${shardOf(permitNo)}`, sk: permitNo, ...rest } }),
      );
    },
    async grades() {
      const shard = async (n: number): Promise<GradedPlant[]> => {
        const found: GradedPlant[] = [];
        for await (const item of items(`GRADES#${n}`)) {
          const { sk, ...rest } = GradesItem.parse(item);
          found.push({ permitNo: sk, ...rest });
        }
        return found;
      };
      return (await Promise.all(Array.from({ length: SHARDS }, (_, n) => shard(n)))).flat();
    },
  };
}
