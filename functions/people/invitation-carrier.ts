/** The carrier of the warnings, for the few messages that the API sends: the client of SNS would weigh more than the API may. */
import type * as z from "zod/mini";
import { parameterReader } from "../shared/parameter.ts";
import { signedCall, suffixOf, type SigningConfig } from "../shared/signed-call.ts";
import type { CarrierEnv } from "../warnings/carrier.ts";
import { CARRIER_TIMEOUT, type SmsPort } from "../warnings/sms.ts";
import { webhookCarrier } from "../warnings/sms-webhook.ts";

type Env = Omit<z.output<typeof CarrierEnv>, "SMS_LANGUAGE"> & {
  AWS_ENDPOINT_URL_SNS?: string | undefined;
  AWS_ENDPOINT_URL_SSM?: string | undefined;
};

/** Throws where the environment says `webhook` and not where it is. */
export function invitationCarrier(env: Env, config: SigningConfig, now: () => number): SmsPort {
  if (env.SMS_CHANNEL === "sns") return signedSns(config, env.AWS_ENDPOINT_URL_SNS);
  const { SMS_WEBHOOK_URL: url, SMS_WEBHOOK_SECRET_PARAMETER: name } = env;
  if (!url || !name)
    throw new Error("SMS_CHANNEL is webhook: SMS_WEBHOOK_URL and SMS_WEBHOOK_SECRET_PARAMETER must be set");
  const secretOf = parameterReader(config, env.AWS_ENDPOINT_URL_SSM);
  // Invitations are rare: who changes the secret need not start anything anew.
  return async (request) => webhookCarrier({ url, secret: await secretOf(name), now })(request);
}

/** Publish of SNS to a phone. One try: a second one could send twice. */
export const signedSns =
  (config: SigningConfig, endpoint: string | undefined): SmsPort =>
  async ({ to, text }) => {
    const form = new URLSearchParams({
      Action: "Publish",
      Version: "2010-03-31",
      PhoneNumber: to,
      Message: text,
      "MessageAttributes.entry.1.Name": "AWS.SNS.SMS.SMSType",
      "MessageAttributes.entry.1.Value.DataType": "String",
      "MessageAttributes.entry.1.Value.StringValue": "Transactional",
    });
    try {
      const answer = await signedCall(config, {
        service: "sns",
        url: (region) => `https://sns.${region}.${suffixOf(region)}/`,
        endpoint,
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: form.toString(),
        timeout: CARRIER_TIMEOUT,
      });
      const id = /<MessageId>([^<]+)</.exec(await answer.text())?.[1] ?? null;
      if (answer.ok) return { state: "sent", id };
      // A refusal (4xx) is an answer: it was not sent. Everything else may have been.
      return { state: answer.status < 500 ? "failed" : "unknown", id: null };
    } catch {
      return { state: "unknown", id: null };
    }
  };
