/** The part of S3's wire protocol that the SDK uses for whole objects, on loopback, over the object store. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { decodeChunked, verifyChecksums } from "./aws-chunked.ts";
import { denialOf, type Permissions } from "./iam/permissions.ts";
import { listAccess, s3Accesses, type S3Request } from "./iam/s3-accesses.ts";
import { S3Error, type ObjectMeta, type ObjectStore } from "./object-store.ts";

export interface LocalServer {
  endpoint: string;
  stop(): Promise<void>;
}

/** Larger objects would need multipart uploads, which this project has no use for. */
const MAX_OBJECT = 256 * 2 ** 20;
const STORED_HEADERS = [
  "content-type",
  "cache-control",
  "content-encoding",
  "content-disposition",
  "content-language",
  "expires",
];

/** Serves path-style requests (the SDK chooses them for an address without a name). */
export async function startS3(objects: ObjectStore, permissions: Permissions): Promise<LocalServer> {
  const server = createServer((request, response) => {
    handle(objects, permissions, request, response).catch((error: unknown) => {
      const { status, code, message } =
        error instanceof S3Error ? error : new S3Error(500, "InternalError", (error as Error).message);
      if (response.headersSent) return response.destroy();
      response.writeHead(status, {
        "content-type": "application/xml",
        connection: request.complete ? "keep-alive" : "close",
      });
      response.end(request.method === "HEAD" ? undefined : xml("Error", { Code: code, Message: message }));
    });
  });
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function handle(
  objects: ObjectStore,
  permissions: Permissions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://s3");
  const [bucket = "", ...rest] = url.pathname.slice(1).split("/");
  const key = decodeURIComponent(rest.join("/"));
  const query = url.searchParams;
  const version = query.get("versionId") ?? undefined;
  for (const name of query.keys())
    if (!KNOWN_QUERY.has(name))
      throw new S3Error(501, "NotImplemented", `${request.method} with ?${name} is unknown to the one-machine target`);
  const { authorization } = request.headers;
  authorize(permissions, authorization, { method: request.method, bucket, key, version, headers: request.headers });
  if (!key) {
    if (request.method === "GET" && query.get("list-type") === "2") return list(objects, bucket, query, response);
    if (request.method === "HEAD" && objects.bucket(bucket)) return void response.writeHead(200).end();
    throw objects.bucket(bucket)
      ? notImplemented(request)
      : new S3Error(404, "NoSuchBucket", `The bucket ${bucket} is not in the template`);
  }
  switch (request.method) {
    case "PUT": {
      if (request.headers["x-amz-copy-source"]) throw notImplemented(request);
      const body = await readBody(request);
      const headers: Record<string, string> = {};
      for (const [name, value] of Object.entries(request.headers)) {
        if (typeof value !== "string" || !(STORED_HEADERS.includes(name) || name.startsWith("x-amz-meta-"))) continue;
        const kept =
          name === "content-encoding"
            ? value
                .split(",")
                .map((each) => each.trim())
                .filter((each) => each !== "aws-chunked")
                .join(", ")
            : value;
        if (kept) headers[name] = kept;
      }
      const condition = request.headers["if-none-match"];
      if (condition !== undefined && condition !== "*") throw notImplemented(request);
      if (request.headers["if-match"] !== undefined) throw notImplemented(request);
      const meta = await objects.put({ bucket, key, body, headers, ifNoneMatch: condition === "*" });
      return void response
        .writeHead(200, { etag: meta.etag, ...versionHeader(objects, meta), "content-length": 0 })
        .end();
    }
    case "GET":
    case "HEAD": {
      const found =
        request.method === "GET" ? await objects.get(bucket, key, version) : wrap(objects.head(bucket, key, version));
      // Who may not list is not told either what is missing.
      if (!found)
        throw permissions.allows(authorization, listAccess(bucket))
          ? new S3Error(404, "NoSuchKey", "The specified key does not exist.")
          : new S3Error(403, "AccessDenied", "Access Denied");
      const { meta } = found;
      const headers = {
        "content-type": "binary/octet-stream",
        ...meta.headers,
        etag: meta.etag,
        "last-modified": new Date(meta.modified).toUTCString(),
        ...versionHeader(objects, meta),
        ...(meta.lockedUntil
          ? { "x-amz-object-lock-retain-until-date": new Date(meta.lockedUntil).toISOString() }
          : {}),
      };
      if (request.headers["if-none-match"] === meta.etag) return void response.writeHead(304, headers).end();
      if (found.body === undefined)
        return void response.writeHead(200, { ...headers, "content-length": meta.size }).end();
      const range = rangeOf(request.headers.range, meta.size);
      if (!range) return void response.writeHead(200, { ...headers, "content-length": meta.size }).end(found.body);
      const part = found.body.subarray(range[0], range[1] + 1);
      return void response
        .writeHead(206, {
          ...headers,
          "content-length": part.length,
          "content-range": `bytes ${range[0]}-${range[1]}/${meta.size}`,
        })
        .end(part);
    }
    case "DELETE":
      await objects.remove(bucket, key, version);
      return void response.writeHead(204).end();
    default:
      throw notImplemented(request);
  }
}

function authorize(permissions: Permissions, authorization: string | undefined, request: S3Request): void {
  const refusal = permissions.check(authorization, s3Accesses(request));
  if (refusal === null) return;
  if (refusal.kind === "denied")
    throw new S3Error(403, "AccessDenied", denialOf(refusal, `"${refusal.access.resource}"`));
  throw refusal.kind === "unsigned"
    ? new S3Error(403, "AccessDenied", "Access Denied")
    : new S3Error(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.");
}

/** `x-id` names the operation for humans; the others are arguments of the operations served here. */
const KNOWN_QUERY = new Set([
  "x-id",
  "versionId",
  "list-type",
  "prefix",
  "max-keys",
  "continuation-token",
  "start-after",
  "delimiter",
  "encoding-type",
]);
const notImplemented = (request: IncomingMessage): S3Error =>
  new S3Error(501, "NotImplemented", `${request.method} ${request.url} is unknown to the one-machine target`);
const wrap = (meta: ObjectMeta | null): { meta: ObjectMeta; body: undefined } | null =>
  meta ? { meta, body: undefined } : null;
const versionHeader = (objects: ObjectStore, meta: ObjectMeta): Record<string, string> =>
  objects.bucket(meta.bucket)?.versioned ? { "x-amz-version-id": meta.version } : {};

function rangeOf(header: string | undefined, size: number): [number, number] | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (!match || (!match[1] && !match[2])) return null;
  const from = match[1] ? Number(match[1]) : Math.max(0, size - Number(match[2]));
  const to = match[1] && match[2] ? Math.min(Number(match[2]), size - 1) : size - 1;
  if (from > to) throw new S3Error(416, "InvalidRange", "The requested range is not satisfiable");
  return [from, to];
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_OBJECT)
      throw new S3Error(400, "EntityTooLarge", `Objects are limited to ${MAX_OBJECT} bytes on one machine`);
    chunks.push(chunk as Buffer);
  }
  const received = Buffer.concat(chunks);
  const { "x-amz-content-sha256": signed, "content-encoding": encoding = "" } = request.headers;
  const chunked = (typeof signed === "string" && signed.startsWith("STREAMING-")) || encoding.includes("aws-chunked");
  const { body, trailers } = chunked ? decodeChunked(received) : { body: received, trailers: {} };
  const expected = request.headers["x-amz-decoded-content-length"];
  if (chunked && expected !== undefined && Number(expected) !== body.length)
    throw new S3Error(400, "IncompleteBody", "The decoded length is not the one announced");
  verifyChecksums(body, { ...request.headers, ...trailers });
  return body;
}

