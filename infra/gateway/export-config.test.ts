import { expect, test } from "vitest";
import { demoPermits } from "../local/demo/demo-register.ts";
import { parsePermits } from "../../functions/register/domain/parse-permits.ts";
import { bindingsOf } from "../../functions/register/domain/bindings.ts";
import { loadRuleData } from "../../layers/rule-data.ts";
import { ConfigError, parseConfig } from "./config.ts";
import { exportConfig } from "./export-config.ts";
import { Secrets } from "./secrets.ts";

const parsed = parsePermits(demoPermits({ count: 6, seed: 1 }), loadRuleData(new URL("../../layers/rule-data", import.meta.url).pathname)); // prettier-ignore
if (!parsed.ok) throw new Error(parsed.problems[0]?.reason);
const { permits } = parsed;
const AT = Date.parse("2026-10-01T00:00:00+08:00");
const bound = permits.flatMap((p) => bindingsOf(p)).filter((b) => b.from <= AT && (b.to === null || AT < b.to));
const options = { permits, town: null, allow: ["10.0.0.0/8"], id: "town-1", uplinkUrl: "mqtts://x:8883", at: AT };
const key = "30".repeat(16);
const secrets = Secrets.parse(Object.fromEntries(bound.map(({ mn }, i) => [mn, i === 0 ? { password: "a", sm4Keys: [key] } : `p${i}`]))); // prettier-ignore

test("every device that is bound, with its plant, its password and its keys; the gateway can read it", () => {
  const { devices, listen, uplink } = parseConfig(exportConfig({ ...options, secrets }));
  expect(devices.map(({ mn, permitNo }) => ({ mn, permitNo }))).toEqual(
    bound.map(({ mn, permitNo }) => ({ mn, permitNo })),
  );
  expect(devices[0]).toMatchObject({ password: "a", sm4Keys: [key], allow: ["10.0.0.0/8"] });
  expect(devices[1]).toMatchObject({ password: "p1", sm4Keys: [] });
  expect(listen.host).toBe("0.0.0.0");
  expect(uplink).toMatchObject({ ca: "ca.pem", cert: "certificate.pem", key: "key.pem" });
});

test("one town only", () => {
  const { town } = permits[0]!;
  const { devices } = parseConfig(exportConfig({ ...options, secrets, town }));
  const own = new Set(permits.filter((p) => p.town === town).map((p) => p.permitNo));
  expect(devices.length).toBeGreaterThan(0);
  expect(devices.every(({ permitNo }) => own.has(permitNo))).toBe(true);
});

test("devices without a password stop the export, by name", () => {
  const { [bound[0]!.mn]: _, ...rest } = secrets;
  expect(() => exportConfig({ ...options, secrets: rest })).toThrow(`for 1 devices: ${bound[0]!.mn}`);
  expect(() => exportConfig({ ...options, secrets: rest })).toThrow(ConfigError);
});
