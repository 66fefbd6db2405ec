/**
 * A key and a certificate request (PKCS #10) made in this browser. The key is made by Web Crypto and leaves it only as the
 * file that the person saves. The request is written by hand, because a library for all of X.509 is 50 KB of every console.
 */

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" };

/** EC P-256 in PEM; `request` is signed with `key` (PKCS #8) and names the device `name` (CN). */
export interface NewRequest {
  key: string;
  request: string;
}

export async function newRequest(name: string): Promise<NewRequest> {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const [secret, open] = await Promise.all([
    crypto.subtle.exportKey("pkcs8", privateKey),
    crypto.subtle.exportKey("spki", publicKey),
  ]);
  const subject = der(0x30, der(0x31, der(0x30, COMMON_NAME, der(0x0c, new TextEncoder().encode(name)))));
  // Version 0, whom it is for, its public key, no attributes (RFC 2986).
  const info = der(0x30, der(0x02, Uint8Array.of(0)), subject, new Uint8Array(open), der(0xa0));
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, privateKey, info);
  const request = der(
    0x30,
    info,
    der(0x30, ECDSA_SHA256),
    der(0x03, Uint8Array.of(0), pairOf(new Uint8Array(signature))),
  );
  return { key: pem("PRIVATE KEY", new Uint8Array(secret)), request: pem("CERTIFICATE REQUEST", request) };
}

/** One element of DER: tag, length, content. */
function der(tag: number, ...parts: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  const whole = new Uint8Array(1 + size.length + length);
  whole.set([tag, ...size]);
  let at = 1 + size.length;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** 2.5.4.3 */
const COMMON_NAME = der(0x06, Uint8Array.of(0x55, 0x04, 0x03));
/** 1.2.840.10045.4.3.2 */
const ECDSA_SHA256 = der(0x06, Uint8Array.of(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));

/** Web Crypto writes r and s one behind the other; a certificate wants two positive integers without leading zeros. */
function pairOf(signature: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const integer = (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => {
    const first = bytes.findIndex((byte) => byte !== 0);
    const digits = bytes.slice(first < 0 ? bytes.length - 1 : first);
    return der(0x02, ...((digits[0] ?? 0) >= 0x80 ? [Uint8Array.of(0)] : []), digits);
  };
  return der(0x30, integer(signature.slice(0, 32)), integer(signature.slice(32)));
}

function pem(label: string, bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes));
  return `-----BEGIN ${label}-----\n${text.replaceAll(/.{1,64}/g, "$&\n")}-----END ${label}-----\n`;
}
