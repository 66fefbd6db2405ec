/** The typed client of the API: a good token with every request, and problems as errors that people can be told. */
import createClient from "openapi-fetch";
import type { paths } from "./api-types.gen.ts";
import { accessToken, NoNetwork, reach, SignInNeeded } from "./session.ts";
import type { Text } from "./language.ts";
import type { SHARED_TEXTS } from "./texts.ts";

export const api = createClient<paths>({ baseUrl: location.origin, fetch: send });

/** With the person's token; one that was refused is renewed once, since a clock may be wrong. */
async function send(request: Request): Promise<Response> {
  const again = request.clone();
  const first = await reach(withToken(request, await accessToken()));
  if (first.status !== 401) return first;
  const second = await reach(withToken(again, await accessToken(true)));
  if (second.status === 401) throw new SignInNeeded("the token was refused");
  return second;
}

function withToken(request: Request, token: string): Request {
  request.headers.set("authorization", `Bearer ${token}`);
  return request;
}

/** An answer of the API that is a problem (RFC 9457). */
export class ApiProblem extends Error {
  override name = "ApiProblem";
  readonly status: number;
  /** What kind of problem, as the operation calls it: `changed meanwhile`. */
  readonly title: string;
  constructor(status: number, detail: string, title = "") {
    super(detail);
    this.status = status;
    this.title = title;
  }
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}
/** What was answered, with the revision for a later `If-Match`. */
export interface Got<T> {
  data: T;
  etag: string | null;
}

/** The answer's data; throws ApiProblem, SignInNeeded or NoNetwork. `await got(api.GET("/api/self"))`. */
export async function got<T>(asked: Promise<Answer<T>>): Promise<Got<T>> {
  const { data, error, response } = await asked;
  if (response.ok) return { data: data as T, etag: response.headers.get("etag") };
  const { detail, title, signIn } = (error ?? {}) as { detail?: string; title?: string; signIn?: boolean };
  if (signIn === true) throw new SignInNeeded(detail);
  throw new ApiProblem(response.status, detail ?? "", title);
}

/** Only the data: for queries. */
export const dataOf = async <T>(asked: Promise<Answer<T>>): Promise<T> => (await got(asked)).data;

/** Problems that have words of their own. */
const KNOWN: Readonly<Record<string, keyof typeof SHARED_TEXTS>> = {
  "marked already": "markedAlready",
  "too old": "tooOld",
  decided: "decided",
  withdrawn: "decided",
  "no such device": "noSuchDevice",
  "not a device's name": "noSuchDevice",
  "no such certificate": "noSuchCertificate",
  "certificate request not usable": "requestNotUsable",
  "certificate in force": "certificateInForce",
  "nothing to rotate": "nothingToRotate",
  "key already in use": "keyInUse",
  "certificate out of force": "keyOutOfForce",
  "certificate revoked": "keyRevoked",
};

/** What to tell the person: what happened and what to do. */
export function problemText(error: unknown, t: Text<typeof SHARED_TEXTS>): string {
  if (error instanceof SignInNeeded) return t("sessionEnded");
  if (error instanceof NoNetwork) return t("noNetwork");
  if (!(error instanceof ApiProblem)) return t("serverFailed");
  const { status, message, title } = error;
  const known = KNOWN[title];
  if (known) return t(known, { detail: message });
  if (status === 403) return t("notAllowed");
  if (status === 404) return t("notFound");
  if (status === 409 || status === 412 || status === 428) return t("changedMeanwhile");
  if (status === 429) return t("tooMany");
  return status < 500 ? t("notAsExpected", { detail: message }) : t("serverFailed");
}