function list(objects: ObjectStore, bucket: string, query: URLSearchParams, response: ServerResponse): void {
  if (query.get("delimiter"))
    throw new S3Error(501, "NotImplemented", "ListObjectsV2 with a delimiter is unknown to the one-machine target");
  const limit = Math.min(1000, Number(query.get("max-keys") ?? 1000));
  const prefix = query.get("prefix") ?? "";
  const token = query.get("continuation-token");
  const after = token ? Buffer.from(token, "base64url").toString() : (query.get("start-after") ?? "");
  const found = objects.list(bucket, { prefix, after, limit: limit + 1 });
  const truncated = found.length > limit;
  const shown = found.slice(0, limit);
  const encode = query.get("encoding-type") === "url" ? encodeURIComponent : (key: string): string => key;
  const contents = shown.map((meta) => ({
    Key: encode(meta.key),
    LastModified: new Date(meta.modified).toISOString(),
    ETag: meta.etag,
    Size: meta.size,
    StorageClass: "STANDARD",
  }));
  response.writeHead(200, { "content-type": "application/xml" });
  response.end(
    xml("ListBucketResult", {
      Name: bucket,
      Prefix: encode(prefix),
      KeyCount: shown.length,
      MaxKeys: limit,
      IsTruncated: truncated,
      ...(truncated ? { NextContinuationToken: Buffer.from(shown.at(-1)?.key ?? "").toString("base64url") } : {}),
      Contents: contents,
    }),
  );
}

type Xml = string | number | boolean | Xml[] | { [name: string]: Xml };
const escapeXml = (text: string): string => text.replaceAll(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
function element(name: string, value: Xml): string {
  if (Array.isArray(value)) return value.map((each) => element(name, each)).join("");
  if (typeof value !== "object") return `<${name}>${escapeXml(String(value))}</${name}>`;
  return `<${name}>${Object.entries(value)
    .map(([key, each]) => element(key, each))
    .join("")}</${name}>`;
}
/** A document with one root element; an array repeats its element. */
export const xml = (root: string, value: Record<string, Xml>): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${element(root, value)}`;
