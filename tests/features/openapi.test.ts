/** The API's description and the web's types are what the operations say. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { overReach } from "../../functions/api/operation.ts";
import { DOCUMENT, generated, TYPES } from "../../infra/openapi.ts";
import { openApiDocument, type OpenApi } from "../../infra/openapi-document.ts";
import { clientTypes, typeOf } from "../../infra/openapi-types.ts";

test("the committed files are current: else run `npm run openapi`", () => {
  const { document, types } = generated();
  expect(readFileSync(DOCUMENT, "utf8")).toBe(document);
  expect(readFileSync(TYPES, "utf8")).toBe(types);
});

test("every reference leads somewhere, and every operation says who may do it and how it fails", () => {
  const document = JSON.parse(readFileSync(DOCUMENT, "utf8")) as OpenApi;
  const text = JSON.stringify(document);
  for (const [, name = ""] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g))
    expect(Object.keys(document.components.schemas)).toContain(name);
  for (const [path, item] of Object.entries(document.paths))
    for (const { operationId, parameters, description, responses } of Object.values(item)) {
      expect([operationId, responses]).toEqual([operationId, expect.objectContaining({ default: expect.anything() })]);
      expect(description).toMatch(/^For \w.* \([a-z-]+\.[a-z-]+\), /);
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(parameters.filter((each) => each.in === "path").map((each) => each.name)).toEqual(named);
    }
});

const wish = overReach({
  id: "putWish",
  method: "PUT",
  path: "/api/wishes/:id",
  summary: "A wish",
  action: "self.write",
  query: z.object({ at: z.string(), loud: z.optional(z.enum(["yes", "no"])) }),
  body: z.object({ "the words": z.nullable(z.string()), times: z.int() }),
  answer: z.strictObject({ pairs: z.array(z.tuple([z.string(), z.number()])), by: z.record(z.string(), z.boolean()) }),
  handle: async () => ({ body: { pairs: [], by: {} } }),
});

describe("a document of one operation", () => {
  const document = openApiDocument([wish]);
  const put = document.paths["/api/wishes/{id}"]?.put;

  test("path, query and If-Match are its parameters", () => {
    expect(put?.parameters.map((each) => [each.name, each.in, each.required])).toEqual([
      ["id", "path", true],
      ["at", "query", true],
      ["loud", "query", false],
      ["If-Match", "header", false],
    ]);
    expect(put?.responses).toHaveProperty("2XX");
  });
  test("schemas are as their operation says, and an answer may grow", () => {
    const { PutWishBody: body, PutWishAnswer: answer } = document.components.schemas;
    expect(body?.properties).toEqual({ "the words": { type: ["string", "null"] }, times: { type: "integer" } });
    expect(answer).not.toHaveProperty("additionalProperties");
  });
  test("its types", () => {
    const types = clientTypes(document);
    expect(types).toContain('PutWishBody: { "the words": string | null; times: number };');
    expect(types).toContain("PutWishAnswer: { pairs: ([string, number])[]; by: Record<string, boolean> };");
    expect(types).toContain(
      'query: { at: string; loud?: "yes" | "no" }; header?: { "If-Match"?: string }; path: { id: string }',
    );
    expect(types).toContain('get?: never; post?: never; put: operations["putWish"]; delete?: never');
  });
  test("two of one name, or at one route, are refused", () => {
    expect(() => openApiDocument([wish, wish])).toThrow("two operations are called putWish");
    expect(() => openApiDocument([wish, { ...wish, id: "other" }])).toThrow("putWish and other are both PUT");
  });
});

test.each([
  [{}, "unknown"],
  [{ const: 3 }, "3"],
  [{ enum: ["a", null] }, '"a" | null'],
  [{ anyOf: [{ type: "integer" }, { type: "number" }, { type: "null" }] }, "number | null"],
  [{ type: "array" }, "(unknown)[]"],
  [{ type: "object" }, "Record<string, unknown>"],
  [{ type: "object", additionalProperties: false }, "Record<string, never>"],
  [
    { type: "object", properties: { a: { type: "string" } }, additionalProperties: { type: "boolean" } },
    "({ a?: string } & Record<string, boolean>)",
  ],
])("%j is %s", (schema, type) => expect(typeOf(schema)).toBe(type));

test("a type that is not known is refused, not guessed", () => {
  expect(() => typeOf({ type: "money" })).toThrow("money");
});
