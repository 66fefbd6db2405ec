// oxlint-disable no-new -- a construct registers itself with its scope
import { CfnOutput, Duration, Fn, type App } from "aws-cdk-lib";
import { FilterCriteria, FilterRule, StartingPosition } from "aws-cdk-lib/aws-lambda";
import { DynamoEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { Bucket, ObjectOwnership, type IBucket } from "aws-cdk-lib/aws-s3";
import { acknowledge } from "../acknowledge.ts";
import type { Config } from "../config.ts";
import { houseAlarm, houseMetric } from "../constructs/alarm.ts";
import { chinaDistribution } from "../constructs/china-distribution.ts";
import { putObjects, useTable } from "../constructs/grants.ts";
import { HouseFunction } from "../constructs/house-function.ts";
import { WorkStack } from "../constructs/house-stack.ts";
import { siteDistribution } from "../constructs/site-distribution.ts";
import { batchesGivenUp, EVENT_COUNT, undeliveredBatches } from "../constructs/undelivered.ts";
import { HOUSE_BUCKET, type DataStack } from "./data.ts";
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
    useTable(data.register, fn.ownRole, "GetItem");
    useTable(data.blocks, fn.ownRole, "Query");
    useTable(data.ledger, fn.ownRole, "BatchGetItem", "Query");
    putObjects(site, "p/", fn.ownRole);
    acknowledge(fn.ownRole, {
      "IAM5[Resource::*]": "dynamodb:ListStreams, which Lambda calls to read the stream, knows no resource",
    });
    const source = new DynamoEventSource(data.ledger, {
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      maxBatchingWindow: Duration.seconds(2),
      bisectBatchOnError: true,
      retryAttempts: 5,
      reportBatchItemFailures: true,
      onFailure: undeliveredBatches(this, data.undelivered, fn),
      filters: [SHOWN],
      ...(!this.inChina && { metricsConfig: EVENT_COUNT }),
    });
    fn.addEventSource(source);
    batchesGivenUp(this, fn, source.eventSourceMappingId);
    houseAlarm(this, {
      name: "publish-pages-not-written",
      impact: "Pages behind the QR codes could not be written: they show an old state until the next try.",
      metric: houseMetric("publish-pages", "PagesFailed"),
      periods: 2,
    });
    houseAlarm(this, {
      name: "publish-pages-behind",
      impact: "The pages behind the QR codes are more than ten minutes behind the facts.",
      metric: fn.metric("IteratorAge", { statistic: "Maximum", period: Duration.minutes(5) }),
      threshold: Duration.minutes(10).toMilliseconds(),
      periods: 2,
    });
  }

  private distribution(site: IBucket, { api, live, originSecrets }: ServicesStack): void {
    const make = this.inChina ? chinaDistribution : siteDistribution;
    const host = make(this, {
      site,
      requestLogs: this.requestLogs(),
      apiHost: Fn.select(2, Fn.split("/", api.api.apiEndpoint)),
      liveHost: live.host,
      originSecret: originSecrets.present,
    });
    // For the commands that upload the static files and print the posters (README), and for the domain's CNAME.
    new CfnOutput(this, "SiteUrl", { value: `https://${this.config.domainName ?? host}` });
    new CfnOutput(this, "DistributionHost", { value: host });
    new CfnOutput(this, "SiteBucket", { value: site.bucketName });
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
