/** Routes made from operations: the token's person, his rights, parsed input, problem details, ETags. The one place of all that. */
import { Router } from "@aws-lambda-powertools/event-handler/http";
import type { APIGatewayProxyEventV2WithJWTAuthorizer } from "aws-lambda";
import { createHash } from "node:crypto";
import { covers, reachOf, signedOut, type Person } from "../people/domain/rights.ts";
import type { People } from "../people/repository.ts";
import { FORM_ZH } from "../register/domain/permit-reasons.ts";
import type { Register } from "../register/repository.ts";
import { parseInputSaid, type SaidProblem } from "../shared/problems.ts";
import { Refusal, type Call, type Operation, type Reply } from "./operation.ts";
import { problem } from "./problem.ts";

export interface OperationServices {
  people: Pick<People, "person" | "change">;
  register: Pick<Register, "getPlant">;
  now(): number;
}

/** A body in UTF-16 units; a permits file is larger and travels another way. */
const MAX_BODY = 1_000_000;

export function operationRoutes(operations: readonly Operation[], services: OperationServices): Router {
  const router = new Router();
  for (const operation of operations) {
    const method = operation.method.toLowerCase() as Lowercase<Operation["method"]>;
    router[method](operation.path as `/${string}`, async ({ req, params, event }) => {
      try {
        const { requestContext } = event as APIGatewayProxyEventV2WithJWTAuthorizer;
        const { authorizer, requestId } = requestContext as Partial<typeof requestContext> & { requestId: string };
        const jwt = authorizer?.jwt?.claims ?? {};
        return await answer(operation, { req, params: decoded(params), jwt, requestId }, services);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return problem(error.status, error.title, error.message, "no-store", error.more);
      }
    });
  }
  return router;
}

interface Asked {
  req: Request;
  params: Record<string, string>;
  jwt: Record<string, unknown>;
  requestId: string;
}

async function answer(operation: Operation, asked: Asked, services: OperationServices): Promise<Response> {
  const person = await personOf(asked.jwt, services);
  const reach = reachOf(person, operation.action);
  if (!reach)
    throw new Refusal(
      403,
      "not allowed",
      "Your account does not have this right. Ask a regulator of your bureau for it.",
    );
  const plant = operation.over === "plant" ? await services.register.getPlant(asked.params.permitNo ?? "") : null;
  // A plant beyond reach and one that does not exist answer alike: nobody learns which permits there are.
  if (operation.over === "plant" && (!plant || !covers(reach, plant.permit)))
    throw new Refusal(404, "no such plant", "There is no such plant among those that your account may see.");
  const at = services.now();
  const call: Call<unknown, unknown> = {
    person,
    reach,
    params: asked.params,
    query: queryOf(operation, asked.req),
    body: await bodyOf(operation, asked.req),
    ifMatch: asked.req.headers.get("if-match")?.replace(/^(?:W\/)?"(.*)"$/, "$1") ?? null,
    origin: asked.req.headers.get("origin"),
    at,
    id: asked.requestId,
    async change(writes, { permitNo, target, before, after }) {
      const { sub, name } = person;
      const entry = { id: asked.requestId, at, sub, name, operation: operation.id, permitNo, target, before, after };
      if (!(await services.people.change(writes, entry)))
        throw new Refusal(
          409,
          "changed meanwhile",
          "Somebody else changed this while you were at it. Nothing of yours was saved; load it again and repeat your change.",
        );
    },
  };
  return respond(operation, asked.req, await operation.handle({ ...call, plant }));
}

async function personOf(jwt: Record<string, unknown>, { people }: OperationServices): Promise<Person> {
  // The gateway has verified the token; without a subject the route was not behind its authorizer.
  if (typeof jwt.sub !== "string") throw new Refusal(403, "not signed in", "Sign in and try again.");
  const person = await people.person(jwt.sub);
  if (!person?.active)
    throw new Refusal(
      403,
      "no account here",
      "You are signed in, but your account has no rights here, or they were withdrawn. Ask a regulator of your bureau.",
    );
  if (signedOut(person, Number(jwt.iat) * 1000 + 999))
    throw new Refusal(403, "signed out", "This session was ended. Sign in again.", { signIn: true });
  return person;
}

function queryOf({ query }: Operation, req: Request): unknown {
  if (!query) return {};
  return input(parseInputSaid(query, Object.fromEntries(new URL(req.url).searchParams), {}), "query");
}

async function bodyOf({ body }: Operation, req: Request): Promise<unknown> {
  if (!body) return undefined;
  const text = await req.text();
  if (text.length > MAX_BODY) throw new Refusal(413, "too large", "The request is larger than 1 MB.");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refusal(400, "not JSON", "The body of the request is not JSON.");
  }
  return input(parseInputSaid(body, value, FORM_ZH), "body");
}

function input(parsed: { ok: true; data: unknown } | { ok: false; problems: SaidProblem[] }, where: string): unknown {
  if (parsed.ok) return parsed.data;
  const detail = parsed.problems.map(({ path, reason }) => `${path || where} ${reason}`).join("; ");
  throw new Refusal(422, "not as expected", detail, { problems: parsed.problems });
}

/** The ETag is the revision where the operation names one, else the body's hash; what did not change is not sent again. */
function respond(operation: Operation, req: Request, { status = 200, body, revision }: Reply<unknown>): Response {
  const text = JSON.stringify(body);
  const etag = `"${revision ?? createHash("sha256").update(text).digest("base64url").slice(0, 22)}"`;
  // Of one person: no cache between may keep it, the browser's own asks before it uses it.
  const headers = { "content-type": "application/json", "cache-control": "private, no-cache", etag };
  if (operation.method === "GET" && req.headers.get("if-none-match") === etag)
    return new Response(null, { status: 304, headers });
  return new Response(text, { status, headers });
}

const decoded = (params: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(params).map(([name, value]) => {
      try {
        return [name, decodeURIComponent(value)];
      } catch {
        return [name, value];
      }
    }),
  );
