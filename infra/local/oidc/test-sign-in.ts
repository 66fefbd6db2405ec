/** For tests: accounts with a known password, and the whole way a browser goes to a token. */
import { createHash, randomBytes, randomUUID } from "node:crypto";
import * as z from "zod/mini";
import type { Person } from "../../../functions/people/domain/rights.ts";
import type { Machine } from "../machine.ts";
import { giveRights } from "./first-people.ts";
import type { Issuer } from "./issuer.ts";

export const TEST_PASSWORD = "Right-Horse-7-Battery";

const Tokens = z.object({
  access_token: z.string(),
  id_token: z.string(),
  refresh_token: z.string(),
  token_type: z.literal("Bearer"),
  expires_in: z.number(),
  scope: z.string(),
});
export type TestTokens = z.output<typeof Tokens>;

/** The machine's issuer; throws when the machine has no web port. */
export function issuerOf({ issuer }: Pick<Machine, "issuer">): Issuer {
  if (!issuer) throw new Error("the machine has no issuer: start it with a port and the whole template");
  return issuer;
}

/** Makes an account of this user name with `TEST_PASSWORD` and returns its subject. */
export async function testAccount(
  machine: Pick<Machine, "issuer">,
  username: string,
  sub: string = randomUUID(),
): Promise<string> {
  if (!(await issuerOf(machine).accounts.create({ sub, username, name: username }, TEST_PASSWORD)))
    throw new Error(`there is an account ${username} already`);
  return sub;
}

/** An account with rights: `await testPerson(machine, { username: "anna", roles: ["enterprise"], plants: [permitNo] })`. */
export async function testPerson(
  machine: Pick<Machine, "issuer" | "dynamoEndpoint" | "setting">,
  { username, ...rights }: { username: string } & Partial<Person>,
): Promise<string> {
  const sub = await testAccount(machine, username, rights.sub);
  const none = {
    phone: null,
    email: null,
    roles: [],
    plants: [],
    towns: [],
    active: true,
    sessionsFrom: 0,
    version: 1,
  };
  await giveRights(machine, { ...none, name: username, ...rights, sub }, Date.now());
  return sub;
}

/** A browser's part: follows no redirect by itself, keeps the cookies of the one host. */
export class TestBrowser {
  readonly cookies = new Map<string, string>();

  async request(
    url: string,
    init: Omit<RequestInit, "headers"> & { headers?: Record<string, string> } = {},
  ): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, { redirect: "manual", ...init, headers: { ...init.headers, cookie } });
    for (const set of response.headers.getSetCookie()) {
      const [pair = "", ...attributes] = set.split(";");
      const [name = "", value = ""] = pair.split(/=(.*)/s);
      if (value === "" || attributes.some((each) => /expires=thu, 01 jan 1970/i.test(each))) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  /** Posts a form as a page of `origin` does. */
  post(url: string, fields: Record<string, string>, origin = new URL(url).origin): Promise<Response> {
    return this.request(url, { method: "POST", body: new URLSearchParams(fields), headers: { origin } });
  }
}

export interface AuthorizationTry {
  browser: TestBrowser;
  issuer: Issuer;
  verifier: string;
  redirectUri: string;
}

export function newTry(machine: Pick<Machine, "issuer">, browser = new TestBrowser()): AuthorizationTry {
  const issuer = issuerOf(machine);
  const redirectUri = new URL(issuer.settings.callbackPaths[0] ?? "/", issuer.issuer).href;
  return { browser, issuer, verifier: randomBytes(32).toString("base64url"), redirectUri };
}

/** Where the authorization endpoint sends the browser: the sign-in form, or back to the application. */
export async function authorize(
  { browser, issuer, verifier, redirectUri }: AuthorizationTry,
  more: Record<string, string> = {},
): Promise<URL> {
  const query = new URLSearchParams({
    client_id: issuer.settings.clientId,
    response_type: "code",
    scope: issuer.settings.scopes.join(" "),
    redirect_uri: redirectUri,
    state: "test",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    ...more,
  });
  return next(await browser.request(`${issuer.issuer}/auth?${query.toString()}`), issuer.issuer);
}

/** Sends the form; answers with where it leads, or with the page that says what is wrong. */
export async function submit(
  { browser, issuer }: AuthorizationTry,
  form: URL,
  fields: { username: string; password: string },
): Promise<URL | Response> {
  const answer = await browser.post(form.href, fields);
  return answer.status === 303 ? next(await browser.request(next(answer, issuer.issuer).href), issuer.issuer) : answer;
}

/** The token endpoint's answer, whatever it is. */
export const exchange = (issuer: Issuer, fields: Record<string, string>): Promise<Response> =>
  fetch(`${issuer.issuer}/token`, {
    method: "POST",
    body: new URLSearchParams({ client_id: issuer.settings.clientId, ...fields }),
  });

export const redeem = ({ issuer, verifier, redirectUri }: AuthorizationTry, code: string): Promise<Response> =>
  exchange(issuer, { grant_type: "authorization_code", code, code_verifier: verifier, redirect_uri: redirectUri });

/**
 * Signs in as a browser does and returns the tokens, of an account of `testPerson` or `testAccount`:
 * `const { access_token } = await signInForTest(machine, "anna")`.
 */
export async function signInForTest(
  machine: Pick<Machine, "issuer">,
  username: string,
  password = TEST_PASSWORD,
  browser = new TestBrowser(),
): Promise<TestTokens> {
  const attempt = newTry(machine, browser);
  const landed = await submit(attempt, await authorize(attempt), { username, password });
  if (landed instanceof Response) throw new Error(`signing in as ${username} failed: ${await landed.text()}`);
  const code = landed.searchParams.get("code");
  if (code === null) throw new Error(`signing in as ${username} failed: ${landed.href}`);
  const answer = await redeem(attempt, code);
  return Tokens.parse(await answer.json());
}

function next(response: Response, base: string): URL {
  const location = response.headers.get("location");
  if (location === null) throw new Error(`no redirect but ${response.status}`);
  return new URL(location, base);
}
