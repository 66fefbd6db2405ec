/** What the register writes for one plant (docs/architecture.md), each on the condition that nobody wrote it meanwhile. */
import type { TransactWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import { isDeepStrictEqual } from "node:util";
import { shardOf } from "../shared/shard.ts";
import type { Binding, PermitBinding } from "./domain/bindings.ts";
import type { Permit } from "./domain/permit.ts";
import { keys, permitText, shownInLists, type DeviceItem, type PlantRecord } from "./stored-items.ts";

export type Write = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];

export interface ApplyOptions {
  /** When the file arrived, ISO 8601 with +08:00 (compared as text); kept with each revision. */
  importedAt: string;
  /** File the permits come from; `edit`: a person changed this one permit. */
  source: string;
  /** Who, and why: kept with the revision. */
  by?: { sub: string; name: string } | undefined;
  reason?: string | undefined;
  /** Makes a public code for a new plant (public-code.ts). */
  newCode: () => string;
  /** Permit numbers of the whole file, where it is applied in pieces. */
  inFile?: ReadonlySet<string>;
  /** Revisions that people saw before they said yes; a plant that has another one now is left as it is. */
  seen?: ReadonlyMap<string, number>;
}

/** The permit with its revision and list entry, and for a new plant its public code. */
export function plantWrites(
  table: string,
  permit: Permit,
  current: PlantRecord | undefined,
  bindings: PermitBinding[],
  { importedAt, source, by, reason, newCode }: ApplyOptions,
): Write[] {
  const { permitNo, name, town } = permit;
  const shard = shardOf(permitNo);
  const text = permitText(permit);
  const revision = (current?.revision ?? 0) + 1;
  const code = current?.code ?? newCode();
  const devices = new Set(bindings.map((b) => b.mn)).size;
  const contacts = current?.contacts ? { contacts: current.contacts } : {};
  const unless = { TableName: table, ConditionExpression: "attribute_not_exists(pk)" };
  return [
    {
      Put: {
        TableName: table,
        // The plant's own list of contacts is no part of its permit, and outlives it.
        Item: { ...keys.plant(permitNo), permit: text, revision, code, shard, importedAt, ...contacts },
        ...(current ? asRead(current) : { ConditionExpression: "attribute_not_exists(pk)" }),
      },
    },
    {
      Put: {
        ...unless,
        Item: {
          ...keys.revision(permitNo, revision),
          permit: text,
          importedAt,
          source,
          ...(by && { by }),
          ...(reason !== undefined && { reason }),
        },
      },
    },
    ...(current ? [] : [{ Put: { ...unless, Item: { ...keys.code(code), permitNo } } }]),
    {
      Put: {
        TableName: table,
        Item: { ...keys.entry(shard, permitNo), code, name, town, devices, shown: shownInLists(permit) },
      },
    },
  ];
}

/** Nobody wrote the plant since: neither its permit nor its contacts. */
export const asRead = ({
  revision,
  contacts,
}: PlantRecord): { ConditionExpression: string; ExpressionAttributeValues: Record<string, number> } =>
  contacts
    ? {
        ConditionExpression: "revision = :read AND contacts.version = :contacts",
        ExpressionAttributeValues: { ":read": revision, ":contacts": contacts.version },
      }
    : {
        ConditionExpression: "revision = :read AND attribute_not_exists(contacts)",
        ExpressionAttributeValues: { ":read": revision },
      };

/** The device items that change: this plant's bindings as wanted beside those of other plants, oldest first. */
export function deviceWrites(
  table: string,
  permitNo: string,
  wanted: PermitBinding[],
  mns: ReadonlySet<string>,
  devices: Map<string, DeviceItem>,
): Write[] {
  return [...mns].flatMap((mn): Write[] => {
    const item = devices.get(mn);
    const own = wanted
      .filter((b) => b.mn === mn)
      .map(({ outlet, from, to }): Binding => ({ permitNo, outlet, from, to }));
    const bindings = [...(item?.bindings.filter((b) => b.permitNo !== permitNo) ?? []), ...own].sort(
      (a, b) => a.from - b.from,
    );
    if (isDeepStrictEqual(bindings, item?.bindings ?? [])) return [];
    const asRead = item
      ? { ConditionExpression: "version = :read", ExpressionAttributeValues: { ":read": item.version } }
      : { ConditionExpression: "attribute_not_exists(pk)" };
    // An item without bindings stays: were it deleted, its version would start again and a writer could mistake it.
    return [
      {
        Put: { TableName: table, Item: { ...keys.device(mn), bindings, version: (item?.version ?? 0) + 1 }, ...asRead },
      },
    ];
  });
}
