/** The webhook carrier against a real server on loopback. */
import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SmsRequest } from "./sms.ts";
import { webhookCarrier } from "./sms-webhook.ts";

const request: SmsRequest = {
  to: "+8613900000001",
  template: "sms.warning-2",
  params: { plant: "（演示）热电厂" },
  text: "（演示）热电厂：……",
  key: "k-1",
};
interface Seen {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

let server: Server;
let seen: Seen[];
let answer: (response: ServerResponse) => void;
let send: (timeout?: number) => ReturnType<ReturnType<typeof webhookCarrier>>;

beforeEach(async () => {
  seen = [];
  answer = (response) => response.writeHead(200, { "x-message-id": "m-7" }).end("queued");
  server = createServer((incoming, response) => {
    let body = "";
    incoming.setEncoding("utf8");
    incoming.on("data", (chunk: string) => (body += chunk));
    incoming.on("end", () => {
      seen.push({ method: incoming.method ?? "", path: incoming.url ?? "", headers: incoming.headers, body });
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sms`;
  send = (timeout = 5000) => webhookCarrier({ url, secret: "s3cret", now: () => 1_790_000_000_000, timeout })(request);
});
afterEach(() => {
  server.closeAllConnections();
  return new Promise<void>((resolve) => server.close(() => resolve()));
});

it("posts the message once, signed over time and body, with an idempotency key", async () => {
  expect(await send()).toEqual({ state: "sent", id: "m-7" });
  const [call] = seen;
  expect(seen).toHaveLength(1);
  expect(call).toMatchObject({ method: "POST", path: "/sms" });
  expect(JSON.parse(call!.body)).toEqual({
    to: request.to,
    template: request.template,
    params: request.params,
    text: request.text,
  });
  expect(call!.headers).toMatchObject({
    "content-type": "application/json",
    "idempotency-key": "k-1",
    "x-timestamp": "1790000000000",
    "x-signature": createHmac("sha256", "s3cret").update(`1790000000000.${call!.body}`).digest("hex"),
  });
});

describe("an answer of", () => {
  it.each([
    [200, "sent"],
    [202, "sent"],
    [204, "sent"],
    [400, "failed"],
    [401, "failed"],
    [429, "failed"],
    [500, "unknown"],
    [503, "unknown"],
  ] as const)("%i is %s, and is not tried again", async (status, state) => {
    answer = (response) => response.writeHead(status).end();
    expect(await send()).toEqual({ state, id: null });
    expect(seen).toHaveLength(1);
  });
});

it("follows no redirect: a phone number goes to no other address", async () => {
  answer = (response) => response.writeHead(307, { location: "/elsewhere" }).end();
  expect((await send()).state).toBe("unknown");
  expect(seen.map((s) => s.path)).toEqual(["/sms"]);
});

it("no answer in time is unknown: it may have been sent", async () => {
  answer = () => {};
  expect(await send(20)).toEqual({ state: "unknown", id: null });
  // On busy cores it may have ended before it was heard; it is not tried again.
  expect(seen.length).toBeLessThanOrEqual(1);
});

it("a connection that breaks off is unknown", async () => {
  answer = (response) => response.destroy();
  expect((await send()).state).toBe("unknown");
});
