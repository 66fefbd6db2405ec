/**
 * Web push: a message encrypted for one browser (RFC 8291, `aes128gcm` of RFC 8188) and handed to its push service with proof
 * of who sends (VAPID, RFC 8292). On Node's own cryptography, so that nothing has to be loaded for it.
 */
import {
  createCipheriv,
  createECDH,
  createPrivateKey,
  hkdfSync,
  randomBytes,
  sign,
  type ECDH,
  type KeyObject,
} from "node:crypto";
import { endpointProblem } from "./domain/push-endpoint.ts";

export interface Subscription {
  endpoint: string;
  /** Public key of the browser (65 bytes) and its secret (16 bytes), base64url. */
  p256dh: string;
  auth: string;
}
export interface PushMessage {
  /** At most `MOST_BYTES` in UTF-8. */
  payload: string;
  /** How long the push service keeps it for a browser that is away, seconds. */
  ttl: number;
  urgency: "high" | "normal" | "low";
  /** What waits under the same topic is replaced; at most 32 characters of base64url. */
  topic: string;
}
/** `gone`: the browser has no such subscription any more, and never will. `unknown`: no answer, or one that says nothing. */
export interface PushOutcome {
  state: "sent" | "failed" | "unknown" | "gone";
}
export interface PushPort {
  /** Of the sender, base64url: what a browser subscribes with. */
  publicKey: string;
  endpointProblem(endpoint: string): string | null;
  send(to: Subscription, message: PushMessage): Promise<PushOutcome>;
}

export interface PushOptions {
  /** From which the sender's key is made: another secret is another sender, and all subscriptions are void. */
  secret: string;
  /** Whom a push service may turn to: `mailto:…` or `https:…`. */
  subject: string | undefined;
  /** Whether a push service on this machine is allowed. */
  loopback: boolean;
  /** Epoch ms. */
  now(): number;
  /** How long an answer is waited for, ms. */
  timeout?: number;
}

const CURVE = "prime256v1";
/** Order of P-256. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const RECORD = 4096;
/** A record less its tag, its delimiter and the header: what every push service has to take. */
export const MOST_BYTES = 3_993;
const HOUR_SECONDS = 3_600;

export function webPush({ secret, subject, loopback, now, timeout = 8_000 }: PushOptions): PushPort {
  const { key, publicKey } = senderKey(secret);
  const problemOf = (endpoint: string): string | null => endpointProblem(endpoint, loopback);
  return {
    publicKey,
    endpointProblem: problemOf,
    async send(to, { payload, ttl, urgency, topic }) {
      if (problemOf(to.endpoint) !== null) return { state: "gone" };
      let body: Buffer;
      try {
        body = encrypt(to, Buffer.from(payload));
      } catch {
        return { state: "gone" }; // its key is no point of the curve: nobody can ever read what is sent there
      }
      // A day is the most that RFC 8292 allows; half of it leaves room for clocks.
      const claims = {
        aud: new URL(to.endpoint).origin,
        exp: Math.floor(now() / 1000) + 12 * HOUR_SECONDS,
        sub: subject,
      };
      try {
        const answer = await fetch(to.endpoint, {
          method: "POST",
          redirect: "error",
          headers: {
            authorization: `vapid t=${token(key, claims)}, k=${publicKey}`,
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            ttl: String(ttl),
            urgency,
            topic,
          },
          body: new Uint8Array(body),
          signal: AbortSignal.timeout(timeout),
        });
        await answer.body?.cancel();
        return { state: stateOf(answer.status) };
      } catch {
        return { state: "unknown" };
      }
    },
  };
}

const stateOf = (status: number): PushOutcome["state"] => {
  if (status >= 200 && status < 300) return "sent";
  if (status === 404 || status === 410) return "gone";
  return status < 500 ? "failed" : "unknown";
};

/**
 * A key of P-256 from a secret: 64 bits more than the order has, so that no value is likelier than another by anything that
 * could be told (FIPS 186-5, A.2.1).
 */
export function senderKey(secret: string): { key: KeyObject; publicKey: string } {
  const bits = Buffer.from(hkdfSync("sha256", secret, "", "permit-watch web push", 40));
  const scalar = (BigInt(`0x${bits.toString("hex")}`) % (ORDER - 1n)) + 1n;
  const ecdh = createECDH(CURVE);
  ecdh.setPrivateKey(Buffer.from(scalar.toString(16).padStart(64, "0"), "hex"));
  const point = ecdh.getPublicKey();
  const part = (from: number): string => point.subarray(from, from + 32).toString("base64url");
  const jwk = { kty: "EC", crv: "P-256", x: part(1), y: part(33), d: ecdh.getPrivateKey("base64url") };
  return { key: createPrivateKey({ key: jwk, format: "jwk" }), publicKey: point.toString("base64url") };
}

/** A signed JWT (ES256). */
function token(key: KeyObject, claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part({ typ: "JWT", alg: "ES256" })}.${part(claims)}`;
  return `${text}.${sign("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
}

/** The body of the message: one record. `once` is for the test of the RFC's own example. Throws on a key that is none. */
export function encrypt(
  { p256dh, auth }: Pick<Subscription, "p256dh" | "auth">,
  plain: Buffer,
  once: { salt: Buffer; ecdh: ECDH } = { salt: randomBytes(16), ecdh: newKey() },
): Buffer {
  if (plain.length > MOST_BYTES) throw new Error(`a push message has at most ${MOST_BYTES} bytes, not ${plain.length}`);
  const { salt, ecdh } = once;
  const theirs = Buffer.from(p256dh, "base64url");
  const ours = ecdh.getPublicKey();
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), theirs, ours]);
  const input = Buffer.from(hkdfSync("sha256", ecdh.computeSecret(theirs), Buffer.from(auth, "base64url"), info, 32));
  const derive = (what: string, length: number): Buffer =>
    Buffer.from(hkdfSync("sha256", input, salt, `Content-Encoding: ${what}\0`, length));
  const cipher = createCipheriv("aes-128-gcm", derive("aes128gcm", 16), derive("nonce", 12));
  const header = Buffer.alloc(21);
  salt.copy(header);
  header.writeUInt32BE(RECORD, 16);
  header.writeUInt8(ours.length, 20);
  // 2: the last record, without padding.
  return Buffer.concat([
    header,
    ours,
    cipher.update(plain),
    cipher.update(Buffer.of(2)),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
}

function newKey(): ECDH {
  const ecdh = createECDH(CURVE);
  ecdh.generateKeys();
  return ecdh;
}
