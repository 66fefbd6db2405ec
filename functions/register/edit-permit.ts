/** What one person's change of one permit writes: the same as an import of it, in one transaction on what was read. */
import { randomUUID } from "node:crypto";
import type { SaidProblem } from "../shared/problems.ts";
import { clashes } from "./apply-permits.ts";
import { bindingsOf } from "./domain/bindings.ts";
import { REASONS } from "./domain/permit-reasons.ts";
import type { Permit } from "./domain/permit.ts";
import { deviceWrites, plantWrites, type ApplyOptions, type Write } from "./permit-writes.ts";
import { stateWrite } from "./register-state.ts";
import { readDevices, readState, type RegisterTable } from "./register-table.ts";
import { permitText, type PlantRecord } from "./stored-items.ts";

/** DynamoDB's 100 less the plant's, the register's and the audit trail's own. */
const MOST_DEVICES = 90;
/** An item holds 400 KB: the plant's has its contacts beside the permit. */
const MOST_BYTES = 300_000;

/**
 * The writes that make `permit` follow what `current` is, on the condition that nothing of it changed since it was read; or
 * why it cannot be: a device that another plant has at the same time, or more than one transaction holds.
 */
export async function editWrites(
  at: RegisterTable,
  permit: Permit,
  current: PlantRecord,
  options: Omit<ApplyOptions, "newCode"> & { version?: string },
): Promise<{ ok: true; writes: Write[] } | { ok: false; problems: SaidProblem[] }> {
  const { permitNo } = permit;
  const wanted = bindingsOf(permit);
  const mns = new Set([...wanted, ...bindingsOf(current.permit)].map((b) => b.mn));
  const [devices, state] = await Promise.all([readDevices(at, [...mns]), readState(at)]);
  const problems = clashes(permit, devices, new Set([permitNo]), "");
  const changed = deviceWrites(at.table, permitNo, wanted, mns, devices);
  const refuse = ({ en, zh }: { en: string; zh: string }): unknown => problems.push({ path: "", reason: en, zh });
  if (changed.length > MOST_DEVICES) refuse(REASONS.tooManyDevices(MOST_DEVICES));
  if (Buffer.byteLength(permitText(permit)) > MOST_BYTES) refuse(REASONS.tooLong(MOST_BYTES));
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    writes: [
      ...changed,
      // The plant has its public code already.
      ...plantWrites(at.table, permit, current, wanted, { ...options, newCode: () => current.code }),
      stateWrite(at.table, state, options.version ?? randomUUID(), {
        plants: [permitNo],
        devices: changed.map((write) => String(write.Put?.Item?.pk).slice("DEVICE#".length)),
      }),
    ],
  };
}
