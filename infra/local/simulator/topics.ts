/** Names on the wire. */

/** `digits` hexadecimal digits of a 32-bit number, upper case. */
export const hashHex = (value: number, digits: number): string =>
  (value >>> 0).toString(16).toUpperCase().padStart(8, "0").slice(0, digits);

/** FNV-1a of the UTF-8 bytes: the same town has the same gateway in every run. */
function stable(text: string): number {
  let h = 0x811c9dc5;
  for (const byte of Buffer.from(text, "utf8")) h = Math.imul(h ^ byte, 0x01000193);
  return h >>> 0;
}

/** Id of a town's gateway; its certificate and client id are `gw-{id}`. */
export const gatewayOf = (town: string): string => `town-${hashHex(stable(town), 6).toLowerCase()}`;

export const deviceTopic = (mn: string, channel: "hj212" | "telemetry"): string => `plants/${mn}/${channel}`;
export const gatewayTopic = (gateway: string, permitNo: string): string => `gateways/${gateway}/${permitNo}/hj212`;
