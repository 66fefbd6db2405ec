import { AllowedMethods, CfnDistribution, OriginAccessIdentity } from "aws-cdk-lib/aws-cloudfront";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { LIVE_PATH } from "../../events/live.ts";
import { ORIGIN_HEADER } from "../../events/origin-header.ts";
import { acknowledge } from "../acknowledge.ts";
import type { WorkStack } from "./house-stack.ts";
import { ACCEPTED, LIFETIMES, type Kept, type SiteDistributionProps } from "./site-distribution.ts";

/**
 * The same distribution for CloudFront in China, which has no origin access control, no policies (cache, origin request,
 * response headers), no functions, no ACM certificates, no name of its own and no IPv6. In their place: an origin access
 * identity, the older settings per behaviour, an IAM server certificate; and the security headers come from the pages
 * themselves (web/disclosure/csp.ts) and from the API (functions/api/security-headers.ts).
 * Returns the host name to which the domain's CNAME points.
 */
export function chinaDistribution(
  stack: WorkStack,
  { site, requestLogs, apiHost, liveHost, originSecret }: SiteDistributionProps,
): string {
  const { domainName = "", iamCertificateId = "" } = stack.config; // config.ts insists on both
  const files = { ...COMMON, targetOriginId: "site", forwardedValues: NOTHING, ...ttl("files") };
  const distribution = new CfnDistribution(stack, "distribution", {
    distributionConfig: {
      enabled: true,
      comment: "Permit Watch public site",
      aliases: [domainName],
      viewerCertificate: { iamCertificateId, minimumProtocolVersion: "TLSv1.2_2021", sslSupportMethod: "sni-only" },
      httpVersion: "http2",
      ipv6Enabled: false,
      defaultRootObject: "index.html",
      origins: [
        {
          id: "site",
          domainName: site.bucketRegionalDomainName,
          s3OriginConfig: { originAccessIdentity: reader(stack, site) },
        },
        ...[["api", apiHost] as const, ["live", liveHost] as const].map(([id, host]) => ({
          id,
          domainName: host,
          customOriginConfig: { originProtocolPolicy: "https-only", originSslProtocols: ["TLSv1.2"] },
          originCustomHeaders: [{ headerName: ORIGIN_HEADER, headerValue: originSecret }],
        })),
      ],
      defaultCacheBehavior: files,
      cacheBehaviors: [
        { ...api, pathPattern: "/api/public/*", ...ttl("api") },
        { ...people, pathPattern: "/api/*", ...ttl("people") },
        { ...live, pathPattern: LIVE_PATH, ...ttl("people") },
        ...["/p/*", "/posters/*", "/portal/*", "/console/*"].map((pathPattern) => ({ ...files, pathPattern })),
      ],
      logging: { bucket: requestLogs.bucketRegionalDomainName, includeCookies: false },
    },
  });
  acknowledge(distribution, {
    ...ACCEPTED,
    CFR7: "CloudFront in China knows no origin access control; the origin access identity is the only reader",
  });
  return distribution.attrDomainName;
}

const COMMON = { viewerProtocolPolicy: "redirect-to-https", compress: true } as const;
const api = {
  ...COMMON,
  targetOriginId: "api",
  allowedMethods: AllowedMethods.ALLOW_ALL.methods,
  // Not Host: the API is found by its own. Forwarded headers are part of the cache's key.
  forwardedValues: { queryString: true, cookies: { forward: "none" }, headers: ["Accept", "Authorization"] },
};
/** Origin tells which page asks for a socket's ticket, and which one shows it. */
const people = { ...api, forwardedValues: { ...api.forwardedValues, headers: ["Accept", "Authorization", "Origin"] } };
const live = {
  ...people,
  targetOriginId: "live",
  allowedMethods: AllowedMethods.ALLOW_GET_HEAD.methods,
  forwardedValues: {
    ...api.forwardedValues,
    headers: ["Origin", ...["Key", "Version", "Protocol", "Extensions"].map((name) => `Sec-WebSocket-${name}`)],
  },
};
const NOTHING = { queryString: false, cookies: { forward: "none" } } as const;

const ttl = (kind: Kept): { minTtl: number; defaultTtl: number; maxTtl: number } => ({
  minTtl: 0,
  defaultTtl: LIFETIMES[kind].default,
  maxTtl: LIFETIMES[kind].most,
});

/** The identity that may read the bucket; who may list as well is told 404 where nothing is, else S3 says 403. */
function reader(stack: WorkStack, site: IBucket): string {
  const identity = new OriginAccessIdentity(stack, "site-reader", { comment: "Permit Watch: reads the site bucket" });
  const principals = [identity.grantPrincipal];
  for (const [action, resource] of [
    ["s3:GetObject", site.arnForObjects("*")],
    ["s3:ListBucket", site.bucketArn],
  ] as const)
    site.addToResourcePolicy(new PolicyStatement({ principals, actions: [action], resources: [resource] }));
  return `origin-access-identity/cloudfront/${identity.originAccessIdentityId}`;
}
