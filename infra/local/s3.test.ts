import { createHash } from "node:crypto";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { decodeChunked } from "./aws-chunked.ts";
import type { BucketDefinition } from "./definition.ts";
import { openObjectStore, type ObjectMeta } from "./object-store.ts";
import { EVERYTHING } from "./iam/permissions.ts";
import { startS3, type LocalServer } from "./s3.ts";
import { openStore, type Store } from "./store.ts";
import { temporaryFolder } from "./test-assembly.ts";

const bucket = (name: string, more: Partial<BucketDefinition> = {}): BucketDefinition => ({
  name,
  arn: `arn:aws:s3:::${name}`,
  versioned: false,
  lockDays: null,
  events: false,
  ...more,
});
const DAY = 86_400_000;

let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
let server: LocalServer;
let s3: S3Client;
let created: ObjectMeta[];
let now: number;

async function start(): Promise<void> {
  store = openStore(join(folder.path, "machine.sqlite"));
  const buckets = [
    bucket("plain"),
    bucket("kept", { versioned: true, lockDays: 2 }),
    bucket("imports", { versioned: true, events: true }),
  ];
  const objects = openObjectStore({
    store,
    folder: join(folder.path, "objects"),
    buckets,
    now: () => now,
    onCreated: (meta) => created.push(meta),
  });
  server = await startS3(objects, EVERYTHING);
  s3 = new S3Client({
    endpoint: server.endpoint,
    region: "local-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    maxAttempts: 1,
  });
}
async function stop(): Promise<void> {
  s3.destroy();
  await server.stop();
  store.close();
}
beforeEach(async () => {
  folder = temporaryFolder();
  created = [];
  now = Date.parse("2026-10-01T00:00:00Z");
  await start();
});
afterEach(async () => {
  await stop();
  folder[Symbol.dispose]();
});

const text = async (Key: string, more: { Bucket?: string; VersionId?: string } = {}): Promise<string | undefined> =>
  (await s3.send(new GetObjectCommand({ Bucket: "plain", Key, ...more }))).Body?.transformToString();

test("bytes come back as they went, with their headers, after a restart as well", async () => {
  const body = Buffer.from(Array.from({ length: 70_000 }, (_, i) => i % 256));
  const put = await s3.send(
    new PutObjectCommand({
      Bucket: "plain",
      Key: "raw/3/中 文+&.gz",
      Body: body,
      ContentType: "application/gzip",
      CacheControl: "max-age=60",
      Metadata: { chain: "abc" },
    }),
  );
  await stop();
  await start();
  const got = await s3.send(new GetObjectCommand({ Bucket: "plain", Key: "raw/3/中 文+&.gz" }));
  expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(body)).toBe(true);
  expect(got).toMatchObject({
    ContentType: "application/gzip",
    CacheControl: "max-age=60",
    Metadata: { chain: "abc" },
    ContentLength: 70_000,
    ETag: put.ETag,
  });
  expect(await s3.send(new HeadObjectCommand({ Bucket: "plain", Key: "raw/3/中 文+&.gz" }))).toMatchObject({
    ContentLength: 70_000,
  });
});

test("a stream is uploaded in aws-chunked framing and stored without it", async () => {
  const Body = Readable.from([Buffer.alloc(50_000, "a"), Buffer.alloc(50_001, "b")]);
  await s3.send(new PutObjectCommand({ Bucket: "plain", Key: "stream", Body, ContentLength: 100_001 }));
  expect(await text("stream")).toBe("a".repeat(50_000) + "b".repeat(50_001));
});

test("signed chunks and trailers are taken off; damage is refused", () => {
  const framed = Buffer.from(
    "3;chunk-signature=aa\r\nabc\r\n2;chunk-signature=bb\r\nde\r\n0;chunk-signature=cc\r\nx-amz-checksum-crc32:AAAA\r\n\r\n",
  );
  expect(decodeChunked(framed)).toEqual({ body: Buffer.from("abcde"), trailers: { "x-amz-checksum-crc32": "AAAA" } });
  expect(() => decodeChunked(framed.subarray(0, 40))).toThrow(/ends too early|damaged/);
  expect(() => decodeChunked(Buffer.from("zz\r\nabc"))).toThrow(/damaged/);
});

