/** The one port behind which carriers stand. China's carriers send registered templates with parameters only. */
import type { SmsContent } from "./domain/compose-sms.ts";

export interface SmsRequest extends SmsContent {
  /** E.164. */
  to: string;
  /** The same for every try of the same message: carriers that know idempotency keys send it once. */
  key: string;
}

/** `unknown`: no answer came; whether it was sent nobody knows, and it is not repeated in this tick. */
export interface SmsOutcome {
  state: "sent" | "failed" | "unknown";
  id: string | null;
}

export type SmsPort = (request: SmsRequest) => Promise<SmsOutcome>;

/** A carrier that does not answer within this time has not answered (ms). */
export const CARRIER_TIMEOUT = 8_000;
