/** Sends what a tick owes: every message is claimed before it leaves and ends sent, failed, unknown, expired or capped. */
import { createHash } from "node:crypto";
import type { RuleData } from "../../layers/rule-data.ts";
import type { Permit } from "../register/domain/permit.ts";
import { eachInParallel } from "../shared/in-parallel.ts";
import { formatMinute, MINUTE } from "../shared/shanghai.ts";
import { composeSms, type Language } from "./domain/compose-sms.ts";
import type { Episode } from "./domain/episode.ts";
import type { DueMessage } from "./domain/plant-state.ts";
import type { Claim, WarningLedger } from "./repository.ts";
import type { SmsPort } from "./sms.ts";

export interface DispatchServices {
  ledger: WarningLedger;
  sms: SmsPort;
  ruleData: RuleData;
  language: Language;
  now(): number;
}

export interface Owed {
  permit: Permit;
  tick: number;
  message: DueMessage;
  /** Open episodes as the tick left them. */
  episodes: readonly Episode[];
}

export type Outcome = "sent" | "failed" | "unknown" | "expired" | "capped" | "there";

/** Phones at a time: two calls full of claims. */
const WIDTH = 50;

/** A phone in keys: stable, and of no use to who reads keys or logs. */
export const hashPhone = (phone: string): string =>
  createHash("sha256").update(`phone:${phone}`).digest("hex").slice(0, 24);

const claimOf = (
  { permit, tick, message }: Omit<Owed, "episodes">,
  { ruleData, language }: DispatchServices,
): Omit<Claim, "cap"> & { content: ReturnType<typeof composeSms> } => {
  const content = composeSms(permit, message.lines, ruleData, language, ruleData.warning(tick).sms.segments);
  const lines = message.lines.map(({ roles: _roles, ...shown }) => shown);
  return {
    permitNo: permit.permitNo,
    tick,
    phone: message.to,
    phoneHash: hashPhone(message.to),
    text: content.text,
    lines,
    content,
  };
};

/**
 * Sends all messages of a tick: phones side by side, a phone's own messages in the order of permits (the cap is theirs).
 * A message that fails stops no other; why goes to `failures`.
 */
export async function dispatch(
  owed: readonly Owed[],
  services: DispatchServices,
  failures: unknown[],
): Promise<Map<Outcome, number>> {
  const tally = new Map<Outcome, number>();
  const byPhone = Map.groupBy(owed, (o) => o.message.to);
  await eachInParallel([...byPhone.values()], WIDTH, failures, (messages) =>
    eachInParallel(
      messages.toSorted((a, b) => (a.permit.permitNo < b.permit.permitNo ? -1 : 1)),
      1,
      failures,
      async (one) => {
        const outcome = await send(one, services);
        tally.set(outcome, (tally.get(outcome) ?? 0) + 1);
      },
    ),
  );
  return tally;
}

async function send(one: Owed, services: DispatchServices): Promise<Outcome> {
  const { ledger, sms, ruleData, now } = services;
  const { sms: numbers } = ruleData.warning(one.tick);
  const { content, ...claim } = claimOf(one, services);
  if (now() - one.tick > numbers.lateTick * MINUTE) {
    await ledger.expire(claim);
    return "expired";
  }
  const exempt = one.message.lines.some((l) => l.level === 3 || l.kind === "recovered" || l.kind === "escalated");
  const claimed = await ledger.claim({ ...claim, cap: exempt ? null : numbers.dailyCap });
  if (claimed !== "claimed") return claimed;
  const key = createHash("sha256")
    .update(`${claim.permitNo}|${formatMinute(one.tick)}|${claim.phoneHash}`)
    .digest("hex");
  const { state, id } = await sms({ ...content, to: claim.phone, key });
  await ledger.settle(claim.permitNo, claim.tick, claim.phoneHash, state, id);
  if (state !== "failed" && one.message.lines.some((l) => l.kind === "warning"))
    await ledger.noteRecipient(claim.permitNo, claim.tick, claim.phoneHash);
  return state;
}

/**
 * Settles what an earlier tick left behind when it was cut off: claimed and never answered is unknown, never claimed is
 * expired. Called before the next tick of the plant is judged.
 */
export async function settleLeftovers(
  permit: Permit,
  tick: number,
  outbox: readonly DueMessage[],
  services: DispatchServices,
): Promise<void> {
  if (outbox.length === 0) return;
  const phones = outbox.map(({ to }) => hashPhone(to));
  const known = await services.ledger.sendsTo(permit.permitNo, tick, phones);
  for (const message of outbox) {
    const { content: _, ...claim } = claimOf({ permit, tick, message }, services);
    const state = known.get(claim.phoneHash);
    if (state === undefined) await services.ledger.expire(claim);
    else if (state === "claimed") await services.ledger.settle(permit.permitNo, tick, claim.phoneHash, "unknown", null);
  }
}
