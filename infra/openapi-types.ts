/**
 * TypeScript types of an OpenAPI document in the form that openapi-fetch takes (`paths`, `operations`, `components`). As
 * openapi-typescript's, which works with TypeScript 5 only; ours is 7.
 */
import type { Described, JsonSchema, Method, OpenApi, Parameter } from "./openapi-document.ts";

const METHODS: readonly Method[] = ["get", "post", "put", "delete"];
const HEAD = "/* Made by `npm run openapi` from the operations of functions/; do not edit. */\n";

export function clientTypes({ paths, components }: OpenApi): string {
  const described = Object.values(paths).flatMap((item) => METHODS.flatMap((method) => item[method] ?? []));
  return [
    HEAD,
    "export interface paths {",
    ...Object.entries(paths).map(
      ([path, item]) => `${JSON.stringify(path)}: ${members({ parameters: NO_PARAMETERS, ...methods(item) })};`,
    ),
    "}\n",
    "export interface components { schemas: {",
    ...Object.entries(components.schemas).map(([name, schema]) => `${name}: ${typeOf(schema)};`),
    "} }\n",
    "export interface operations {",
    ...described.map((each) => `${each.operationId}: ${operation(each)};`),
    "}",
  ].join("\n");
}

const NO_PARAMETERS = "{ query?: never; header?: never; path?: never; cookie?: never }";
const members = (of: Record<string, string>): string =>
  `{ ${Object.entries(of)
    .map(([name, type]) => `${name}: ${type}`)
    .join("; ")} }`;
const methods = (item: Partial<Record<Method, Described>>): Record<string, string> =>
  Object.fromEntries(
    METHODS.map((method) => {
      const of = item[method];
      return of ? [method, `operations[${JSON.stringify(of.operationId)}]`] : [`${method}?`, "never"];
    }),
  );

function operation({ parameters, requestBody, responses }: Described): string {
  const body = requestBody?.content["application/json"]?.schema;
  return members({
    parameters: members(
      Object.fromEntries((["query", "header", "path"] as const).map((where) => place(parameters, where))),
    ),
    ...(body ? { requestBody: `{ content: { "application/json": ${typeOf(body)} } }` } : { "requestBody?": "never" }),
    responses: members(
      Object.fromEntries(Object.entries(responses).map(([status, of]) => [quoted(status), response(of)])),
    ),
  });
}

function place(parameters: readonly Parameter[], where: Parameter["in"]): [string, string] {
  const own = parameters.filter((each) => each.in === where);
  if (own.length === 0) return [`${where}?`, "never"];
  const type = members(
    Object.fromEntries(own.map((each) => [`${quoted(each.name)}${each.required ? "" : "?"}`, typeOf(each.schema)])),
  );
  return [own.some((each) => each.required) ? where : `${where}?`, type];
}

function response(of: { content?: Record<string, { schema: JsonSchema }> }): string {
  const content = Object.entries(of.content ?? {}).map(([type, { schema }]) => [JSON.stringify(type), typeOf(schema)]);
  const headers = "headers: { [name: string]: unknown }";
  return content.length > 0
    ? `{ ${headers}; content: ${members(Object.fromEntries(content))} }`
    : `{ ${headers}; content?: never }`;
}

/** The type of values that fit `schema`; `unknown` where the schema says nothing. */
export function typeOf(schema: JsonSchema): string {
  if (schema.$ref !== undefined) return `components["schemas"][${JSON.stringify(schema.$ref.split("/").at(-1))}]`;
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.enum) return union(schema.enum.map((each) => JSON.stringify(each)));
  const either = schema.anyOf ?? schema.oneOf;
  if (either) return union(either.map(typeOf));
  if (schema.allOf) return schema.allOf.map((each) => `(${typeOf(each)})`).join(" & ");
  const types = schema.type === undefined ? [] : [schema.type].flat();
  return types.length === 0 ? "unknown" : union(types.map((type) => single(type, schema)));
}

function single(type: string, schema: JsonSchema): string {
  switch (type) {
    case "integer":
      return "number";
    case "array":
      if (schema.prefixItems) return `[${schema.prefixItems.map(typeOf).join(", ")}]`;
      return `(${typeof schema.items === "object" ? typeOf(schema.items) : "unknown"})[]`;
    case "object":
      return object(schema);
    case "string":
    case "number":
    case "boolean":
    case "null":
      return type;
    default:
      throw new Error(`a schema of type ${type} has no TypeScript type here: add it to infra/openapi-types.ts`);
  }
}

function object({ properties, required = [], additionalProperties: others }: JsonSchema): string {
  const more = typeof others === "object" ? `Record<string, ${typeOf(others)}>` : null;
  const own = Object.entries(properties ?? {}).map(
    ([name, of]) => [`${quoted(name)}${required.includes(name) ? "" : "?"}`, typeOf(of)] as const,
  );
  if (own.length === 0) return more ?? (others === false ? "Record<string, never>" : "Record<string, unknown>");
  const fixed = members(Object.fromEntries(own));
  return more === null ? fixed : `${fixed} & ${more}`;
}

const union = (types: readonly string[]): string =>
  [...new Set(types)].map((each) => (each.includes("&") ? `(${each})` : each)).join(" | ");
const quoted = (name: string): string =>
  /^[a-z_$][\w$]*$/i.test(name) || /^\d{3}$/.test(name) ? name : JSON.stringify(name);
