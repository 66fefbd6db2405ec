/**
 * What the one-machine target knows of CloudFormation: per resource type its properties (each `used`, or `ignored` with
 * the reason why one machine can do without), the value of Ref and the attributes. Anything else refuses to start.
 */

export interface Identity {
  /** Physical name. */
  name: string;
  region: string;
  account: string;
  /** Of the tokens on this machine: it takes the place of every user pool of the template. */
  issuer: string;
}

export interface ResourceType {
  used: readonly string[];
  ignored: Readonly<Record<string, string>>;
  /** Property that carries the physical name; without it the name is made from the stack and the logical id. */
  nameProperty?: string;
  ref?: (of: Identity) => string;
  attributes?: Readonly<Record<string, (of: Identity) => string>>;
}

const arn =
  (service: string, path: (name: string) => string, global = false) =>
  (of: Identity): string =>
    `arn:aws:${service}:${global ? "" : of.region}:${global && service === "s3" ? "" : of.account}:${path(of.name)}`;
const name = (of: Identity): string => of.name;

const CLOUD = "a matter of the cloud account, not of one machine";
const METERED = "capacity and billing have no counterpart on one machine";
const ENCRYPTION = "the data folder is protected by the machine's own disk encryption and file permissions";
const TAGS = "names for the bill";
const POLICY = "roles' policies are enforced (infra/local/iam); nothing outside the machine can call its services";
const TRACING = "traces go nowhere on one machine";

/** A whole type without effect here: every property is accepted for one reason. */
const inert = (reason: string, more: Partial<ResourceType> = {}): ResourceType => ({
  used: [],
  ignored: { "*": reason },
  ...more,
});

