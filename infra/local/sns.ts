/**
 * SNS Publish: text messages go to the outbox on disk, topic messages to the functions that subscribe to the topic, else to
 * the operators' list. Loopback only.
 */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { denialOf, type Permissions, type Refusal } from "./iam/permissions.ts";
import { xml, type LocalServer } from "./s3.ts";
import type { Store } from "./store.ts";

export interface OutboxMessage {
  id: number;
  at: number;
  to: string;
  text: string;
  /** From the message attribute `permitNo`; null when the sender gave none. */
  permitNo: string | null;
  attributes: Record<string, string>;
}
export interface TopicMessage {
  at: number;
  topicArn: string;
  subject: string | null;
  message: string;
}
/** What the carrier does to a message, for tests: accept it, refuse it, answer late, or keep it and never answer. */
export type CarrierFault =
  | { kind: "fail"; status?: number }
  | { kind: "late"; ms: number }
  | { kind: "hang" }
  | { kind: "lost-answer" };

export interface LocalSns extends LocalServer {
  /** Newest first. */
  outbox(limit?: number): OutboxMessage[];
  topicMessages(limit?: number): TopicMessage[];
  /** Sets the carrier's behaviour for the messages that `decide` returns a fault for. */
  setFault(decide: ((to: string, text: string) => CarrierFault | null) | null): void;
}

const E164 = /^\+[1-9]\d{6,14}$/;

/** Starts the endpoint. `topics` are the ARNs of the template. */
export async function startSns({
  store,
  topics,
  permissions,
  now,
  deliver,
}: {
  store: Store;
  topics: readonly string[];
  permissions: Permissions;
  now: () => number;
  /** Hands a message of a topic to who has subscribed, within the write that makes it durable; true when somebody has. */
  deliver?: (topic: string, message: string) => boolean;
}): Promise<LocalSns> {
  const { db } = store;
  db.exec(`
    CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER, phone TEXT, text TEXT, attributes TEXT);
    CREATE TABLE IF NOT EXISTS topic_messages (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER, topic TEXT, subject TEXT, message TEXT)`);
  const addSms = db.prepare("INSERT INTO outbox (at, phone, text, attributes) VALUES (?, ?, ?, ?)");
  const addTopic = db.prepare("INSERT INTO topic_messages (at, topic, subject, message) VALUES (?, ?, ?, ?)");
  let fault: ((to: string, text: string) => CarrierFault | null) | null = null;

  const refuse = (response: ServerResponse, status: number, code: string, message: string): void => {
    response.writeHead(status, { "content-type": "text/xml" });
    response.end(
      xml("ErrorResponse", {
        Error: { Type: status < 500 ? "Sender" : "Receiver", Code: code, Message: message },
        RequestId: randomUUID(),
      }),
    );
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = new URLSearchParams(await readText(request));
    if (form.get("Action") !== "Publish")
      return refuse(
        response,
        400,
        "InvalidAction",
        `${form.get("Action")} is unknown to the one-machine target; it serves Publish`,
      );
    const phone = form.get("PhoneNumber");
    const topic = form.get("TopicArn") ?? form.get("TargetArn");
    // To IAM the number is the resource of a text message.
    const resource = topic ?? phone ?? "*";
    const refusal = permissions.check(request.headers.authorization, [{ action: "SNS:Publish", resource }]);
    if (refusal) return refuse(response, 403, ...wordsOf(refusal));
    const text = form.get("Message") ?? "";
    if (!text) return refuse(response, 400, "InvalidParameter", "Invalid parameter: Empty message");
    if (phone !== null) {
      if (!E164.test(phone))
        return refuse(response, 400, "InvalidParameter", "Invalid parameter: PhoneNumber Reason: must be E.164 with +");
      const happens = fault?.(phone, text) ?? null;
      if (happens?.kind === "fail")
        return refuse(response, happens.status ?? 500, "InternalError", "the carrier refuses (fault injected)");
      if (happens?.kind === "hang") return;
      if (happens?.kind === "late") await new Promise((done) => setTimeout(done, happens.ms));
      await store.write(() => addSms.run(now(), phone, text, JSON.stringify(attributesOf(form))));
      if (happens?.kind === "lost-answer") return void response.destroy();
    } else if (topic !== null) {
      if (!topics.includes(topic)) return refuse(response, 404, "NotFound", "Topic does not exist");
      await store.write(() => {
        if (deliver?.(topic, text) !== true) addTopic.run(now(), topic, form.get("Subject"), text);
      });
    } else {
      return refuse(response, 400, "InvalidParameter", "Invalid parameter: TopicArn or PhoneNumber is required");
    }
    response.writeHead(200, { "content-type": "text/xml" });
    response.end(
      xml("PublishResponse", {
        PublishResult: { MessageId: randomUUID() },
        ResponseMetadata: { RequestId: randomUUID() },
      }),
    );
  };

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) =>
      refuse(response, 500, "InternalError", (error as Error).message),
    );
  });
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    endpoint: `http://127.0.0.1:${port}`,
    outbox: (limit = 500) =>
      (db.prepare("SELECT * FROM outbox ORDER BY id DESC LIMIT ?").all(limit) as Record<string, unknown>[]).map(
        (row) => {
          const attributes = JSON.parse(row["attributes"] as string) as Record<string, string>;
          return {
            id: row["id"] as number,
            at: row["at"] as number,
            to: row["phone"] as string,
            text: row["text"] as string,
            permitNo: attributes["permitNo"] ?? null,
            attributes,
          };
        },
      ),
    topicMessages: (limit = 500) =>
      (db.prepare("SELECT * FROM topic_messages ORDER BY id DESC LIMIT ?").all(limit) as Record<string, unknown>[]).map(
        (row) => ({
          at: row["at"] as number,
          topicArn: row["topic"] as string,
          subject: row["subject"] as string | null,
          message: row["message"] as string,
        }),
      ),
    setFault: (decide) => (fault = decide),
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Code and message. */
function wordsOf(refusal: Refusal): [string, string] {
  if (refusal.kind === "denied") return ["AuthorizationError", denialOf(refusal)];
  return refusal.kind === "unsigned"
    ? ["MissingAuthenticationToken", "Request is missing Authentication Token"]
    : ["InvalidClientTokenId", "The security token included in the request is invalid."];
}

/** `MessageAttributes.entry.N.Name` and `.Value.StringValue` of the query protocol. */
function attributesOf(form: URLSearchParams): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (let n = 1; form.has(`MessageAttributes.entry.${n}.Name`); n += 1)
    attributes[form.get(`MessageAttributes.entry.${n}.Name`) ?? ""] =
      form.get(`MessageAttributes.entry.${n}.Value.StringValue`) ?? "";
  return attributes;
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
