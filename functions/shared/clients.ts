import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SNSClient } from "@aws-sdk/client-sns";
import { SSMClient } from "@aws-sdk/client-ssm";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

// The SDK itself reads region, credentials and AWS_ENDPOINT_URL_*, so one code runs in the cloud and on one machine.
// A peer that hangs must not hold a function until its own timeout: connect and answer are bounded, then retried.
// Waiting for a free socket counts as connecting, so the bound is not tight and callers keep their parallel calls few.
const requestHandler = { connectionTimeout: 5_000, requestTimeout: 10_000, httpsAgent: { maxSockets: 64 } };

/** Document client: plain objects in and out, undefined attributes left out, binary as Uint8Array. */
export const documentClient = (): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(new DynamoDBClient({ requestHandler, maxAttempts: 5 }), {
    marshallOptions: { removeUndefinedValues: true },
  });

export const s3Client = (): S3Client => new S3Client({ requestHandler, maxAttempts: 5 });

/** Adaptive: SSM answers few calls a second, and a cold start may ask for the keys of many devices at once. */
export const ssmClient = (): SSMClient => new SSMClient({ requestHandler, maxAttempts: 8, retryMode: "adaptive" });

/**
 * One attempt only: whether a message without an answer was sent is unknown, and sending it twice is worse than
 * recording that it is unknown (design.md, data flow 4).
 */
export const snsClient = (): SNSClient => new SNSClient({ requestHandler, maxAttempts: 1 });
