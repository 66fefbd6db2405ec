/** Identities in AWS IoT, or in what answers its calls: things, their certificates, and the steps between. */
import {
  AttachPolicyCommand,
  AttachThingPrincipalCommand,
  CreateCertificateFromCsrCommand,
  CreateThingCommand,
  DescribeCertificateCommand,
  DescribeEndpointCommand,
  DescribeThingCommand,
  paginateListThingPrincipals,
  paginateListThings,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
  UpdateCertificateCommand,
  type IoTClient,
} from "@aws-sdk/client-iot";
import { createPublicKey, X509Certificate } from "node:crypto";
import { DEVICE_POLICIES, type IdentityKind } from "../../events/device-policies.ts";
import { inParallel } from "../shared/in-parallel.ts";
import { identityOf, KIND_ATTRIBUTE, type Identity } from "./domain/identity.ts";

export type Status = "ACTIVE" | "INACTIVE" | "REVOKED";

export interface DeviceCertificate {
  id: string;
  arn: string;
  status: Status;
  pem: string;
  /** SubjectPublicKeyInfo, DER in base64. */
  publicKey: string;
  created: Date;
  notAfter: Date;
}

export interface IotRegistry {
  /** Makes the thing, or finds it. Throws when a thing of this name is somebody else's. */
  ensureThing(identity: Identity): Promise<void>;
  /** Null when there is no such thing, or it is not ours. */
  identity(name: string): Promise<Identity | null>;
  identities(kind: IdentityKind): AsyncIterable<Identity>;
  /** Of the thing, oldest first; none when there is no such thing. */
  certificates(name: string): Promise<DeviceCertificate[]>;
  /** Null when there is no such certificate. */
  certificate(id: string): Promise<DeviceCertificate | null>;
  /** A new certificate, not in force. The request must have been checked. */
  sign(request: string): Promise<DeviceCertificate>;
  attachPolicy(certificate: DeviceCertificate, kind: IdentityKind): Promise<void>;
  attachThing(certificate: DeviceCertificate, name: string): Promise<void>;
  setStatus(id: string, status: Status): Promise<void>;
  /** Where devices connect, `host:port`. */
  endpoint(): Promise<string>;
}

/** Calls at one time: AWS IoT allows ten a second and account, and the client waits when it is told to. */
const PARALLEL = 4;
const MQTTS_PORT = 8883;

export function iotRegistry(iot: IoTClient): IotRegistry {
  const thing = (name: string): Promise<Record<string, string> | null> =>
    iot.send(new DescribeThingCommand({ thingName: name })).then(
      ({ attributes }) => attributes ?? {},
      (error: unknown) => (error instanceof ResourceNotFoundException ? null : Promise.reject(error as Error)),
    );
  const describe = (id: string): Promise<DeviceCertificate | null> =>
    iot.send(new DescribeCertificateCommand({ certificateId: id })).then(
      ({ certificateDescription: found }) => {
        const pem = found?.certificatePem ?? "";
        return {
          ...parseCertificate(pem),
          id,
          arn: found?.certificateArn ?? "",
          status: found?.status as Status,
          created: found?.creationDate ?? new Date(0),
        };
      },
      (error: unknown) => (error instanceof ResourceNotFoundException ? null : Promise.reject(error as Error)),
    );

  return {
    ensureThing: async ({ name, attributes }) => {
      const clash = async (): Promise<void> => {
        const found = await thing(name);
        if (found?.[KIND_ATTRIBUTE] !== attributes[KIND_ATTRIBUTE])
          throw new Error(
            `a thing named ${name} is in the registry, but it was not made by this system: remove it first`,
          );
      };
      await iot.send(new CreateThingCommand({ thingName: name, attributePayload: { attributes } })).catch((error) => {
        if (error instanceof ResourceAlreadyExistsException) return clash();
        throw error;
      });
    },
    identity: async (name) => {
      const attributes = await thing(name);
      return attributes && identityOf(name, attributes);
    },
    identities: async function* (kind) {
      const pages = paginateListThings({ client: iot }, { attributeName: KIND_ATTRIBUTE, attributeValue: kind });
      for await (const { things = [] } of pages)
        for (const { thingName = "", attributes = {} } of things) {
          const identity = identityOf(thingName, attributes);
          if (identity) yield identity;
        }
    },
    certificates: async (name) => {
      const ids: string[] = [];
      try {
        for await (const { principals = [] } of paginateListThingPrincipals({ client: iot }, { thingName: name }))
          for (const arn of principals) {
            const id = /:cert\/([0-9a-f]+)$/.exec(arn)?.[1];
            if (id) ids.push(id);
          }
      } catch (error) {
        if (!(error instanceof ResourceNotFoundException)) throw error;
      }
      const found = await inParallel(ids, PARALLEL, describe);
      return found.filter((each) => each !== null).sort((a, b) => a.created.getTime() - b.created.getTime());
    },
    certificate: describe,
    sign: async (request) => {
      const made = await iot.send(
        new CreateCertificateFromCsrCommand({ certificateSigningRequest: request, setAsActive: false }),
      );
      const { certificateId: id = "", certificateArn: arn = "", certificatePem: pem = "" } = made;
      return {
        ...parseCertificate(pem),
        id,
        arn,
        status: "INACTIVE",
        created: new Date(new X509Certificate(pem).validFrom),
      };
    },
    attachPolicy: async ({ arn }, kind) => {
      const policyName = DEVICE_POLICIES.find((policy) => policy.kind === kind)?.name;
      await iot.send(new AttachPolicyCommand({ policyName, target: arn })).catch((error) => {
        if (!(error instanceof ResourceNotFoundException)) throw error;
        throw new Error(`the policy ${policyName} is missing: deploy the telemetry stack first`, { cause: error });
      });
    },
    attachThing: async ({ arn }, name) => {
      await iot.send(new AttachThingPrincipalCommand({ thingName: name, principal: arn }));
    },
    setStatus: async (id, status) => {
      await iot.send(new UpdateCertificateCommand({ certificateId: id, newStatus: status }));
    },
    endpoint: async () => {
      const { endpointAddress = "" } = await iot.send(new DescribeEndpointCommand({ endpointType: "iot:Data-ATS" }));
      return /:\d+$/.test(endpointAddress) ? endpointAddress : `${endpointAddress}:${MQTTS_PORT}`;
    },
  };
}

function parseCertificate(pem: string): { pem: string; publicKey: string; notAfter: Date } {
  const certificate = new X509Certificate(pem);
  return { pem, publicKey: keyText(certificate.publicKey), notAfter: new Date(certificate.validTo) };
}

/** A public key as text that can be compared. */
export const keyText = (key: ReturnType<typeof createPublicKey>): string =>
  key.export({ type: "spki", format: "der" }).toString("base64");
