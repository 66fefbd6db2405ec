/** What a call of AWS IoT's control plane is to IAM: its action, and the resource that IAM decides by. */
import { machineAccount, machineRegion } from "../template.ts";
import type { Access } from "../iam/identity-policy.ts";
import type { IotCall } from "./iot-calls.ts";

const arn = (path: string): string => `arn:aws:iot:${machineRegion}:${machineAccount}:${path}`;
const thing = ({ path }: IotCall): string => arn(`thing/${path["thing"] ?? ""}`);
const certificate = ({ path }: IotCall): string => arn(`cert/${path["certificate"] ?? ""}`);
const principal = (call: IotCall): string => call.principal;
const target = ({ body }: IotCall): string => {
  const { target: arnOfTarget } = body as { target?: unknown };
  return typeof arnOfTarget === "string" ? arnOfTarget : "";
};
const none = (): string => "*";

/** By route of iot-calls.ts; the resources are those of the table in AWS IoT's developer guide. */
const ACCESSES: Readonly<Record<string, readonly [action: string, resource: (call: IotCall) => string]>> = {
  "POST /things/{thing}": ["CreateThing", thing],
  "GET /things/{thing}": ["DescribeThing", thing],
  "GET /things": ["ListThings", none],
  "DELETE /things/{thing}": ["DeleteThing", thing],
  "POST /certificates": ["CreateCertificateFromCsr", none],
  "GET /certificates/{certificate}": ["DescribeCertificate", certificate],
  "PUT /certificates/{certificate}": ["UpdateCertificate", certificate],
  "DELETE /certificates/{certificate}": ["DeleteCertificate", certificate],
  "PUT /target-policies/{policy}": ["AttachPolicy", target],
  "POST /target-policies/{policy}": ["DetachPolicy", target],
  "POST /attached-policies/{target}": ["ListAttachedPolicies", none],
  "GET /policies/{policy}": ["GetPolicy", ({ path }) => arn(`policy/${path["policy"] ?? ""}`)],
  "PUT /things/{thing}/principals": ["AttachThingPrincipal", principal],
  "DELETE /things/{thing}/principals": ["DetachThingPrincipal", principal],
  "GET /things/{thing}/principals": ["ListThingPrincipals", thing],
  "GET /principals/things": ["ListPrincipalThings", principal],
  "GET /endpoint": ["DescribeEndpoint", none],
};

/** Throws on a route that has no entry: what is served must be decided. */
export function accessOf(route: string, call: IotCall): Access {
  const found = ACCESSES[route];
  if (!found) throw new Error(`${route} has no action in infra/local/identity/iot-accesses.ts`);
  return { action: `iot:${found[0]}`, resource: found[1](call) };
}
