import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as z from "zod/mini";
import { AUDIT_TEXTS } from "./audit-texts.ts";

/** They change nothing that anybody has to answer for. */
const UNWRITTEN = ["checkPermit", "sendTestNotice", "openLive", "putImportPart"];
const Document = z.object({ paths: z.record(z.string(), z.record(z.string(), z.object({ operationId: z.string() }))) });

test("every operation that changes something has its words in the audit trail", () => {
  const openapi = readFileSync(join(import.meta.dirname, "../../api-docs/openapi.json"), "utf8");
  const changing = Object.values(Document.parse(JSON.parse(openapi)).paths).flatMap((path) =>
    Object.entries(path).flatMap(([method, { operationId }]) => (method === "get" ? [] : [operationId])),
  );
  const named = Object.keys(AUDIT_TEXTS).flatMap((key) => /^operation\.(.+)/.exec(key)?.[1] ?? []);
  expect(named.toSorted()).toEqual(["firstStart", ...changing.filter((id) => !UNWRITTEN.includes(id))].toSorted());
});
