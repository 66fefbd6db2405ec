/** Refusals of S3, SNS and SSM as the SDK hears them from AWS. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openObjectStore } from "../object-store.ts";
import { startS3, type LocalServer } from "../s3.ts";
import { startSns, type LocalSns } from "../sns.ts";
import { startSsm } from "../ssm.ts";
import { openStore, type Store } from "../store.ts";
import { temporaryFolder } from "../test-assembly.ts";
import { grantsOf, IdentityPolicy } from "./identity-policy.ts";
import { openPermissions } from "./permissions.ts";
import { s3Accesses } from "./s3-accesses.ts";

const TOPIC = "arn:aws:sns:local-1:000000000000:operators";
const USER = "User: arn:aws:sts::000000000000:assumed-role/r/warn";
const allow = (Action: string, where: object): object => ({ Effect: "Allow", Action, ...where });
const POLICY = IdentityPolicy.parse({
  Version: "2012-10-17",
  Statement: [
    allow("s3:PutObject", { Resource: "arn:aws:s3:::site/p/*" }),
    allow("s3:GetObject", { Resource: ["arn:aws:s3:::site/p/*", "arn:aws:s3:::listed/*"] }),
    allow("s3:ListBucket", { Resource: "arn:aws:s3:::listed" }),
    allow("sns:Publish", { NotResource: "arn:aws:sns:*:*:*" }),
    allow("ssm:GetParameter", { Resource: "arn:aws:ssm:local-1:000000000000:parameter/keys/*" }),
  ],
});
const lines: string[] = [];
let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
let servers: [LocalServer, LocalSns, LocalServer];
let clients: [S3Client, SNSClient, SSMClient];

beforeAll(async () => {
  folder = temporaryFolder();
  store = openStore(join(folder.path, "machine.sqlite"));
  const role = { name: "r", arn: "arn:aws:iam::000000000000:role/r", grants: grantsOf([POLICY], "") };
  const log = (line: string): void => void lines.push(line);
  const permissions = openPermissions({ roles: new Map([["warn", role]]), labelOf: (name) => name, log });
  const buckets = ["site", "listed"].map((name) => ({
    name,
    arn: `arn:aws:s3:::${name}`,
    versioned: false,
    lockDays: null,
    events: false,
  }));
  const onCreated = (): void => undefined;
  const objects = openObjectStore({ store, folder: join(folder.path, "o"), buckets, now: Date.now, onCreated });
  const secrets = join(folder.path, "secrets.json");
  writeFileSync(secrets, '{ "/keys/a": "k", "/other": "o" }');
  servers = [
    await startS3(objects, permissions),
    await startSns({ store, topics: [TOPIC], permissions, now: Date.now }),
    await startSsm(secrets, permissions),
  ];
  const how = (
    server: LocalServer,
  ): { endpoint: string; region: string; credentials: object; maxAttempts: number } => ({
    endpoint: server.endpoint,
    region: "local-1",
    credentials: { accessKeyId: "LOCALWARN", secretAccessKey: "local" },
    maxAttempts: 1,
  });
  clients = [
    new S3Client(how(servers[0]) as object),
    new SNSClient(how(servers[1]) as object),
    new SSMClient(how(servers[2]) as object),
  ];
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  for (const server of servers) await server.stop();
  store.close();
  folder[Symbol.dispose]();
});

test("S3: objects under the prefix, and no others; the ARN is in quotes", async () => {
  const [s3] = clients;
  await s3.send(new PutObjectCommand({ Bucket: "site", Key: "p/a", Body: "x" }));
  expect(await (await s3.send(new GetObjectCommand({ Bucket: "site", Key: "p/a" }))).Body?.transformToString()).toBe(
    "x",
  );
  await expect(s3.send(new PutObjectCommand({ Bucket: "site", Key: "index.html", Body: "x" }))).rejects.toMatchObject({
    name: "AccessDenied",
    $metadata: expect.objectContaining({ httpStatusCode: 403 }),
    message: `${USER} is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::site/index.html" because no identity-based policy allows the s3:PutObject action`,
  });
  for (const command of [
    new DeleteObjectCommand({ Bucket: "site", Key: "p/a" }),
    new PutObjectCommand({ Bucket: "site", Key: "p/b", Body: "x", Tagging: "a=b" }),
  ])
    await expect(s3.send(command)).rejects.toMatchObject({ name: "AccessDenied" });
  await expect(s3.send(new ListObjectsV2Command({ Bucket: "site" }))).rejects.toMatchObject({ name: "AccessDenied" });
  await expect(s3.send(new HeadObjectCommand({ Bucket: "site", Key: "other" }))).rejects.toMatchObject({
    $metadata: expect.objectContaining({ httpStatusCode: 403 }),
  });
  expect(lines[0]).toBe(
    "warn: refused: s3:PutObject on arn:aws:s3:::site/index.html; no statement allows it (role r, infra/stacks)",
  );
});

test("S3: that an object is missing is told to who may list, and to nobody else", async () => {
  const [s3] = clients;
  await expect(s3.send(new GetObjectCommand({ Bucket: "listed", Key: "none" }))).rejects.toMatchObject({
    name: "NoSuchKey",
  });
  await expect(s3.send(new GetObjectCommand({ Bucket: "site", Key: "p/none" }))).rejects.toMatchObject({
    name: "AccessDenied",
  });
});

test("S3: requests without a key, or with a strange one, get nothing", async () => {
  const url = `${servers[0].endpoint}/site/p/a`;
  const anonymous = await fetch(url);
  expect([anonymous.status, await anonymous.text()]).toEqual([403, expect.stringContaining("<Code>AccessDenied<")]);
  const stranger = await fetch(url, { headers: { authorization: "AWS4-HMAC-SHA256 Credential=AKIASTRANGER/x" } });
  expect([stranger.status, await stranger.text()]).toEqual([403, expect.stringContaining("<Code>InvalidAccessKeyId<")]);
});

test("S3: what each request needs", () => {
  const needs = (method: string, key: string, headers = {}, version?: string): string[] =>
    s3Accesses({ method, bucket: "b", key, version, headers }).map(({ action, resource }) => `${action} ${resource}`);
  expect(needs("GET", "a/b")).toEqual(["s3:GetObject arn:aws:s3:::b/a/b"]);
  expect(needs("HEAD", "a", {}, "v")).toEqual(["s3:GetObjectVersion arn:aws:s3:::b/a"]);
  expect(needs("DELETE", "a", {}, "v")).toEqual(["s3:DeleteObjectVersion arn:aws:s3:::b/a"]);
  expect(needs("DELETE", "a")).toEqual(["s3:DeleteObject arn:aws:s3:::b/a"]);
  expect(needs("GET", "")).toEqual(["s3:ListBucket arn:aws:s3:::b"]);
  expect(needs("PUT", "a", { "x-amz-object-lock-mode": "GOVERNANCE" })).toEqual([
    "s3:PutObject arn:aws:s3:::b/a",
    "s3:PutObjectRetention arn:aws:s3:::b/a",
  ]);
});

test("SNS: text messages to phones, and nothing to the topic", async () => {
  const [, sns] = clients;
  await sns.send(new PublishCommand({ PhoneNumber: "+8613800000000", Message: "x" }));
  await expect(sns.send(new PublishCommand({ TopicArn: TOPIC, Message: "x" }))).rejects.toMatchObject({
    name: "AuthorizationErrorException",
    $metadata: expect.objectContaining({ httpStatusCode: 403 }),
    message: `${USER} is not authorized to perform: SNS:Publish on resource: ${TOPIC} because no identity-based policy allows the SNS:Publish action`,
  });
  expect(servers[1].outbox()).toHaveLength(1);
  expect(servers[1].topicMessages()).toEqual([]);
});

test("SSM: the parameters under the path", async () => {
  const [, , ssm] = clients;
  expect((await ssm.send(new GetParameterCommand({ Name: "/keys/a" }))).Parameter?.Value).toBe("k");
  await expect(ssm.send(new GetParameterCommand({ Name: "/other" }))).rejects.toMatchObject({
    name: "AccessDeniedException",
    message: expect.stringContaining(`${USER} is not authorized to perform: ssm:GetParameter on resource: `),
  });
});
