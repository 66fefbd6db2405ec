/** The machine's own certificate authority: made at the first start, one per data folder, its key readable by its owner only. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { networkInterfaces, hostname } from "node:os";
import { isIP } from "node:net";
import { join } from "node:path";
import { ecKeys, newKey } from "../../../functions/devices/new-request.ts";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
  type Extension,
  type PublicKeyType,
} from "../../../functions/devices/x509.ts";

export interface CertificateAuthority {
  /** What devices trust: the authority's own certificate. */
  pem: string;
  /** File of `pem`. */
  file: string;
  /** A client's certificate for a request, subject and key as they stand in it. The request is not checked here. */
  sign(request: Pkcs10CertificateRequest, validity?: Validity): Promise<string>;
  /** Key and certificate of a listener that is reached under `host` and the machine's own names; made anew each time. */
  listener(host: string): Promise<{ key: string; cert: string }>;
}

export interface Validity {
  notBefore: Date;
  notAfter: Date;
}

/** Devices stand in the field for decades, and their clocks may be behind. AWS IoT ends its own on this day too. */
const END = new Date("2049-12-31T23:59:59Z");
const CLOCKS_BEHIND_MS = 24 * 3_600_000;
const SIGNING = { name: "ECDSA", hash: "SHA-256" };

/** Opens the authority in `folder`, or makes it. Throws when its certificate is there without the key. */
export async function openAuthority(folder: string, now: () => number): Promise<CertificateAuthority> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const keyFile = join(folder, "ca-key.pem");
  const file = join(folder, "ca.pem");
  if (!existsSync(keyFile)) {
    if (existsSync(file))
      throw new Error(
        `${keyFile} is missing: put it back from the backup; or remove ${folder} and give every device a new certificate`,
      );
    writeWhole(keyFile, newKey(), 0o600);
  }
  const keys = await ecKeys(readFileSync(keyFile, "utf8"));
  const standing = (): Validity => ({ notBefore: new Date(now() - CLOCKS_BEHIND_MS), notAfter: END });
  if (!existsSync(file)) {
    const certificate = await X509CertificateGenerator.createSelfSigned({
      // A name of its own per installation: a certificate of another one is then told apart in every log.
      name: [{ CN: [`Permit Watch local CA ${randomBytes(4).toString("hex")}`] }],
      serialNumber: serial(),
      ...standing(),
      keys,
      signingAlgorithm: SIGNING,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        await SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    writeWhole(file, certificate.toString("pem"), 0o644);
  }
  const pem = readFileSync(file, "utf8");
  const authority = new X509Certificate(pem);

  const issue = async (
    subject: string,
    publicKey: PublicKeyType,
    validity: Validity,
    use: Extension[],
  ): Promise<string> => {
    const certificate = await X509CertificateGenerator.create({
      subject,
      issuer: authority.subject,
      serialNumber: serial(),
      ...validity,
      publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: SIGNING,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        await AuthorityKeyIdentifierExtension.create(authority.publicKey),
        await SubjectKeyIdentifierExtension.create(publicKey),
        ...use,
      ],
    });
    return certificate.toString("pem");
  };
  return {
    pem,
    file,
    sign: (request, validity = standing()) =>
      issue(request.subject, request.publicKey, validity, [
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
      ]),
    listener: async (host) => {
      const key = newKey();
      const names = ownNames(host).map((value) => ({ type: isIP(value) ? ("ip" as const) : ("dns" as const), value }));
      const { publicKey } = await ecKeys(key);
      const cert = await issue("CN=localhost", publicKey, standing(), [
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension(names),
      ]);
      return { key, cert };
    },
  };
}

/** Under which names and addresses this machine may be called. */
function ownNames(host: string): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each?.map(({ address }) => address) ?? []);
  const names = ["localhost", "127.0.0.1", "::1", hostname(), host, ...addresses.filter((a) => !a.includes("%"))];
  return [...new Set(names)].filter((name) => name !== "0.0.0.0" && name !== "::" && name !== "");
}

/** 16 random bytes, positive. */
const serial = (): string => `01${randomBytes(15).toString("hex")}`;

function writeWhole(file: string, text: string, mode: number): void {
  writeFileSync(`${file}.part`, text, { mode, flush: true });
  renameSync(`${file}.part`, file);
}
