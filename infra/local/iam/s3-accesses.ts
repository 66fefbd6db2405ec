/** What a request to S3 needs, by the Service Authorization Reference. */
import type { IncomingHttpHeaders } from "node:http";
import type { Access } from "./identity-policy.ts";

export interface S3Request {
  method: string | undefined;
  bucket: string;
  /** Empty for a request to the bucket itself. */
  key: string;
  version: string | undefined;
  headers: IncomingHttpHeaders;
}

/** A put that also says who may read, which tags it has or how long it is kept needs more than the put. */
const MORE_OF_A_PUT: Readonly<Record<string, string>> = {
  "x-amz-acl": "s3:PutObjectAcl",
  "x-amz-tagging": "s3:PutObjectTagging",
  "x-amz-object-lock-mode": "s3:PutObjectRetention",
  "x-amz-object-lock-legal-hold": "s3:PutObjectLegalHold",
};

/** Without a key every request asks what is in the bucket. A method that the server does not know needs nothing: it gets 501. */
export function s3Accesses({ method, bucket, key, version, headers }: S3Request): Access[] {
  const resource = `${bucketArn(bucket)}/${key}`;
  if (!key) return [listAccess(bucket)];
  if (method === "GET" || method === "HEAD")
    return [{ action: version === undefined ? "s3:GetObject" : "s3:GetObjectVersion", resource }];
  if (method === "DELETE")
    return [{ action: version === undefined ? "s3:DeleteObject" : "s3:DeleteObjectVersion", resource }];
  if (method !== "PUT") return [];
  const more = Object.entries(MORE_OF_A_PUT).flatMap(([header, action]) =>
    headers[header] === undefined ? [] : [{ action, resource }],
  );
  return [{ action: "s3:PutObject", resource }, ...more];
}

/** Also decides whether a caller hears that an object is missing, or only that it may not have it. */
export const listAccess = (bucket: string): Access => ({ action: "s3:ListBucket", resource: bucketArn(bucket) });

const bucketArn = (bucket: string): string => `arn:aws:s3:::${bucket}`;
