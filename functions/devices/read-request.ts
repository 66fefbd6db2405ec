import { createPublicKey, X509Certificate, type KeyObject } from "node:crypto";
import { problemsOfRequest } from "./domain/certificate-request.ts";
import { Pkcs10CertificateRequest } from "./x509.ts";

/** A request that is not signed; `zh` says why in Chinese. */
export class UnusableRequest extends Error {
  override name = "UnusableRequest";
  readonly zh: string;
  constructor(message: string, zh: string, options?: ErrorOptions) {
    super(message, options);
    this.zh = zh;
  }
}

/** Reads a request (PEM) and checks it for `name`. Throws naming everything that is wrong with it. */
export async function readRequest(pem: string, name: string): Promise<{ pem: string; publicKey: KeyObject }> {
  const request = parseRequest(pem);
  const publicKey = requestKey(request);
  const problems = problemsOfRequest(
    {
      commonNames: request.subjectName.getField("CN"),
      key: {
        type: publicKey.asymmetricKeyType ?? "unknown",
        curve: publicKey.asymmetricKeyDetails?.namedCurve,
        bits: publicKey.asymmetricKeyDetails?.modulusLength,
      },
      signed: await isSigned(request),
      hash: (request.signatureAlgorithm as { hash?: { name?: string } }).hash?.name,
    },
    name,
  );
  if (problems.length > 0)
    throw new UnusableRequest(
      `the certificate request cannot be signed: ${problems.map(({ en }) => en).join("; ")}`,
      problems.map(({ zh }) => zh).join("；"),
    );
  return { pem: request.toString("pem"), publicKey };
}

/** Throws when the text is not a PEM request. */
export function parseRequest(pem: string): Pkcs10CertificateRequest {
  const block = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----[\s\S]+?-----END (?:NEW )?CERTIFICATE REQUEST-----/.exec(
    pem,
  );
  try {
    if (!block) throw new Error("no BEGIN CERTIFICATE REQUEST in it");
    return new Pkcs10CertificateRequest(block[0].replaceAll("NEW CERTIFICATE", "CERTIFICATE"));
  } catch (error) {
    throw new UnusableRequest(
      `not a certificate request in PEM: ${(error as Error).message}`,
      "不是 PEM 格式的证书请求（PKCS #10）",
      { cause: error },
    );
  }
}

/** Whether the request is signed with its own key; an algorithm that nobody knows counts as not. */
export const isSigned = (request: Pkcs10CertificateRequest): Promise<boolean> => request.verify().catch(() => false);

function requestKey(request: Pkcs10CertificateRequest): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(request.publicKey.rawData), format: "der", type: "spki" });
  } catch (error) {
    throw new UnusableRequest(
      `the certificate request's key cannot be read: ${(error as Error).message}`,
      "读不出请求里的密钥",
      { cause: error },
    );
  }
}

/** AWS IoT's id of a certificate: SHA-256 of its DER form, 64 hex digits. */
export const certificateId = (certificate: string | X509Certificate): string =>
  (typeof certificate === "string" ? new X509Certificate(certificate) : certificate).fingerprint256
    .replaceAll(":", "")
    .toLowerCase();
