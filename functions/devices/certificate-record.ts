/**
 * What was last seen of a device's certificates (register table), so that lists over the city need not ask AWS IoT, which
 * takes ten calls a second. AWS IoT decides who may connect; this only remembers.
 */
import { GetCommand, PutCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import type { Write } from "../people/repository.ts";
import { parseInput } from "../shared/problems.ts";
import { queryItems } from "../shared/query-items.ts";
import { shardOf, SHARDS } from "../shared/shard.ts";
import { conditional } from "../shared/conditional.ts";

const Stored = z.object({
  mn: z.string(),
  certificates: z.array(
    z.object({
      id: z.string(),
      status: z.enum(["ACTIVE", "INACTIVE", "REVOKED"]),
      /** Epoch ms. */
      created: z.number(),
      notAfter: z.number(),
    }),
  ),
  /** Id of a certificate that is being given out: the next try for its key goes on with it. */
  pending: z.nullable(z.string()),
  /** When AWS IoT was asked, epoch ms. */
  at: z.number(),
  /** Counts the writes; 0: nothing is stored yet. */
  version: z.int(),
});
export type CertificateRecord = z.output<typeof Stored>;

const keyOf = (mn: string): { pk: string; sk: string } => ({ pk: `CERTIFICATES#${shardOf(mn)}`, sk: mn });

export interface CertificateRecords {
  get(mn: string): Promise<CertificateRecord>;
  /** The write that makes `next` follow the record that was read; refused when somebody else was faster. */
  write(next: CertificateRecord): Write;
  /** Remembers what AWS IoT answered. Whoever was faster knew it as well. */
  remember(next: CertificateRecord): Promise<void>;
}

export function certificateRecords({ db, table }: { db: DynamoDBDocumentClient; table: string }): CertificateRecords {
  const put = (next: CertificateRecord) => ({
    TableName: table,
    Item: { ...keyOf(next.mn), ...next, version: next.version + 1 },
    ...(next.version === 0
      ? { ConditionExpression: "attribute_not_exists(pk)" }
      : { ConditionExpression: "version = :read", ExpressionAttributeValues: { ":read": next.version } }),
  });
  return {
    async get(mn) {
      const { Item } = await db.send(new GetCommand({ TableName: table, Key: keyOf(mn), ConsistentRead: true }));
      return Item ? parse(Item) : { mn, certificates: [], pending: null, at: 0, version: 0 };
    },
    write: (next) => ({ Put: put(next) }),
    async remember(next) {
      await conditional(() => db.send(new PutCommand(put(next))));
    },
  };
}

/** Every device whose certificates were ever looked at, by MN. */
export async function allCertificates({
  db,
  table,
}: {
  db: DynamoDBDocumentClient;
  table: string;
}): Promise<ReadonlyMap<string, CertificateRecord>> {
  const found = new Map<string, CertificateRecord>();
  const shard = async (n: number): Promise<void> => {
    const items = queryItems(
      { db, table },
      { KeyConditionExpression: "pk = :pk", ExpressionAttributeValues: { ":pk": `CERTIFICATES#${n}` } },
    );
    for await (const item of items) found.set(String(item["sk"]), parse(item));
  };
  await Promise.all(Array.from({ length: SHARDS }, (_, n) => shard(n)));
  return found;
}

function parse(item: Record<string, unknown>): CertificateRecord {
  const parsed = parseInput(Stored, item);
  if (parsed.ok) return parsed.data;
  const [first] = parsed.problems;
  throw new Error(`register item ${String(item.pk)} / ${String(item.sk)}: ${first?.path} ${first?.reason}`);
}
