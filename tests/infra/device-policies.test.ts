/** The IoT policies as the template has them, evaluated as AWS IoT would: own topics only, for both kinds. */
import { beforeAll, describe, expect, test } from "vitest";
import { DEVICE_POLICIES } from "../../events/device-policies.ts";
import { RULES } from "../../events/rules.ts";
import { readDefinition } from "../../infra/local/definition.ts";
import { compilePolicies, type Connection, type PolicyDocument } from "../../infra/local/identity/iot-policy.ts";
import { readAssembly } from "../../infra/local/template.ts";
import { assembly } from "./assembly.ts";

let policies: ReadonlyMap<string, PolicyDocument>;
beforeAll(async () => {
  policies = readDefinition(readAssembly(await assembly())).iotPolicies;
});

const MN = "330483A890001600000169C1";
const device: Connection = { clientId: MN, commonName: MN, thing: { name: MN, attributes: { permitWatch: "device" } } };
const gateway: Connection = {
  clientId: "gw-town-1",
  commonName: "gw-town-1",
  thing: { name: "gw-town-1", attributes: { permitWatch: "gateway", gateway: "town-1" } },
};
const POLICY_LIMIT = 2048;

test("one policy per kind, within AWS IoT's size, and nothing but allowances", () => {
  expect([...policies.keys()].toSorted()).toEqual(DEVICE_POLICIES.map(({ name }) => name).toSorted());
  for (const document of policies.values()) {
    // A real account and region make the ARNs a little longer than the local ones.
    expect(JSON.stringify(document).length + 12 * 10).toBeLessThan(POLICY_LIMIT);
    for (const { Effect, Resource } of document.Statement) {
      expect(Effect).toBe("Allow");
      for (const resource of Resource) expect(resource).toMatch(/\$\{iot:/);
    }
  }
});

describe.each([
  ["device", device, `plants/${MN}`, "plants/ANOTHER"],
  ["gateway", gateway, "gateways/town-1", "gateways/town-2"],
])("a %s", (kind, connection, own, foreign) => {
  const allows = (
    action: Parameters<ReturnType<typeof compilePolicies>>[0],
    resource: string,
    as = connection,
  ): boolean => compilePolicies([policies.get(`permit-watch-${kind}`) as PolicyDocument], as)(action, resource);

  test("connects under its own name only, with a certificate that its thing holds", () => {
    expect(allows("iot:Connect", `client/${connection.clientId}`)).toBe(true);
    expect(allows("iot:Connect", "client/another")).toBe(false);
    expect(allows("iot:Connect", `client/${connection.clientId}`, { ...connection, commonName: "another" })).toBe(
      false,
    );
    expect(allows("iot:Connect", `client/${connection.clientId}`, { ...connection, thing: null })).toBe(false);
  });

  test("publishes to its own topics only, also by Basic Ingest, there through our rules only", () => {
    for (const prefix of ["", ...RULES.map(({ name }) => `$aws/rules/${name}/`)]) {
      const fits = prefix === "" || prefix.includes("gateway") === (kind === "gateway");
      expect(allows("iot:Publish", `topic/${prefix}${own}/P/hj212`), prefix).toBe(fits);
      expect(allows("iot:Publish", `topic/${prefix}${foreign}/P/hj212`), prefix).toBe(false);
      expect(allows("iot:Publish", `topic/${prefix}${own}`), prefix).toBe(false);
    }
    expect(allows("iot:Publish", `topic/$aws/rules/another_rule/${own}/hj212`)).toBe(false);
    expect(allows("iot:Publish", `topic/$aws/things/${connection.clientId}/shadow/update`)).toBe(false);
    expect(allows("iot:Publish", `topic/${own}/hj212`, { ...connection, thing: null })).toBe(false);
    expect(allows("iot:RetainPublish", `topic/${own}/hj212`)).toBe(false);
  });

  test("subscribes to and receives from its own topics only", () => {
    for (const [filter, allowed] of [
      [`${own}/#`, true],
      [`${own}/+/x`, true],
      [`${foreign}/#`, false],
      [`${own.split("/")[0]}/+/hj212`, false],
      ["#", false],
    ] as const)
      expect(allows("iot:Subscribe", `topicfilter/${filter}`), filter).toBe(allowed);
    expect(allows("iot:Receive", `topic/${own}/x`)).toBe(true);
    expect(allows("iot:Receive", `topic/${foreign}/x`)).toBe(false);
  });
});
