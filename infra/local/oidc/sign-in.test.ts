/** Signing in as a browser does, against a running machine: what opens the API and what does not. */
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { SignJWT, UnsecuredJWT, decodeJwt, exportJWK, generateKeyPair, importJWK } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startMachine, type Machine } from "../machine.ts";
import { temporaryFolder } from "../test-assembly.ts";
import { signInAssembly } from "./test-template.ts";
import {
  authorize,
  exchange,
  issuerOf,
  newTry,
  redeem,
  signInForTest,
  submit,
  TEST_PASSWORD,
  testAccount,
  TestBrowser,
  type TestTokens,
} from "./test-sign-in.ts";

let folder: ReturnType<typeof temporaryFolder>;
let machine: Machine;
let anna: string;
let tokens: TestTokens;
const logged: string[] = [];

const start = (port = 0): Promise<Machine> =>
  startMachine({
    dataDir: join(folder.path, "data"),
    port,
    mqttPort: null,
    schedules: false,
    log: (line) => void logged.push(line),
    template: join(folder.path, "cdk"),
  });

beforeAll(async () => {
  folder = temporaryFolder();
  const { mkdirSync } = await import("node:fs");
  mkdirSync(join(folder.path, "cdk"));
  signInAssembly(join(folder.path, "cdk"));
  machine = await start();
  anna = await testAccount(machine, "Anna");
  tokens = await signInForTest(machine, "anna");
});
afterAll(async () => {
  await machine.stop();
  folder[Symbol.dispose]();
});

async function api(
  authorization?: string,
  path = "/api/me",
): Promise<{ status: number; challenge: string | null; body: Record<string, unknown> }> {
  const answer = await fetch(`${machine.url}${path}`, { headers: authorization ? { authorization } : {} });
  return {
    status: answer.status,
    challenge: answer.headers.get("www-authenticate"),
    body: (await answer.json()) as Record<string, unknown>,
  };
}

