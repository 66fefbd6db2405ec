/** Who may speak for an MN: the password of its frames and the networks it may call from. */
import { createHash, timingSafeEqual } from "node:crypto";
import { BlockList, isIPv4, isIPv6 } from "node:net";
import type { KeysOf } from "../../functions/telemetry/domain/hj212/encrypted.ts";
import type { DeviceConfig } from "./config.ts";

export interface Device {
  mn: string;
  permitNo: string;
  /** In constant time. `null`: the frame had no PW. */
  passwordFits(password: string | null): boolean;
  mayCallFrom(address: string): boolean;
}

/** Where devices are looked up; null for an MN that is not known. */
export interface Directory {
  find(mn: string): Device | null | Promise<Device | null>;
  /** SM4 keys of a device, the newest first; empty when it has none. */
  keysOf: KeysOf;
}

/** The devices of a config file. */
export function directoryOf(devices: readonly DeviceConfig[]): Directory {
  // Thousands of devices share a few lists of networks.
  const lists = new Map<string, BlockList>();
  const listOf = (allow: readonly string[]): BlockList => {
    const key = allow.join(" ");
    const known = lists.get(key) ?? networkList(allow);
    lists.set(key, known);
    return known;
  };
  const known = new Map(
    devices.map((config): [string, Device] => {
      const list = listOf(config.allow);
      return [
        config.mn,
        {
          mn: config.mn,
          permitNo: config.permitNo,
          passwordFits: passwordCheck(config),
          mayCallFrom: (address) => isListed(list, address),
        },
      ];
    }),
  );
  const keys = new Map(devices.map((d) => [d.mn, d.sm4Keys.map((hex) => Uint8Array.from(Buffer.from(hex, "hex")))]));
  return { find: (mn) => known.get(mn) ?? null, keysOf: (mn) => keys.get(mn) ?? [] };
}

/** The check of one device's PW; compares digests, so that neither content nor length shows in the time it takes. */
export function passwordCheck({
  password,
  passwordHash,
  passwordUnchecked,
}: Pick<DeviceConfig, "password" | "passwordHash" | "passwordUnchecked">): Device["passwordFits"] {
  if (passwordUnchecked) return () => true;
  const [, salt = "", hex] = passwordHash?.split(":") ?? [];
  const expected = hex === undefined ? digest(password ?? "") : Buffer.from(hex, "hex");
  return (sent) => sent !== null && timingSafeEqual(digest(salt + sent), expected);
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** `10.0.0.0/8`, `192.0.2.7`, `fd00::/8`; null when it is neither an address nor a network. */
export function parseNetwork(text: string): { address: string; prefix: number; family: "ipv4" | "ipv6" } | null {
  const [address = "", bits, ...rest] = text.split("/");
  const family = isIPv4(address) ? "ipv4" : isIPv6(address) ? "ipv6" : null;
  if (family === null || rest.length > 0) return null;
  const most = family === "ipv4" ? 32 : 128;
  const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Infinity;
  return prefix <= most ? { address, prefix, family } : null;
}

export function networkList(allow: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of allow) {
    const parsed = parseNetwork(text);
    if (!parsed) throw new TypeError(`${text} is neither an address nor a network`);
    list.addSubnet(parsed.address, parsed.prefix, parsed.family);
  }
  return list;
}

/** `address` as `plainAddress` gives it. */
export const isListed = (list: BlockList, address: string): boolean =>
  list.check(address, isIPv4(address) ? "ipv4" : "ipv6");

/** An address as people write it: without the prefix that a dual-stack socket puts before IPv4. */
export const plainAddress = (address: string | undefined): string => (address ?? "").replace(/^::ffff:(?=\d+\.)/, "");
