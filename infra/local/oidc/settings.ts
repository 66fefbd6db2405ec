/** What the template's user pool and its client ask of the issuer: the machine's own obeys the same. */
import * as z from "zod/mini";
import { parse } from "../definition.ts";
import { TemplateError, type Assembly } from "../template.ts";
import type { PasswordPolicy } from "./password-policy.ts";

export interface IssuerSettings {
  /** The template's user pool, as functions name it and as policies do. */
  pool: { id: string; arn: string };
  clientId: string;
  scopes: string[];
  /** Paths of the site that one comes back to, signed in or out. */
  callbackPaths: string[];
  logoutPaths: string[];
  seconds: { access: number; id: number; refresh: number; rotationGrace: number };
  policy: PasswordPolicy;
}

const Pool = z.strictObject({
  AdminCreateUserConfig: z.strictObject({ AllowAdminCreateUserOnly: z.literal(true) }),
  Policies: z.strictObject({
    PasswordPolicy: z.strictObject({
      MinimumLength: z.number(),
      RequireLowercase: z.boolean(),
      RequireUppercase: z.boolean(),
      RequireNumbers: z.boolean(),
      RequireSymbols: z.boolean(),
      TemporaryPasswordValidityDays: z.number(),
    }),
  }),
});
const minutes = z.literal("minutes");
const Client = z.strictObject({
  AllowedOAuthFlows: z.tuple([z.literal("code")]),
  AllowedOAuthScopes: z.array(z.string()),
  CallbackURLs: z.array(z.url()),
  LogoutURLs: z.array(z.url()),
  AccessTokenValidity: z.number(),
  IdTokenValidity: z.number(),
  RefreshTokenValidity: z.number(),
  RefreshTokenRotation: z.strictObject({ Feature: z.literal("ENABLED"), RetryGracePeriodSeconds: z.number() }),
  TokenValidityUnits: z.strictObject({ AccessToken: minutes, IdToken: minutes, RefreshToken: minutes }),
});

/** Null when the template has no user pool. */
export function readIssuerSettings(assembly: Assembly): IssuerSettings | null {
  const [pool, ...pools] = assembly.ofType("AWS::Cognito::UserPool");
  const [client, ...clients] = assembly.ofType("AWS::Cognito::UserPoolClient");
  const more = pools[0] ?? clients[0];
  if (more) throw new TemplateError(`${more.path}: the one-machine target has one user pool with one client`);
  if (!pool || !client) return null;
  const of = parse(client, Client);
  const rules = parse(pool, Pool).Policies.PasswordPolicy;
  const paths = (urls: readonly string[]): string[] => urls.map((url) => new URL(url).pathname);
  return {
    pool: { id: pool.ref, arn: pool.arn ?? "" },
    clientId: client.ref,
    scopes: of.AllowedOAuthScopes,
    callbackPaths: paths(of.CallbackURLs),
    logoutPaths: paths(of.LogoutURLs),
    seconds: {
      access: of.AccessTokenValidity * 60,
      id: of.IdTokenValidity * 60,
      refresh: of.RefreshTokenValidity * 60,
      rotationGrace: of.RefreshTokenRotation.RetryGracePeriodSeconds,
    },
    policy: {
      length: rules.MinimumLength,
      lower: rules.RequireLowercase,
      upper: rules.RequireUppercase,
      digit: rules.RequireNumbers,
      symbol: rules.RequireSymbols,
    },
  };
}
