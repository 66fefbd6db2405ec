/** The issuer's keys: made at the first start, readable by the owner of the data folder alone. */
import { generateKeyPair, randomBytes, randomUUID } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { JSONWebKeySet, JWK } from "jose";
import * as z from "zod/mini";

export interface IssuerKeys {
  /** With private parts: they sign tokens. */
  signing: { keys: JWK[] };
  /** What anybody may see. */
  shown: JSONWebKeySet;
  /** Sign the cookies. */
  cookies: string[];
}

const text = z.string();
const RsaKey = z.object({
  kty: z.literal("RSA"),
  kid: text,
  n: text,
  e: text,
  d: text,
  p: text,
  q: text,
  dp: text,
  dq: text,
  qi: text,
});
const Keys = z.object({ signing: z.array(RsaKey), cookies: z.array(text) });

/** Reads `keys.json` in `folder`, or makes it. Throws when it is not understood: new keys would end every session. */
export async function openKeys(folder: string): Promise<IssuerKeys> {
  const file = join(folder, "keys.json");
  if (!existsSync(file)) {
    const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
    const jwk = { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), use: "sig", alg: "RS256" };
    const made = { signing: [jwk], cookies: [randomBytes(32).toString("base64url")] };
    writeFileSync(`${file}.part`, JSON.stringify(made), { mode: 0o600, flush: true });
    renameSync(`${file}.part`, file);
  }
  const parsed = Keys.safeParse(JSON.parse(readFileSync(file, "utf8")));
  if (!parsed.success)
    throw new Error(`${file} holds no keys; put back its copy, or delete it: everybody then signs in anew`);
  const { signing, cookies } = parsed.data;
  const full = signing.map((key): JWK => ({ ...key, use: "sig", alg: "RS256" }));
  const shown = full.map(({ kty, kid, n, e, use, alg }): JWK => ({ kty, kid, n, e, use, alg }) as JWK);
  return { signing: { keys: full }, shown: { keys: shown }, cookies };
}
