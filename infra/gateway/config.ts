/** The gateway's own config file (docs/gateway.md): what it is, where its uplink goes, and which devices may speak. */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import * as z from "zod/mini";
import { parseInput } from "../../functions/shared/problems.ts";
import { parseNetwork } from "./devices.ts";

const name = z.string().check(z.regex(/^[A-Za-z0-9_-]{1,64}$/, "must be 1–64 letters, digits, _ or -"));
const port = z.int().check(z.gte(0), z.lte(65_535));
const whole = (least: number, most: number) => z.int().check(z.gte(least), z.lte(most));
const network = z
  .string()
  .check(z.refine((text) => parseNetwork(text) !== null, "must be an address or a network such as 10.0.0.0/8"));

const DeviceForm = z
  .strictObject({
    mn: name,
    permitNo: name,
    /** In clear, or as `sha256:<salt>:<hex>` of salt and password; "unchecked" says that this device's PW proves nothing. */
    password: z.optional(z.string().check(z.minLength(1), z.maxLength(64))),
    passwordHash: z.optional(
      z
        .string()
        .check(z.regex(/^sha256:[^:]{8,64}:[0-9a-f]{64}$/, "must be sha256:<salt of 8–64 characters>:<64 hex>")),
    ),
    passwordUnchecked: z.optional(z.literal(true)),
    /** SM4 keys of HJ 212-2025, 32 hex digits each, the newest first: stored frames still come under the one before. */
    sm4Keys: z._default(
      z.array(z.string().check(z.regex(/^[0-9a-fA-F]{32}$/, "must be 32 hex digits"))).check(z.maxLength(4)),
      [],
    ),
    /** Networks it may call from. */
    allow: z.array(network).check(z.minLength(1)),
  })
  .check(
    z.refine(
      (d) => [d.password, d.passwordHash, d.passwordUnchecked].filter((given) => given !== undefined).length === 1,
      "needs exactly one of password, passwordHash and passwordUnchecked: true",
    ),
  );

const Limits = z.object({
  connections: z._default(whole(1, 1_000_000), 12_000),
  connectionsPerAddress: z._default(whole(1, 1_000_000), 256),
  /** Frames a connection may send: steadily per second, and at once after a pause (a logger that sends its memory). */
  framesPerSecond: z._default(whole(1, 100_000), 20),
  frameBurst: z._default(whole(1, 100_000), 400),
  /** MNs that one connection may speak for: a logger has a few, a collector of a whole site more. */
  devicesPerConnection: z._default(whole(1, 100_000), 64),
  /**
   * Seconds within which a frame that began must be whole, a new connection must have shown a known device (loggers that
   * send every ten minutes connect and wait), and a connection must say something (some send by the hour).
   */
  frameSeconds: z._default(whole(1, 3600), 30),
  strangerSeconds: z._default(whole(1, 3600), 660),
  idleSeconds: z._default(whole(10, 86_400), 4_000),
});

const Uplink = z.object({
  /** mqtts://host:8883, or mqtt:// on loopback. */
  url: z.string().check(z.regex(/^mqtts?:\/\/[^/\s]+\/?$/, "must be like mqtts://host:8883")),
  /** PEM files, beside the config file unless absolute. */
  ca: z.optional(z.string()),
  cert: z.optional(z.string()),
  key: z.optional(z.string()),
  /** AWS IoT's Basic Ingest saves the message fee: the rule's name; absent: the plain topic. */
  basicIngestRule: z.optional(z.string().check(z.regex(/^[A-Za-z0-9_]{1,128}$/, "must be a rule's name"))),
  /** AWS IoT takes 100 publishes a second and 100 unacknowledged ones from a connection. */
  messagesPerSecond: z._default(whole(1, 10_000), 90),
  /** Of these at most so many for what an outage left. */
  backlogPerSecond: z._default(whole(1, 10_000), 45),
  inFlight: z._default(whole(1, 1_000), 90),
});

const Config = z
  .object({
    id: name,
    listen: z._default(z.object({ host: z._default(z.string(), "127.0.0.1"), port: z._default(port, 9212) }), {
      host: "127.0.0.1",
      port: 9212,
    }),
    /** Prometheus text and health, on 127.0.0.1 only. */
    metricsPort: z._default(port, 9213),
    uplink: Uplink,
    limits: z.prefault(Limits, {}),
    spool: z.prefault(
      z.object({
        /** What waits for the uplink may take so much disk, and must leave so much free. */
        maxBytes: z._default(whole(1024 * 1024, Number.MAX_SAFE_INTEGER), 8 * 1024 ** 3),
        minFreeBytes: z._default(whole(0, Number.MAX_SAFE_INTEGER), 512 * 1024 ** 2),
      }),
      {},
    ),
    quarantineBytes: z._default(whole(64 * 1024, Number.MAX_SAFE_INTEGER), 64 * 1024 ** 2),
    devices: z.array(DeviceForm),
  })
  .check(
    z.refine((c) => new Set(c.devices.map((d) => d.mn)).size === c.devices.length, {
      path: ["devices"],
      error: (issue) => `name an MN twice: ${firstTwice((issue.input as { devices: { mn: string }[] }).devices)}`,
    }),
    z.refine((c) => (c.uplink.cert === undefined) === (c.uplink.key === undefined), {
      path: ["uplink"],
      error: "needs cert and key together, or neither",
    }),
    z.refine((c) => !c.uplink.url.startsWith("mqtt:") || isLoopback(c.uplink.url), {
      path: ["uplink", "url"],
      error: "must be mqtts:// except on this machine itself: frames carry passwords in clear",
    }),
  );

export type GatewayConfig = z.output<typeof Config>;
export type DeviceConfig = GatewayConfig["devices"][number];
export type Limits = GatewayConfig["limits"];

/** What is wrong with a config file, a line per problem: for the person at the terminal. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

/** Checks a config; throws ConfigError with every problem and its path. */
export function parseConfig(json: unknown, from = "the config"): GatewayConfig {
  const parsed = parseInput(Config, json);
  if (parsed.ok) return parsed.data;
  const lines = parsed.problems.map(({ path, reason }) => `  ${path || "it"} ${reason}`);
  throw new ConfigError([`${from} cannot be used:`, ...lines].join("\n"));
}

/** Reads a config file; file names in it are taken from its own folder. */
export function loadConfig(file: string): GatewayConfig {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new ConfigError(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  const config = parseConfig(json, file);
  const { ca, cert, key } = config.uplink;
  const near = (path: string | undefined): string | undefined => path && resolve(dirname(file), path);
  return { ...config, uplink: { ...config.uplink, ca: near(ca), cert: near(cert), key: near(key) } };
}

const isLoopback = (url: string): boolean => ["127.0.0.1", "localhost", "[::1]"].includes(new URL(url).hostname);

function firstTwice(devices: readonly { mn: string }[]): string {
  const seen = new Set<string>();
  return devices.find(({ mn }) => seen.size === seen.add(mn).size)?.mn ?? "";
}
