/** For tests of what is told: browsers that take push messages, and senders that only write down what they were given. */
import { createDecipheriv, createECDH, hkdfSync, randomBytes, type ECDH } from "node:crypto";

import { endpointProblem } from "./domain/push-endpoint.ts";
import type { Senders } from "./channels.ts";
import type { Mail } from "./mail.ts";
import type { PushMessage, PushOutcome, Subscription } from "./web-push.ts";

/** Its keys, and how it reads what was encrypted for it (RFC 8291). */
export interface FakeBrowser {
  ecdh: ECDH;
  p256dh: string;
  auth: string;
}

export function fakeBrowser(): FakeBrowser {
  const ecdh = createECDH("prime256v1");
  ecdh.generateKeys();
  return { ecdh, p256dh: ecdh.getPublicKey("base64url"), auth: randomBytes(16).toString("base64url") };
}

/** The message in `body`; throws when it is not for this browser. */
export function opened({ ecdh, p256dh, auth }: FakeBrowser, body: Buffer): Buffer {
  const salt = body.subarray(0, 16);
  const length = body.readUInt8(20);
  const sender = body.subarray(21, 21 + length);
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), Buffer.from(p256dh, "base64url"), sender]);
  const input = Buffer.from(hkdfSync("sha256", ecdh.computeSecret(sender), Buffer.from(auth, "base64url"), info, 32));
  const derive = (what: string, bytes: number): Buffer =>
    Buffer.from(hkdfSync("sha256", input, salt, `Content-Encoding: ${what}\0`, bytes));
  const sealed = body.subarray(21 + length);
  const cipher = createDecipheriv("aes-128-gcm", derive("aes128gcm", 16), derive("nonce", 12));
  cipher.setAuthTag(sealed.subarray(-16));
  const plain = Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()]);
  if (plain.at(-1) !== 2) throw new Error("the record has no end");
  return plain.subarray(0, -1);
}

export interface Kept extends Senders {
  pushed: { to: Subscription; message: PushMessage }[];
  mailed: Mail[];
  /** What a push service answers, by endpoint; sent unless said. */
  answers: Map<string, PushOutcome["state"]>;
}

/** Everything is sent, and kept for the test to read. */
export function keepingSenders(): Kept {
  const kept: Kept = {
    pushed: [],
    mailed: [],
    answers: new Map(),
    push: {
      publicKey: "sender",
      endpointProblem: (endpoint) => endpointProblem(endpoint),
      send: async (to, message) => {
        kept.pushed.push({ to, message });
        return { state: kept.answers.get(to.endpoint) ?? "sent" };
      },
    },
    mail: async (mail) => {
      kept.mailed.push(mail);
      return { state: "sent" };
    },
    portal: "https://permits.example.cn/portal/",
    language: "zh",
  };
  return kept;
}

/** For tests of what has nothing to do with them. */
export const noSenders = (): Senders => ({ ...keepingSenders(), mail: null });