describe("the code flow", () => {
  test("a token opens the API, and says who: every claim is a text", async () => {
    const { status, body } = await api(`Bearer ${tokens.access_token}`);
    const { issuer, settings } = issuerOf(machine);
    expect([status, body["routeKey"], body["issuer"]]).toEqual([200, "GET /api/{proxy+}", issuer]);
    expect(body["jwt"]).toMatchObject({
      claims: {
        sub: anna,
        iss: issuer,
        aud: settings.clientId,
        client_id: settings.clientId,
        token_use: "access",
        username: "Anna",
        scope: "openid profile",
      },
      scopes: ["openid", "profile"],
    });
    const { claims } = body["jwt"] as { claims: Record<string, unknown> };
    expect(Object.values(claims).every((value) => typeof value === "string")).toBe(true);
    expect(Number(claims["exp"]) - Number(claims["iat"])).toBe(30 * 60);
  });

  test("the ID token has the name for the page, and opens nothing", async () => {
    expect(decodeJwt(tokens.id_token)).toMatchObject({ sub: anna, name: "Anna", preferred_username: "Anna" });
    expect(await api(`Bearer ${tokens.id_token}`)).toMatchObject({ status: 403, body: { message: "Forbidden" } });
  });

  test("without a token 401, on the public routes none is asked for", async () => {
    expect(await api()).toEqual({ status: 401, challenge: "Bearer", body: { message: "Unauthorized" } });
    expect(await api(undefined, "/api/public/x")).toMatchObject({
      status: 200,
      body: { routeKey: "GET /api/public/{proxy+}", jwt: null },
    });
  });

  test("a second sign-in of the same browser needs no password", async () => {
    const browser = new TestBrowser();
    await signInForTest(machine, "anna", TEST_PASSWORD, browser);
    const landed = await authorize(newTry(machine, browser));
    expect(landed.searchParams.get("code")).not.toBeNull();
  });

  test("refresh gives new tokens; the old one is good for ten seconds more, and used after that it ends all of them", async () => {
    const { issuer } = newTry(machine);
    const own = await signInForTest(machine, "anna");
    const refresh = (token: string): Promise<Response> =>
      exchange(issuer, { grant_type: "refresh_token", refresh_token: token });
    const second = (await (await refresh(own.refresh_token)).json()) as TestTokens;
    expect(await api(`Bearer ${second.access_token}`)).toMatchObject({ status: 200 });
    expect(second.refresh_token).not.toBe(own.refresh_token);
    const otherWindow = (await (await refresh(own.refresh_token)).json()) as TestTokens;
    expect(await api(`Bearer ${otherWindow.access_token}`)).toMatchObject({ status: 200 });

    const db = new DatabaseSync(join(folder.path, "data/identity/identity.sqlite"));
    db.exec("UPDATE models SET consumed = consumed - 10 WHERE consumed IS NOT NULL");
    db.close();
    expect((await refresh(own.refresh_token)).status).toBe(400);
    for (const { refresh_token: token } of [second, otherWindow]) expect((await refresh(token)).status).toBe(400);
  });

  test("signing out in the browser ends its refresh tokens", async () => {
    const browser = new TestBrowser();
    const own = await signInForTest(machine, "anna", TEST_PASSWORD, browser);
    const { issuer, redirectUri } = newTry(machine, browser);
    const query = new URLSearchParams({ id_token_hint: own.id_token, post_logout_redirect_uri: redirectUri });
    const page = await (await browser.request(`${issuer.issuer}/session/end?${query.toString()}`)).text();
    const xsrf = /name="xsrf" value="(\w+)"/.exec(page)?.[1] ?? "";
    expect(page).toContain("退出登录");
    const done = await browser.post(`${issuer.issuer}/session/end/confirm`, { xsrf, logout: "yes" });
    expect(done.headers.get("location")).toBe(redirectUri);
    expect((await exchange(issuer, { grant_type: "refresh_token", refresh_token: own.refresh_token })).status).toBe(
      400,
    );
    expect((await authorize(newTry(machine, browser))).pathname).toMatch(/^\/oidc\/interaction\//);
  });

  test("a refresh token that is revoked is over", async () => {
    const { issuer } = newTry(machine);
    const own = await signInForTest(machine, "anna");
    const body = new URLSearchParams({ client_id: issuer.settings.clientId, token: own.refresh_token });
    expect((await fetch(`${issuer.issuer}/token/revocation`, { method: "POST", body })).status).toBe(200);
    expect((await exchange(issuer, { grant_type: "refresh_token", refresh_token: own.refresh_token })).status).toBe(
      400,
    );
  });

  test("signing out everywhere and disabling end every session of the person", async () => {
    const issuer = issuerOf(machine);
    const sub = await testAccount(machine, "ben");
    const browser = new TestBrowser();
    const own = await signInForTest(machine, "ben", TEST_PASSWORD, browser);
    issuer.signOutEverywhere(sub);
    expect((await exchange(issuer, { grant_type: "refresh_token", refresh_token: own.refresh_token })).status).toBe(
      400,
    );
    expect((await authorize(newTry(machine, browser))).pathname).toMatch(/^\/oidc\/interaction\//);
    issuer.accounts.setEnabled(sub, false);
    await expect(signInForTest(machine, "ben")).rejects.toThrow("用户名或密码不对");
  });
});

describe("what does not open", () => {
  const code = async (attempt = newTry(machine)): Promise<[typeof attempt, string]> => {
    const landed = await submit(attempt, await authorize(attempt), { username: "anna", password: TEST_PASSWORD });
    return [attempt, (landed as URL).searchParams.get("code") ?? ""];
  };

  test("another verifier", async () => {
    const [attempt, got] = await code();
    const answer = await redeem({ ...attempt, verifier: newTry(machine).verifier }, got);
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: "invalid_grant" }]);
  });

  test("a code used twice, and what was had for it the first time", async () => {
    const [attempt, got] = await code();
    const first = (await (await redeem(attempt, got)).json()) as TestTokens;
    expect((await redeem(attempt, got)).status).toBe(400);
    const { issuer } = attempt;
    expect((await exchange(issuer, { grant_type: "refresh_token", refresh_token: first.refresh_token })).status).toBe(
      400,
    );
  });

  test("a request without PKCE, with plain PKCE, to another address, or for another way in", async () => {
    const attempt = newTry(machine);
    const { issuer } = attempt;
    const refused = async (more: Record<string, string>): Promise<string> => {
      const query = new URLSearchParams({
        client_id: issuer.settings.clientId,
        response_type: "code",
        scope: "openid",
        redirect_uri: attempt.redirectUri,
        code_challenge: createHash("sha256").update(attempt.verifier).digest("base64url"),
        code_challenge_method: "S256",
        ...more,
      });
      for (const [name, value] of Object.entries(more)) if (value === "") query.delete(name);
      const answer = await attempt.browser.request(`${issuer.issuer}/auth?${query.toString()}`);
      const { search, hash } = new URL(answer.headers.get("location") ?? `x:?error=page ${answer.status}`);
      return new URLSearchParams(search || hash.slice(1)).get("error") ?? "none";
    };
    expect(await refused({ code_challenge: "", code_challenge_method: "" })).toBe("invalid_request");
    expect(await refused({ code_challenge_method: "plain" })).toBe("invalid_request");
    expect(await refused({ response_type: "id_token" })).toBe("unsupported_response_type");
    expect(await refused({ redirect_uri: "https://evil.example/" })).toBe("page 400");
    expect(await refused({ client_id: "somebody" })).toBe("page 400");
  });

  test.each<[string, (sign: Sign) => Promise<string>]>([
    ["one that has expired", (sign) => sign({ exp: 1_700_000_000, iat: 1_699_998_200 })],
    ["of another audience", (sign) => sign({ aud: "another" })],
    ["without audience and client", (sign) => sign({ aud: undefined, client_id: undefined })],
    ["of another issuer", (sign) => sign({ iss: "https://evil.example/oidc" })],
    ["without an end", (sign) => sign({ exp: undefined })],
    ["not yet issued", (sign) => sign({ iat: Math.floor(Date.now() / 1000) + 600 })],
    ["of algorithm none", async () => new UnsecuredJWT(decodeJwt(tokens.access_token)).encode()],
    ["signed by another key", async (sign) => sign({}, (await generateKeyPair("RS256")).privateKey)],
    ["with another subject and the old signature", async () => tampered(tokens.access_token)],
    ["signed with the public key as a secret", async () => confused(tokens.access_token)],
  ])("%s", async (_, make) => {
    const { status, body, challenge } = await api(`Bearer ${await make(sign)}`);
    expect([status, body]).toEqual([401, { message: "Unauthorized" }]);
    expect(challenge).toContain("invalid_token");
  });

  test("the same token rightly signed does: the refusals above are for their own reasons", async () => {
    expect(await api(`Bearer ${await sign({})}`)).toMatchObject({ status: 200 });
    // As Cognito writes it: no aud, the client instead. And without the word Bearer, as API Gateway takes it.
    expect(await api(await sign({ aud: undefined }))).toMatchObject({ status: 200 });
    expect(await api(`Bearer ${await sign({ scope: "profile" })}`)).toMatchObject({ status: 403 });
  });

  type SigningKey = Parameters<SignJWT["sign"]>[0];
  type Sign = (changes: Record<string, unknown>, key?: SigningKey) => Promise<string>;
  const keysFile = (): { signing: { kid: string }[] } =>
    JSON.parse(readFileSync(join(folder.path, "data/identity/keys.json"), "utf8")) as { signing: { kid: string }[] };
  const sign: Sign = async (changes, key) => {
    const [own] = keysFile().signing;
    const payload = Object.entries({ ...decodeJwt(tokens.access_token), ...changes }).filter(
      ([, v]) => v !== undefined,
    );
    return new SignJWT(Object.fromEntries(payload))
      .setProtectedHeader({ alg: "RS256", kid: own?.kid ?? "" })
      .sign(key ?? ((await importJWK(own ?? {}, "RS256")) as SigningKey));
  };
  const tampered = (token: string): string => {
    const [head, , signature] = token.split(".");
    const payload = Buffer.from(JSON.stringify({ ...decodeJwt(token), sub: "somebody" })).toString("base64url");
    return [head, payload, signature].join(".");
  };
  const confused = async (token: string): Promise<string> => {
    const jwks = (await (await fetch(`${issuerOf(machine).issuer}/jwks`)).json()) as {
      keys: { n: string; kid: string }[];
    };
    const [key] = jwks.keys;
    return new SignJWT(decodeJwt(token))
      .setProtectedHeader({ alg: "HS256", kid: key?.kid ?? "" })
      .sign(Buffer.from(key?.n ?? "", "base64url"));
  };
});

