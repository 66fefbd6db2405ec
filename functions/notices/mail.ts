/** The port behind which e-mail leaves: Amazon SES, or an HTTPS gateway with the signature of the text messages' one. */
import { signature } from "../warnings/sms-webhook.ts";
import { signedCall, type SigningConfig } from "../shared/signed-call.ts";

export interface Mail {
  to: string;
  subject: string;
  text: string;
  /** The same for every try of the same message. */
  key: string;
}
/** `unknown`: no answer came, and it is not sent again. */
export interface MailOutcome {
  state: "sent" | "failed" | "unknown";
}
export type MailPort = (mail: Mail) => Promise<MailOutcome>;

const TIMEOUT = 8_000;

/** Amazon SES v2. `sender`: an address of a verified identity. */
export const sesMail =
  (config: SigningConfig, sender: string, endpoint: string | undefined): MailPort =>
  async ({ to, subject, text }) => {
    const part = (Data: string): object => ({ Data, Charset: "UTF-8" });
    const Content = { Simple: { Subject: part(subject), Body: { Text: part(text) } } };
    const body = JSON.stringify({ FromEmailAddress: sender, Destination: { ToAddresses: [to] }, Content });
    return outcome(() =>
      signedCall(config, {
        service: "ses",
        url: (region) => `https://email.${region}.amazonaws.com/v2/email/outbound-emails`,
        endpoint,
        headers: { "content-type": "application/json" },
        body,
        timeout: TIMEOUT,
      }),
    );
  };

/** `POST url` with JSON `{ to, subject, text }`; headers as of the text messages' gateway (docs/deploy.md). */
export const webhookMail =
  ({ url, secret, now }: { url: string; secret(): Promise<string>; now(): number }): MailPort =>
  async ({ to, subject, text, key }) => {
    const shared = await secret();
    const body = JSON.stringify({ to, subject, text });
    const timestamp = String(now());
    return outcome(() =>
      fetch(url, {
        method: "POST",
        body,
        redirect: "error",
        headers: {
          "content-type": "application/json",
          "idempotency-key": key,
          "x-timestamp": timestamp,
          "x-signature": signature(shared, timestamp, body),
        },
        signal: AbortSignal.timeout(TIMEOUT),
      }),
    );
  };

/** A refusal (4xx) is an answer: it was not sent. Everything else may have been. */
async function outcome(send: () => Promise<Response>): Promise<MailOutcome> {
  try {
    const answer = await send();
    await answer.body?.cancel();
    if (answer.ok) return { state: "sent" };
    return { state: answer.status < 500 ? "failed" : "unknown" };
  } catch {
    return { state: "unknown" };
  }
}
