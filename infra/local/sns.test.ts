import { join } from "node:path";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { afterEach, beforeEach, expect, test } from "vitest";
import { EVERYTHING } from "./iam/permissions.ts";
import { startSns, type LocalSns } from "./sns.ts";
import { openStore, type Store } from "./store.ts";
import { eventually, temporaryFolder } from "./test-assembly.ts";

const TOPIC = "arn:aws:sns:local-1:000000000000:operators";
const NOW = Date.parse("2026-10-01T00:35:00Z");
let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
let sns: LocalSns;
let client: SNSClient;

beforeEach(async () => {
  folder = temporaryFolder();
  store = openStore(join(folder.path, "machine.sqlite"));
  sns = await startSns({ store, topics: [TOPIC], permissions: EVERYTHING, now: () => NOW });
  client = new SNSClient({
    endpoint: sns.endpoint,
    region: "local-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    maxAttempts: 1,
  });
});
afterEach(async () => {
  client.destroy();
  await sns.stop();
  store.close();
  folder[Symbol.dispose]();
});
const send = (PhoneNumber: string, Message = "【预警】NOₓ & <限值>"): Promise<unknown> =>
  client.send(new PublishCommand({ PhoneNumber, Message }));

test("a text message is in the outbox, newest first, with the machine's time and its attributes", async () => {
  await send("+8613800000001");
  const { MessageId } = await client.send(
    new PublishCommand({
      PhoneNumber: "+8613800000002",
      Message: "二",
      MessageAttributes: { permitNo: { DataType: "String", StringValue: "P1" } },
    }),
  );
  expect(MessageId).toMatch(/^[0-9a-f-]{36}$/);
  expect(sns.outbox()).toMatchObject([
    { to: "+8613800000002", text: "二", permitNo: "P1", at: NOW },
    { to: "+8613800000001", text: "【预警】NOₓ & <限值>", permitNo: null },
  ]);
});

test.each(["13800000001", "+086", "+86138000000011111", "phone"])("%s is not E.164 and is refused", async (phone) => {
  await expect(send(phone)).rejects.toMatchObject({ name: "InvalidParameterException" });
  expect(sns.outbox()).toEqual([]);
});

test("a topic message goes to the operators' list; an unknown topic is refused", async () => {
  await client.send(new PublishCommand({ TopicArn: TOPIC, Subject: "outage", Message: "20 devices" }));
  expect(sns.topicMessages()).toEqual([{ at: NOW, topicArn: TOPIC, subject: "outage", message: "20 devices" }]);
  await expect(client.send(new PublishCommand({ TopicArn: `${TOPIC}x`, Message: "1" }))).rejects.toMatchObject({
    name: "NotFoundException",
  });
});

test("the carrier can be told to refuse, to answer late, to lose its answer, and never to answer", async () => {
  sns.setFault(() => ({ kind: "fail" }));
  await expect(send("+8613800000001")).rejects.toThrow();
  expect(sns.outbox()).toHaveLength(0);
  sns.setFault(() => ({ kind: "late", ms: 20 }));
  await send("+8613800000001");
  expect(sns.outbox()).toHaveLength(1);
  sns.setFault(() => ({ kind: "lost-answer" }));
  await expect(send("+8613800000001")).rejects.toThrow();
  expect(sns.outbox()).toHaveLength(2);
  sns.setFault((to) => (to.endsWith("9") ? { kind: "hang" } : null));
  const controller = new AbortController();
  const hanging = client.send(new PublishCommand({ PhoneNumber: "+8613800000009", Message: "x" }), {
    abortSignal: controller.signal,
  });
  await send("+8613800000001");
  controller.abort();
  await expect(hanging).rejects.toMatchObject({ name: "AbortError" });
  await eventually(() => sns.outbox().length === 3);
});
