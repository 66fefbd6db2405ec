import { expect, test } from "vitest";
import type { IotRegistry } from "../devices/iot-registry.ts";
import { SERVED, type AllServices } from "./all-operations.ts";

/** As infra/constructs/public-api.ts routes them; the longest path wins. */
const DEVICES = /^\/api\/plants\/:permitNo\/devices(\/|$)/;

test("each operation's path leads to the function that serves it", () => {
  const services = { identities: { registry: {} as IotRegistry, ca: "" }, tables: {} } as unknown as AllServices;
  for (const { id, method, path } of SERVED["serve-devices"](services)) {
    expect(path, id).toMatch(DEVICES);
    // Only these two methods are routed there.
    expect(path.endsWith("/devices") ? "GET" : "POST", id).toBe(method);
  }
  expect(SERVED["serve-people"](services).filter(({ path }) => DEVICES.test(path))).toEqual([]);
});
