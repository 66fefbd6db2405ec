/**
 * What a device and a gateway may do at the broker, as data: the IoT policies of the template are made from it, and the
 * local broker reads them from the template. One policy per kind is enough for any number of them, because the policy
 * variables stand for the identity of the connection.
 */
import { RULES } from "./rules.ts";

export type IdentityKind = "device" | "gateway";

export interface PolicyStatement {
  actions: readonly string[];
  /** `client/…`, `topic/…`, `topicfilter/…`: the part of the ARN behind the account. */
  resources: readonly string[];
  condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface DevicePolicy {
  kind: IdentityKind;
  /** Fixed, because certificates are attached to it by name. */
  name: string;
  statements: readonly PolicyStatement[];
}

/** The policy as AWS IoT reads it; `arn` completes `topic/…` and the like with partition, region and account. */
export const renderPolicy = ({ statements }: DevicePolicy, arn: (path: string) => string): Record<string, unknown> => ({
  Version: "2012-10-17",
  Statement: statements.map(({ actions, resources, condition }) => ({
    Effect: "Allow",
    Action: actions,
    Resource: resources.map(arn),
    ...(condition ? { Condition: condition } : {}),
  })),
});

/** A topic may be used by its owner only: `plants/{mn}/…` by the device, `gateways/{id}/…` by the gateway `gw-{id}`. */
function policyOf(kind: IdentityKind, branch: string, owner: string): DevicePolicy {
  const own = `${branch}/${owner}/*`;
  const rules = RULES.filter((rule) => rule.topic.startsWith(`${branch}/`));
  return {
    kind,
    name: `permit-watch-${kind}`,
    statements: [
      {
        // The client id is the certificate's common name, and the thing of that name holds this very certificate: a
        // certificate alone, or one that is attached to another thing, opens nothing.
        actions: ["iot:Connect"],
        resources: ["client/${iot:Certificate.Subject.CommonName}"],
        condition: { Bool: { "iot:Connection.Thing.IsAttached": "true" } },
      },
      {
        // Basic Ingest asks no FROM filter of its rule, so each rule is named, and only behind it the own topic.
        actions: ["iot:Publish"],
        resources: [`topic/${own}`, ...rules.map((rule) => `topic/$aws/rules/${rule.name}/${own}`)],
      },
      { actions: ["iot:Subscribe"], resources: [`topicfilter/${own}`] },
      { actions: ["iot:Receive"], resources: [`topic/${own}`] },
    ],
  };
}

/** A gateway's topics carry its id without the `gw-` of its name; no variable cuts a text, so the thing knows its id. */
export const GATEWAY_ATTRIBUTE = "gateway";

export const DEVICE_POLICIES: readonly DevicePolicy[] = [
  policyOf("device", "plants", "${iot:Connection.Thing.ThingName}"),
  policyOf("gateway", "gateways", `\${iot:Connection.Thing.Attributes[${GATEWAY_ATTRIBUTE}]}`),
];
