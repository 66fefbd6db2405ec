/**
 * A carrier behind a signed HTTPS call, for regions where SNS has no SMS (aws-cn) and for city-owned gateways.
 * `POST url` with JSON `{ to, template, params, text }`; headers `idempotency-key`, `x-timestamp` (ms) and
 * `x-signature` = hex HMAC-SHA256 of `timestamp.body` under the shared secret.
 */
import { createHmac } from "node:crypto";
import { CARRIER_TIMEOUT, type SmsPort } from "./sms.ts";

export interface WebhookOptions {
  url: string;
  secret: string;
  now(): number;
  /** How long an answer is waited for, ms. */
  timeout?: number;
}

export const signature = (secret: string, timestamp: string, body: string): string =>
  createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");

export const webhookCarrier =
  ({ url, secret, now, timeout = CARRIER_TIMEOUT }: WebhookOptions): SmsPort =>
  async ({ to, template, params, text, key }) => {
    const body = JSON.stringify({ to, template, params, text });
    const timestamp = String(now());
    try {
      const answer = await fetch(url, {
        method: "POST",
        body,
        redirect: "error",
        headers: {
          "content-type": "application/json",
          "idempotency-key": key,
          "x-timestamp": timestamp,
          "x-signature": signature(secret, timestamp, body),
        },
        signal: AbortSignal.timeout(timeout),
      });
      const id = answer.headers.get("x-message-id");
      await answer.body?.cancel();
      if (answer.ok) return { state: "sent", id };
      return { state: answer.status < 500 ? "failed" : "unknown", id: null };
    } catch {
      return { state: "unknown", id: null };
    }
  };
