import { Duration } from "aws-cdk-lib";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import {
  AccessLevel,
  AllowedMethods,
  CacheCookieBehavior,
  CachePolicy,
  CacheQueryStringBehavior,
  Distribution,
  HttpVersion,
  OriginRequestPolicy,
  PriceClass,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
  type BehaviorOptions,
} from "aws-cdk-lib/aws-cloudfront";
import { HttpOrigin, S3BucketOrigin } from "aws-cdk-lib/aws-cloudfront-origins";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { LIVE_PATH } from "../../events/live.ts";
import { ORIGIN_HEADER } from "../../events/origin-header.ts";
import { PAGE_CSP } from "../../web/disclosure/csp.ts";
import { appCsp } from "../../web/sign-in/csp.ts";
import { acknowledge } from "../acknowledge.ts";
import type { WorkStack } from "./house-stack.ts";
import { signInOrigins } from "./identity.ts";
import { securityHeaders, SITE_CSP } from "./security-headers.ts";

export interface SiteDistributionProps {
  site: IBucket;
  requestLogs: IBucket;
  /** Host name of the HTTP API. */
  apiHost: string;
  /** Host name of the socket's API. */
  liveHost: string;
  /** Dynamic reference to the secret that the API expects. */
  originSecret: string;
}

/**
 * How long an answer may be kept that does not say so itself, and the bounds for one that does, in seconds. Every object
 * of the site says it in its own cache-control.
 */
export const LIFETIMES = {
  files: { default: 60, most: 86_400 },
  api: { default: 0, most: 60 },
  /** What one person gets is nobody else's: it is never kept, and two requests at once are two. */
  people: { default: 0, most: 0 },
} as const;
export type Kept = keyof typeof LIFETIMES;

/** Why findings are right for our distribution, in either partition. */
export const ACCEPTED = {
  CFR1: "the pages are public by law, wherever the reader is",
  CFR2: "no account, cookie or secret behind it; the API is throttled and its function's concurrency bounded",
} as const;

/** The distribution in front of pages and API, outside China. Returns its host name. */
export function siteDistribution(
  stack: WorkStack,
  { site, requestLogs, apiHost, liveHost, originSecret }: SiteDistributionProps,
): string {
  const { domainName, certificateArn } = stack.config;
  const origin = S3BucketOrigin.withOriginAccessControl(site, {
    // Who may list is told 404 where nothing is; else S3 says 403. Query strings do not reach it, so nothing is listed.
    originAccessLevels: [AccessLevel.READ, AccessLevel.LIST],
  });
  const common = {
    viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
    responseHeadersPolicy: securityHeaders(stack, "site-headers", SITE_CSP),
    compress: true,
  };
  const files: BehaviorOptions = { ...common, origin, cachePolicy: cache(stack, "files") };
  const pages = { ...files, responseHeadersPolicy: securityHeaders(stack, "page-headers", PAGE_CSP) };
  const apps = {
    ...files,
    responseHeadersPolicy: securityHeaders(stack, "app-headers", appCsp(signInOrigins(stack.config))),
  };
  const api: BehaviorOptions = {
    ...common,
    origin: new HttpOrigin(apiHost, { customHeaders: { [ORIGIN_HEADER]: originSecret } }),
    allowedMethods: AllowedMethods.ALLOW_ALL,
    cachePolicy: cache(stack, "api"),
    originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
  };
  const people = { ...api, cachePolicy: cache(stack, "people") };
  const live = {
    ...people,
    origin: new HttpOrigin(liveHost, { customHeaders: { [ORIGIN_HEADER]: originSecret } }),
    allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
  };
  const distribution = new Distribution(stack, "distribution", {
    comment: "Permit Watch public site",
    httpVersion: HttpVersion.HTTP2_AND_3,
    priceClass: PriceClass.PRICE_CLASS_200, // with Hong Kong, Tokyo, Singapore
    defaultRootObject: "index.html",
    defaultBehavior: files,
    // The first that fits is taken.
    additionalBehaviors: {
      "/api/public/*": api,
      "/api/*": people,
      [LIVE_PATH]: live,
      "/p/*": pages,
      "/posters/*": files,
      "/portal/*": apps,
      "/console/*": apps,
    },
    logBucket: requestLogs,
    ...(domainName &&
      certificateArn && {
        domainNames: [domainName],
        minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
        certificate: Certificate.fromCertificateArn(stack, "certificate", certificateArn),
      }),
  });
  acknowledge(distribution, {
    ...ACCEPTED,
    "Annotation::@aws-cdk/aws-cloudfront-origins:listBucketSecurityRisk":
      "a default root object is set and no query string reaches the bucket, so nobody can list it",
    ...(!domainName && { CFR4: "CloudFront's own certificate has no choice of protocol; set domainName" }),
  });
  return distribution.distributionDomainName;
}

/** Nothing may be said about the key of what is never kept. */
const cache = (stack: WorkStack, id: Kept): CachePolicy =>
  new CachePolicy(stack, `${id}-cache`, {
    minTtl: Duration.seconds(0),
    defaultTtl: Duration.seconds(LIFETIMES[id].default),
    maxTtl: Duration.seconds(LIFETIMES[id].most),
    ...(LIFETIMES[id].most > 0 && {
      queryStringBehavior: id === "api" ? CacheQueryStringBehavior.all() : CacheQueryStringBehavior.none(),
      cookieBehavior: CacheCookieBehavior.none(),
      enableAcceptEncodingGzip: true,
      enableAcceptEncodingBrotli: true,
    }),
  });
