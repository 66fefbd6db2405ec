import {
  DescribeEndpointCommand,
  DescribeThingCommand,
  IoTClient,
  UpdateCertificateCommand,
} from "@aws-sdk/client-iot";
import { afterEach, expect, test } from "vitest";
import type { Access } from "../iam/identity-policy.ts";
import type { Permissions } from "../iam/permissions.ts";
import { accessKeyOf } from "../runtime-api.ts";
import type { LocalServer } from "../s3.ts";
import { accessOf } from "./iot-accesses.ts";
import { iotOperations, type IotParts } from "./iot-calls.ts";
import { startIotControl } from "./iot-control.ts";

let server: LocalServer | undefined;
afterEach(() => server?.stop());

const OWNER = "LOCALOWNER";
const client = (accessKeyId: string): IoTClient =>
  new IoTClient({
    region: "local-1",
    endpoint: server?.endpoint ?? "",
    credentials: { accessKeyId, secretAccessKey: "x" },
    maxAttempts: 1,
  });

/** Knows one function, which may do nothing but what `allowed` says. */
const only = (allowed: readonly string[], asked: Access[]): Permissions => ({
  check: (authorization, accesses) => {
    if (!authorization?.includes(accessKeyOf("serve"))) return { kind: "unknown-key" };
    asked.push(...accesses);
    const access = accesses.find(({ action }) => !allowed.includes(action));
    return access ? { kind: "denied", user: "serve", access, because: "because nothing allows it" } : null;
  },
  allows: () => false,
});

const operations = {
  "GET /things/{thing}": () => ({ thingName: "M1", attributes: {} }),
  "PUT /certificates/{certificate}": () => ({}),
  "GET /endpoint": () => ({ endpointAddress: "here:8883" }),
};

test("a function may do what its role allows, by the action and the resource of IAM; the owner of the folder may do all", async () => {
  const asked: Access[] = [];
  server = await startIotControl(operations, OWNER, only(["iot:DescribeThing", "iot:DescribeEndpoint"], asked));
  const serve = client(accessKeyOf("serve"));
  expect(await serve.send(new DescribeThingCommand({ thingName: "M1" }))).toMatchObject({ thingName: "M1" });
  expect(await serve.send(new DescribeEndpointCommand({}))).toMatchObject({ endpointAddress: "here:8883" });
  const update = new UpdateCertificateCommand({ certificateId: "a".repeat(64), newStatus: "INACTIVE" });
  await expect(serve.send(update)).rejects.toMatchObject({
    name: "AccessDeniedException",
    message: expect.stringContaining("iot:UpdateCertificate on resource: arn:aws:iot:"),
  });
  expect(asked).toEqual([
    { action: "iot:DescribeThing", resource: expect.stringMatching(/^arn:aws:iot:[^:]+:\d{12}:thing\/M1$/) },
    { action: "iot:DescribeEndpoint", resource: "*" },
    { action: "iot:UpdateCertificate", resource: expect.stringMatching(/:cert\/a{64}$/) },
  ]);
  await client(OWNER).send(update);
  expect(asked).toHaveLength(3);
});

test("whoever has neither key learns nothing", async () => {
  server = await startIotControl(operations, OWNER, only([], []));
  await expect(client("LOCALGUESS").send(new DescribeEndpointCommand({}))).rejects.toMatchObject({
    name: "UnrecognizedClientException",
  });
});

test("every call that is served has its action", () => {
  const call = { path: {}, query: new URLSearchParams(), principal: "", body: {} };
  for (const route of Object.keys(iotOperations({} as IotParts)))
    expect(accessOf(route, call).action, route).toMatch(/^iot:[A-Z]\w+$/);
});
