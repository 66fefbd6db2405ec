/** Who may connect: a plant's device under its MN, or a gateway as `gw-` and its id (docs/devices.md). */
import { GATEWAY_ATTRIBUTE, type IdentityKind } from "../../../events/device-policies.ts";

export interface Identity {
  kind: IdentityKind;
  /** Thing name, MQTT client id and common name of the certificate, all the same. */
  name: string;
  /** MN of a device, id of a gateway. */
  id: string;
  /** What the registry keeps with the thing; the gateways' policy reads the id from here. */
  attributes: Record<string, string>;
  /** First levels of the topics it may use. */
  topics: string;
}

const ID = /^[A-Za-z0-9_-]{1,64}$/;
const GATEWAY = "gw-";

/** Attribute by which our things are told from others of the same account. */
export const KIND_ATTRIBUTE = "permitWatch";

/** Throws saying what is wrong with the MN. */
export function deviceIdentity(mn: string): Identity {
  if (!ID.test(mn)) throw new Error(`the MN ${JSON.stringify(mn)} is not 1 to 64 of letters, digits, _ and -`);
  if (mn.startsWith(GATEWAY))
    throw new Error(`the MN ${mn} begins with ${GATEWAY}, which marks gateways: for a gateway give its id instead`);
  return { kind: "device", name: mn, id: mn, attributes: { [KIND_ATTRIBUTE]: "device" }, topics: `plants/${mn}/` };
}

/** Throws saying what is wrong with the id. */
export function gatewayIdentity(id: string): Identity {
  if (!ID.test(id))
    throw new Error(`the gateway's id ${JSON.stringify(id)} is not 1 to 64 of letters, digits, _ and -`);
  if (id.startsWith(GATEWAY))
    throw new Error(`the gateway's id is given without ${GATEWAY}: ${id.slice(3) || "town-1"}`);
  return {
    kind: "gateway",
    name: `${GATEWAY}${id}`,
    id,
    attributes: { [KIND_ATTRIBUTE]: "gateway", [GATEWAY_ATTRIBUTE]: id },
    topics: `gateways/${id}/`,
  };
}

/** The identity of a thing of our registry, null for a thing that is not ours. */
export function identityOf(name: string, attributes: Readonly<Record<string, string>>): Identity | null {
  const kind = attributes[KIND_ATTRIBUTE];
  if (kind === "device") return deviceIdentity(name);
  return kind === "gateway" ? gatewayIdentity(name.slice(GATEWAY.length)) : null;
}
