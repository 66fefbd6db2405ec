// oxlint-disable no-new -- a construct registers itself with its scope
/** Who people are: the issuer of their tokens. What they may do is in our own table (functions/people). */
import { Aws, CfnOutput, Duration, RemovalPolicy } from "aws-cdk-lib";
import {
  AccountRecovery,
  FeaturePlan,
  ManagedLoginVersion,
  Mfa,
  OAuthScope,
  UserPool,
  UserPoolClient,
  UserPoolClientIdentityProvider,
} from "aws-cdk-lib/aws-cognito";
import { acknowledge } from "../acknowledge.ts";
import type { Config } from "../config.ts";
import { APPLICATIONS } from "../../web/sign-in/applications.ts";
import type { HouseStack } from "./house-stack.ts";

/** What the API and the web applications need to know of the issuer. */
export interface Identity {
  /** `iss` of every token, and where its discovery document is. */
  issuer: string;
  /** Of the one public client, the web applications: the audience of its tokens. */
  clientId: string;
  /** Only with a user pool of our own: for the function that makes accounts. */
  pool: UserPool | null;
}

/** Requested by the web applications. Access tokens carry `openid`, ID tokens carry no scope: so the API tells them apart. */
const SCOPES = ["openid", "profile"] as const;

/** An hour at most is a token good for that nobody can take back; a day's work needs one sign-in. */
const ACCESS_TOKEN = Duration.minutes(30);
const REFRESH_TOKEN = Duration.hours(12);

/** A user pool, or the issuer that the settings name: in `aws-cn` there are no user pools. */
export function identity(stack: HouseStack): Identity {
  const { oidcIssuer: issuer, oidcClientId: clientId } = stack.config;
  if (issuer !== undefined && clientId !== undefined) return { issuer, clientId, pool: null };
  return userPool(stack);
}

/** Origins that the web applications call to sign in: the discovery document's and the tokens'. */
export function signInOrigins(config: Config): string[] {
  if (config.oidcIssuer !== undefined) return [new URL(config.oidcIssuer).origin];
  return [
    `https://cognito-idp.${Aws.REGION}.amazonaws.com`,
    `https://${domainPrefix(config)}.auth.${Aws.REGION}.amazoncognito.com`,
  ];
}

/** Unique within the region; the account's number is. */
const domainPrefix = ({ signInDomainPrefix }: Config): string => signInDomainPrefix ?? `permit-watch-${Aws.ACCOUNT_ID}`;

function userPool(stack: HouseStack): Identity {
  const { config } = stack;
  const pool = new UserPool(stack, "people-pool", {
    selfSignUpEnabled: false, // people are invited
    signInAliases: { username: true, email: true, phone: true },
    autoVerify: { email: true },
    enableSmsRole: false, // invitations by text message are our own, through the carrier of the warnings
    signInCaseSensitive: false,
    passwordPolicy: {
      minLength: 12,
      requireDigits: true,
      requireLowercase: true,
      requireUppercase: true,
      requireSymbols: true,
      tempPasswordValidity: Duration.days(3),
    },
    mfa: Mfa.OPTIONAL,
    mfaSecondFactor: { otp: true, sms: false },
    accountRecovery: AccountRecovery.EMAIL_ONLY, // who has no e-mail is invited anew
    featurePlan: FeaturePlan.ESSENTIALS, // refresh token rotation
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  acknowledge(pool, {
    COG2: "a second factor is offered to all and cannot be demanded from plants whose people share a desk phone",
    COG8: "the Plus tier costs per person and month; accounts are made by invitation and locked out by Cognito itself",
  });
  pool.addDomain("sign-in", {
    cognitoDomain: { domainPrefix: domainPrefix(config) },
    managedLoginVersion: ManagedLoginVersion.CLASSIC_HOSTED_UI, // the newer pages need a style made by hand
  });
  const site = config.domainName ? `https://${config.domainName}` : (config.siteUrl ?? "http://localhost:8080");
  const pages = APPLICATIONS.map((path) => `${site}${path}`);
  const client = new UserPoolClient(stack, "people-client", {
    userPool: pool,
    generateSecret: false, // it runs in browsers: a secret would be none
    oAuth: {
      flows: { authorizationCodeGrant: true },
      scopes: SCOPES.map((scope) => OAuthScope.custom(scope)),
      callbackUrls: pages,
      logoutUrls: pages,
    },
    authFlows: { userSrp: true }, // named, because the default flows exclude rotation
    supportedIdentityProviders: [UserPoolClientIdentityProvider.COGNITO],
    preventUserExistenceErrors: true,
    enableTokenRevocation: true,
    accessTokenValidity: ACCESS_TOKEN,
    idTokenValidity: ACCESS_TOKEN,
    refreshTokenValidity: REFRESH_TOKEN,
    refreshTokenRotationGracePeriod: Duration.seconds(10), // an answer lost on a bad line is asked for again
  });
  new CfnOutput(stack, "UserPoolId", { value: pool.userPoolId });
  return { issuer: pool.userPoolProviderUrl, clientId: client.userPoolClientId, pool };
}
