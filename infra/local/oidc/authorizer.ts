/** API Gateway's JWT authorizer on one machine: the same checks, the same answers, the same claims in the event. */
import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from "jose";

/** As payload format 2.0 carries them: every claim is a text. */
export interface Claims {
  claims: Record<string, string>;
  scopes: string[] | null;
}
export type Verdict = { ok: true; claims: Claims } | { ok: false; status: 401 | 403; challenge: string };
/** Decides on the value of the Authorization header; one of `scopes` must be in the token, if there are any. */
export type Authorizer = (header: string | undefined, scopes?: readonly string[]) => Promise<Verdict>;

export interface AuthorizerOptions {
  issuer: string;
  /** Any of them: `aud` of the token, or `client_id` when it has no `aud`. */
  audience: readonly string[];
  keys: JWTVerifyGetKey;
  /** Epoch ms. */
  now: () => number;
}

/** RSA only, as API Gateway has it: a token that names another algorithm, or none, is no token. */
const ALGORITHMS = ["RS256", "RS384", "RS512"];

export function jwtAuthorizer({ issuer, audience, keys, now }: AuthorizerOptions): Authorizer {
  return async (header, scopes = []) => {
    const token = header?.replace(/^Bearer\s+/i, "").trim();
    if (!token) return { ok: false, status: 401, challenge: "Bearer" };
    let payload: JWTPayload;
    try {
      ({ payload } = await jwtVerify(token, keys, {
        issuer,
        algorithms: ALGORITHMS,
        currentDate: new Date(now()),
        requiredClaims: ["exp"],
      }));
    } catch (error) {
      return refused(error instanceof errors.JOSEError ? error.code : "invalid");
    }
    const meant = payload.aud ?? payload["client_id"];
    if (![meant].flat().some((each) => audience.includes(String(each)))) return refused("audience");
    if (payload.iat !== undefined && payload.iat * 1000 > now() + SKEW_MS) return refused("issued in the future");
    const held = typeof payload["scope"] === "string" ? payload["scope"].split(" ") : [];
    if (scopes.length > 0 && !scopes.some((scope) => held.includes(scope)))
      return { ok: false, status: 403, challenge: `Bearer scope="${scopes.join(" ")}" error="insufficient_scope"` };
    return { ok: true, claims: { claims: texts(payload), scopes: scopes.length > 0 ? held : null } };
  };
}

/** Clocks of issuer and gateway are one here; a second covers the rounding of `iat`. */
const SKEW_MS = 1_000;

const refused = (why: string): Verdict => ({
  ok: false,
  status: 401,
  challenge: `Bearer scope="" error="invalid_token" error_description="${why}"`,
});

/** Lists are written in brackets with blanks between, texts as they are, everything else as JSON. */
const texts = (payload: JWTPayload): Record<string, string> =>
  Object.fromEntries(
    Object.entries(payload).map(([name, value]) => [
      name,
      Array.isArray(value) ? `[${value.join(" ")}]` : typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
