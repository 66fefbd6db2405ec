// oxlint-disable no-new -- a construct registers itself with its scope
import { Aws, CfnOutput, Duration, RemovalPolicy, type App } from "aws-cdk-lib";
import {
  AttributeType,
  BillingMode,
  StreamViewType,
  Table,
  type ITable,
  type TableProps,
} from "aws-cdk-lib/aws-dynamodb";
import { Effect, PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  ObjectLockRetention,
  ObjectOwnership,
  StorageClass,
  type BucketProps,
  type CfnBucket,
  type IBucket,
} from "aws-cdk-lib/aws-s3";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { acknowledge } from "../acknowledge.ts";
import type { Config } from "../config.ts";
import { HouseStack } from "../constructs/house-stack.ts";
import { identity } from "../constructs/identity.ts";
import { pushSecret } from "../constructs/push-secret.ts";

/** Every bucket: closed to the public, TLS only, encrypted, kept when the stack goes. */
export const HOUSE_BUCKET = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  encryption: BucketEncryption.S3_MANAGED,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
  removalPolicy: RemovalPolicy.RETAIN,
} as const satisfies BucketProps;

/** Pages are drawn within minutes of a closing: room for that. */
const READS_TARGET = 70;
/** The most that DynamoDB takes: a plant's minute is one write, every minute alike (docs/cost.md, capacity of the blocks). */
const WRITES_TARGET = 90;

/** What must outlive every deployment: register, readings, ledger, raw frames, the operators' topic, people's accounts. */
export class DataStack extends HouseStack {
  readonly register = this.table("register", {
    billingMode: BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
  });
  /** Rights, invitations, and the audit trail of what people change. */
  readonly people = this.table("people", {
    billingMode: BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    timeToLiveAttribute: "ttl",
  });
  /** Long work that people asked for, and how far it is. */
  readonly jobs = this.table("jobs", {
    billingMode: BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    timeToLiveAttribute: "ttl",
  });
  readonly blocks = this.blocksTable();
  readonly ledger = this.table("ledger", {
    billingMode: BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    stream: StreamViewType.NEW_AND_OLD_IMAGES,
    timeToLiveAttribute: "ttl",
  });
  private readonly accessLogs = this.accessLogBucket();
  readonly archive = this.archiveBucket();
  readonly undelivered = this.bucket("undelivered", { lifecycleRules: [{ expiration: Duration.days(180) }] });
  readonly imports = this.importsBucket();
  readonly operators = this.operatorsTopic();
  readonly identity = identity(this);
  readonly pushSecret = pushSecret(this);

  constructor(app: App, config: Config) {
    super(app, "PermitWatchData", "Permit Watch: tables, archive and buckets; retained", config);
    // Where permits are uploaded to: permits/{anything}.json; the answer comes under results/.
    new CfnOutput(this, "ImportsBucket", { value: this.imports.bucketName });
    new CfnOutput(this, "RegisterTable", { value: this.register.tableName }); // for npm run posters
  }

  // "as": the CDK's classes and interfaces differ in optional properties under exactOptionalPropertyTypes.
  private table(id: string, props: Partial<TableProps>): ITable {
    return this.newTable(id, props) as ITable;
  }

  private newTable(id: string, props: Partial<TableProps>): Table {
    return new Table(this, id, {
      partitionKey: { name: "pk", type: AttributeType.STRING },
      sortKey: { name: "sk", type: AttributeType.STRING },
      removalPolicy: RemovalPolicy.RETAIN,
      deletionProtection: true,
      ...props,
    });
  }

  /** Provisioned: its load is the same every minute, and billed so it costs a fraction of on-demand. */
  private blocksTable(): ITable {
    const { config } = this;
    const table = this.newTable("blocks", {
      billingMode: BillingMode.PROVISIONED,
      readCapacity: config.blocksMinRead,
      writeCapacity: config.blocksMinWrite,
      timeToLiveAttribute: "ttl",
    });
    table
      .autoScaleReadCapacity({ minCapacity: config.blocksMinRead, maxCapacity: config.blocksMaxRead })
      .scaleOnUtilization({ targetUtilizationPercent: READS_TARGET });
    table
      .autoScaleWriteCapacity({ minCapacity: config.blocksMinWrite, maxCapacity: config.blocksMaxWrite })
      .scaleOnUtilization({ targetUtilizationPercent: WRITES_TARGET });
    acknowledge(table, {
      DDB3: "35 days of readings that the archive can rebuild; a backup would cost more than the table",
    });
    return table as ITable;
  }

  private bucket(id: string, props: BucketProps): IBucket {
    return new Bucket(this, id, {
      ...HOUSE_BUCKET,
      serverAccessLogsBucket: this.accessLogs,
      serverAccessLogsPrefix: `${id}/`,
      ...props,
    }) as IBucket;
  }

  private accessLogBucket(): IBucket {
    const bucket = new Bucket(this, "access-logs", {
      ...HOUSE_BUCKET,
      lifecycleRules: [{ expiration: Duration.days(this.config.logRetentionDays) }],
    });
    acknowledge(bucket, { S1: "it holds the access logs of the others; logging itself would never end" });
    return bucket as IBucket;
  }

  /**
   * Raw frames: evidence. Locked against change and deletion for the retention of the law. Error actions and on-failure
   * records go to `undelivered` instead: an upload to a locked bucket must carry a checksum, and those services send none.
   */
  private archiveBucket(): IBucket {
    const retention = Duration.days(this.config.archiveLockDays);
    return this.bucket("archive", {
      versioned: true,
      objectLockEnabled: true,
      objectLockDefaultRetention:
        this.config.archiveLockMode === "compliance"
          ? ObjectLockRetention.compliance(retention)
          : ObjectLockRetention.governance(retention),
      lifecycleRules: [
        {
          transitions: [{ storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL, transitionAfter: Duration.days(90) }],
          abortIncompleteMultipartUploadAfter: Duration.days(7),
        },
      ],
    });
  }

  private importsBucket(): IBucket {
    // What people uploaded is read by its check and its application; the register keeps what came of it.
    const uploads = {
      prefix: "uploads/",
      expiration: Duration.days(30),
      noncurrentVersionExpiration: Duration.days(1),
    };
    const bucket = this.bucket("imports", { versioned: true, lifecycleRules: [uploads] });
    // On the resource itself: the construct's own switch would add a custom resource with a function of its own.
    (bucket.node.defaultChild as CfnBucket).notificationConfiguration = {
      eventBridgeConfiguration: { eventBridgeEnabled: true },
    };
    return bucket;
  }

  /** Alarms and mass outages, for the people who run the system. */
  private operatorsTopic(): Topic {
    const topic = new Topic(this, "operators", { displayName: "Permit Watch operators", enforceSSL: true });
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: "AlarmsOfThisAccount",
        effect: Effect.ALLOW,
        principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
        actions: ["sns:Publish"],
        resources: [topic.topicArn],
        conditions: { StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID } },
      }),
    );
    if (this.config.operatorsEmail) topic.addSubscription(new EmailSubscription(this.config.operatorsEmail));
    return topic;
  }
}
