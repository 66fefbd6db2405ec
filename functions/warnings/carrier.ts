/** Which carrier sends, by the environment. */
import type { SNSClient } from "@aws-sdk/client-sns";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import * as z from "zod/mini";
import type { SmsPort } from "./sms.ts";
import { snsCarrier } from "./sms-sns.ts";
import { webhookCarrier } from "./sms-webhook.ts";

export const CarrierEnv = z.object({
  SMS_CHANNEL: z.enum(["sns", "webhook"]),
  /** Set with `webhook`. */
  SMS_WEBHOOK_URL: z.optional(z.string()),
  /** Name of the SecureString parameter that holds the shared secret. */
  SMS_WEBHOOK_SECRET_PARAMETER: z.optional(z.string()),
  SMS_LANGUAGE: z._default(z.enum(["zh", "en"]), "zh"),
});

export async function carrierOf(env: z.output<typeof CarrierEnv>, sns: SNSClient, now: () => number): Promise<SmsPort> {
  if (env.SMS_CHANNEL === "sns") return snsCarrier(sns);
  const { SMS_WEBHOOK_URL: url, SMS_WEBHOOK_SECRET_PARAMETER: name } = env;
  if (!url || !name)
    throw new Error("SMS_CHANNEL is webhook: SMS_WEBHOOK_URL and SMS_WEBHOOK_SECRET_PARAMETER must be set");
  const { Parameter } = await new SSMClient().send(new GetParameterCommand({ Name: name, WithDecryption: true }));
  if (!Parameter?.Value) throw new Error(`the parameter ${name} has no value: store the carrier's shared secret there`);
  return webhookCarrier({ url, secret: Parameter.Value, now });
}
