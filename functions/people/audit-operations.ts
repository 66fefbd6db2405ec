/** The audit trail: who changed what, when, from what to what. Nothing here or elsewhere changes it. */
import * as z from "zod/mini";
import { fromCursor, toCursor } from "../api/cursor.ts";
import { atPlant, overReach, Refusal, type Operation } from "../api/operation.ts";
import { formatDay, parseIso } from "../shared/shanghai.ts";
import { AuditView, auditView } from "./person-schema.ts";
import type { People } from "./repository.ts";
import { limit } from "./page-query.ts";

const Trail = z.object({ entries: z.array(AuditView), next: z.nullable(z.string()) });
const Paged = z.object({ cursor: z.optional(z.string()), limit });

export function auditOperations({ people }: { people: Pick<People, "audit"> }): Operation[] {
  const page = async (
    list: string[],
    of: Parameters<People["audit"]>[0],
    query: z.output<typeof Paged>,
  ): Promise<{ body: z.output<typeof Trail> }> => {
    const { items, next } = await people.audit(of, query.limit, fromCursor(list, query.cursor));
    return { body: { entries: items.map(auditView), next: toCursor(list, next) } };
  };
  return [
    overReach({
      id: "listAudit",
      method: "GET",
      path: "/api/audit",
      summary: "Every change by a person on a day, newest first; today by default",
      action: "audit.read",
      query: z.extend(Paged, { day: z.optional(z.string().check(z.regex(/^\d{4}-\d\d-\d\d$/))) }),
      answer: Trail,
      async handle({ query, at }) {
        const day = query.day ?? formatDay(at);
        const begin = parseIso(`${day}T00:00:00+08:00`);
        if (begin === null || formatDay(begin) !== day)
          throw new Refusal(422, "no such day", `${day} is not a day. Write it like 2026-10-01.`);
        return page(["listAudit", day], { day }, query);
      },
    }),
    atPlant({
      id: "listPlantAudit",
      method: "GET",
      path: "/api/plants/:permitNo/audit",
      summary: "Every change by a person that concerns this plant, newest first",
      action: "audit.read",
      query: Paged,
      answer: Trail,
      handle: ({ plant: { permit }, query }) =>
        page(["listPlantAudit", permit.permitNo], { permitNo: permit.permitNo }, query),
    }),
  ];
}
