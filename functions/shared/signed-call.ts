/** A call of an AWS service that is signed by the SDK's own signer, where the whole client would add 40 KB or more to every cold start. */
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { SignatureV4 } from "@smithy/signature-v4";

/** Of any client, for its credentials and region. */
export type SigningConfig = Pick<DynamoDBDocumentClient["config"], "credentials" | "region" | "sha256">;

export interface SignedCall {
  /** Name of the service in signatures: `cognito-idp`, `ses`, `sns`. */
  service: string;
  /** Where it answers, by region, unless `endpoint` says another address. */
  url: (region: string) => string;
  endpoint: string | undefined;
  headers: Record<string, string>;
  body: string;
  /** How long an answer is waited for, ms. */
  timeout: number;
}

/** Posts `body`; resolves with whatever is answered, rejects when nothing is. One try. */
export async function signedCall(config: SigningConfig, call: SignedCall): Promise<Response> {
  const { credentials, sha256 } = config;
  const region = await config.region();
  const usual = new URL(call.url(region));
  const url = call.endpoint === undefined ? usual : new URL(usual.pathname, call.endpoint);
  const signer = new SignatureV4({ service: call.service, region, credentials, sha256 });
  const signed = await signer.sign({
    method: "POST",
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    headers: { host: url.host, ...call.headers },
    body: call.body,
  });
  return fetch(url, {
    method: "POST",
    headers: signed.headers,
    body: call.body,
    signal: AbortSignal.timeout(call.timeout),
  });
}

/** What the names of AWS's services end in. */
export const suffixOf = (region: string): string => (region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com");
