/** The files of one identity: key, request, certificate, the broker's authority, and how to connect. */
import { X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Identity } from "../functions/devices/domain/identity.ts";
import { newKey, newRequest } from "../functions/devices/new-request.ts";
import { certificateId } from "../functions/devices/read-request.ts";

const FILES = {
  key: "key.pem",
  request: "request.pem",
  certificate: "certificate.pem",
  ca: "ca.pem",
  connection: "connection.json",
} as const;

/** The key of the folder, made when there is none, and a request signed with it (PEM). */
export async function prepareKey(folder: string, name: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, FILES.key);
  if (!existsSync(file)) await writeWhole(file, newKey(), 0o600);
  const request = await newRequest(name, await readFile(file, "utf8")).catch((error: Error) => {
    throw new Error(`${file}: ${error.message}; use an empty folder`, { cause: error });
  });
  await writeWhole(join(folder, FILES.request), request);
  return request;
}

/** Id of the certificate that the folder holds, null when it holds none. Throws when it is another device's. */
export async function keptCertificate(folder: string, name: string): Promise<string | null> {
  const file = join(folder, FILES.certificate);
  if (!existsSync(file)) return null;
  const certificate = parseCertificate(await readFile(file, "utf8"), file);
  if (certificate.subject !== `CN=${name}`)
    throw new Error(`${file} is the certificate of another device (${certificate.subject}): use an empty folder`);
  return certificateId(certificate);
}

function parseCertificate(pem: string, file: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new Error(`${file} is not a certificate: use an empty folder`, { cause: error });
  }
}

/** `foreignKey`: the key is on the device, so the folder must not hold another one. */
export async function writeCertificate(folder: string, pem: string, foreignKey: boolean): Promise<void> {
  await mkdir(folder, { recursive: true });
  if (foreignKey && existsSync(join(folder, FILES.key)))
    throw new Error(`${folder} holds a key that is not the request's: with --csr use an empty folder`);
  await writeWhole(join(folder, FILES.certificate), pem);
}

/** What a device or the gateway's configuration needs to connect. */
export async function writeConnection(
  folder: string,
  { identity, endpoint, ca, ownKey }: { identity: Identity; endpoint: string; ca: string; ownKey: boolean },
): Promise<void> {
  await writeWhole(join(folder, FILES.ca), ca);
  const connection = {
    url: `mqtts://${endpoint}`,
    clientId: identity.name,
    topics: `${identity.topics}#`,
    ca: FILES.ca,
    cert: FILES.certificate,
    key: ownKey ? FILES.key : null,
  };
  await writeWhole(join(folder, FILES.connection), `${JSON.stringify(connection, null, 2)}\n`);
}

/** Either the former file or the whole new one is there, also after a power cut. */
async function writeWhole(file: string, text: string, mode = 0o644): Promise<void> {
  const handle = await open(`${file}.part`, "w", mode);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.part`, file);
}
