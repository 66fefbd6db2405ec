/** Writer and reader of the archive against the machine's S3, with objects of the former format beside the new ones. */
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EVERYTHING } from "../../infra/local/iam/permissions.ts";
import { openObjectStore } from "../../infra/local/object-store.ts";
import { startS3, type LocalServer } from "../../infra/local/s3.ts";
import { openStore, type Store } from "../../infra/local/store.ts";
import { temporaryFolder } from "../../infra/local/test-assembly.ts";
import { archiveReader, type ArchiveReader } from "./archive-reader.ts";
import { archiveWriter } from "./archive-writer.ts";
import { nextLink, sha256, verifyDevice, type ArchiveLine } from "./domain/archive-line.ts";

const BUCKET = "archive";
const SHARD = "shardId-000000000000";
const folder = temporaryFolder();
let store: Store;
let server: LocalServer;
let s3: S3Client;
let reader: ArchiveReader;

beforeAll(async () => {
  store = openStore(join(folder.path, "machine.sqlite"));
  const objects = openObjectStore({
    store,
    folder: join(folder.path, "objects"),
    buckets: [{ name: BUCKET, arn: `arn:aws:s3:::${BUCKET}`, versioned: true, lockDays: 2, events: false }],
    now: () => Date.parse("2026-10-01T08:00:00+08:00"),
    onCreated: () => undefined,
  });
  server = await startS3(objects, EVERYTHING);
  s3 = new S3Client({
    endpoint: server.endpoint,
    region: "local-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    maxAttempts: 1,
  });
  reader = archiveReader(s3, BUCKET);
});
afterAll(async () => {
  s3.destroy();
  await server.stop();
  store.close();
  folder[Symbol.dispose]();
});

/** One frame of device A a batch, each hanging on the one before. */
function minutes(n: number): ArchiveLine[] {
  const lines: ArchiveLine[] = [];
  for (let i = 0; i < n; i++) {
    const receivedAt = `2026-10-01T08:0${i}:10+08:00`;
    const bytes = Buffer.from(`##0042MN=A;CP=&&DataTime=2026100108${i}000&&`);
    const previous = lines.at(-1)?.link ?? "0".repeat(64);
    lines.push({
      archivedAt: receivedAt,
      attempt: 0,
      receivedAt,
      topic: "plants/A/hj212",
      clientId: "A",
      shard: SHARD,
      sequence: String(100 + i),
      piece: 0,
      permitNo: "P",
      mn: "A",
      disposition: "accepted",
      reason: null,
      notes: [],
      grade: "A",
      sha256: sha256(bytes),
      previous,
      link: nextLink(previous, receivedAt, sha256(bytes)),
      bytes: bytes.toString("base64"),
    });
  }
  return lines;
}

test("a chain goes on over the change of format; nothing is written over; a damaged object is named", async () => {
  const [first, second, third] = minutes(3);
  // As ingest wrote it before format 2.
  await s3.send(
    new PutObjectCommand({
      Bucket: BUCKET,
      Key: `raw/${SHARD}/100.jsonl.gz`,
      Body: gzipSync(`${JSON.stringify(first)}\n`),
      ContentType: "application/x-ndjson",
      ContentEncoding: "gzip",
      ChecksumAlgorithm: "CRC32",
    }),
  );
  const keep = archiveWriter(s3, BUCKET);
  expect(await keep(SHARD, "101", [second!])).toBe(`raw/${SHARD}/101.jsonl.zst`);
  expect(await keep(SHARD, "101", [{ ...second!, attempt: 1 }])).toBe(`raw/${SHARD}/101-1.jsonl.zst`);
  expect(await keep(SHARD, "102", [third!])).toBe(`raw/${SHARD}/102.jsonl.zst`);

  const keys = await reader.list(SHARD, `raw/${SHARD}/`, 1_000);
  expect(keys.map((key) => key.split("/")[2])).toEqual([
    "100.jsonl.gz",
    "101-1.jsonl.zst",
    "101.jsonl.zst",
    "102.jsonl.zst",
  ]);
  const read = (await Promise.all(keys.map((key) => reader.lines(key)))).flat();
  expect(read).toEqual([first, { ...second!, attempt: 1 }, second, third]);
  expect(
    verifyDevice([first!, second!, third!].map((line) => read.findLast((l) => l.sequence === line.sequence)!)),
  ).toBeNull();

  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: "raw/bad", Body: "text", ChecksumAlgorithm: "CRC32" }));
  await expect(reader.lines("raw/bad")).rejects.toThrow(
    /archive object raw\/bad cannot be read.*neither zstd nor gzip/,
  );
  expect(await reader.lines("raw/gone")).toEqual([]);
});
