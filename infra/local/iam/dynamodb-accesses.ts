/**
 * What a call of DynamoDB's JSON protocol needs, by the Service Authorization Reference: a batch needs its own action on
 * every table; a transaction needs the actions of its parts; a query of an index needs the index.
 */
import * as z from "zod/mini";
import type { Access } from "./identity-policy.ts";

const Part = z.looseObject({ TableName: z.string() });
const Whole = z.looseObject({
  TableName: z.optional(z.string()),
  IndexName: z.optional(z.string()),
  StreamArn: z.optional(z.string()),
});
const Batch = z.looseObject({ RequestItems: z.record(z.string(), z.unknown()) });
const Transaction = z.looseObject({
  TransactItems: z.array(
    z.partialRecord(z.enum(["Get", "Put", "Update", "Delete", "ConditionCheck"]), z.optional(Part)),
  ),
});
const PARTS = {
  Get: "GetItem",
  Put: "PutItem",
  Update: "UpdateItem",
  Delete: "DeleteItem",
  ConditionCheck: "ConditionCheckItem",
} as const;

const Statements = z.looseObject({ Statements: z.array(z.looseObject({ Statement: z.string() })) });
/** The PartiQL that is understood: a write that names its table in quotes. */
const WRITE = /^(?:(INSERT) INTO|(UPDATE)) "([A-Za-z0-9_.-]{3,255})" /;

/** A call whose accesses nobody can tell: its body is not what DynamoDB takes, or it is PartiQL of another kind. */
export class UnreadableCall extends Error {
  override name = "UnreadableCall";
}

/**
 * @param arnOf ARN of a table by its name; a caller may also give the ARN itself.
 * @throws UnreadableCall
 */
export function dynamoAccesses(operation: string, body: unknown, arnOf: (table: string) => string): Access[] {
  const table = (name: string): string => (name.startsWith("arn:") ? name : arnOf(name));
  switch (operation) {
    case "BatchGetItem":
    case "BatchWriteItem":
      return Object.keys(parsed(Batch, operation, body).RequestItems).map((name) => ({
        action: `dynamodb:${operation}`,
        resource: table(name),
      }));
    case "TransactGetItems":
    case "TransactWriteItems":
      return parsed(Transaction, operation, body).TransactItems.flatMap((item) =>
        Object.entries(item).flatMap(([part, of]) =>
          of ? [{ action: `dynamodb:${PARTS[part as keyof typeof PARTS]}`, resource: table(of.TableName) }] : [],
        ),
      );
    case "BatchExecuteStatement": {
      const kinds = new Map<string, Access>();
      for (const { Statement } of parsed(Statements, operation, body).Statements) {
        const [, insert, , name] = WRITE.exec(Statement) ?? [];
        if (name === undefined)
          throw new UnreadableCall(`${operation}: "${Statement}" is unknown to the one-machine target`);
        const action = insert ? "dynamodb:PartiQLInsert" : "dynamodb:PartiQLUpdate";
        kinds.set(`${action} ${name}`, { action, resource: table(name) });
      }
      return [...kinds.values()];
    }
    case "ExecuteStatement":
    case "ExecuteTransaction":
      throw new UnreadableCall(`${operation} (PartiQL) is unknown to the one-machine target`);
    default: {
      const { TableName, IndexName, StreamArn } = parsed(Whole, operation, body);
      const resource = StreamArn ?? (TableName === undefined ? "*" : table(TableName));
      return [
        {
          action: `dynamodb:${operation}`,
          resource: IndexName === undefined ? resource : `${resource}/index/${IndexName}`,
        },
      ];
    }
  }
}

function parsed<S extends z.ZodMiniType>(schema: S, operation: string, body: unknown): z.output<S> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new UnreadableCall(`${operation}: ${issue?.path.join(".")}: ${issue?.message}`);
}
