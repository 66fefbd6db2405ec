/** Publish of SNS as it is signed and read here: sent, refused, and no answer. */
import { createServer, type Server } from "node:http";
import { text } from "node:stream/consumers";
import { documentClient } from "../shared/clients.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { signedSns } from "./invitation-carrier.ts";

let server: Server;
let asked: { authorization: string; form: URLSearchParams }[];
let answer: (() => { status: number; body: string }) | null;
let endpoint: string;
beforeEach(async () => {
  asked = [];
  server = createServer(async (request, response) => {
    asked.push({
      authorization: request.headers.authorization ?? "",
      form: new URLSearchParams(await text(request)),
    });
    if (!answer) return void request.socket.destroy();
    const { status, body } = answer();
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  endpoint = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const send = (): ReturnType<ReturnType<typeof signedSns>> => {
  const { region: _, ...config } = documentClient().config;
  const carrier = signedSns(
    {
      ...config,
      region: async () => "eu-west-1",
      credentials: async () => ({ accessKeyId: "id", secretAccessKey: "secret" }),
    },
    endpoint,
  );
  return carrier({ to: "+8613900000001", text: "您已获邀 & more", template: "t", params: {}, key: "k" });
};

test("what the carrier takes is sent, signed, with its text whole", async () => {
  answer = () => ({ status: 200, body: "<PublishResult><MessageId>m-1</MessageId></PublishResult>" });
  expect(await send()).toEqual({ state: "sent", id: "m-1" });
  expect(asked[0]?.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=id\/\d{8}\/eu-west-1\/sns\//);
  expect(Object.fromEntries(asked[0]?.form ?? [])).toMatchObject({
    Action: "Publish",
    PhoneNumber: "+8613900000001",
    Message: "您已获邀 & more",
  });
});

test.each<[string, typeof answer, string]>([
  ["a refusal is an answer", () => ({ status: 400, body: "<Error/>" }), "failed"],
  ["a failing carrier may have sent it", () => ({ status: 500, body: "" }), "unknown"],
  ["so may one that hangs up", null, "unknown"],
])("%s", async (_, how, state) => {
  answer = how;
  expect(await send()).toEqual({ state, id: null });
  expect(asked).toHaveLength(1);
});
