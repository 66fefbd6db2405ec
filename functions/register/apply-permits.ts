/** Writing permits into the register: idempotent, a plant whole or not at all, every revision kept. */
import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { inParallel } from "../shared/in-parallel.ts";
import type { SaidProblem } from "../shared/problems.ts";
import { transact } from "../shared/transact.ts";
import { bindingsOf, overlaps } from "./domain/bindings.ts";
import type { Permit } from "./domain/permit.ts";
import { REASONS } from "./domain/permit-reasons.ts";
import { deviceWrites, plantWrites, type ApplyOptions, type Write } from "./permit-writes.ts";
import { stateWrite, type Changed } from "./register-state.ts";
import { readDevices, readPlants, readState, type RegisterTable } from "./register-table.ts";
import type { DeviceItem, PlantRecord } from "./stored-items.ts";

export type Applied = ({ ok: true } & Record<Outcome, number>) | { ok: false; problems: SaidProblem[] };

/** `outdated`: the register has this plant from a later file or change, which overtook this import. */
type Outcome = "created" | "revised" | "unchanged" | "outdated";

/** What one changed plant writes: its devices, and the permit with its revision, code and list entry. */
interface Plan {
  permit: Permit;
  outcome: Outcome;
  devices: Write[];
  plant: Write[];
  /** Devices of the plant before and now, whose items this or a former try wrote. */
  mns: ReadonlySet<string>;
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
  const inFile = options.inFile ?? new Set(permits.map((p) => p.permitNo));
  const devices = await readDevices(
    at,
    permits.flatMap((p) => bindingsOf(p).map((b) => b.mn)),
  );
  const problems = permits.flatMap((permit, i) => clashes(permit, devices, inFile, `permits[${i}].`));
  if (problems.length > 0) return { ok: false, problems };
  const groups = Array.from({ length: Math.ceil(permits.length / PLANTS_PER_GROUP) }, (_, i) =>
    permits.slice(i * PLANTS_PER_GROUP, (i + 1) * PLANTS_PER_GROUP),
  );
  const devicesOf = new Map<string, ReadonlySet<string>>();
  const apply = (group: readonly Permit[]): Promise<Outcome[]> =>
    applyGroup(at, group, inFile, options, (p) => devicesOf.set(p.permit.permitNo, p.mns), 1);
  const outcomes = (await inParallel(groups, GROUPS_AT_A_TIME, apply)).flat();
  const count = (outcome: Outcome): number => outcomes.filter((o) => o === outcome).length;
  // Behind the writes: who saw the former version has read the former permits, and reads them again.
  if (outcomes.some((o) => o !== "outdated")) {
    // An unchanged one may be of a former try, which broke off before it came to here.
    const changed: Changed = outcomes.includes("unchanged")
      ? "all"
      : { plants: [...devicesOf.keys()], devices: [...devicesOf.values()].flatMap((mns) => [...mns]) };
    const write = stateWrite(at.table, await readState(at), randomUUID(), changed);
    await transact(at.db, [write]);
  }
  return {
    ok: true,
    created: count("created"),
    revised: count("revised"),
    unchanged: count("unchanged"),
    outdated: count("outdated"),
  };
}

/** Devices of `permit` that a plant which the file does not replace has at the same time. */
export function clashes(
  permit: Permit,
  devices: Map<string, DeviceItem>,
  inFile: ReadonlySet<string>,
  at: string,
): SaidProblem[] {
  return bindingsOf(permit).flatMap((binding) => {
    const other = devices.get(binding.mn)?.bindings.find((b) => !inFile.has(b.permitNo) && overlaps(b, binding));
    if (!other) return [];
    const { en, zh } = REASONS.boundInRegister(binding.mn, other.outlet, other.permitNo);
    return [{ path: at + binding.path, reason: en, zh }];
  });
}

/** Reads, plans and writes some plants; those whose transaction another writer spoilt are tried again one by one. */
async function applyGroup(
  at: RegisterTable,
  permits: readonly Permit[],
  inFile: ReadonlySet<string>,
  options: ApplyOptions,
  written: (plan: Plan) => void,
  attempt: number,
): Promise<Outcome[]> {
  const { plans, skipped } = await plan(at, permits, inFile, options);
  const outcomes = skipped;
  for (const pack of packs(plans)) {
    try {
      await write(at, pack);
      outcomes.push(...pack.map((p) => p.outcome));
      for (const p of pack) written(p);
    } catch (error) {
      // Another writer was first, or a new public code was taken: read again and decide again.
      if (!(error instanceof TransactionCanceledException) || attempt === ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10 * 2 ** attempt));
      for (const { permit } of pack)
        outcomes.push(...(await applyGroup(at, [permit], inFile, options, written, attempt + 1)));
    }
  }
  return outcomes;
}

/** What is to be written for those of `permits` that differ from the register, and what the others are. */
async function plan(
  at: RegisterTable,
  permits: readonly Permit[],
  inFile: ReadonlySet<string>,
  options: ApplyOptions,
): Promise<{ plans: Plan[]; skipped: Outcome[] }> {
  const plants = await readPlants(
    at,
    permits.map((p) => p.permitNo),
    true,
  );
  const skipped: Outcome[] = [];
  const changed = permits.flatMap((permit) => {
    const current = plants.get(permit.permitNo);
    const skip =
      current && isDeepStrictEqual(current.permit, permit)
        ? "unchanged"
        : // Deliveries may come late and out of order: a file never overwrites what a later one said.
          current && (current.importedAt > options.importedAt || overtaken(current, options))
          ? "outdated"
          : null;
    if (skip) {
      skipped.push(skip);
      return [];
    }
    const before = current ? bindingsOf(current.permit).map((b) => b.mn) : [];
    const wanted = bindingsOf(permit);
    return [{ permit, current, wanted, mns: new Set([...wanted.map((b) => b.mn), ...before]) }];
  });
  const devices = await readDevices(
    at,
    changed.flatMap((c) => [...c.mns]),
  );
  const plans = changed.map(({ permit, current, wanted, mns }): Plan => {
    // Checked for the whole file already; here only when another import came in between: the retried event reports it.
    const [clash] = clashes(permit, devices, inFile, "");
    if (clash) throw new Error(`register: ${permit.permitNo}: ${clash.path} ${clash.reason}`);
    return {
      permit,
      outcome: current ? "revised" : "created",
      devices: deviceWrites(at.table, permit.permitNo, wanted, mns, devices),
      plant: plantWrites(at.table, permit, current, wanted, options),
      mns,
    };
  });
  return { plans, skipped };
}

/** Somebody changed the plant since it was looked at for this import. */
const overtaken = ({ permit, revision }: PlantRecord, { seen }: ApplyOptions): boolean =>
  seen !== undefined && seen.get(permit.permitNo) !== revision;

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
