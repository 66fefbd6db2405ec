/** The two framings in which an SDK uploads: the plain body, or aws-chunked with trailing checksums. */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { S3Error } from "./object-store.ts";

/** Takes the aws-chunked framing off. Returns the content and the trailing headers (lower case). */
export function decodeChunked(framed: Buffer): { body: Buffer; trailers: Record<string, string> } {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = framed.indexOf("\r\n", at);
    const size = /^([0-9a-f]+)(;.*)?$/i.exec(framed.toString("latin1", at, Math.max(at, end)))?.[1];
    if (end < 0 || size === undefined) throw new S3Error(400, "IncompleteBody", "The aws-chunked body is damaged");
    at = end + 2;
    const length = Number.parseInt(size, 16);
    if (length === 0) break;
    if (at + length + 2 > framed.length)
      throw new S3Error(400, "IncompleteBody", "The aws-chunked body ends too early");
    parts.push(framed.subarray(at, at + length));
    at += length + 2;
  }
  const trailers: Record<string, string> = {};
  for (const line of framed.toString("latin1", at).split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) trailers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { body: Buffer.concat(parts), trailers };
}

const algorithms: Record<string, (body: Buffer) => string> = {
  "x-amz-checksum-crc32": (body) => {
    const out = Buffer.alloc(4);
    out.writeUInt32BE(crc32(body));
    return out.toString("base64");
  },
  "x-amz-checksum-sha1": (body) => createHash("sha1").update(body).digest("base64"),
  "x-amz-checksum-sha256": (body) => createHash("sha256").update(body).digest("base64"),
  "content-md5": (body) => createHash("md5").update(body).digest("base64"),
};

/** Checks every checksum the sender gave; an algorithm that cannot be checked is refused rather than believed. */
export function verifyChecksums(body: Buffer, headers: Record<string, string | string[] | undefined>): void {
  for (const [name, given] of Object.entries(headers)) {
    if (!name.startsWith("x-amz-checksum-") && name !== "content-md5") continue;
    if (name === "x-amz-checksum-algorithm" || name === "x-amz-checksum-mode" || name === "x-amz-checksum-type")
      continue;
    const compute = algorithms[name];
    if (!compute)
      throw new S3Error(501, "NotImplemented", `${name} is unknown to the one-machine target; use CRC32 or SHA256`);
    if (compute(body) !== given)
      throw new S3Error(400, "BadDigest", `The ${name} you specified did not match what we received`);
  }
}
