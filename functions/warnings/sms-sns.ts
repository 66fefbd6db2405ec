/** Amazon SNS as carrier. It sends the text; templates and parameters are for carriers that need them. */
import { PublishCommand, SNSServiceException, type SNSClient } from "@aws-sdk/client-sns";
import { CARRIER_TIMEOUT, type SmsPort } from "./sms.ts";

/** The client must try once only (`maxAttempts` 1): a second try could send twice. */
export const snsCarrier =
  (sns: Pick<SNSClient, "send">): SmsPort =>
  async ({ to, text }) => {
    try {
      const { MessageId = null } = await sns.send(
        new PublishCommand({
          PhoneNumber: to,
          Message: text,
          MessageAttributes: { "AWS.SNS.SMS.SMSType": { DataType: "String", StringValue: "Transactional" } },
        }),
        { abortSignal: AbortSignal.timeout(CARRIER_TIMEOUT) },
      );
      return { state: "sent", id: MessageId };
    } catch (error) {
      // A refusal (4xx) is an answer: it was not sent. Everything else may have been.
      const refused = error instanceof SNSServiceException && (error.$metadata.httpStatusCode ?? 500) < 500;
      return { state: refused ? "failed" : "unknown", id: null };
    }
  };
