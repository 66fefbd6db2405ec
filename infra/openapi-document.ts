/** The OpenAPI 3.1 document of the API for people with an account, made from the operations' own schemas. */
import * as z from "zod/mini";
import type { Operation } from "../functions/api/operation.ts";
import { ACTIONS } from "../functions/people/domain/rights.ts";

export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  items?: boolean | JsonSchema;
  prefixItems?: JsonSchema[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  enum?: unknown[];
  const?: unknown;
  description?: string;
  [more: string]: unknown;
}
export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  schema: JsonSchema;
  description?: string;
}
export interface Described {
  operationId: string;
  summary: string;
  tags: string[];
  description: string;
  parameters: Parameter[];
  requestBody?: { required: true; content: Record<string, { schema: JsonSchema }> };
  responses: Record<string, object>;
}
export type Method = "get" | "post" | "put" | "delete";
export interface OpenApi {
  openapi: "3.1.0";
  info: object;
  servers: object[];
  security: object[];
  paths: Record<string, Partial<Record<Method, Described>>>;
  components: { schemas: Record<string, JsonSchema>; securitySchemes: object };
}

const PROBLEM: JsonSchema = {
  description: "RFC 9457. `detail` says in words what is wrong and what to do.",
  type: "object",
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    problems: {
      description: "With 422: each field that is wrong.",
      type: "array",
      items: {
        type: "object",
        properties: { path: { type: "string" }, reason: { type: "string" } },
        required: ["path", "reason"],
      },
    },
    signIn: { description: "With 403: this session was ended; sign in again.", type: "boolean" },
  },
  required: ["type", "title", "status", "detail"],
};

const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });
const json = (schema: JsonSchema): Record<string, { schema: JsonSchema }> => ({ "application/json": { schema } });
const schemaName = (id: string, what: "Answer" | "Body"): string =>
  `${id.slice(0, 1).toUpperCase()}${id.slice(1)}${what}`;

/** Paths in the order of the list, which is the order in which people read them. Throws when two share an id or a route. */
export function openApiDocument(operations: readonly Operation[]): OpenApi {
  const paths: OpenApi["paths"] = {};
  const schemas: Record<string, JsonSchema> = { Problem: PROBLEM };
  const ids = new Set<string>();
  for (const operation of operations) {
    const { id, path, answer, body } = operation;
    if (ids.has(id)) throw new Error(`two operations are called ${id}; give each its own name`);
    ids.add(id);
    const item = (paths[path.replaceAll(/:(\w+)/g, "{$1}")] ??= {});
    const method = operation.method.toLowerCase() as Method;
    if (item[method]) throw new Error(`${item[method].operationId} and ${id} are both ${operation.method} ${path}`);
    schemas[schemaName(id, "Answer")] = schemaOf(answer, "output");
    if (body) schemas[schemaName(id, "Body")] = schemaOf(body, "input");
    item[method] = describe(operation);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Permit Watch 证后执法监管",
      version: "1",
      description:
        "The API for people with an account. Times are ISO 8601 with +08:00. Errors are problem details. What changes is read with its ETag and written with If-Match. Lists go on with `cursor` = the former answer's `next`.",
    },
    servers: [{ url: "/" }],
    security: [{ signIn: [] }],
    paths,
    components: {
      schemas,
      securitySchemes: {
        signIn: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description:
            "An access token with the scope `openid`, by the code flow with PKCE of the issuer that `GET /api/public/sign-in` names.",
        },
      },
    },
  };
}

function describe(operation: Operation): Described {
  const { id, method, path, summary, action, body } = operation;
  const reach =
    operation.over === "plant" ? "at plants within the person's reach" : "as far as the person's reach goes";
  return {
    operationId: id,
    summary,
    tags: [path.split("/")[2] ?? ""],
    description: `For ${ACTIONS[action].join(", ")} (${action}), ${reach}.`,
    parameters: parameters(operation),
    ...(body && { requestBody: { required: true as const, content: json(ref(schemaName(id, "Body"))) } }),
    responses: {
      // A change may also be answered by 201 or 202.
      [method === "GET" ? "200" : "2XX"]: {
        description: summary,
        headers: {
          ETag: {
            description: "Revision of what is answered, for If-Match and If-None-Match.",
            schema: { type: "string" },
          },
        },
        content: json(ref(schemaName(id, "Answer"))),
      },
      ...(method === "GET" && { "304": { description: "Not changed since the ETag of If-None-Match." } }),
      default: { description: "What is wrong", content: { "application/problem+json": { schema: ref("Problem") } } },
    },
  };
}

function parameters({ method, path, query }: Operation): Parameter[] {
  const schema = query ? schemaOf(query, "input") : {};
  const string: JsonSchema = { type: "string" };
  return [
    ...[...path.matchAll(/:(\w+)/g)].map(([, name = ""]): Parameter => ({
      name,
      in: "path",
      required: true,
      schema: string,
    })),
    ...Object.entries(schema.properties ?? {}).map(([name, of]): Parameter => ({
      name,
      in: "query",
      required: schema.required?.includes(name) ?? false,
      schema: of,
    })),
    ...(method !== "GET"
      ? [
          {
            name: "If-Match",
            in: "header",
            required: false,
            schema: string,
            description: "ETag of what was read: refused with 412 or 409 when somebody else changed it since.",
          } as const,
        ]
      : []),
  ];
}

function schemaOf(schema: z.ZodMiniType, io: "input" | "output"): JsonSchema {
  const { $schema: _, ...made } = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as JsonSchema;
  return tidy(made, io) as JsonSchema;
}

/** Without the bounds of whole numbers as such; and an answer may have more members some day, which no client must refuse. */
function tidy(value: unknown, io: "input" | "output"): unknown {
  if (Array.isArray(value)) return value.map((each) => tidy(each, io));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(
        ([key, of]) => !((key === "minimum" || key === "maximum") && Math.abs(Number(of)) === Number.MAX_SAFE_INTEGER),
      )
      .filter(([key, of]) => !(io === "output" && key === "additionalProperties" && of === false))
      .map(([key, of]) => [key, tidy(of, io)]),
  );
}
