/** The jobs table: a job by its id, and the ids in the order in which they were asked for. */
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { GetCommand, QueryCommand, UpdateCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import type { Page, Write } from "../people/repository.ts";
import { batchGet } from "../shared/batch-get.ts";
import { parseInput } from "../shared/problems.ts";
import { DAY, formatIso } from "../shared/shanghai.ts";
import { JOB_KINDS, JOB_STATES, type Job } from "./domain/job.ts";

const StoredJob: z.ZodMiniType<Job> = z.object({
  id: z.string(),
  kind: z.enum(JOB_KINDS),
  by: z.object({ sub: z.string(), name: z.string() }),
  askedAt: z.number(),
  state: z.enum(JOB_STATES),
  done: z.int(),
  of: z.nullable(z.int()),
  cancel: z.boolean(),
  attempts: z.int(),
  input: z.unknown(),
  result: z.unknown(),
  problem: z.nullable(z.string()),
  changedAt: z.number(),
});

/** The audit trail keeps what was asked for; this keeps how it went. */
const KEPT = 400 * DAY;
const keys = {
  job: (id: string) => ({ pk: `JOB#${id}`, sk: "JOB" }),
  entry: (askedAt: number, id: string) => ({ pk: "JOBS", sk: `${formatIso(askedAt)}#${id}` }),
};

export interface Jobs {
  get(id: string): Promise<Job | null>;
  /** Newest first. */
  list(limit: number, from: string | null): Promise<Page<Job>>;
  /** The writes that ask for a job; refused when there is one of that id. */
  askWrites(job: Job): Write[];
  /** The writes that ask a job to end; `at once`: nobody works on it. Refused when it is over. */
  cancelWrites(job: Job, atOnce: boolean, at: number): Write[];
  /** Begins it, also a second time; null when it is over or unknown. */
  start(id: string, at: number): Promise<Job | null>;
  /** Says how far it is. False: somebody wants it to end, or it is over. */
  progress(id: string, step: { done: number; of: number }, at: number): Promise<boolean>;
  /** Ends it, once. */
  end(id: string, how: Pick<Job, "state" | "result" | "problem">, at: number): Promise<void>;
}

export function jobRepository({ db, table }: { db: DynamoDBDocumentClient; table: string }): Jobs {
  /** The job as it is after the change; null when it is over or unknown. */
  async function change(id: string, set: string, values: Record<string, unknown>): Promise<Job | null> {
    try {
      const { Attributes } = await db.send(
        new UpdateCommand({
          TableName: table,
          Key: keys.job(id),
          UpdateExpression: `SET ${set}`,
          ConditionExpression: "#state IN (:waiting, :running)",
          ExpressionAttributeNames: Object.fromEntries(
            [...new Set(`${set} #state`.match(/#\w+/g))].map((name) => [name, name.slice(1)]),
          ),
          ExpressionAttributeValues: { ":waiting": "waiting", ":running": "running", ...values },
          ReturnValues: "ALL_NEW",
        }),
      );
      return Attributes ? parse(Attributes) : null;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return null;
      throw error;
    }
  }
  return {
    async get(id) {
      const { Item } = await db.send(new GetCommand({ TableName: table, Key: keys.job(id), ConsistentRead: true }));
      return Item ? parse(Item) : null;
    },
    async list(limit, from) {
      const { Items = [], LastEvaluatedKey } = await db.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: "pk = :pk",
          ExpressionAttributeValues: { ":pk": "JOBS" },
          ScanIndexForward: false,
          Limit: limit,
          ExclusiveStartKey: from === null ? undefined : { pk: "JOBS", sk: from },
        }),
      );
      const ids = Items.map((item) => String(item.id));
      const found = await batchGet({ db, table }, ids.map(keys.job), true);
      const byId = new Map(found.map(parse).map((job) => [job.id, job]));
      return {
        items: ids.flatMap((id) => byId.get(id) ?? []),
        next: LastEvaluatedKey ? String(LastEvaluatedKey.sk) : null,
      };
    },
    askWrites(job) {
      const ttl = Math.floor((job.askedAt + KEPT) / 1000);
      return [
        {
          Put: {
            TableName: table,
            Item: { ...keys.job(job.id), ...job, ttl },
            ConditionExpression: "attribute_not_exists(pk)",
          },
        },
        { Put: { TableName: table, Item: { ...keys.entry(job.askedAt, job.id), id: job.id, ttl } } },
      ];
    },
    cancelWrites: ({ id }, atOnce, at) => [
      {
        Update: {
          TableName: table,
          Key: keys.job(id),
          UpdateExpression: `SET cancel = :true, changedAt = :at${atOnce ? ", #state = :cancelled" : ""}`,
          ConditionExpression: "#state IN (:waiting, :running)",
          ExpressionAttributeNames: { "#state": "state" },
          ExpressionAttributeValues: {
            ":true": true,
            ":at": at,
            ":waiting": "waiting",
            ":running": "running",
            ...(atOnce && { ":cancelled": "cancelled" }),
          },
        },
      },
    ],
    start: (id, at) =>
      change(id, "#state = :running, attempts = attempts + :one, changedAt = :at", { ":one": 1, ":at": at }),
    async progress(id, { done, of }, at) {
      const job = await change(id, "done = :done, #of = :of, changedAt = :at", {
        ":done": done,
        ":of": of,
        ":at": at,
      });
      return job !== null && !job.cancel;
    },
    async end(id, { state, result, problem }, at) {
      await change(id, "#state = :state, #result = :result, problem = :problem, changedAt = :at", {
        ":state": state,
        ":result": result ?? null,
        ":problem": problem,
        ":at": at,
      });
    },
  };
}

function parse(item: Record<string, unknown>): Job {
  const parsed = parseInput(StoredJob, item);
  if (parsed.ok) return parsed.data;
  const [first] = parsed.problems;
  throw new Error(`job item ${String(item.pk)}: ${first?.path} ${first?.reason}`);
}
