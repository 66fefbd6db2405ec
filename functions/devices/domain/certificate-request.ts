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

/** What is wrong, for the person at the terminal and for the one at the console. */
export interface RequestProblem {
  en: string;
  zh: string;
}

/** Everything that is wrong with a request for `name`; empty when it may be signed. */
export function problemsOfRequest({ commonNames, key, signed, hash }: RequestFacts, name: string): RequestProblem[] {
  const problems: RequestProblem[] = [];
  const add = (en: string, zh: string): unknown => problems.push({ en, zh });
  if (commonNames.length !== 1)
    add(
      `it has ${commonNames.length} common names (CN); it needs one, ${name}`,
      `它有 ${commonNames.length} 个通用名（CN），应当只有一个：${name}`,
    );
  else if (commonNames[0] !== name)
    add(
      `its common name (CN) is ${JSON.stringify(commonNames[0])}; it must be ${name}`,
      `通用名（CN）是 ${JSON.stringify(commonNames[0])}，应为 ${name}`,
    );
  if (key.type === "ec" && key.curve !== CURVE)
    add(
      `its EC key is on the curve ${key.curve ?? "unknown"}; it must be P-256 (${CURVE})`,
      `EC 密钥的曲线是 ${key.curve ?? "未知"}，应为 P-256（${CURVE}）`,
    );
  else if (key.type === "rsa" && (key.bits ?? 0) < RSA_BITS)
    add(
      `its RSA key has ${key.bits ?? 0} bits; it needs at least ${RSA_BITS}`,
      `RSA 密钥只有 ${key.bits ?? 0} 位，至少要 ${RSA_BITS} 位`,
    );
  else if (key.type !== "ec" && key.type !== "rsa")
    add(
      `its key is of the type ${key.type}; it must be EC P-256 or RSA of at least ${RSA_BITS} bits`,
      `密钥类型是 ${key.type}，应为 EC P-256 或至少 ${RSA_BITS} 位的 RSA`,
    );
  if (!signed)
    add(
      "its signature does not fit its key: it was damaged or made with another key",
      "签名与密钥不符：请求已损坏，或是用别的密钥签的",
    );
  else if (hash === "SHA-1") add("it is signed with SHA-1; make it with SHA-256", "签名用了 SHA-1，请改用 SHA-256");
  return problems;
}