test("a wrong checksum stores nothing; one that cannot be checked is refused", async () => {
  const put = (headers: Record<string, string>): Promise<Response> =>
    fetch(`${server.endpoint}/plain/x`, { method: "PUT", body: "abc", headers });
  expect((await put({ "x-amz-checksum-sha256": createHash("sha256").update("abd").digest("base64") })).status).toBe(
    400,
  );
  expect((await put({ "x-amz-checksum-crc64nvme": "AAAAAAAAAAA=" })).status).toBe(501);
  await expect(text("x")).rejects.toMatchObject({ name: "NoSuchKey" });
  expect((await put({ "x-amz-checksum-sha256": createHash("sha256").update("abc").digest("base64") })).status).toBe(
    200,
  );
});

test("If-None-Match: * writes once, also when two try together", async () => {
  const put = (): Promise<unknown> =>
    s3.send(new PutObjectCommand({ Bucket: "plain", Key: "once", Body: "1", IfNoneMatch: "*" }));
  const results = await Promise.allSettled([put(), put(), put()]);
  expect(results.filter((each) => each.status === "fulfilled")).toHaveLength(1);
  await expect(put()).rejects.toMatchObject({ name: "PreconditionFailed" });
});

test("keys are listed in order, by prefix, page by page", async () => {
  for (const key of ["b/2", "a", "b/1", "b/10", "c"])
    await s3.send(new PutObjectCommand({ Bucket: "plain", Key: key, Body: key }));
  const keys: (string | undefined)[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket: "plain", Prefix: "b/", MaxKeys: 2, ContinuationToken }),
    );
    keys.push(...(page.Contents ?? []).map((each) => each.Key));
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken);
  expect(keys).toEqual(["b/1", "b/10", "b/2"]);
});

test("a versioned bucket keeps what is replaced and hides what is deleted; under lock no version is removed", async () => {
  const put = async (body: string): Promise<string> =>
    (await s3.send(new PutObjectCommand({ Bucket: "kept", Key: "k", Body: body }))).VersionId ?? "";
  const first = await put("one");
  const second = await put("two");
  expect(await text("k", { Bucket: "kept" })).toBe("two");
  expect(await text("k", { Bucket: "kept", VersionId: first })).toBe("one");
  await s3.send(new DeleteObjectCommand({ Bucket: "kept", Key: "k" }));
  await expect(text("k", { Bucket: "kept" })).rejects.toMatchObject({ name: "NoSuchKey" });
  const removeFirst = (): Promise<unknown> =>
    s3.send(new DeleteObjectCommand({ Bucket: "kept", Key: "k", VersionId: first }));
  await expect(removeFirst()).rejects.toMatchObject({ name: "AccessDenied" });
  now += 3 * DAY;
  await removeFirst();
  expect(await text("k", { Bucket: "kept", VersionId: second })).toBe("two");
  await expect(text("k", { Bucket: "kept", VersionId: first })).rejects.toMatchObject({ name: "NoSuchKey" });
});

test("only buckets with notifications tell of new objects", async () => {
  await s3.send(new PutObjectCommand({ Bucket: "plain", Key: "a", Body: "1" }));
  await s3.send(new PutObjectCommand({ Bucket: "imports", Key: "permits/a.json", Body: "{}" }));
  expect(created.map((meta) => meta.key)).toEqual(["permits/a.json"]);
});

test("what it does not do it refuses by name", async () => {
  expect((await fetch(`${server.endpoint}/plain/x?uploads`, { method: "POST" })).status).toBe(501);
  expect((await fetch(`${server.endpoint}/plain/x?acl`)).status).toBe(501);
  await expect(s3.send(new PutObjectCommand({ Bucket: "unknown", Key: "a", Body: "1" }))).rejects.toMatchObject({
    name: "NoSuchBucket",
  });
});
