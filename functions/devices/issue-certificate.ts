/** Takes a device on, rotates its certificate, puts one out of force; every step can be repeated after a crash. */
import type { Identity } from "./domain/identity.ts";
import { keyText, type DeviceCertificate, type IotRegistry } from "./iot-registry.ts";
import { readRequest } from "./read-request.ts";

/** Why nothing was changed: the kind for programs, the message for the person at the terminal. */
export class IdentityRefusal extends Error {
  override name = "IdentityRefusal";
  readonly kind: "request" | "not-in-force" | "in-force" | "same-key" | "nothing-to-follow" | "revoked" | "unknown";
  constructor(kind: IdentityRefusal["kind"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** Told what is about to be changed, before anything is. */
type Announce = (changes: readonly DeviceCertificate[]) => Promise<void>;
const untold: Announce = () => Promise.resolve();

export interface IssueOptions {
  identity: Identity;
  /** Certificate signing request, PEM. */
  request: string;
  /** Id of the certificate that an interrupted run has kept. */
  kept: string | null;
  /** Called with a new certificate before it can be used. */
  keep: (certificate: DeviceCertificate) => Promise<void>;
  /** Whether another certificate is in force, which this one shall follow. */
  rotates: boolean;
}

/**
 * A certificate in force for the request's key: policy, status, and only then the thing. The broker asks for the thing, so
 * what an interrupted run leaves opens nothing, and a certificate of the thing that is not in force was put out of force
 * by somebody. Throws, before anything is made, on a bad request and when create and rotate are mixed up.
 */
export async function issueCertificate(registry: IotRegistry, options: IssueOptions): Promise<DeviceCertificate> {
  const { identity, keep, rotates } = options;
  const { pem, publicKey } = await readRequest(options.request, identity.name).catch((error: Error) => {
    throw new IdentityRefusal("request", error.message, { cause: error });
  });
  const key = keyText(publicKey);
  const attached = await registry.certificates(identity.name);
  const own = attached.findLast((certificate) => certificate.publicKey === key);
  const others = attached.filter(({ status, publicKey: of }) => status === "ACTIVE" && of !== key);
  if (own && own.status !== "ACTIVE")
    throw new IdentityRefusal(
      "not-in-force",
      `the certificate ${short(own)} of this key is ${own.status}: activate it again, or make a new key in an empty folder`,
    );
  if (rotates && others.length === 0)
    throw new IdentityRefusal(
      own ? "same-key" : "nothing-to-follow",
      own
        ? `this key's certificate ${short(own)} is the one in force: rotate with a new key, in an empty folder`
        : `${identity.name} has no certificate in force that could be rotated: use create`,
    );
  if (!rotates && !own && others.length > 0)
    throw new IdentityRefusal(
      "in-force",
      `${identity.name} has a certificate in force already (${others.map(short).join(", ")}): use rotate, or deactivate it first`,
    );
  if (own) {
    await keep(own);
    return own;
  }
  await registry.ensureThing(identity);
  const kept = options.kept === null ? null : await registry.certificate(options.kept);
  if (kept && kept.publicKey !== key)
    throw new IdentityRefusal(
      "same-key",
      `the folder holds the certificate ${short(kept)} of another key: use an empty folder`,
    );
  const certificate = kept ?? (await registry.sign(pem));
  if (certificate.status === "REVOKED")
    throw new IdentityRefusal(
      "revoked",
      `the certificate ${short(certificate)} of this key is REVOKED: make a new key in an empty folder`,
    );
  await keep(certificate);
  await registry.attachPolicy(certificate, identity.kind);
  await registry.setStatus(certificate.id, "ACTIVE");
  await registry.attachThing(certificate, identity.name);
  return { ...certificate, status: "ACTIVE" };
}

/**
 * Puts certificates out of force: the named one, or all in force. `REVOKED` is for good. Returns those that were changed.
 * Throws when the device or the certificate is unknown.
 */
export async function deactivate(
  registry: IotRegistry,
  { name, only, revoke }: { name: string; only: string | null; revoke: boolean },
  announce = untold,
): Promise<DeviceCertificate[]> {
  const wanted = only === null ? await known(registry, name) : [await oneOf(registry, name, only)];
  const status = revoke ? "REVOKED" : "INACTIVE";
  const from = revoke ? ["ACTIVE", "INACTIVE"] : ["ACTIVE"];
  const changed = wanted.filter((certificate) => from.includes(certificate.status));
  await announce(changed);
  for (const { id } of changed) await registry.setStatus(id, status);
  return changed.map((certificate) => ({ ...certificate, status }));
}

/** Puts a deactivated certificate in force again. Throws when it is unknown or revoked. */
export async function activate(
  registry: IotRegistry,
  name: string,
  id: string,
  announce = untold,
): Promise<DeviceCertificate> {
  const certificate = await oneOf(registry, name, id);
  if (certificate.status === "ACTIVE") return certificate;
  if (certificate.status === "REVOKED")
    throw new IdentityRefusal("revoked", `${short(certificate)} is REVOKED, which is for good: use rotate or create`);
  await announce([certificate]);
  await registry.setStatus(certificate.id, "ACTIVE");
  return { ...certificate, status: "ACTIVE" };
}

/** Ends a rotation: what is in force beside `keep` (by default the newest) is put out of force. */
export async function finishRotation(
  registry: IotRegistry,
  name: string,
  keep: string | null,
  announce = untold,
): Promise<{ kept: DeviceCertificate; ended: DeviceCertificate[] }> {
  const active = (await known(registry, name)).filter(({ status }) => status === "ACTIVE");
  const kept = keep === null ? active.at(-1) : await oneOf(registry, name, keep);
  if (!kept) throw new IdentityRefusal("nothing-to-follow", `${name} has no certificate in force: nothing was changed`);
  if (kept.status !== "ACTIVE")
    throw new IdentityRefusal(
      "not-in-force",
      `${short(kept)} is ${kept.status}: ending the others would lock ${name} out`,
    );
  const ended = active.filter(({ id }) => id !== kept.id);
  await announce(ended);
  for (const { id } of ended) await registry.setStatus(id, "INACTIVE");
  return { kept, ended: ended.map((certificate) => ({ ...certificate, status: "INACTIVE" as const })) };
}

async function known(registry: IotRegistry, name: string): Promise<DeviceCertificate[]> {
  if (!(await registry.identity(name)))
    throw new IdentityRefusal("unknown", `${name} is not in the registry: see list`);
  return registry.certificates(name);
}

/** By its id or the first digits of it. */
async function oneOf(registry: IotRegistry, name: string, id: string): Promise<DeviceCertificate> {
  const found = (await known(registry, name)).filter((certificate) => certificate.id.startsWith(id));
  const [only] = found;
  if (!only || found.length > 1)
    throw new IdentityRefusal(
      "unknown",
      `${name} has ${found.length} certificates whose id begins with ${id}: see list --mn ${name}`,
    );
  return only;
}

/** The first digits of an id are enough for people, and for the options that take one. */
export const short = ({ id }: { id: string }): string => id.slice(0, 12);
