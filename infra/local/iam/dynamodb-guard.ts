/**
 * Stands between the functions and the embedded DynamoDB: reads every request, asks for permission, and hands on the
 * very bytes, or refuses in DynamoDB's words. Answers pass unread. A relay of bytes costs a third of what a proxy of
 * Node's HTTP does (docs/architecture.md), and this is on the way of every reading.
 */
import { createServer, connect, type Socket } from "node:net";
import { crc32 } from "node:zlib";
import { randomUUID } from "node:crypto";
import type { LocalServer } from "../s3.ts";
import { dynamoAccesses, UnreadableCall } from "./dynamodb-accesses.ts";
import { exceptionOf, type Permissions } from "./permissions.ts";

const MAX_HEAD = 64 * 2 ** 10;
/** A batch of writes is 16 MB at most; base64 and JSON make it more on the wire. */
const MAX_BODY = 32 * 2 ** 20;

export interface GuardOptions {
  /** `http://…` of the engine. */
  endpoint: string;
  permissions: Permissions;
  arnOf: (table: string) => string;
}

/** Listens on a free loopback port. Every connection has its own to the engine, and ends with it. */
export async function startDynamoGuard({ endpoint, permissions, arnOf }: GuardOptions): Promise<LocalServer> {
  const { hostname, port, protocol } = new URL(endpoint);
  if (protocol !== "http:")
    throw new Error(`DYNAMODB_ENDPOINT is ${endpoint}: functions reach an engine by http:// only, on this machine`);
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    const engine = connect({ host: hostname, port: Number(port || 80), noDelay: true });
    open.add(client);
    const read = requestReader(
      (head, body, bytes) => {
        const problem = examine(head, body);
        if (problem) client.write(answer(problem));
        else if (!engine.write(bytes)) {
          client.pause();
          engine.once("drain", () => client.resume());
        }
      },
      (problem) => client.end(answer(problem)),
    );
    client.on("data", read);
    engine.pipe(client);
    client.on("error", () => client.destroy());
    engine.on("error", () => client.destroy());
    engine.on("close", () => client.destroy());
    client.on("close", () => {
      open.delete(client);
      engine.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  function examine(head: string, body: Buffer): Problem | null {
    const operation = /\r\nx-amz-target: *DynamoDB(?:Streams)?_20120810\.(\w+)/i.exec(head)?.[1];
    if (operation === undefined) return { type: "UnknownOperationException", message: "" };
    try {
      const accesses = dynamoAccesses(operation, JSON.parse(body.toString()), arnOf);
      const refusal = permissions.check(/\r\nauthorization: *([^\r]+)/i.exec(head)?.[1], accesses);
      return refusal && exceptionOf(refusal);
    } catch (error) {
      if (error instanceof UnreadableCall) return { type: "ValidationException", message: error.message };
      return { type: "SerializationException", message: (error as Error).message };
    }
  }

  return {
    endpoint: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    stop: () => {
      for (const client of open) client.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

interface Problem {
  type: string;
  message: string;
}

/** Cuts a stream of HTTP/1.1 requests into head and body. What it cannot bound or delimit is the end of the connection. */
function requestReader(
  take: (head: string, body: Buffer, bytes: Buffer) => void,
  giveUp: (problem: Problem) => void,
): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let size = 0;
  /** Bytes without which nothing more can be read. */
  let needed = 1;
  const end = (message: string): void => {
    needed = Infinity;
    chunks = [];
    giveUp({ type: "SerializationException", message });
  };
  return (chunk) => {
    if (needed === Infinity) return;
    chunks.push(chunk);
    size += chunk.length;
    while (size >= needed) {
      const bytes = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
      chunks = [bytes];
      const headEnd = bytes.indexOf("\r\n\r\n");
      if (headEnd < 0) {
        if (size > MAX_HEAD) return end("the request's head is too large");
        needed = size + 1;
        return;
      }
      const head = bytes.toString("latin1", 0, headEnd);
      if (/\r\ntransfer-encoding:/i.test(head)) return end("a request must say its length");
      const length = Number(/\r\ncontent-length: *(\d+) *(?:\r|$)/i.exec(head)?.[1] ?? 0);
      if (length > MAX_BODY) return end(`a request of ${length} bytes is too large`);
      const whole = headEnd + 4 + length;
      if (size < whole) {
        needed = whole;
        return;
      }
      take(head, bytes.subarray(headEnd + 4, whole), bytes.subarray(0, whole));
      chunks = size > whole ? [bytes.subarray(whole)] : [];
      size -= whole;
      needed = 1;
    }
  };
}

/** As DynamoDB answers; the SDK verifies the checksum. */
function answer({ type, message }: Problem): string {
  const namespace =
    type === "ValidationException" || type === "AccessDeniedException" || type === "SerializationException"
      ? "com.amazon.coral.service"
      : "com.amazonaws.dynamodb.v20120810";
  const body = JSON.stringify({ __type: `${namespace}#${type}`, Message: message });
  return [
    "HTTP/1.1 400 Bad Request",
    "content-type: application/x-amz-json-1.0",
    `content-length: ${Buffer.byteLength(body)}`,
    `x-amz-crc32: ${crc32(body)}`,
    `x-amzn-requestid: ${randomUUID()}`,
    "",
    body,
  ].join("\r\n");
}
