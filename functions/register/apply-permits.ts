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
import { keys, permitText, type DeviceItem, type PlantRecord } from "./stored-items.ts";

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
type Outcome = "created" | "revised" | "unchanged";

/** What one changed plant writes: its devices, and the permit with its revision, code and list entry. */
interface Plan {
  permit: Permit;
  outcome: Outcome;
  devices: Write[];
  plant: Write[];
}

/** DynamoDB's limit. */
const WRITES_PER_TRANSACTION = 100;
const ATTEMPTS = 8;
/** Plants read together and written in as few transactions as possible: a city's register is thousands of small plants. */
const PLANTS_PER_GROUP = 20;
const GROUPS_AT_A_TIME = 4;

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
  const devices = await readDevices(
    at,
    permits.flatMap((p) => bindingsOf(p).map((b) => b.mn)),
  );
  const problems = permits.flatMap((permit, i) => clashes(permit, devices, inFile, `permits[${i}].`));
  if (problems.length > 0) return { ok: false, problems };
  const groups = Array.from({ length: Math.ceil(permits.length / PLANTS_PER_GROUP) }, (_, i) =>
    permits.slice(i * PLANTS_PER_GROUP, (i + 1) * PLANTS_PER_GROUP),
  );
  const apply = (group: readonly Permit[]): Promise<Outcome[]> => applyGroup(at, group, inFile, options, 1);
  const outcomes = (await inParallel(groups, GROUPS_AT_A_TIME, apply)).flat();
  const count = (outcome: Outcome): number => outcomes.filter((o) => o === outcome).length;
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

/** Reads, plans and writes some plants; those whose transaction another writer spoilt are tried again one by one. */
async function applyGroup(
  at: RegisterTable,
  permits: readonly Permit[],
  inFile: ReadonlySet<string>,
  options: ApplyOptions,
  attempt: number,
): Promise<Outcome[]> {
  const plans = await plan(at, permits, inFile, options);
  const outcomes: Outcome[] = plans.map((p) => p.outcome);
  while (outcomes.length < permits.length) outcomes.push("unchanged");
  for (const pack of packs(plans)) {
    try {
      await write(at, pack);
    } catch (error) {
      // Another writer was first, or a new public code was taken: read again and decide again.
      if (!(error instanceof TransactionCanceledException) || attempt === ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10 * 2 ** attempt));
      for (const { permit, outcome } of pack) {
        const [again = outcome] = await applyGroup(at, [permit], inFile, options, attempt + 1);
        outcomes[plans.findIndex((p) => p.permit === permit)] = again;
      }
    }
  }
  return outcomes;
}

/** What is to be written for those of `permits` that differ from the register. */
async function plan(
  at: RegisterTable,
  permits: readonly Permit[],
  inFile: ReadonlySet<string>,
  options: ApplyOptions,
): Promise<Plan[]> {
  const plants = await readPlants(
    at,
    permits.map((p) => p.permitNo),
    true,
  );
  const changed = permits.flatMap((permit) => {
    const current = plants.get(permit.permitNo);
    if (current && isDeepStrictEqual(current.permit, permit)) return [];
    const before = current ? bindingsOf(current.permit).map((b) => b.mn) : [];
    const wanted = bindingsOf(permit);
    return [{ permit, current, wanted, mns: new Set([...wanted.map((b) => b.mn), ...before]) }];
  });
  const devices = await readDevices(
    at,
    changed.flatMap((c) => [...c.mns]),
  );
  return changed.map(({ permit, current, wanted, mns }) => {
    // Checked for the whole file already; here only when another import came in between: the retried event reports it.
    const [clash] = clashes(permit, devices, inFile, "");
    if (clash) throw new Error(`register: ${permit.permitNo}: ${clash.path} ${clash.reason}`);
    return {
      permit,
      outcome: current ? "revised" : "created",
      devices: deviceWrites(at.table, permit.permitNo, wanted, mns, devices),
      plant: plantWrites(at.table, permit, current, wanted, options),
    };
  });
}

/** Plans that fit one transaction together: 100 writes, and no device twice (moved from one plant to the next). */
function* packs(plans: readonly Plan[]): Generator<Plan[]> {
  let pack: Plan[] = [];
  let size = 0;
  let keys = new Set<string>();
  for (const plan of plans) {
    const writes = plan.devices.length + plan.plant.length;
    const mns = plan.devices.map((w) => String(w.Put?.Item?.pk));
    if (pack.length > 0 && (size + writes > WRITES_PER_TRANSACTION || mns.some((mn) => keys.has(mn)))) {
      yield pack;
      [pack, size, keys] = [[], 0, new Set()];
    }
    pack.push(plan);
    size += writes;
    for (const mn of mns) keys.add(mn);
  }
  if (pack.length > 0) yield pack;
}

/** One transaction; devices of a huge plant that do not fit go ahead of it, so that a crash leaves the permit to be applied again. */
async function write({ db }: RegisterTable, pack: readonly Plan[]): Promise<void> {
  const plants = pack.flatMap((p) => p.plant);
  let devices = pack.flatMap((p) => p.devices);
  while (devices.length + plants.length > WRITES_PER_TRANSACTION) {
    await db.send(new TransactWriteCommand({ TransactItems: devices.slice(0, WRITES_PER_TRANSACTION) }));
    devices = devices.slice(WRITES_PER_TRANSACTION);
  }
  await db.send(new TransactWriteCommand({ TransactItems: [...devices, ...plants] }));
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
  const text = permitText(permit);
  const revision = (current?.revision ?? 0) + 1;
  const code = current?.code ?? newCode();
  const devices = new Set(bindings.map((b) => b.mn)).size;
  const unless = { TableName: table, ConditionExpression: "attribute_not_exists(pk)" };
  return [
    {
      Put: {
        TableName: table,
        Item: { ...keys.plant(permitNo), permit: text, revision, code, shard, importedAt },
        ...(current
          ? { ConditionExpression: "revision = :read", ExpressionAttributeValues: { ":read": current.revision } }
          : { ConditionExpression: "attribute_not_exists(pk)" }),
      },
    },
    { Put: { ...unless, Item: { ...keys.revision(permitNo, revision), permit: text, importedAt, source } } },
    ...(current ? [] : [{ Put: { ...unless, Item: { ...keys.code(code), permitNo } } }]),
    { Put: { TableName: table, Item: { ...keys.entry(shard, permitNo), code, name, town, devices } } },
  ];
}

/** The device items that change: this plant's bindings as wanted beside those of other plants, oldest first. */
function deviceWrites(
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
