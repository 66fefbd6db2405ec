import { expect, test } from "vitest";
import { deviceIdentity, gatewayIdentity, identityOf } from "./identity.ts";

test.each(["330483A890001600000169C1", "A", "a_b-9", "x".repeat(64)])("the MN %s is a device's name", (mn) => {
  expect(deviceIdentity(mn)).toEqual({
    kind: "device",
    name: mn,
    id: mn,
    attributes: { permitWatch: "device" },
    topics: `plants/${mn}/`,
  });
});

test.each([
  ["", /1 to 64/],
  ["x".repeat(65), /1 to 64/],
  ["a b", /1 to 64/],
  ["*", /1 to 64/],
  ["plants/x", /1 to 64/],
  ["${iot:ClientId}", /1 to 64/],
  ["gw-town-1", /begins with gw-, which marks gateways/],
])("the MN %j is refused", (mn, reason) => {
  expect(() => deviceIdentity(mn)).toThrow(reason);
});

test("a gateway is gw- and its id, and its thing knows the id, which its policy needs", () => {
  expect(gatewayIdentity("town-1")).toEqual({
    kind: "gateway",
    name: "gw-town-1",
    id: "town-1",
    attributes: { permitWatch: "gateway", gateway: "town-1" },
    topics: "gateways/town-1/",
  });
  expect(() => gatewayIdentity("gw-town-1")).toThrow(/given without gw-: town-1/);
  expect(() => gatewayIdentity("a/b")).toThrow(/1 to 64/);
});

test("a thing of the registry is told from somebody else's", () => {
  for (const identity of [deviceIdentity("MN1"), gatewayIdentity("town-1")])
    expect(identityOf(identity.name, identity.attributes)).toEqual(identity);
  expect(identityOf("pump-7", {})).toBeNull();
  expect(identityOf("pump-7", { permitWatch: "other" })).toBeNull();
});
