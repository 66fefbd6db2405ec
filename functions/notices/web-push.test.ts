import { createECDH, createPublicKey, verify } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fakeBrowser, opened } from "./fixtures.ts";
import { encrypt, MOST_BYTES, senderKey, webPush, type PushMessage } from "./web-push.ts";

const NOW = 1_790_000_000_000;
const SECRET = "a-secret-of-sixty-four-characters-that-nobody-else-knows-0000000";
const message: PushMessage = { payload: '{"title":"一号厂"}', ttl: 3600, urgency: "high", topic: "plant" };

test("the example of RFC 8291, section 5, letter by letter", () => {
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw", "base64url");
  const subscription = {
    p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    auth: "BTBZMqHH6r4Tts7J_aSIgg",
  };
  const salt = Buffer.from("DGv6ra1nlYgDCS1FRnbzlw", "base64url");
  const body = encrypt(subscription, Buffer.from("When I grow up, I want to be a watermelon"), { salt, ecdh });
  expect(body.toString("base64url")).toBe(
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
  );
});

test.each([0, 1, MOST_BYTES])("a browser reads back what was encrypted for it: %d bytes", (length) => {
  const browser = fakeBrowser();
  const plain = Buffer.alloc(length, "x");
  const body = encrypt(browser, plain);
  expect(body.length).toBeLessThanOrEqual(4096 + 86);
  expect(opened(browser, body)).toEqual(plain);
});

test("more than every push service takes is refused here", () => {
  expect(() => encrypt(fakeBrowser(), Buffer.alloc(MOST_BYTES + 1))).toThrow(/at most 3993 bytes/);
});

test("a secret is always the same sender, another one another", () => {
  expect(senderKey(SECRET).publicKey).toBe(senderKey(SECRET).publicKey);
  expect(senderKey(SECRET).publicKey).not.toBe(senderKey(`${SECRET}1`).publicKey);
  expect(Buffer.from(senderKey(SECRET).publicKey, "base64url")).toHaveLength(65);
});

describe("sending", () => {
  let status = 201;
  let seen: { headers: IncomingMessage["headers"]; body: Buffer } | undefined;
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      seen = { headers: request.headers, body };
      if (status === 0) return response.destroy();
      return response.writeHead(status, status === 302 ? { location: "/elsewhere" } : {}).end();
    });
  });
  let endpoint = "";
  beforeAll(async () => {
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    endpoint = `http://127.0.0.1:${(server.address() as { port: number }).port}/push/abc`;
  });
  afterAll(() => void server.close());
  const port = (loopback: boolean): ReturnType<typeof webPush> =>
    webPush({ secret: SECRET, subject: "mailto:bureau@epb.gov.cn", loopback, now: () => NOW });

  test("says who sends, for how long and how urgent; only the browser can read it", async () => {
    const browser = fakeBrowser();
    expect(await port(true).send({ ...browser, endpoint }, message)).toEqual({ state: "sent" });
    const { headers, body } = seen!;
    expect(headers).toMatchObject({ ttl: "3600", urgency: "high", topic: "plant", "content-encoding": "aes128gcm" });
    expect(opened(browser, body).toString()).toBe(message.payload);
    const [, jwt = "", k = ""] = /^vapid t=([^,]+), k=(.+)$/.exec(headers.authorization ?? "") ?? [];
    const [head = "", claims = "", signature = ""] = jwt.split(".");
    const point = Buffer.from(k, "base64url");
    const jwk = {
      kty: "EC",
      crv: "P-256",
      x: point.subarray(1, 33).toString("base64url"),
      y: point.subarray(33).toString("base64url"),
    };
    const key = createPublicKey({ key: jwk, format: "jwk" });
    const signed = { key, dsaEncoding: "ieee-p1363" } as const;
    expect(verify("sha256", Buffer.from(`${head}.${claims}`), signed, Buffer.from(signature, "base64url"))).toBe(true);
    expect(JSON.parse(Buffer.from(claims, "base64url").toString())).toEqual({
      aud: new URL(endpoint).origin,
      exp: NOW / 1000 + 12 * 3600,
      sub: "mailto:bureau@epb.gov.cn",
    });
  });

  test.each([
    [200, "sent"],
    [201, "sent"],
    [202, "sent"],
    [302, "unknown"],
    [400, "failed"],
    [403, "failed"],
    [404, "gone"],
    [410, "gone"],
    [413, "failed"],
    [429, "failed"],
    [500, "unknown"],
    [503, "unknown"],
    [0, "unknown"],
  ])("what a push service answers: %d is %s", async (answered, state) => {
    status = answered;
    expect(await port(true).send({ ...fakeBrowser(), endpoint }, message)).toEqual({ state });
  });

  test("a key that is no point of the curve, and an address that is not allowed, are gone and nobody is asked", async () => {
    status = 201;
    seen = undefined;
    const broken = { ...fakeBrowser(), endpoint, p256dh: Buffer.alloc(65, 4).toString("base64url") };
    expect(await port(true).send(broken, message)).toEqual({ state: "gone" });
    expect(await port(false).send({ ...fakeBrowser(), endpoint }, message)).toEqual({ state: "gone" });
    expect(seen).toBeUndefined();
  });
});
