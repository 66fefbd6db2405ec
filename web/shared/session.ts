/**
 * Signing in: OpenID Connect, code flow with PKCE. Tokens are in sessionStorage, so that they end with the tab; the issuer's
 * own cookie brings a new tab back in without a password.
 */

export interface Session {
  sub: string;
  accessToken: string;
  refreshToken: string | null;
  idToken: string;
  /** End of the access token, epoch ms. */
  expiresAt: number;
}
interface Issuer {
  clientId: string;
  scope: string;
  authorization_endpoint: string;
  token_endpoint: string;
  end_session_endpoint?: string;
}

const SESSION = "session";
const PENDING = "sign-in:";
/** Renewed this long before its end: a request under way must not meet it. */
const EARLY_MS = 60_000;

/** There is no session, or it is over: the person has to sign in. */
export class SignInNeeded extends Error {
  override name = "SignInNeeded";
}
/** The issuer or the server could not be reached. */
export class NoNetwork extends Error {
  override name = "NoNetwork";
}

/** The application's own page, which the issuer calls back: `/portal/` or `/console/`. */
const home = (): string => `${location.origin}${import.meta.env.BASE_URL}`;

let issuerNow: Promise<Issuer> | null = null;
function issuer(): Promise<Issuer> {
  issuerNow ??= (async () => {
    const settings = (await json("/api/public/sign-in")) as { issuer: string; clientId: string; scope: string };
    const found = (await json(`${settings.issuer}/.well-known/openid-configuration`)) as Issuer;
    return { ...found, ...settings };
  })();
  issuerNow.catch(() => (issuerNow = null));
  return issuerNow;
}

async function json(url: string, init?: RequestInit): Promise<unknown> {
  const response = await reach(url, init);
  if (response.status >= 500) throw new NoNetwork(`${url} answered ${response.status}`);
  if (!response.ok) throw new SignInNeeded(`${url} answered ${response.status}`);
  return response.json();
}

/** `fetch` whose failure has a name. */
export async function reach(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  try {
    return await fetch(input, init);
  } catch (error) {
    throw new NoNetwork((error as Error).message, { cause: error });
  }
}

export function session(): Session | null {
  const text = sessionStorage.getItem(SESSION);
  return text === null ? null : (JSON.parse(text) as Session);
}
export const endSession = (): void => sessionStorage.removeItem(SESSION);

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
const random = (): string => base64url(crypto.getRandomValues(new Uint8Array(32)));

/** Leaves for the issuer's sign-in page; who comes back is where he was. Never returns unless the issuer is out of reach. */
export async function signIn(): Promise<void> {
  const { authorization_endpoint, clientId, scope } = await issuer();
  const [verifier, state] = [random(), random()];
  const challenge = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier)));
  sessionStorage.setItem(PENDING + state, JSON.stringify({ verifier, hash: location.hash }));
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: "code",
    scope,
    redirect_uri: home(),
    state,
    code_challenge: base64url(challenge),
    code_challenge_method: "S256",
  });
  location.assign(`${authorization_endpoint}?${query.toString()}`);
}

/** When the issuer has sent the browser back: redeems the code. To be called once, before anything is shown. */
export async function finishSignIn(): Promise<"none" | "done" | "failed"> {
  const query = new URLSearchParams(location.search);
  const state = query.get("state");
  if (state === null) return "none";
  const kept = sessionStorage.getItem(PENDING + state);
  sessionStorage.removeItem(PENDING + state);
  const { verifier, hash } = (kept === null ? {} : JSON.parse(kept)) as { verifier?: string; hash?: string };
  history.replaceState(null, "", `${home()}${hash ?? ""}`);
  const code = query.get("code");
  if (code === null || verifier === undefined) return "failed";
  try {
    await redeem({ grant_type: "authorization_code", code, code_verifier: verifier, redirect_uri: home() }, null);
    return "done";
  } catch (error) {
    if (error instanceof SignInNeeded || error instanceof NoNetwork) return "failed";
    throw error;
  }
}

async function redeem(fields: Record<string, string>, before: Session | null): Promise<Session> {
  const { token_endpoint, clientId } = await issuer();
  const body = new URLSearchParams({ client_id: clientId, ...fields });
  const tokens = (await json(token_endpoint, { method: "POST", body })) as {
    access_token: string;
    refresh_token?: string;
    id_token?: string;
    expires_in: number;
  };
  const idToken = tokens.id_token ?? before?.idToken ?? "";
  const now: Session = {
    sub: subjectOf(idToken),
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token ?? before?.refreshToken ?? null,
    idToken,
    expiresAt: Date.now() + tokens.expires_in * 1000,
  };
  sessionStorage.setItem(SESSION, JSON.stringify(now));
  return now;
}

/** Whose token it is, to keep what is on the device apart by person. The API verifies tokens; here nothing depends on it. */
function subjectOf(idToken: string): string {
  const [, payload = ""] = idToken.split(".");
  const bytes = Uint8Array.from(atob(payload.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  return (JSON.parse(new TextDecoder().decode(bytes)) as { sub?: string }).sub ?? "";
}

/** A tab that was duplicated has the same refresh token: who renews it tells the others, since it is good only once. */
const renewals = new BroadcastChannel("session");
renewals.addEventListener("message", ({ data }: MessageEvent<{ spent: string; now: Session }>) => {
  if (session()?.refreshToken === data.spent) sessionStorage.setItem(SESSION, JSON.stringify(data.now));
});

let renewal: Promise<Session> | null = null;

/** A token that is still good, renewed when needed; `fresh` renews in any case. Throws SignInNeeded or NoNetwork. */
export async function accessToken(fresh = false): Promise<string> {
  const now = session();
  if (!now) throw new SignInNeeded("no session");
  if (!fresh && now.expiresAt - EARLY_MS > Date.now()) return now.accessToken;
  const { refreshToken } = now;
  if (refreshToken === null) throw new SignInNeeded("the session has ended");
  renewal ??= renew(refreshToken, now).finally(() => (renewal = null));
  return (await renewal).accessToken;
}

async function renew(spent: string, before: Session): Promise<Session> {
  const now = await redeem({ grant_type: "refresh_token", refresh_token: spent }, before);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel is of one origin
  renewals.postMessage({ spent, now });
  return now;
}

/** Ends the session here and at the issuer. */
export async function signOut(): Promise<void> {
  const before = session();
  endSession();
  const { end_session_endpoint, clientId } = await issuer();
  if (end_session_endpoint === undefined) return location.reload();
  const query = new URLSearchParams({
    client_id: clientId,
    ...(before && { id_token_hint: before.idToken }),
    post_logout_redirect_uri: home(),
    logout_uri: home(), // Cognito's name for it
  });
  location.assign(`${end_session_endpoint}?${query.toString()}`);
}
