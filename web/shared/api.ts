/** The typed client of the API: a good token with every request, and problems as errors that people can be told. */
import createClient from "openapi-fetch";
import type { paths } from "./api-types.gen.ts";
import { accessToken, NoNetwork, reach, SignInNeeded } from "./session.ts";
import type { Text } from "./language.ts";
import { PROBLEM_TEXTS } from "./problem-texts.ts";
import { SHARED_TEXTS } from "./texts.ts";

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

/** What is wrong with one part of a request; `zh` where the API has it in Chinese as well. */
export interface Wrong {
  path: string;
  reason: string;
  zh?: string;
}

/** An answer of the API that is a problem (RFC 9457). */
export class ApiProblem extends Error {
  override name = "ApiProblem";
  readonly status: number;
  /** What kind of problem, as the operation calls it: `changed meanwhile`. */
  readonly title: string;
  /** The detail in Chinese; null when there is none. */
  readonly zh: string | null;
  /** What is wrong part by part; empty when the problem is of the whole. */
  readonly wrong: readonly Wrong[];
  constructor(status: number, detail: string, title = "", zh: string | null = null, wrong: readonly Wrong[] = []) {
    super(detail);
    this.status = status;
    this.title = title;
    this.zh = zh;
    this.wrong = wrong;
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
  const { detail, title, signIn, zh, problems } = (error ?? {}) as ProblemDetails;
  if (signIn === true) throw new SignInNeeded(detail);
  throw new ApiProblem(response.status, detail ?? "", title, zh ?? null, problems ?? []);
}

interface ProblemDetails {
  detail?: string;
  title?: string;
  signIn?: boolean;
  zh?: string;
  problems?: Wrong[];
}

/** Only the data: for queries. */
export const dataOf = async <T>(asked: Promise<Answer<T>>): Promise<T> => (await got(asked)).data;

type T = Text<typeof SHARED_TEXTS>;
type Key = keyof typeof SHARED_TEXTS;

/** The text of a problem by its title, `marked already`; null where only its details say what is wrong. */
export function textOfTitle(title: string): Key | null {
  const key = `problem.${title.toLowerCase().replaceAll(/[^a-z]+/g, "-")}`;
  return key in PROBLEM_TEXTS ? (key as Key) : null;
}

/** What to tell the person: what happened and what to do. */
export function problemText(error: unknown, t: T): string {
  if (error instanceof SignInNeeded) return t("sessionEnded");
  if (error instanceof NoNetwork) return t("noNetwork");
  if (!(error instanceof ApiProblem)) return t("serverFailed");
  const { status, title } = error;
  const known = textOfTitle(title);
  if (known) return t(known, { detail: detailOf(error, t) });
  if (status === 403) return t("notAllowed");
  if (status === 404) return t("notFound");
  if (status === 409 || status === 412 || status === 428) return t("changedMeanwhile");
  if (status === 429) return t("tooMany");
  return status < 500 ? t("notAsExpected", { detail: detailOf(error, t) }) : t("serverFailed");
}

/** Part by part, in the reader's language as far as the API has it. */
function detailOf({ message, zh, wrong }: ApiProblem, t: T): string {
  const chinese = document.documentElement.lang.startsWith("zh");
  if (!chinese) return message;
  if (wrong.length === 0 || wrong.some((each) => each.zh === undefined)) return zh ?? message;
  return wrong.map((each) => `${fieldText(each.path, t)} ${each.zh}`.trim()).join("；");
}

/** `contacts[0].phone` → 第 1 条的手机; a name that has no word stands for itself. */
export function fieldText(path: string, t: T): string {
  const name = /(\w+)(?:\[\d+\])?$/.exec(path)?.[1] ?? path;
  const key = `field.${name}`;
  const field = key in SHARED_TEXTS ? t(key as Key) : path;
  const index = /\[(\d+)\]/.exec(path)?.[1];
  return index === undefined ? field : t("fieldOf", { n: Number(index) + 1, field });
}
