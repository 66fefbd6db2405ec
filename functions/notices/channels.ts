/** Ways out other than text messages, by the environment. */
import * as z from "zod/mini";
import { parameterReader } from "../shared/parameter.ts";
import type { SigningConfig } from "../shared/signed-call.ts";
import { sesMail, webhookMail, type MailPort } from "./mail.ts";
import { webPush, type PushPort } from "./web-push.ts";

const ChannelEnv = z.object({
  /** The sender's key for web push is made from it (infra/constructs/push-secret.ts). */
  WEB_PUSH_SECRET: z.string().check(z.minLength(32)),
  /** Whom a push service may turn to. */
  WEB_PUSH_SUBJECT: z.optional(z.string()),
  /** `1` on one machine under test, whose push service is on loopback. */
  WEB_PUSH_LOOPBACK: z.optional(z.literal("1")),
  MAIL_CHANNEL: z.enum(["off", "ses", "webhook"]),
  /** Set with `ses`: an address of a verified identity. */
  MAIL_SENDER: z.optional(z.string()),
  /** Set with `webhook`. */
  MAIL_WEBHOOK_URL: z.optional(z.string()),
  /** Name of the SecureString parameter that holds the shared secret. */
  MAIL_WEBHOOK_SECRET_PARAMETER: z.optional(z.string()),
  AWS_ENDPOINT_URL_SESV2: z.optional(z.string()),
  /** Set on one machine, which keeps e-mail in an outbox of its own. */
  MAIL_OUTBOX: z.optional(z.string()),
  /** Of the site, without a slash at its end. */
  SITE_URL: z.optional(z.string()),
});
type Env = z.output<typeof ChannelEnv>;

/** `secretOf`: reads a parameter; asked only for a gateway, when the first message goes there. */
function mailOf(
  env: Env,
  config: SigningConfig,
  secretOf: (name: string) => Promise<string>,
  now: () => number,
): MailPort | null {
  if (env.MAIL_OUTBOX !== undefined) return webhookMail({ url: env.MAIL_OUTBOX, secret: async () => "local", now });
  if (env.MAIL_CHANNEL === "off") return null;
  if (env.MAIL_CHANNEL === "ses") {
    if (!env.MAIL_SENDER) throw new Error("MAIL_CHANNEL is ses: MAIL_SENDER must be set");
    return sesMail(config, env.MAIL_SENDER, env.AWS_ENDPOINT_URL_SESV2);
  }
  const { MAIL_WEBHOOK_URL: url, MAIL_WEBHOOK_SECRET_PARAMETER: name } = env;
  if (!url || !name)
    throw new Error("MAIL_CHANNEL is webhook: MAIL_WEBHOOK_URL and MAIL_WEBHOOK_SECRET_PARAMETER must be set");
  let kept: Promise<string> | null = null;
  const secret = (): Promise<string> => {
    kept ??= secretOf(name).catch((error: unknown) => {
      kept = null; // it may be there the next time
      throw error;
    });
    return kept;
  };
  return webhookMail({ url, secret, now });
}

/** What the operations and functions that send need of the environment. */
export interface Senders {
  push: PushPort;
  /** Null: e-mail is off. */
  mail: MailPort | null;
  /** Where the portal is: `https://…/portal/`; null while the site has no known address. */
  portal: string | null;
  /** Of messages. */
  language: "zh" | "en";
}

export const SenderEnv = z.extend(ChannelEnv, {
  SMS_LANGUAGE: z._default(z.enum(["zh", "en"]), "zh"),
  AWS_ENDPOINT_URL_SSM: z.optional(z.string()),
});

export const sendersOf = (env: z.output<typeof SenderEnv>, config: SigningConfig, now: () => number): Senders => ({
  push: webPush({
    secret: env.WEB_PUSH_SECRET,
    subject: env.WEB_PUSH_SUBJECT,
    loopback: env.WEB_PUSH_LOOPBACK === "1",
    now,
  }),
  mail: mailOf(env, config, parameterReader(config, env.AWS_ENDPOINT_URL_SSM), now),
  portal: env.SITE_URL === undefined ? null : `${env.SITE_URL}/portal/`,
  language: env.SMS_LANGUAGE,
});
