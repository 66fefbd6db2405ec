/**
 * PostToConnection of API Gateway, signed by the SDK's own signer: one call, for which a whole client would add 40 KB to every
 * cold start.
 */
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { SignatureV4 } from "@smithy/signature-v4";

/** Sends `text` to a connection; false when there is no such connection any more. Throws on every other answer. */
export type PostToConnection = (connectionId: string, text: string) => Promise<boolean>;

const TIMEOUT = 3_000;

/** `endpoint`: of the API's stage, `https://…/live`. `config`: of any client, for its credentials and region. */
export function socketPoster(
  endpoint: string,
  config: Pick<DynamoDBDocumentClient["config"], "credentials" | "region" | "sha256">,
): PostToConnection {
  const { credentials, sha256 } = config;
  return async (connectionId, body) => {
    const url = new URL(`${endpoint}/@connections/${encodeURIComponent(connectionId)}`);
    const signer = new SignatureV4({ service: "execute-api", region: await config.region(), credentials, sha256 });
    const { headers } = await signer.sign({
      method: "POST",
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      headers: { host: url.host, "content-type": "application/octet-stream" },
      body,
    });
    const answer = await fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(TIMEOUT) });
    const text = await answer.text();
    if (answer.ok) return true;
    if (answer.status === 410) return false;
    throw new Error(`PostToConnection: ${answer.status} ${text.slice(0, 200)}`);
  };
}