describe("the form", () => {
  test("five wrong passwords lock the name, existing or not, with one answer; the right one then helps nobody", async () => {
    await testAccount(machine, "carl");
    const tried = async (username: string, password: string): Promise<[number, string]> => {
      const attempt = newTry(machine);
      const answer = await submit(attempt, await authorize(attempt), { username, password });
      if (!(answer instanceof Response)) return [200, ""];
      return [answer.status, (await answer.text()).match(/id="problem"[^]*?<\/p>/)?.[0] ?? ""];
    };
    const answers: Record<string, [number, string][]> = {};
    for (const name of ["carl", "nobody-of-that-name"]) {
      answers[name] = [];
      for (let i = 0; i < 5; i += 1) answers[name].push(await tried(name, `wrong ${i}`));
      answers[name].push(await tried(name, TEST_PASSWORD));
    }
    expect(answers["carl"]?.map(([status]) => status)).toEqual([422, 422, 422, 422, 429, 429]);
    const words = (name: string): unknown =>
      answers[name]?.map(([s, text]) => [s, text.replaceAll(/\d\d:\d\d/g, "hh:mm")]);
    expect(words("carl")).toEqual(words("nobody-of-that-name"));
    expect(await tried("anna", TEST_PASSWORD)).toEqual([200, ""]);
  }, 60_000);

  test("a form from elsewhere, or without the browser's own cookie, is not taken", async () => {
    const attempt = newTry(machine);
    const form = await authorize(attempt);
    const fields = { username: "anna", password: TEST_PASSWORD };
    expect((await attempt.browser.post(form.href, fields, "https://evil.example")).status).toBe(403);
    expect((await new TestBrowser().post(form.href, fields)).status).toBe(400);
    expect(await submit(attempt, form, fields)).toBeInstanceOf(URL);
  });

  test("cookies are for the issuer alone, and no script reads them", async () => {
    const { issuer, settings } = issuerOf(machine);
    const query = new URLSearchParams({
      client_id: settings.clientId,
      response_type: "code",
      scope: "openid",
      redirect_uri: newTry(machine).redirectUri,
      code_challenge: "x".repeat(43),
      code_challenge_method: "S256",
    });
    const answer = await fetch(`${issuer}/auth?${query.toString()}`, { redirect: "manual" });
    const cookies = answer.headers.getSetCookie();
    expect(cookies.length).toBeGreaterThan(0);
    for (const cookie of cookies) {
      expect(cookie).toMatch(/; path=\/oidc/);
      expect(cookie).toMatch(/; samesite=lax/i);
      expect(cookie).toMatch(/; httponly/i);
    }
  });
});

