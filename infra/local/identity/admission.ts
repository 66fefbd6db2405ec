/** Decides about a connection: is this certificate in force, and what do the policies attached to it allow. */
import { X509Certificate } from "node:crypto";
import { certificateId } from "../../../functions/devices/read-request.ts";
import { compilePolicies, type Allows, type PolicyDocument } from "./iot-policy.ts";
import type { ThingRegistry } from "./thing-registry.ts";

export type Admission = { ok: true; allows: Allows } | { ok: false; reason: string };
export type Admit = (certificate: X509Certificate, clientId: string) => Admission;

/** `policies` are the template's, by name. */
export function admission(
  registry: ThingRegistry,
  policies: ReadonlyMap<string, PolicyDocument>,
  now: () => number,
): Admit {
  return (certificate, clientId) => {
    const refuse = (reason: string): Admission => ({ ok: false, reason });
    const id = certificateId(certificate);
    const known = registry.certificate(id);
    if (!known) return refuse(`its certificate ${id.slice(0, 12)} is not registered here`);
    if (known.status !== "ACTIVE") return refuse(`its certificate ${id.slice(0, 12)} is ${known.status}`);
    if (known.notAfter <= now()) return refuse(`its certificate ${id.slice(0, 12)} has expired`);
    const commonName = /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? "";
    const thing = registry.thing(clientId);
    const attached = thing !== null && registry.certificatesOf(thing.name).includes(id);
    const documents = registry.policiesOf(id).flatMap((name) => policies.get(name) ?? []);
    const allows = compilePolicies(documents, { clientId, commonName, thing: attached ? thing : null });
    if (allows("iot:Connect", `client/${clientId}`)) return { ok: true, allows };
    if (commonName !== clientId) return refuse(`its certificate is the one of ${JSON.stringify(commonName)}`);
    if (!attached) return refuse(`its certificate ${id.slice(0, 12)} is not attached to a thing of this name`);
    return refuse(`no policy of its certificate ${id.slice(0, 12)} allows it to connect`);
  };
}
