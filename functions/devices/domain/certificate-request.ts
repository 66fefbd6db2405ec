/** What a certificate signing request (PKCS #10) must be before it is signed. */

export interface RequestFacts {
  commonNames: readonly string[];
  key: { type: string; curve?: string | undefined; bits?: number | undefined };
  /** Whether the request is signed with the key that it carries: whoever made it holds the private key. */
  signed: boolean;
  /** Hash of that signature, such as `SHA-256`. */
  hash: string | undefined;
}

/** What AWS IoT and every TLS 1.2 device have in common; NIST SP 800-57: 128 and 112 bits of security. */
const CURVE = "prime256v1";
const RSA_BITS = 2048;

/** Everything that is wrong with a request for `name`; empty when it may be signed. */
export function problemsOfRequest({ commonNames, key, signed, hash }: RequestFacts, name: string): string[] {
  const problems: string[] = [];
  if (commonNames.length !== 1) problems.push(`it has ${commonNames.length} common names (CN); it needs one, ${name}`);
  else if (commonNames[0] !== name)
    problems.push(`its common name (CN) is ${JSON.stringify(commonNames[0])}; it must be ${name}`);
  if (key.type === "ec" && key.curve !== CURVE)
    problems.push(`its EC key is on the curve ${key.curve ?? "unknown"}; it must be P-256 (${CURVE})`);
  else if (key.type === "rsa" && (key.bits ?? 0) < RSA_BITS)
    problems.push(`its RSA key has ${key.bits ?? 0} bits; it needs at least ${RSA_BITS}`);
  else if (key.type !== "ec" && key.type !== "rsa")
    problems.push(`its key is of the type ${key.type}; it must be EC P-256 or RSA of at least ${RSA_BITS} bits`);
  if (!signed) problems.push("its signature does not fit its key: it was damaged or made with another key");
  else if (hash === "SHA-1") problems.push("it is signed with SHA-1; make it with SHA-256");
  return problems;
}
