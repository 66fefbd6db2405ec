/** Messages of a topic to the functions that the template subscribes to it, as asynchronous invocations. */
import { randomUUID } from "node:crypto";
import * as z from "zod/mini";
import type { AsyncQueue } from "./async-queue.ts";
import { parse, type MachineDefinition } from "./definition.ts";
import type { Assembly } from "./template.ts";

const Subscription = z.looseObject({ TopicArn: z.string(), Protocol: z.string(), Endpoint: z.string() });

/** What to call within the write that makes a message durable; true when a function has subscribed to the topic. */
export function topicSubscribers(
  assembly: Pick<Assembly, "ofType">,
  { functions }: Pick<MachineDefinition, "functions">,
  queue: () => AsyncQueue | undefined,
  now: () => number,
): (topic: string, message: string) => boolean {
  const subscribed = assembly
    .ofType("AWS::SNS::Subscription")
    .map((resource) => parse(resource, Subscription))
    .filter(({ Protocol }) => Protocol === "lambda")
    .flatMap(({ TopicArn, Endpoint }) => {
      const target = functions.find(({ arn }) => arn === Endpoint);
      return target ? [{ TopicArn, target }] : [];
    });
  return (topic, message) => {
    const targets = subscribed.filter(({ TopicArn }) => TopicArn === topic);
    for (const { target } of targets) {
      const Sns = {
        Type: "Notification",
        MessageId: randomUUID(),
        TopicArn: topic,
        Message: message,
        Timestamp: new Date(now()).toISOString(),
      };
      const payload = JSON.stringify({ Records: [{ EventSource: "aws:sns", EventVersion: "1.0", Sns }] });
      queue()?.insert({ functionName: target.name, payload, ...target.async }, now());
    }
    return targets.length > 0;
  };
}
