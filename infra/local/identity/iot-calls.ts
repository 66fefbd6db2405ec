/** The calls of AWS IoT's control plane that provisioning makes, on the machine's own registry and authority. */
import * as z from "zod/mini";
import { isSigned, parseRequest } from "../../../functions/devices/read-request.ts";
import { machineAccount, machineRegion } from "../template.ts";
import type { CertificateAuthority } from "./certificate-authority.ts";
import type { Certificate, Thing, ThingRegistry } from "./thing-registry.ts";

/** A refusal as AWS IoT words it. */
export class IotError extends Error {
  override name = "IotError";
  readonly code: string;
  readonly status: number;
  readonly more: Record<string, string>;
  constructor(status: number, code: string, message: string, more: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.more = more;
  }
}

export interface IotCall {
  /** The variable levels of the path. */
  path: Record<string, string>;
  query: URLSearchParams;
  /** Header `x-amzn-principal`. */
  principal: string;
  body: unknown;
}
export type IotOperation = (call: IotCall) => unknown;

export interface IotParts {
  registry: ThingRegistry;
  authority: CertificateAuthority;
  /** Names and documents of the template's policies. */
  policies: ReadonlyMap<string, object>;
  /** `host:port` of the listener for devices. */
  endpoint: () => string;
}

const arnOf = (path: string): string => `arn:aws:iot:${machineRegion}:${machineAccount}:${path}`;
const CERTIFICATE_ARN = /^arn:aws:iot:[^:]*:[^:]*:cert\/([0-9a-f]{64})$/;
const THING_NAME = /^[A-Za-z0-9:_-]{1,128}$/;
const NewThing = z.object({
  attributePayload: z.optional(z.object({ attributes: z.optional(z.record(z.string(), z.string())) })),
  thingTypeName: z.optional(z.never()),
  billingGroupName: z.optional(z.never()),
});
const NewCertificate = z.object({ certificateSigningRequest: z.string() });
const TargetBody = z.object({ target: z.string() });

