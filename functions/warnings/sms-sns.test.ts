import { PublishCommand, SNSServiceException } from "@aws-sdk/client-sns";
import { expect, it } from "vitest";
import { snsCarrier } from "./sms-sns.ts";

const request = { to: "+8613900000001", template: "t", params: {}, text: "hello", key: "k" };
const carrier = (send: (command: PublishCommand) => Promise<object>): ReturnType<typeof snsCarrier> =>
  snsCarrier({ send: send as never });
const refusal = (status: number | undefined): SNSServiceException =>
  new SNSServiceException({
    name: "X",
    message: "no",
    $fault: "client",
    $metadata: status === undefined ? {} : { httpStatusCode: status },
  });

it("sends text to phone as a transactional message", async () => {
  const sent: PublishCommand["input"][] = [];
  const send = carrier(async (command) => {
    sent.push(command.input);
    return { MessageId: "m" };
  });
  expect(await send(request)).toEqual({ state: "sent", id: "m" });
  expect(sent).toMatchObject([
    {
      PhoneNumber: request.to,
      Message: "hello",
      MessageAttributes: { "AWS.SNS.SMS.SMSType": { StringValue: "Transactional" } },
    },
  ]);
});

it.each([
  ["a refusal (400) was not sent", refusal(400), "failed"],
  ["a throttle (429) was not sent", refusal(429), "failed"],
  ["a fault (500) may have been sent", refusal(500), "unknown"],
  ["a fault without a status may have been sent", refusal(undefined), "unknown"],
  ["a lost connection may have been sent", new Error("socket hang up"), "unknown"],
])("%s", async (_, error, state) => {
  expect(await carrier(() => Promise.reject(error))(request)).toEqual({ state, id: null });
});