describe("one address", () => {
  test("127.0.0.1 leads to localhost; another name is refused", async () => {
    const { port } = new URL(machine.url ?? "");
    const moved = await fetch(`http://127.0.0.1:${port}/oidc/auth?client_id=x`, { redirect: "manual" });
    expect([moved.status, moved.headers.get("location")]).toEqual([
      307,
      `http://localhost:${port}/oidc/auth?client_id=x`,
    ]);
    const { request } = await import("node:http");
    const status = await new Promise((done) =>
      request({ port, host: "127.0.0.1", path: "/oidc/auth", headers: { host: "evil.example" } }, (r) => {
        r.resume();
        done(r.statusCode);
      }).end(),
    );
    expect(status).toBe(421);
  });

  test("discovery names that address", async () => {
    const { issuer } = issuerOf(machine);
    const found = (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as Record<string, unknown>;
    expect(found).toMatchObject({
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      end_session_endpoint: `${issuer}/session/end`,
      code_challenge_methods_supported: ["S256"],
    });
  });
});

describe("what is kept", () => {
  test("keys and sessions outlive a restart; no password and no refresh token is in any file", async () => {
    const browser = new TestBrowser();
    const own = await signInForTest(machine, "anna", TEST_PASSWORD, browser);
    const { port } = new URL(machine.url ?? "");
    await machine.stop();
    machine = await start(Number(port));
    expect(await api(`Bearer ${own.access_token}`)).toMatchObject({ status: 200 });
    expect((await authorize(newTry(machine, browser))).searchParams.get("code")).not.toBeNull();
    const refreshed = await exchange(issuerOf(machine), {
      grant_type: "refresh_token",
      refresh_token: own.refresh_token,
    });
    expect(refreshed.status).toBe(200);

    const data = join(folder.path, "data");
    const { globSync } = await import("node:fs");
    const files = globSync("**/*", { cwd: data }).filter((file) => statSync(join(data, file)).isFile());
    expect(files).toContain("identity/identity.sqlite");
    for (const file of files) {
      const content = readFileSync(join(data, file));
      for (const secret of [TEST_PASSWORD, own.refresh_token, browser.cookies.get("pw_session") ?? "none"])
        expect([file, content.includes(secret)]).toEqual([file, false]);
    }
    for (const secret of [TEST_PASSWORD, own.refresh_token, own.access_token])
      expect(logged.join("\n")).not.toContain(secret);
    for (const file of ["keys.json", "identity.sqlite"])
      expect([file, statSync(join(data, "identity", file)).mode & 0o777]).toEqual([file, 0o600]);
    expect(statSync(join(data, "identity")).mode & 0o777).toBe(0o700);
  });

  test("the public keys hold no private part", async () => {
    const jwks = (await (await fetch(`${issuerOf(machine).issuer}/jwks`)).json()) as { keys: object[] };
    expect(jwks.keys).toHaveLength(1);
    for (const key of jwks.keys) expect(Object.keys(key).toSorted()).toEqual(["alg", "e", "kid", "kty", "n", "use"]);
    expect(await exportJWK((await generateKeyPair("RS256", { extractable: true })).privateKey)).toHaveProperty("d");
  });
});
