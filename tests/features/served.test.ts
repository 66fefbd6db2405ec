import { expect, test } from "vitest";
import { SERVED } from "../../functions/api/all-operations.ts";
import { noServices } from "../../infra/openapi.ts";

/** As infra/constructs/public-api.ts routes them; the longest path wins. */
const DEVICES = /^\/api\/plants\/:permitNo\/devices(\/|$)/;

test("each operation's path leads to the function that serves it", () => {
  for (const { id, method, path } of SERVED["serve-devices"](noServices())) {
    expect(path, id).toMatch(DEVICES);
    // Only these two methods are routed there.
    expect(path.endsWith("/devices") ? "GET" : "POST", id).toBe(method);
  }
  expect(SERVED["serve-people"](noServices()).filter(({ path }) => DEVICES.test(path))).toEqual([]);
});