/** `METHOD /path/{variable}` → what it does. Throws IotError. */
export function iotOperations({ registry, authority, policies, endpoint }: IotParts): Record<string, IotOperation> {
  const needThing = (name = ""): Thing => {
    const thing = registry.thing(name);
    if (!thing) throw missing(`Thing ${name} not found`);
    return thing;
  };
  const needCertificate = (id = ""): Certificate => {
    const certificate = registry.certificate(id);
    if (!certificate) throw missing(`The certificate ${id} does not exist`);
    return certificate;
  };
  const byArn = (arn: string): Certificate => {
    const id = CERTIFICATE_ARN.exec(arn)?.[1];
    if (!id) throw invalid(`${JSON.stringify(arn)} is not the ARN of a certificate; only those are principals here`);
    return needCertificate(id);
  };
  const needPolicy = (name = ""): string => {
    if (!policies.has(name))
      throw missing(`Policy not found: ${name}; the template has ${[...policies.keys()].join(", ")}`);
    return name;
  };
  const thingOf = ({ name, attributes }: Thing): Record<string, unknown> => ({
    thingName: name,
    thingArn: arnOf(`thing/${name}`),
    attributes,
    version: 1,
  });

  return {
    "POST /things/{thing}": async ({ path, body }) => {
      const name = path["thing"] ?? "";
      if (!THING_NAME.test(name)) throw invalid(`thing name ${JSON.stringify(name)}`);
      const attributes = parsed(NewThing, body).attributePayload?.attributes ?? {};
      const former = registry.thing(name);
      if (former && !sameAttributes(former.attributes, attributes))
        throw new IotError(
          409,
          "ResourceAlreadyExistsException",
          `Thing ${name} already exists with other attributes`,
          {
            resourceId: name,
            resourceArn: arnOf(`thing/${name}`),
          },
        );
      if (!former) await registry.addThing({ name, attributes });
      return { thingName: name, thingArn: arnOf(`thing/${name}`), thingId: name };
    },
    "GET /things/{thing}": ({ path }) => ({
      ...thingOf(needThing(path["thing"])),
      defaultClientId: path["thing"],
      thingId: path["thing"],
    }),
    "GET /things": ({ query }) => {
      const limit = pageSize(query);
      const attribute = query.get("attributeName");
      const things = registry.things({
        after: query.get("nextToken") ?? "",
        limit: limit + 1,
        ...(attribute === null ? {} : { attribute: [attribute, query.get("attributeValue") ?? ""] as const }),
      });
      const page = things.slice(0, limit);
      return { things: page.map(thingOf), nextToken: things.length > limit ? page.at(-1)?.name : undefined };
    },
    "DELETE /things/{thing}": async ({ path }) => {
      const name = path["thing"] ?? "";
      if (registry.certificatesOf(name).length > 0)
        throw invalid(`Cannot delete. Thing ${name} is still attached to one or more principals`);
      await registry.removeThing(name);
      return {};
    },
    "POST /certificates": async ({ query, body }) => {
      let request;
      try {
        request = parseRequest(parsed(NewCertificate, body).certificateSigningRequest);
      } catch (error) {
        throw invalid((error as Error).message);
      }
      if (!(await isSigned(request))) throw invalid("The certificate request's signature does not fit its key");
      const active = query.get("setAsActive") === "true";
      const certificate = await registry.addCertificate(await authority.sign(request), active ? "ACTIVE" : "INACTIVE");
      return {
        certificateId: certificate.id,
        certificateArn: arnOf(`cert/${certificate.id}`),
        certificatePem: certificate.pem,
      };
    },
    "GET /certificates/{certificate}": ({ path }) => {
      const { id, pem, status, created, modified, notAfter } = needCertificate(path["certificate"]);
      return {
        certificateDescription: {
          certificateId: id,
          certificateArn: arnOf(`cert/${id}`),
          certificatePem: pem,
          status,
          ownedBy: machineAccount,
          creationDate: created / 1000,
          lastModifiedDate: modified / 1000,
          validity: { notBefore: created / 1000, notAfter: notAfter / 1000 },
        },
      };
    },
    "PUT /certificates/{certificate}": async ({ path, query }) => {
      const { id } = needCertificate(path["certificate"]);
      const status = z.enum(["ACTIVE", "INACTIVE", "REVOKED"]).safeParse(query.get("newStatus"));
      if (!status.success) throw invalid("newStatus must be ACTIVE, INACTIVE or REVOKED");
      await registry.setStatus(id, status.data);
      return {};
    },
    "DELETE /certificates/{certificate}": async ({ path }) => {
      const { id, status } = needCertificate(path["certificate"]);
      if (status === "ACTIVE")
        throw new IotError(409, "CertificateStateException", `The certificate ${id} is ACTIVE: deactivate it first`);
      if (registry.thingsOf(id).length > 0 || registry.policiesOf(id).length > 0)
        throw new IotError(409, "DeleteConflictException", `The certificate ${id} has things or policies attached`);
      await registry.removeCertificate(id);
      return {};
    },
    "PUT /target-policies/{policy}": async ({ path, body }) => {
      const policy = needPolicy(path["policy"]);
      await registry.attach(byArn(parsed(TargetBody, body).target).id, { policy });
      return {};
    },
    "POST /target-policies/{policy}": async ({ path, body }) => {
      const policy = needPolicy(path["policy"]);
      await registry.detach(byArn(parsed(TargetBody, body).target).id, { policy });
      return {};
    },
    "POST /attached-policies/{target}": ({ path }) => ({
      policies: registry
        .policiesOf(byArn(path["target"] ?? "").id)
        .map((name) => ({ policyName: name, policyArn: arnOf(`policy/${name}`) })),
    }),
    "GET /policies/{policy}": ({ path }) => {
      const name = needPolicy(path["policy"]);
      return {
        policyName: name,
        policyArn: arnOf(`policy/${name}`),
        policyDocument: JSON.stringify(policies.get(name)),
      };
    },
    "PUT /things/{thing}/principals": async ({ path, principal }) => {
      await registry.attach(byArn(principal).id, { thing: needThing(path["thing"]).name });
      return {};
    },
    "DELETE /things/{thing}/principals": async ({ path, principal }) => {
      await registry.detach(byArn(principal).id, { thing: needThing(path["thing"]).name });
      return {};
    },
    "GET /things/{thing}/principals": ({ path }) => ({
      principals: registry.certificatesOf(needThing(path["thing"]).name).map((id) => arnOf(`cert/${id}`)),
    }),
    "GET /principals/things": ({ principal }) => ({ things: registry.thingsOf(byArn(principal).id) }),
    "GET /endpoint": ({ query }) => {
      if (query.get("endpointType") !== "iot:Data-ATS") throw invalid("endpointType must be iot:Data-ATS");
      return { endpointAddress: endpoint() };
    },
  };
}

const missing = (message: string): IotError => new IotError(404, "ResourceNotFoundException", message);
const invalid = (message: string): IotError => new IotError(400, "InvalidRequestException", message);

function parsed<S extends z.ZodMiniType>(schema: S, body: unknown): z.output<S> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw invalid(`${result.error.issues[0]?.path.join(".")}: ${result.error.issues[0]?.message}`);
}

function pageSize(query: URLSearchParams): number {
  const size = Number(query.get("maxResults") ?? 250);
  if (!Number.isInteger(size) || size < 1 || size > 250) throw invalid("maxResults must be 1 to 250");
  return size;
}

const sameAttributes = (a: Record<string, string>, b: Record<string, string>): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([key, value]) => b[key] === value);
