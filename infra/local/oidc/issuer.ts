/** This machine's OpenID Connect issuer, in place of the template's user pool: code flow with PKCE, RS256 access tokens. */
import { chmodSync, mkdirSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createLocalJWKSet, type JWTVerifyGetKey } from "jose";
import { Provider, type Configuration } from "oidc-provider";
import { failedPage, signedOutPage, signOutPage } from "../../../web/sign-in/pages.ts";
import { openAccounts, type Accounts } from "./accounts.ts";
import { openKeys } from "./keys.ts";
import { openModels } from "./models.ts";
import type { IssuerSettings } from "./settings.ts";
import { interactions } from "./interactions.ts";
import { invitePages, type Invitations } from "./invite.ts";

/** Where the issuer is on the machine's web address. */
export const MOUNT = "/oidc";

export interface Issuer {
  /** `iss` of the tokens. */
  issuer: string;
  settings: IssuerSettings;
  accounts: Accounts;
  /** For who verifies tokens. */
  keys: JWTVerifyGetKey;
  /** Ends every session of the person: the next refresh is refused. Access tokens last until they expire. */
  signOutEverywhere(sub: string): void;
  /** Answers a request below `MOUNT`. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  stop(): void;
}

export interface IssuerOptions {
  dataDir: string;
  /** `http://localhost:8080`. */
  origin: string;
  settings: IssuerSettings;
  /** Where invitations are kept; null when the template has no such table. */
  invitations: Invitations | null;
  log: (line: string) => void;
}

export async function startIssuer({ dataDir, origin, settings, invitations, log }: IssuerOptions): Promise<Issuer> {
  const folder = join(dataDir, "identity");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const keys = await openKeys(folder);
  const file = join(folder, "identity.sqlite");
  const db = new DatabaseSync(file);
  db.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 2000; PRAGMA secure_delete = ON",
  );
  chmodSync(file, 0o600);
  const memory = new DatabaseSync(":memory:");
  const accounts = openAccounts(db);
  const models = openModels(db, memory, settings.seconds.rotationGrace);
  const issuer = `${origin}${MOUNT}`;
  const provider = new Provider(
    issuer,
    configuration({
      origin,
      settings,
      accounts,
      adapter: models.factory,
      signing: keys.signing,
      cookies: keys.cookies,
    }),
  );
  provider.on("server_error", (_, error) => log(`sign-in: ${error.stack ?? error.message}`));
  const callback = provider.callback();
  const interact = interactions({ provider, accounts, origin });
  const { policy } = settings;
  const invite = invitations && invitePages({ invitations, accounts, policy, origin, signOut: models.revoke });

  return {
    issuer,
    settings,
    accounts,
    keys: createLocalJWKSet(keys.shown),
    signOutEverywhere: (sub) => models.revoke(sub),
    handle: async (request, response) => {
      for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
      const path = (request.url ?? "").slice(MOUNT.length) || "/";
      if ((await interact(path, request, response)) || (await invite?.(path, request, response))) return;
      // As a server does that mounts the provider below a path.
      Object.assign(request, { originalUrl: request.url, url: path });
      await callback(request, response);
    },
    stop: () => {
      db.close();
      memory.close();
    },
  };
}

/** Of every page of the issuer. The referrer's origin is kept: without it a browser would not say where a form comes from. */
const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "cache-control": "no-store",
};

interface Parts {
  origin: string;
  settings: IssuerSettings;
  accounts: Accounts;
  adapter: NonNullable<Configuration["adapter"]>;
  signing: NonNullable<Configuration["jwks"]>;
  cookies: string[];
}

function configuration({ origin, settings, accounts, adapter, signing, cookies }: Parts): Configuration {
  const { clientId, seconds } = settings;
  const api = `${origin}/api`;
  const scope = settings.scopes.join(" ");
  const cookie = { httpOnly: true, sameSite: "lax", signed: true } as const;
  return {
    adapter,
    jwks: signing,
    cookies: {
      keys: cookies,
      names: { session: "pw_session", interaction: "pw_sign_in", resume: "pw_resume" },
      long: { ...cookie, path: MOUNT },
      short: cookie,
    },
    clients: [
      {
        client_id: clientId,
        token_endpoint_auth_method: "none",
        redirect_uris: settings.callbackPaths.map((path) => `${origin}${path}`),
        post_logout_redirect_uris: settings.logoutPaths.map((path) => `${origin}${path}`),
        grant_types: ["authorization_code", "refresh_token"],
        response_types: ["code"],
      },
    ],
    clientAuthMethods: ["none"],
    responseTypes: ["code"],
    scopes: settings.scopes,
    claims: { openid: ["sub"], profile: ["name", "preferred_username"] },
    conformIdTokenClaims: false, // the ID token says the name; there is no userinfo endpoint
    pkce: { required: () => true },
    allowOmittingSingleRegisteredRedirectUri: false,
    clientBasedCORS: (_, from) => from === origin,
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      userinfo: { enabled: false },
      revocation: { enabled: true, allowedPolicy: (_, client, token) => token.clientId === client.clientId },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => void (ctx.body = signOutPage(form)),
        postLogoutSuccessSource: (ctx) => void (ctx.body = signedOutPage()),
      },
      // Every access token is for the API, whose audience is the client, as with a user pool.
      resourceIndicators: {
        enabled: true,
        defaultResource: () => api,
        useGrantedResource: () => true,
        getResourceServerInfo: (_, resource) => {
          if (resource !== api) throw new Error("unknown resource");
          return {
            scope,
            audience: clientId,
            accessTokenTTL: seconds.access,
            accessTokenFormat: "jwt",
            jwt: { sign: { alg: "RS256" } },
          };
        },
      },
    },
    findAccount: (_, sub) => {
      const account = accounts.find(sub);
      if (!account?.enabled) return undefined;
      const { username, name } = account;
      return { accountId: sub, claims: () => ({ sub, name, preferred_username: username }) };
    },
    extraTokenClaims: (_, token) =>
      "accountId" in token ? { token_use: "access", username: accounts.find(token.accountId)?.username } : {},
    // The applications are this system's own: nobody is asked whether they may know who he is.
    loadExistingGrant: async (ctx) => {
      const { client, session, provider } = ctx.oidc;
      if (!client || !session?.accountId) return undefined;
      const known = session.grantIdFor(client.clientId);
      const found = known ? await provider.Grant.find(known) : undefined;
      if (found && found.accountId === session.accountId) return found;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope(scope);
      grant.addResourceScope(api, scope);
      await grant.save();
      return grant;
    },
    issueRefreshToken: (_, client) => client.grantTypeAllowed("refresh_token"),
    rotateRefreshToken: true,
    ttl: {
      AccessToken: seconds.access,
      AuthorizationCode: 60,
      IdToken: seconds.id,
      Interaction: 30 * 60,
      Session: seconds.refresh,
      Grant: seconds.refresh,
      // Twelve hours from signing in, however often it was renewed.
      RefreshToken: (ctx) => ctx.oidc.entities.RotatedRefreshToken?.remainingTTL ?? seconds.refresh,
    },
    interactions: { url: (_, { uid }) => `${MOUNT}/interaction/${uid}` },
    renderError: (ctx, { error, error_description }) => {
      ctx.type = "html";
      ctx.body = failedPage([error, error_description].filter(Boolean).join(": "));
    },
  };
}
