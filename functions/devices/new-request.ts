import { createPrivateKey, createPublicKey, generateKeyPairSync, webcrypto } from "node:crypto";
import { Pkcs10CertificateRequestGenerator } from "./x509.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** A new EC P-256 key as PKCS #8 PEM. For gateways and test devices; a device in the field makes its own. */
export const newKey = (): string =>
  String(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" }));

/** Both halves of an EC P-256 key as Web Crypto has them. Throws on any other key. */
export async function ecKeys(pem: string): Promise<webcrypto.CryptoKeyPair> {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyDetails?.namedCurve !== "prime256v1")
    throw new Error(`a key of the type ${key.asymmetricKeyType ?? "unknown"} is not an EC P-256 key`);
  const secret = key.export({ type: "pkcs8", format: "der" });
  const open = createPublicKey(key).export({ type: "spki", format: "der" });
  return {
    privateKey: await webcrypto.subtle.importKey("pkcs8", secret, ALGORITHM, true, ["sign"]),
    publicKey: await webcrypto.subtle.importKey("spki", open, ALGORITHM, true, ["verify"]),
  };
}

/** The request for `name`, signed with `keyPem` (EC P-256). */
export async function newRequest(name: string, keyPem: string): Promise<string> {
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [name] }],
    keys: await ecKeys(keyPem),
    signingAlgorithm: ALGORITHM,
  });
  return request.toString("pem");
}
