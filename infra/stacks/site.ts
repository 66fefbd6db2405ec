// oxlint-disable no-new -- a construct registers itself with its scope
import { CfnOutput, Duration, Fn, type App } from "aws-cdk-lib";
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
import { FilterCriteria, FilterRule, StartingPosition } from "aws-cdk-lib/aws-lambda";
import { DynamoEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { Bucket, ObjectOwnership, type IBucket } from "aws-cdk-lib/aws-s3";
import { acknowledge } from "../acknowledge.ts";
import type { Config } from "../config.ts";
import { houseAlarm } from "../constructs/alarm.ts";
import { putObjects, readTable } from "../constructs/grants.ts";
import { HouseFunction } from "../constructs/house-function.ts";
import { WorkStack } from "../constructs/house-stack.ts";
import { securityHeaders, SITE_CSP } from "../constructs/security-headers.ts";
import { undeliveredBatches } from "../constructs/undelivered.ts";
import { HOUSE_BUCKET, type DataStack } from "./data.ts";
import { PAGE_CSP } from "../../web/disclosure/csp.ts";
import type { ServicesStack } from "./services.ts";

/** What the public sees: the pages, the function that writes them, and the distribution in front. */
export class SiteStack extends WorkStack {
  constructor(app: App, config: Config, data: DataStack, services: ServicesStack) {
    super(app, "PermitWatchSite", "Permit Watch: public pages and their distribution", config, data.operators);
    const site = new Bucket(this, "site", { ...HOUSE_BUCKET, versioned: true, lifecycleRules: [OLD_PAGES] }) as IBucket;
    acknowledge(site, { S1: "only the distribution reads it, and the distribution logs every request" });
    this.publishPages(site, data);
    this.distribution(site, services);
  }

  private publishPages(site: IBucket, data: DataStack): void {
    const fn = new HouseFunction(this, {
      name: "publish-pages",
      environment: {
        REGISTER_TABLE: data.register.tableName,
        BLOCKS_TABLE: data.blocks.tableName,
        LEDGER_TABLE: data.ledger.tableName,
        SITE_BUCKET: site.bucketName,
      },
      timeout: Duration.minutes(2),
      memory: 1024,
      errorImpact: "The pages behind the QR codes show an old state.",
    });
    for (const table of [data.register, data.blocks, data.ledger]) readTable(table, fn.ownRole);
    putObjects(site, "p/", fn.ownRole);
    acknowledge(fn.ownRole, {
      "IAM5[Resource::*]": "dynamodb:ListStreams, which Lambda calls to read the stream, knows no resource",
    });
    fn.addEventSource(
      new DynamoEventSource(data.ledger, {
        startingPosition: StartingPosition.TRIM_HORIZON,
        batchSize: 100,
        maxBatchingWindow: Duration.seconds(2),
        bisectBatchOnError: true,
        retryAttempts: 5,
        reportBatchItemFailures: true,
        onFailure: undeliveredBatches(data.undelivered, fn),
        filters: [SHOWN],
      }),
    );
    houseAlarm(this, {
      name: "publish-pages-behind",
      impact: "The pages behind the QR codes are more than ten minutes behind the facts.",
      metric: fn.metric("IteratorAge", { statistic: "Maximum", period: Duration.minutes(5) }),
      threshold: Duration.minutes(10).toMilliseconds(),
      periods: 2,
    });
  }

  private distribution(site: IBucket, services: ServicesStack): void {
    const { config } = this;
    const origin = S3BucketOrigin.withOriginAccessControl(site, {
      // Who may list is told 404 where nothing is; else S3 says 403. Query strings do not reach it, so nothing is listed.
      originAccessLevels: [AccessLevel.READ, AccessLevel.LIST],
    });
    const common = {
      viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      responseHeadersPolicy: securityHeaders(this, "site-headers", SITE_CSP),
      compress: true,
    };
    // Every object says in its own cache-control how long it may be kept; these are the bounds.
    const files: BehaviorOptions = {
      ...common,
      origin,
      cachePolicy: this.cache("files", { seconds: 60, most: 86_400 }),
    };
    const pages = { ...files, responseHeadersPolicy: securityHeaders(this, "page-headers", PAGE_CSP) };
    const api: BehaviorOptions = {
      ...common,
      origin: new HttpOrigin(Fn.select(2, Fn.split("/", services.api.api.apiEndpoint))),
      allowedMethods: AllowedMethods.ALLOW_ALL,
      cachePolicy: this.cache("api", { seconds: 0, most: 60 }),
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
    };
    const distribution = new Distribution(this, "distribution", {
      comment: "Permit Watch public site",
      httpVersion: HttpVersion.HTTP2_AND_3,
      priceClass: PriceClass.PRICE_CLASS_200, // with Hong Kong, Tokyo, Singapore
      defaultRootObject: "index.html",
      defaultBehavior: files,
      additionalBehaviors: { "/api/*": api, "/p/*": pages, "/posters/*": files },
      logBucket: this.requestLogs(),
      ...(config.domainName &&
        config.certificateArn && {
          domainNames: [config.domainName],
          minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
          certificate: Certificate.fromCertificateArn(this, "certificate", config.certificateArn),
        }),
    });
    // For the commands that upload the static files and print the posters (README).
    new CfnOutput(this, "SiteUrl", { value: `https://${config.domainName ?? distribution.distributionDomainName}` });
    new CfnOutput(this, "SiteBucket", { value: site.bucketName });
    acknowledge(distribution, {
      "Annotation::@aws-cdk/aws-cloudfront-origins:listBucketSecurityRisk":
        "a default root object is set and no query string reaches the bucket, so nobody can list it",
      CFR1: "the pages are public by law, wherever the reader is",
      CFR2: "no account, cookie or secret behind it; the API is throttled and its function's concurrency bounded",
      ...(!config.domainName && { CFR4: "CloudFront's own certificate has no choice of protocol; set domainName" }),
    });
  }

  private cache(id: string, { seconds, most }: { seconds: number; most: number }): CachePolicy {
    return new CachePolicy(this, `${id}-cache`, {
      minTtl: Duration.seconds(0),
      defaultTtl: Duration.seconds(seconds),
      maxTtl: Duration.seconds(most),
      queryStringBehavior: id === "api" ? CacheQueryStringBehavior.all() : CacheQueryStringBehavior.none(),
      cookieBehavior: CacheCookieBehavior.none(),
      enableAcceptEncodingGzip: true,
      enableAcceptEncodingBrotli: true,
    });
  }

  private requestLogs(): IBucket {
    const bucket = new Bucket(this, "request-logs", {
      ...HOUSE_BUCKET,
      objectOwnership: ObjectOwnership.OBJECT_WRITER, // CloudFront writes its logs by ACL
      lifecycleRules: [{ expiration: Duration.days(this.config.logRetentionDays) }],
    });
    acknowledge(bucket, { S1: "it holds the distribution's logs and nothing else writes or reads it" });
    return bucket as IBucket;
  }
}

/** Changes of a plant that its page can show: everything else of the ledger would only cost invocations. */
const SHOWN = FilterCriteria.filter({
  eventName: FilterRule.or("INSERT", "MODIFY"),
  dynamodb: {
    Keys: {
      pk: { S: FilterRule.beginsWith("PLANT#") },
      sk: { S: ["WARNING", "FIRST", ...["HOUR#", "DAY#", "MARK#"].flatMap((p) => FilterRule.beginsWith(p))] },
    },
  },
});

/** A page is rewritten every hour; a few days of former versions are enough to look back. */
const OLD_PAGES = { noncurrentVersionExpiration: Duration.days(7) };
