import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { ConfigError, parseConfig } from "./config.ts";
import { directoryOf, parseNetwork, passwordCheck, plainAddress } from "./devices.ts";

const device = { mn: "MN1", permitNo: "P1", password: "123456", allow: ["10.0.0.0/8"] };
const least = { id: "town-1", uplink: { url: "mqtts://broker.example:8883" }, devices: [device] };

test("the least config is listening on loopback, with limits", () => {
  expect(parseConfig(least)).toMatchObject({
    listen: { host: "127.0.0.1", port: 9212 },
    metricsPort: 9213,
    uplink: { messagesPerSecond: 90, backlogPerSecond: 45, inFlight: 90 },
    limits: { connections: 12_000, frameSeconds: 30 },
    spool: { maxBytes: 8 * 1024 ** 3 },
  });
});

describe("refuses, with the place", () => {
  test.each<[unknown, RegExp]>([
    [{ ...least, id: "a b" }, /id must be 1–64 letters/],
    [{ ...least, uplink: { url: "http://x" } }, /uplink\.url must be like mqtts:/],
    [{ ...least, uplink: { url: "mqtt://broker.example" } }, /uplink\.url must be mqtts:\/\/ except on this machine/],
    [{ ...least, uplink: { ...least.uplink, cert: "c.pem" } }, /uplink needs cert and key together/],
    [{ ...least, devices: [device, device] }, /devices name an MN twice: MN1/],
    [{ ...least, devices: [{ ...device, allow: ["10.0.0.0/33"] }] }, /devices\[0\]\.allow\[0\] must be an address/],
    [{ ...least, devices: [{ ...device, allow: [] }] }, /allow must not be empty/],
    [{ ...least, devices: [{ ...device, password: undefined }] }, /devices\[0\] needs exactly one of password/],
    [{ ...least, devices: [{ ...device, passwordUnchecked: true }] }, /needs exactly one/],
    [{ ...least, devices: [{ ...device, pasword: "x" }] }, /devices\[0\] has unknown key "pasword"/],
    [{ ...least, devices: [{ ...device, sm4Keys: ["00"] }] }, /sm4Keys\[0\] must be 32 hex digits/],
  ])("%#", (config, message) => {
    expect(() => parseConfig(config)).toThrow(message);
    expect(() => parseConfig(config)).toThrow(ConfigError);
  });
});

test("passwords: in clear, salted hash, unchecked; a frame without PW fits only the last", () => {
  const hash = createHash("sha256").update("saltsalt123456").digest("hex");
  const checks = [
    passwordCheck({ password: "123456" }),
    passwordCheck({ passwordHash: `sha256:saltsalt:${hash}` }),
    passwordCheck({ passwordUnchecked: true }),
  ];
  expect(checks.map((fits) => [fits("123456"), fits("123457"), fits(""), fits(null)])).toEqual([
    [true, false, false, false],
    [true, false, false, false],
    [true, true, true, true],
  ]);
});

test("networks and addresses", () => {
  expect(["10.0.0.0/8", "192.0.2.7", "fd00::/8", "::1"].every((n) => parseNetwork(n))).toBe(true);
  expect(["", "10.0.0", "10.0.0.0/33", "10.0.0.0/8/8", "fd00::/129", "10.0.0.0/x"].map(parseNetwork)).toEqual(
    Array(6).fill(null),
  );
  const known = directoryOf(
    parseConfig({ ...least, devices: [{ ...device, allow: ["10.0.0.0/8", "fd00::/8"] }] }).devices,
  );
  const found = known.find("MN1");
  if (!found || found instanceof Promise) throw new Error("not found");
  expect(["10.1.2.3", "11.0.0.1", "fd00::1", "fe00::1"].map((a) => found.mayCallFrom(a))).toEqual([
    true,
    false,
    true,
    false,
  ]);
  expect(known.find("MN2")).toBeNull();
  expect([plainAddress("::ffff:10.0.0.1"), plainAddress("fd00::1"), plainAddress(undefined)]).toEqual([
    "10.0.0.1",
    "fd00::1",
    "",
  ]);
});
