/** A contact answers a warning by SMS: repeats to all recipients of the plant pause, a rise is sent all the same. */
import type { RuleData } from "../../layers/rule-data.ts";
import { contactsAt } from "../register/domain/contacts.ts";
import type { Register } from "../register/repository.ts";
import { MINUTE } from "../shared/shanghai.ts";
import { pausedState } from "./domain/plant-state.ts";
import { hashPhone } from "./dispatch.ts";
import { ACTIONS, type Acknowledgement, type WarningLedger } from "./repository.ts";

export interface Reply {
  /** E.164. */
  from: string;
  text: string;
  /** Epoch ms. */
  at: number;
}

export interface AcknowledgeServices {
  ledger: Pick<WarningLedger, "plant" | "putPlant" | "plantsOfPhone" | "putAcknowledgement">;
  register: Pick<Register, "getPlant">;
  ruleData: RuleData;
}

/** An answer to a warning of longer ago is not taken for one. */
const ANSWERABLE = 60 * MINUTE;

/** The action a text names by its first digit, 1–4 as the message offers them; null when it names none. */
export function actionOf(text: string): Acknowledgement["action"] | null {
  const digit = /^\D{0,8}([1-4１-４])(?!\d)/.exec(text.trim())?.[1];
  if (digit === undefined) return null;
  return ACTIONS["1234".indexOf(digit.normalize("NFKC"))] ?? null;
}

/**
 * Takes an answer in; returns the plants whose episodes are acknowledged by it. An answer goes to every plant that
 * warned this phone within the last hour: who looks after two plants and answers once means what he was told last.
 */
export async function acknowledge(
  reply: Reply,
  { ledger, register, ruleData }: AcknowledgeServices,
): Promise<string[]> {
  const action = actionOf(reply.text);
  if (action === null) return [];
  const phoneHash = hashPhone(reply.from);
  const recent = (await ledger.plantsOfPhone(phoneHash)).filter(
    (p) => reply.at - p.tick <= ANSWERABLE && p.tick <= reply.at,
  );
  const plants: string[] = [];
  for (const { permitNo } of recent) {
    const plant = await register.getPlant(permitNo);
    // Whoever is no longer a contact of the plant does not speak for it.
    const contacts = plant ? contactsAt(plant.permit, plant.contacts, reply.at) : [];
    if (!contacts.some((c) => c.phone === reply.from)) continue;
    await ledger.putAcknowledgement({ permitNo, phoneHash, at: reply.at, action, text: reply.text.slice(0, 200) });
    await pause(permitNo, reply.at, reply.at + ruleData.warning(reply.at).sms.acknowledgePause * MINUTE, ledger);
    plants.push(permitNo);
  }
  return plants;
}

async function pause(
  permitNo: string,
  at: number,
  until: number,
  ledger: AcknowledgeServices["ledger"],
): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const { state, version } = await ledger.plant(permitNo);
    const next = pausedState(state, at, until);
    if (next === null || (await ledger.putPlant(permitNo, next, version, [], state))) return;
  }
  throw new Error(
    `the state of ${permitNo} changed five times while an answer was being taken in; it will be tried again`,
  );
}
