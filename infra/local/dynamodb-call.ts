/** Plain calls of the DynamoDB and DynamoDB Streams JSON protocol, for the machine's own chores (functions use the SDK). */

export type AttributeValue = Record<string, unknown>;
export type Item = Record<string, AttributeValue>;
export type DynamoCall = <T = Record<string, unknown>>(operation: string, input: Record<string, unknown>) => Promise<T>;

/** An answer that is not 200; `code` is DynamoDB's exception name without its namespace. */
export class DynamoError extends Error {
  override name = "DynamoError";
  readonly code: string;
  readonly body: Record<string, unknown>;
  constructor(code: string, message: string, body: Record<string, unknown>) {
    super(`${code}: ${message}`);
    this.code = code;
    this.body = body;
  }
}

const STREAMS = new Set(["ListStreams", "DescribeStream", "GetShardIterator", "GetRecords"]);

/** Calls for an endpoint that does not check signatures (an emulator). Rejects with DynamoError, or the network's error. */
export function dynamoCall(endpoint: string): DynamoCall {
  return async <T>(operation: string, input: Record<string, unknown>): Promise<T> => {
    const target = STREAMS.has(operation) ? "DynamoDBStreams_20120810" : "DynamoDB_20120810";
    const response = await fetch(endpoint, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": `${target}.${operation}`,
        "x-amz-date": "20260101T000000Z",
        authorization:
          "AWS4-HMAC-SHA256 Credential=machine/20260101/local-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
      },
      body: JSON.stringify(input),
      signal: AbortSignal.timeout(30_000),
    });
    const body = (await response.json()) as Record<string, unknown>;
    if (response.ok) return body as T;
    const said = body as { __type?: string; message?: string; Message?: string };
    const code = (said.__type ?? `${response.status}`).replace(/^.*#/, "");
    throw new DynamoError(code, said.message ?? said.Message ?? "", body);
  };
}
