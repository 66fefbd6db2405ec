import { generateKeyPairSync, webcrypto } from "node:crypto";
import { describe, expect, test } from "vitest";
import { problemsOfRequest, type RequestFacts } from "./domain/certificate-request.ts";
import { newKey, newRequest } from "./new-request.ts";
import { parseRequest, readRequest } from "./read-request.ts";
import { Pkcs10CertificateRequestGenerator } from "./x509.ts";

type Algorithm = webcrypto.RsaHashedKeyGenParams | webcrypto.EcKeyGenParams;
async function request(names: string[], algorithm: Algorithm, hash: string): Promise<string> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const made = await Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: names }],
    keys,
    signingAlgorithm: { name: algorithm.name, hash },
  });
  return made.toString("pem");
}
const rsa = (modulusLength: number, hash = "SHA-256"): webcrypto.RsaHashedKeyGenParams => ({
  name: "RSASSA-PKCS1-v1_5",
  modulusLength,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash,
});
const ec = (namedCurve: string): webcrypto.EcKeyGenParams => ({ name: "ECDSA", namedCurve });

describe("facts", () => {
  const good: RequestFacts = {
    commonNames: ["MN1"],
    key: { type: "ec", curve: "prime256v1" },
    signed: true,
    hash: "SHA-256",
  };
  test.each<[string, Partial<RequestFacts>, RegExp[]]>([
    ["P-256", {}, []],
    ["RSA 2048", { key: { type: "rsa", bits: 2048 } }, []],
    ["RSA 2047", { key: { type: "rsa", bits: 2047 } }, [/2047 bits; it needs at least 2048/]],
    ["P-384", { key: { type: "ec", curve: "secp384r1" } }, [/secp384r1; it must be P-256/]],
    ["SM2", { key: { type: "sm2" } }, [/type sm2; it must be EC P-256 or RSA/]],
    ["no name", { commonNames: [] }, [/0 common names/]],
    ["two names", { commonNames: ["MN1", "MN2"] }, [/2 common names/]],
    ["another's name", { commonNames: ["MN2"] }, [/is "MN2"; it must be MN1/]],
    ["SHA-1", { hash: "SHA-1" }, [/SHA-1/]],
    ["two faults", { commonNames: ["mn1"], signed: false }, [/"mn1"/, /signature does not fit/]],
  ])("%s", (_, change, expected) => {
    const found = problemsOfRequest({ ...good, ...change }, "MN1");
    expect(found.filter(({ zh }) => !/\p{Script=Han}/u.test(zh))).toEqual([]);
    const problems = found.map(({ en }) => en);
    expect(problems).toHaveLength(expected.length);
    for (const [i, pattern] of expected.entries()) expect(problems[i]).toMatch(pattern);
  });
});

describe("requests", () => {
  test("of EC P-256 and RSA 2048 are taken, with the key that they carry", async () => {
    const key = newKey();
    const { publicKey } = await readRequest(await newRequest("MN1", key), "MN1");
    expect(publicKey.asymmetricKeyType).toBe("ec");
    expect((await readRequest(await request(["MN1"], rsa(2048), "SHA-256"), "MN1")).publicKey.asymmetricKeyType).toBe(
      "rsa",
    );
  });

  test("with the older label and text around it are taken", async () => {
    const pem = (await newRequest("MN1", newKey())).replaceAll("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST");
    expect((await readRequest(`Subject: MN1\n${pem}\n`, "MN1")).pem).toMatch(/^-----BEGIN CERTIFICATE REQUEST/);
  });

  test.each<[string, () => Promise<string>, RegExp]>([
    ["RSA 1024", () => request(["MN1"], rsa(1024), "SHA-256"), /1024 bits/],
    ["P-384", () => request(["MN1"], ec("P-384"), "SHA-256"), /secp384r1/],
    ["SHA-1", () => request(["MN1"], rsa(2048, "SHA-1"), "SHA-1"), /SHA-1/],
    ["another name", () => request(["MN2"], ec("P-256"), "SHA-256"), /"MN2"/],
    ["two names", () => request(["MN1", "MN1"], ec("P-256"), "SHA-256"), /2 common names/],
    ["nothing", async () => "", /not a certificate request in PEM: no BEGIN/],
    ["a key", async () => newKey(), /not a certificate request in PEM/],
    [
      "a torn request",
      async () => (await newRequest("MN1", newKey())).replace(/\n.{20}/, "\n"),
      /not a certificate request/,
    ],
  ])("%s is refused", async (_, make, reason) => {
    await expect(readRequest(await make(), "MN1")).rejects.toThrow(reason);
  });

  test("no byte of what is signed can be changed: name, key, attributes", async () => {
    const der = Buffer.from(parseRequest(await newRequest("MN1", newKey())).rawData);
    // SEQUENCE (81 and a byte of length) { SEQUENCE of what is signed, algorithm, signature }
    const end = 5 + (der[4] ?? 0);
    expect(end).toBeGreaterThan(100);
    for (let i = 3; i < end; i += 5) {
      const bent = Buffer.from(der);
      bent[i] = (bent[i] ?? 0) ^ 0x04;
      const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${bent.toString("base64")}\n-----END CERTIFICATE REQUEST-----`;
      await expect(readRequest(pem, "MN1"), `byte ${i}`).rejects.toThrow();
    }
  });

  test("a key that is not EC P-256 makes no request", async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-384" });
    const pem = String(privateKey.export({ type: "pkcs8", format: "pem" }));
    await expect(newRequest("MN1", pem)).rejects.toThrow(/not an EC P-256 key/);
  });
});
