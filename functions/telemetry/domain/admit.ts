/** May this piece of a message come in? The checks between the codec and the blocks, in the order of the contract. */
import type { Binding } from "../../register/domain/bindings.ts";
import { inForce } from "../../register/domain/permit.ts";
import { DAY, MINUTE } from "../../shared/shanghai.ts";
import type { Topic } from "./read-payload.ts";
import type { DeviceRecord, QuarantineReason } from "./reading.ts";

export type Admission =
  | { ok: true; permitNo: string; outlet: string | null }
  | { ok: false; reason: QuarantineReason; detail: string };

/** The MN that the topic allows itself to speak for; null when any of a gateway's. */
export function admit(
  record: DeviceRecord,
  topic: Topic,
  bindings: readonly Binding[],
  receivedAt: number,
  clock: { aheadMinutes: number; behindDays: number },
): Admission {
  if (topic.kind === "device" && record.mn !== topic.mn)
    return { ok: false, reason: "mn-mismatch", detail: `the frame says MN ${record.mn}, the topic is ${topic.mn}'s` };
  if (bindings.length === 0)
    return { ok: false, reason: "mn-unknown", detail: `MN ${record.mn} is in no permit of the register` };
  const t = record.dataTime;
  if (t !== null && t > receivedAt + clock.aheadMinutes * MINUTE)
    return {
      ok: false,
      reason: "time",
      detail: `DataTime is more than ${clock.aheadMinutes} minutes ahead of the receipt`,
    };
  if (t !== null && t < receivedAt - clock.behindDays * DAY)
    return { ok: false, reason: "time", detail: `DataTime is more than ${clock.behindDays} days behind the receipt` };
  const bound = bindings.find((b) => inForce(b, t ?? receivedAt));
  if (!bound)
    return { ok: false, reason: "mn-unknown", detail: `MN ${record.mn} is bound to no outlet at its DataTime` };
  if (topic.kind === "gateway" && bound.permitNo !== topic.permitNo)
    return {
      ok: false,
      reason: "mn-mismatch",
      detail: `MN ${record.mn} belongs to another permit than ${topic.permitNo}`,
    };
  return { ok: true, permitNo: bound.permitNo, outlet: bound.outlet };
}