export const resourceTypes: Readonly<Record<string, ResourceType>> = {
  "AWS::DynamoDB::Table": {
    used: [
      "KeySchema",
      "AttributeDefinitions",
      "GlobalSecondaryIndexes",
      "StreamSpecification",
      "TimeToLiveSpecification",
    ],
    ignored: {
      BillingMode: METERED,
      ProvisionedThroughput: METERED,
      PointInTimeRecoverySpecification: "copy the data folder instead",
      DeletionProtectionEnabled: CLOUD,
      SSESpecification: ENCRYPTION,
      TableClass: METERED,
      ResourcePolicy: POLICY,
      Tags: TAGS,
    },
    nameProperty: "TableName",
    attributes: {
      Arn: arn("dynamodb", (n) => `table/${n}`),
      StreamArn: arn("dynamodb", (n) => `table/${n}/stream/local`),
    },
  },
  "AWS::DynamoDB::GlobalTable": {
    used: [
      "KeySchema",
      "AttributeDefinitions",
      "GlobalSecondaryIndexes",
      "StreamSpecification",
      "TimeToLiveSpecification",
    ],
    ignored: {
      BillingMode: METERED,
      Replicas: "one machine is one replica",
      WriteProvisionedThroughputSettings: METERED,
      WriteOnDemandThroughputSettings: METERED,
      SSESpecification: ENCRYPTION,
    },
    nameProperty: "TableName",
    attributes: {
      Arn: arn("dynamodb", (n) => `table/${n}`),
      StreamArn: arn("dynamodb", (n) => `table/${n}/stream/local`),
    },
  },
  "AWS::S3::Bucket": {
    used: ["VersioningConfiguration", "ObjectLockEnabled", "ObjectLockConfiguration", "NotificationConfiguration"],
    ignored: {
      BucketEncryption: ENCRYPTION,
      PublicAccessBlockConfiguration: "the object store listens on loopback only",
      LifecycleConfiguration: "one machine keeps what it has",
      LoggingConfiguration: "the machine logs its own calls",
      OwnershipControls: CLOUD,
      Tags: TAGS,
    },
    nameProperty: "BucketName",
    attributes: {
      Arn: arn("s3", (n) => n, true),
      DomainName: (of) => `${of.name}.s3.amazonaws.com`,
      RegionalDomainName: (of) => `${of.name}.s3.${of.region}.amazonaws.com`,
    },
  },
  "AWS::S3::BucketPolicy": inert(POLICY),
  "AWS::Kinesis::Stream": {
    used: [],
    ignored: {
      ShardCount: METERED,
      StreamModeDetails: METERED,
      RetentionPeriodHours: "records stay until they are processed, however long that takes",
      StreamEncryption: ENCRYPTION,
      DesiredShardLevelMetrics: METERED,
      Tags: TAGS,
    },
    nameProperty: "Name",
    attributes: { Arn: arn("kinesis", (n) => `stream/${n}`) },
  },
  "AWS::Lambda::Function": {
    used: [
      "Code",
      "Handler",
      "Role",
      "Runtime",
      "Environment",
      "Layers",
      "MemorySize",
      "Timeout",
      "ReservedConcurrentExecutions",
      "DeadLetterConfig",
    ],
    ignored: {
      Architectures: "runs on this machine's processor",
      LoggingConfig: "logs go to the data folder",
      TracingConfig: TRACING,
      EphemeralStorage: "functions share the machine's temporary folder",
      Description: "text for people",
      RecursiveLoop: CLOUD,
      KmsKeyArn: ENCRYPTION,
      RuntimeManagementConfig: "the project's own Node 24 runs the functions",
      Tags: TAGS,
    },
    nameProperty: "FunctionName",
    attributes: { Arn: arn("lambda", (n) => `function:${n}`) },
  },
  "AWS::Lambda::LayerVersion": {
    used: ["Content"],
    ignored: {
      CompatibleArchitectures: "data only",
      CompatibleRuntimes: "data only",
      Description: "text for people",
      LayerName: "found by its asset",
      LicenseInfo: "text for people",
    },
    ref: arn("lambda", (n) => `layer:${n}:1`),
    attributes: { LayerVersionArn: arn("lambda", (n) => `layer:${n}:1`) },
  },
  "AWS::Lambda::EventSourceMapping": {
    used: [
      "EventSourceArn",
      "FunctionName",
      "BatchSize",
      "MaximumBatchingWindowInSeconds",
      "BisectBatchOnFunctionError",
      "MaximumRetryAttempts",
      "FunctionResponseTypes",
      "DestinationConfig",
      "FilterCriteria",
      "Enabled",
    ],
    ignored: {
      StartingPosition: "every consumer starts with the first record that is kept",
      ParallelizationFactor: "one batch per shard at a time keeps the order",
      MaximumRecordAgeInSeconds: "records stay until they are processed",
      TumblingWindowInSeconds: "0 in this project",
      MetricsConfig: METERED,
      Tags: TAGS,
    },
    attributes: { Id: name, EventSourceMappingArn: arn("lambda", (n) => `event-source-mapping:${n}`) },
  },
  "AWS::Lambda::EventInvokeConfig": {
    used: ["FunctionName", "MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig"],
    ignored: { Qualifier: "there is one version" },
  },
  "AWS::Lambda::Permission": inert(POLICY),
  // What it knows not, such as a permissions boundary, would be a permission that is asked for in the cloud only.
  "AWS::IAM::Role": {
    used: ["Policies", "ManagedPolicyArns"],
    ignored: {
      AssumeRolePolicyDocument: "each function has its role; nobody else can take it",
      Description: "text for people",
      RoleName: "found by its ARN",
      Tags: TAGS,
    },
    nameProperty: "RoleName",
    attributes: { Arn: arn("iam", (n) => `role/${n}`, true), RoleId: name },
  },
  "AWS::IAM::Policy": {
    used: ["PolicyDocument", "Roles"],
    ignored: { PolicyName: "text for people" },
    nameProperty: "PolicyName",
  },
  "AWS::IAM::ManagedPolicy": {
    used: ["PolicyDocument", "Roles"],
    ignored: { ManagedPolicyName: "found by its ARN", Description: "text for people" },
    nameProperty: "ManagedPolicyName",
    ref: arn("iam", (n) => `policy/${n}`, true),
  },
  "AWS::IoT::TopicRule": {
    used: ["RuleName", "TopicRulePayload"],
    ignored: { Tags: TAGS },
    nameProperty: "RuleName",
    attributes: { Arn: arn("iot", (n) => `rule/${n}`) },
  },
  "AWS::IoT::Policy": {
    used: ["PolicyName", "PolicyDocument"],
    ignored: { Tags: TAGS },
    nameProperty: "PolicyName",
    attributes: { Arn: arn("iot", (n) => `policy/${n}`), Id: name },
  },
  "AWS::Scheduler::Schedule": {
    used: ["Name", "ScheduleExpression", "ScheduleExpressionTimezone", "State", "Target", "FlexibleTimeWindow"],
    ignored: { Description: "text for people", GroupName: CLOUD, KmsKeyArn: ENCRYPTION },
    nameProperty: "Name",
    attributes: { Arn: arn("scheduler", (n) => `schedule/default/${n}`) },
  },
  "AWS::Scheduler::ScheduleGroup": inert(CLOUD, {
    nameProperty: "Name",
    attributes: { Arn: arn("scheduler", (n) => `schedule-group/${n}`) },
  }),
  "AWS::Events::Rule": {
    used: ["EventPattern", "Targets", "State"],
    ignored: { Description: "text for people", Name: CLOUD, EventBusName: "there is one bus" },
    nameProperty: "Name",
    attributes: { Arn: arn("events", (n) => `rule/${n}`) },
  },
  "AWS::SNS::Topic": {
    used: [],
    ignored: {
      DisplayName: "text for people",
      KmsMasterKeyId: ENCRYPTION,
      Subscription: CLOUD,
      TopicName: "found by its ARN",
      Tags: TAGS,
    },
    nameProperty: "TopicName",
    ref: arn("sns", (n) => n),
    attributes: { TopicName: name, TopicArn: arn("sns", (n) => n) },
  },
  "AWS::SNS::TopicPolicy": inert(POLICY),
  // Of the operators' topic: e-mail, listed on the machine's console. Of the others: the function that reads them.
  "AWS::SNS::Subscription": {
    used: ["TopicArn", "Protocol", "Endpoint"],
    ignored: {
      RedrivePolicy: "what cannot be handed over stays in the machine's own queue, and ends in its dead letters",
    },
  },
  "AWS::SQS::Queue": {
    used: [],
    ignored: {
      KmsMasterKeyId: ENCRYPTION,
      SqsManagedSseEnabled: ENCRYPTION,
      KmsDataKeyReusePeriodSeconds: ENCRYPTION,
      MessageRetentionPeriod: "dead letters stay until a person removes them",
      QueueName: "found by its ARN",
      VisibilityTimeout: "only dead letters go to queues",
      RedriveAllowPolicy: CLOUD,
      Tags: TAGS,
    },
    nameProperty: "QueueName",
    ref: (of) => `https://sqs.${of.region}.amazonaws.com/${of.account}/${of.name}`,
    attributes: {
      Arn: arn("sqs", (n) => n),
      QueueName: name,
      QueueUrl: (of) => `https://sqs.${of.region}.amazonaws.com/${of.account}/${of.name}`,
    },
  },
  "AWS::SQS::QueuePolicy": inert(POLICY),
  "AWS::ApiGatewayV2::Api": {
    used: ["ProtocolType"],
    ignored: {
      Name: "text for people",
      Description: "text for people",
      CorsConfiguration: "pages and API share one origin",
      DisableExecuteApiEndpoint: CLOUD,
      RouteSelectionExpression: "of a socket: every message goes to $default (live/socket-api.ts)",
      Tags: TAGS,
    },
    attributes: { ApiEndpoint: (of) => `https://${of.name}.execute-api.${of.region}.amazonaws.com`, ApiId: name },
  },
  "AWS::ApiGatewayV2::Integration": {
    used: ["ApiId", "IntegrationType", "IntegrationUri", "PayloadFormatVersion", "TimeoutInMillis"],
    ignored: {
      IntegrationMethod: "functions are always invoked",
      Description: "text for people",
      CredentialsArn: POLICY,
    },
  },
  "AWS::ApiGatewayV2::Route": {
    used: [
      "ApiId",
      "RouteKey",
      "Target",
      "AuthorizationType",
      "AuthorizerId",
      "AuthorizationScopes",
      "RouteResponseSelectionExpression",
    ],
    ignored: { OperationName: "text for people" },
  },
  "AWS::ApiGatewayV2::RouteResponse": { used: ["ApiId", "RouteId", "RouteResponseKey"], ignored: {} },
  "AWS::ApiGatewayV2::Authorizer": {
    used: ["ApiId", "AuthorizerType", "IdentitySource", "JwtConfiguration"],
    ignored: { Name: "text for people" },
  },
  // The machine's own issuer stands in for the pool (oidc/): its client, its pages, and the strength of passwords are the template's.
  "AWS::Cognito::UserPool": {
    used: ["Policies", "AdminCreateUserConfig"],
    ignored: {
      AccountRecoverySetting: "who forgot the password is invited anew; nothing leaves the machine",
      AliasAttributes: "people sign in with their user name",
      AutoVerifiedAttributes: "nothing leaves the machine",
      DeletionProtection: CLOUD,
      EmailVerificationMessage: "nothing leaves the machine",
      EmailVerificationSubject: "nothing leaves the machine",
      EnabledMfas: "no second factor on one machine",
      MfaConfiguration: "OPTIONAL, and no second factor on one machine",
      SmsVerificationMessage: "nothing leaves the machine",
      UserPoolTier: METERED,
      UsernameConfiguration: "user names are compared without case here as well",
      VerificationMessageTemplate: "nothing leaves the machine",
    },
    nameProperty: "UserPoolName",
    attributes: {
      Arn: arn("cognito-idp", (n) => `userpool/${n}`),
      ProviderURL: (of) => of.issuer,
      UserPoolId: name,
    },
  },
  "AWS::Cognito::UserPoolClient": {
    used: [
      "AllowedOAuthFlows",
      "AllowedOAuthScopes",
      "AccessTokenValidity",
      "CallbackURLs",
      "IdTokenValidity",
      "LogoutURLs",
      "RefreshTokenValidity",
      "RefreshTokenRotation",
      "TokenValidityUnits",
    ],
    ignored: {
      AllowedOAuthFlowsUserPoolClient: "there is no other kind of client",
      EnableTokenRevocation: "signing out revokes what was granted",
      ExplicitAuthFlows: "the code flow is the only way in",
      GenerateSecret: "a public client",
      PreventUserExistenceErrors: "the sign-in page never says whether a name exists",
      SupportedIdentityProviders: "there is one",
      UserPoolId: "there is one pool",
    },
  },
  "AWS::Cognito::UserPoolDomain": inert("sign-in pages are at /oidc of the machine's own address"),
  "AWS::ApiGatewayV2::Stage": {
    used: ["ApiId", "StageName"],
    ignored: {
      AutoDeploy: "there is one deployment",
      DefaultRouteSettings: "throttling is the cloud's; the local server bounds bodies and time",
      RouteSettings: "throttling is the cloud's; the local server bounds bodies and time",
      AccessLogSettings: "the machine logs its own requests",
      Description: "text for people",
      Tags: TAGS,
    },
  },
  "AWS::CloudFront::Distribution": {
    used: ["DistributionConfig"],
    ignored: { Tags: TAGS },
    attributes: { DomainName: (of) => `${of.name.toLowerCase()}.cloudfront.net`, Id: name },
  },
  "AWS::CloudFront::ResponseHeadersPolicy": {
    used: ["ResponseHeadersPolicyConfig"],
    ignored: {},
    attributes: { Id: name },
  },
  "AWS::CloudFront::CachePolicy": { used: ["CachePolicyConfig"], ignored: {}, attributes: { Id: name } },
  "AWS::CloudFront::OriginRequestPolicy": inert("the local origin sees the whole request", {
    attributes: { Id: name },
  }),
  "AWS::CloudFront::OriginAccessControl": inert(POLICY, { attributes: { Id: name } }),
  "AWS::SecretsManager::Secret": inert("made anew at each start (dynamic-references.ts)", {
    ref: arn("secretsmanager", (n) => `secret:${n}`),
  }),
  "AWS::Logs::LogGroup": inert("logs go to the data folder", {
    nameProperty: "LogGroupName",
    attributes: { Arn: arn("logs", (n) => `log-group:${n}:*`) },
  }),
  "AWS::Logs::ResourcePolicy": inert(POLICY),
  // Evaluated over this machine's own metrics and shown by /_local/status.
  "AWS::CloudWatch::Alarm": {
    used: [
      "AlarmName",
      "AlarmDescription",
      "Namespace",
      "MetricName",
      "Dimensions",
      "Statistic",
      "ExtendedStatistic",
      "Period",
      "Metrics",
      "EvaluationPeriods",
      "DatapointsToAlarm",
      "ComparisonOperator",
      "Threshold",
      "TreatMissingData",
    ],
    ignored: {
      ActionsEnabled: "the status page tells; nobody is mailed",
      AlarmActions: "the status page tells; nobody is mailed",
      OKActions: "the status page tells; nobody is mailed",
      InsufficientDataActions: "the status page tells; nobody is mailed",
      Unit: "a metric has one unit here",
      Tags: TAGS,
    },
    nameProperty: "AlarmName",
    attributes: { Arn: arn("cloudwatch", (n) => `alarm:${n}`) },
  },
  "AWS::CloudWatch::CompositeAlarm": inert("errors are shown on the console and by /_local/health", {
    attributes: { Arn: arn("cloudwatch", (n) => `alarm:${n}`) },
  }),
  "AWS::CloudWatch::Dashboard": inert("the machine has its own console"),
  "AWS::ApplicationAutoScaling::ScalableTarget": inert(METERED),
  "AWS::ApplicationAutoScaling::ScalingPolicy": inert(METERED),
  "AWS::KMS::Key": inert(ENCRYPTION, { attributes: { Arn: arn("kms", (n) => `key/${n}`), KeyId: name } }),
  "AWS::KMS::Alias": inert(ENCRYPTION),
  "AWS::CDK::Metadata": inert("usage statistics of the CDK"),
};
