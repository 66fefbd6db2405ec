/** Writing permits into the register: idempotent, one transaction per plant, every revision kept. */
import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { TransactWriteCommand, type TransactWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import { isDeepStrictEqual } from "node:util";
import { inParallel } from "../shared/in-parallel.ts";
import type { Problem } from "../shared/problems.ts";
import { shardOf } from "../shared/shard.ts";
import { bindingsOf, overlaps, type Binding, type PermitBinding } from "./domain/bindings.ts";
import type { Permit } from "./domain/permit.ts";
import { readDevices, readPlants, type RegisterTable } from "./register-table.ts";
import { keys, type DeviceItem, type PlantRecord } from "./stored-items.ts";

export interface ApplyOptions {
  /** ISO 8601, kept with each revision. */
  importedAt: string;
  /** File the permits come from. */
  source: string;
  /** Makes a public code for a new plant (public-code.ts). */
  newCode: () => string;
}

export type Applied =
  | { ok: true; created: number; revised: number; unchanged: number }
  | { ok: false; problems: Problem[] };

type Write = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];

/** DynamoDB takes 100 writes in a transaction; four are the plant's own. */
const DEVICES_PER_TRANSACTION = 90;
const ATTEMPTS = 8;
const PLANTS_AT_A_TIME = 8;

/**
 * Makes `permits` (of one parsed file) the register's. A plant whose permit is the same already is left alone, any other
 * becomes a new revision. A device that a plant outside the file has at the same time is a problem, and then nothing is
 * written. Safe to run again after a crash or a second delivery: what was applied is found unchanged.
 */
export async function applyPermits(
  at: RegisterTable,
  permits: readonly Permit[],
  options: ApplyOptions,
): Promise<Applied> {
  const inFile = new Set(permits.map((p) => p.permitNo));
  const mns = permits.flatMap((p) => bindingsOf(p).map((b) => b.mn));
  const devices = await readDevices(at, mns);
  const problems = permits.flatMap((permit, i) => clashes(permit, devices, inFile, `permits[${i}].`));
  if (problems.length > 0) return { ok: false, problems };
  const outcomes = await inParallel(permits, PLANTS_AT_A_TIME, (permit) => applyPermit(at, permit, inFile, options));
  const count = (outcome: string): number => outcomes.filter((o) => o === outcome).length;
  return { ok: true, created: count("created"), revised: count("revised"), unchanged: count("unchanged") };
}

/** Devices of `permit` that a plant which the file does not replace has at the same time. */
function clashes(permit: Permit, devices: Map<string, DeviceItem>, inFile: ReadonlySet<string>, at: string): Problem[] {
  return bindingsOf(permit).flatMap((binding) => {
    const other = devices.get(binding.mn)?.bindings.find((b) => !inFile.has(b.permitNo) && overlaps(b, binding));
    if (!other) return [];
    const where = other.outlet === null ? "a facility" : `outlet ${other.outlet}`;
    return [
      {
        path: at + binding.path,
        reason: `${binding.mn} is bound at the same time to ${where} of ${other.permitNo} in the register`,
      },
    ];
  });
}

async function applyPermit(
  at: RegisterTable,
  permit: Permit,
  inFile: ReadonlySet<string>,
  options: ApplyOptions,
): Promise<"created" | "revised" | "unchanged"> {
  const wanted = bindingsOf(permit);
  for (let attempt = 1; ; attempt++) {
    const current = (await readPlants(at, [permit.permitNo], true)).get(permit.permitNo);
    if (current && isDeepStrictEqual(current.permit, permit)) return "unchanged";
    const before = current ? bindingsOf(current.permit) : [];
    const devices = await readDevices(
      at,
      [...wanted, ...before].map((b) => b.mn),
    );
    // Checked for the whole file already; here only when another import came in between: the retried event reports it.
    const [clash] = clashes(permit, devices, inFile, "");
    if (clash) throw new Error(`register: ${permit.permitNo}: ${clash.path} ${clash.reason}`);
    try {
      await write(
        at,
        deviceWrites(at.table, permit.permitNo, wanted, devices),
        plantWrites(at.table, permit, current, wanted, options),
      );
      return current ? "revised" : "created";
    } catch (error) {
      // Another writer was first, or the new public code was taken: read again and decide again.
      if (!(error instanceof TransactionCanceledException) || attempt === ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10 * 2 ** attempt));
    }
  }
}

/** All in one transaction; the devices of a huge plant go ahead of it, so that a crash leaves the permit to be applied again. */
async function write({ db }: RegisterTable, devices: Write[], plant: Write[]): Promise<void> {
  for (let rest = devices; ; rest = rest.slice(DEVICES_PER_TRANSACTION)) {
    const last = rest.length <= DEVICES_PER_TRANSACTION;
    const items = rest.slice(0, DEVICES_PER_TRANSACTION);
    await db.send(new TransactWriteCommand({ TransactItems: last ? [...items, ...plant] : items }));
    if (last) return;
  }
}

function plantWrites(
  table: string,
  permit: Permit,
  current: PlantRecord | undefined,
  bindings: PermitBinding[],
  { importedAt, source, newCode }: ApplyOptions,
): Write[] {
  const { permitNo, name, town } = permit;
  const shard = shardOf(permitNo);
  const revision = (current?.revision ?? 0) + 1;
  const code = current?.code ?? newCode();
  const devices = new Set(bindings.map((b) => b.mn)).size;
  const unless = { TableName: table, ConditionExpression: "attribute_not_exists(pk)" };
  return [
    {
      Put: {
        TableName: table,
        Item: { ...keys.plant(permitNo), permit, revision, code, shard, importedAt },
        ...(current
          ? { ConditionExpression: "revision = :read", ExpressionAttributeValues: { ":read": current.revision } }
          : { ConditionExpression: "attribute_not_exists(pk)" }),
      },
    },
    { Put: { ...unless, Item: { ...keys.revision(permitNo, revision), permit, importedAt, source } } },
    ...(current ? [] : [{ Put: { ...unless, Item: { ...keys.code(code), permitNo } } }]),
    { Put: { TableName: table, Item: { ...keys.entry(shard, permitNo), code, name, town, devices } } },
  ];
}

/** The device items that change: this plant's bindings as wanted beside those of other plants, oldest first. */
function deviceWrites(
  table: string,
  permitNo: string,
  wanted: PermitBinding[],
  devices: Map<string, DeviceItem>,
): Write[] {
  return [...new Set([...wanted.map((b) => b.mn), ...devices.keys()])].flatMap((mn): Write[] => {
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
