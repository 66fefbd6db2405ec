/** The people table: rights by subject, and the audit trail that every change by a person goes to with the change itself. */
import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import {
  GetCommand,
  QueryCommand,
  type DynamoDBDocumentClient,
  type TransactWriteCommandInput,
} from "@aws-sdk/lib-dynamodb";
import type * as z from "zod/mini";
import { transact } from "../shared/transact.ts";
import { formatDay, formatIso } from "../shared/shanghai.ts";
import type { Person } from "./domain/rights.ts";
import { AuditItem, InviteItem, keys, PersonItem, type AuditEntry, type Invite } from "./stored-items.ts";
import { parseStored } from "../shared/parse-stored.ts";

export type Write = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];

export interface Page<T> {
  items: T[];
  /** Where the next page begins; null at the end. */
  next: string | null;
}

export interface People {
  /** The person of a token's subject, consistently read; null when our table knows nobody of that name. */
  person(sub: string): Promise<Person | null>;
  list(limit: number, from: string | null): Promise<Page<Person>>;
  /** The writes that make `person` what stands there; refused when `version` of the held one is not `person.version - 1`. */
  personWrites(person: Person): Write[];
  /** The last invitation of a person, whether it is still good or not. */
  lastInvite(sub: string): Promise<Invite | null>;
  /** The writes that make an invitation good, and `former` over. */
  inviteWrites(invite: Invite, former: Invite | null): Write[];
  /**
   * What makes a change of `of` fail when `by` is no active regulator any more: two who take each other's rights at the same
   * time do not both succeed.
   */
  stillRegulator(by: Person, of: Person): Write[];
  /** Audit trail of a day (`2026-10-01`) or a plant, newest first. */
  audit(of: { day: string } | { permitNo: string }, limit: number, from: string | null): Promise<Page<AuditEntry>>;
  /**
   * Makes a change and its entry in the audit trail, both or neither. False when a condition of `writes` did not hold:
   * somebody else was faster, or it was made already.
   */
  change(writes: readonly Write[], entry: AuditEntry): Promise<boolean>;
}

export function peopleRepository({ db, table }: { db: DynamoDBDocumentClient; table: string }): People {
  async function page<T>(
    pk: string,
    schema: z.ZodMiniType<T>,
    { limit, from, newestFirst }: { limit: number; from: string | null; newestFirst: boolean },
  ): Promise<Page<T>> {
    const { Items = [], LastEvaluatedKey } = await db.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": pk },
        ScanIndexForward: !newestFirst,
        Limit: limit,
        ExclusiveStartKey: from === null ? undefined : { pk, sk: from },
      }),
    );
    return { items: Items.map((i) => parse(schema, i)), next: LastEvaluatedKey ? String(LastEvaluatedKey.sk) : null };
  }
  return {
    async person(sub) {
      const { Item } = await db.send(new GetCommand({ TableName: table, Key: keys.person(sub), ConsistentRead: true }));
      return Item ? parse(PersonItem, Item) : null;
    },
    list: (limit, from) => page("PEOPLE", PersonItem, { limit, from, newestFirst: false }),
    personWrites: (person) => [
      {
        Put: {
          TableName: table,
          Item: { ...keys.person(person.sub), ...person },
          ...(person.version === 1
            ? { ConditionExpression: "attribute_not_exists(pk)" }
            : {
                ConditionExpression: "version = :read",
                ExpressionAttributeValues: { ":read": person.version - 1 },
              }),
        },
      },
      { Put: { TableName: table, Item: { ...keys.entry(person.sub), ...person } } },
    ],
    async lastInvite(sub) {
      const Key = keys.lastInvite(sub);
      const { Item } = await db.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
      return Item ? parse(InviteItem, Item) : null;
    },
    inviteWrites: (invite, former) => [
      {
        Put: {
          TableName: table,
          Item: { ...keys.invite(invite.token), ...invite },
          ConditionExpression: "attribute_not_exists(pk)",
        },
      },
      { Put: { TableName: table, Item: { ...keys.lastInvite(invite.sub), ...invite } } },
      // Whether it was used or not: nobody comes by it any more.
      ...(former ? [{ Put: { TableName: table, Item: { ...keys.invite(former.token), ...former, expires: 0 } } }] : []),
    ],
    stillRegulator: (by, of) =>
      by.sub === of.sub
        ? [] // one item is once in a transaction; and nobody changes his own rights
        : [
            {
              ConditionCheck: {
                TableName: table,
                Key: keys.person(by.sub),
                ConditionExpression: "active = :true AND contains(#roles, :regulator)",
                ExpressionAttributeNames: { "#roles": "roles" },
                ExpressionAttributeValues: { ":true": true, ":regulator": "regulator" },
              },
            },
          ],
    audit: (of, limit, from) =>
      page(`AUDIT#${"day" in of ? of.day : of.permitNo}`, AuditItem, { limit, from, newestFirst: true }),
    async change(writes, entry) {
      const at = formatIso(entry.at);
      const item = (key: { pk: string; sk: string }): Write => ({
        Put: { TableName: table, Item: { ...key, ...entry }, ConditionExpression: "attribute_not_exists(pk)" },
      });
      const audit = [
        item(keys.auditDay(formatDay(entry.at), at, entry.id)),
        ...(entry.permitNo === null ? [] : [item(keys.auditPlant(entry.permitNo, at, entry.id))]),
      ];
      try {
        await transact(db, [...writes, ...audit]);
        return true;
      } catch (error) {
        if (
          error instanceof TransactionCanceledException &&
          error.CancellationReasons?.some(
            (r) => r.Code === "ConditionalCheckFailed" || r.Code === "TransactionConflict",
          )
        )
          return false;
        throw error;
      }
    },
  };
}

const parse = <T>(schema: z.ZodMiniType<T>, item: Record<string, unknown>): T => parseStored("people", schema, item);
