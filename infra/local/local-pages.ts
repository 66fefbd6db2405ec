/** `/_local/*`: what only this machine has. For programs and people on it, never for another page's script or a proxy. */
import * as z from "zod/mini";
import { parseIso } from "../../functions/shared/shanghai.ts";
import type { WebAnswer, WebRequest } from "./http-api.ts";
import { homePage, type HomePlant } from "./home-page.ts";
import { mailPage, type MailLine } from "./mail.ts";
import type { InvocationResult } from "./runtime-api.ts";
import { phonePage } from "./phone-page.ts";
import type { SmsLine } from "./sms-view.ts";
import { statusPage } from "./status/page.ts";
import type { StatusView } from "./status/status.ts";

export interface LocalParts {
  health(): Promise<{ status: "ok" | "degraded" } & Record<string, unknown>>;
  status(): StatusView;
  /** Objects that nothing could take. */
  undelivered(): number;
  sms(): Promise<SmsLine[]>;
  /** Newest first. */
  mail(): MailLine[];
  plants(): Promise<HomePlant[]>;
  schedules(): { label: string; next: number | null }[];
  fire(schedule: string, at: number): Promise<InvocationResult>;
  /** Applies a permits file as if it had been put into the imports bucket, and answers with its result. */
  importPermits(content: Buffer): Promise<Record<string, unknown>>;
  /** A person's answer to a warning, as the carrier would pass it on. */
  reply(from: string, text: string): Promise<WebAnswer>;
}

const FireBody = z.strictObject({ at: z.string() });
const ReplyBody = z.strictObject({
  from: z.string().check(z.regex(/^\+[1-9]\d{6,14}$/)),
  text: z.string().check(z.minLength(1), z.maxLength(500)),
});

/** Answers a request below `/_local/`. */
export async function localAnswer(request: WebRequest, parts: LocalParts): Promise<WebAnswer> {
  const refused = refusal(request);
  if (refused) return problem(403, "forbidden", refused);
  const name = request.path.slice("/_local/".length);
  const html = !(request.headers.accept ?? "").includes("application/json");
  if (name === "health" && request.method === "GET") {
    const health = await parts.health();
    return json(health.status === "ok" ? 200 : 503, health);
  }
  if (name === "status" && request.method === "GET") {
    const [view, health, undelivered] = [parts.status(), await parts.health(), parts.undelivered()];
    return html ? page(statusPage(view, health, undelivered)) : json(200, { ...view, health, undelivered });
  }
  if (name === "sms" && request.method === "GET") {
    const messages = await parts.sms();
    if (!html) return json(200, messages);
    return page(phonePage(messages, new Map((await parts.plants()).map((plant) => [plant.permitNo, plant.name]))));
  }
  if (name === "mail" && request.method === "GET") return html ? page(mailPage(parts.mail())) : json(200, parts.mail());
  if (name === "plants" && request.method === "GET") return json(200, await parts.plants());
  if (name === "permits" && request.method === "POST") {
    const result = await parts.importPermits(request.body);
    return json(result["ok"] === true ? 200 : 422, result);
  }
  if (name === "reply" && request.method === "POST") {
    const body = ReplyBody.safeParse(parseJson(request.body));
    return body.success
      ? parts.reply(body.data.from, body.data.text)
      : problem(400, "bad request", 'the body must be { "from": "+86…", "text": "…" }');
  }
  if (name === "schedules" && request.method === "GET") return json(200, parts.schedules());
  const schedule = /^schedules\/([\w-]+)$/.exec(name)?.[1];
  if (schedule && request.method === "POST") return fire(schedule, request, parts);
  return problem(
    404,
    "not found",
    "known: GET health, status, sms, mail, plants, schedules; POST schedules/{name}, permits, reply",
  );
}

/** The first page of the site, when the site itself has none. */
export const localHome = async (parts: LocalParts): Promise<WebAnswer> => page(homePage(await parts.plants()));

async function fire(schedule: string, request: WebRequest, parts: LocalParts): Promise<WebAnswer> {
  const known = parts.schedules().map((each) => each.label);
  if (!known.includes(schedule))
    return problem(404, "unknown schedule", `no schedule ${schedule}; known: ${known.join(", ")}`);
  const body = FireBody.safeParse(parseJson(request.body));
  const at = body.success ? parseIso(body.data.at) : null;
  if (at === null) return problem(400, "bad request", 'the body must be { "at": "2026-10-01T08:35:00+08:00" }');
  const result = await parts.fire(schedule, at);
  if (result.error) return problem(502, "function failed", `${result.error.errorType}: ${result.error.errorMessage}`);
  return json(200, { schedule, at: body.data?.at, result: parseJson(Buffer.from(result.payload)) ?? null });
}

/** Why a request is refused, or null. Browsers send Origin when a page's script calls; proxies send X-Forwarded-For. */
function refusal({ headers, path }: WebRequest): string | null {
  const host = headers.host ?? "";
  if (!/^(localhost|127\.0\.0\.1)(:\d+)?$/.test(host)) return "only for Host localhost or 127.0.0.1";
  if (headers["x-forwarded-for"] !== undefined) return "not through a proxy (X-Forwarded-For)";
  // The phone page answers warnings from this very origin; a page from elsewhere cannot claim that.
  const own = path === "/_local/reply" && headers.origin === `http://${host}`;
  return headers.origin !== undefined && !own ? "not from another page's script (Origin)" : null;
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

const json = (status: number, value: unknown): WebAnswer => ({
  status,
  headers: { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" },
  body: Buffer.from(JSON.stringify(value)),
});
const problem = (status: number, title: string, detail: string): WebAnswer => ({
  status,
  headers: { "content-type": "application/problem+json; charset=utf-8", "cache-control": "no-store" },
  body: Buffer.from(JSON.stringify({ type: "about:blank", title, status, detail })),
});
const page = (html: string): WebAnswer => ({
  status: 200,
  headers: {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "content-security-policy":
      "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  },
  body: Buffer.from(html),
});
