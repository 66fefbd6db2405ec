/** Importing a permits file by people: uploaded in parts, checked, looked at, applied; and the register as a file. */
import * as z from "zod/mini";
import { fromCursor, toCursor } from "../api/cursor.ts";
import { overReach, Refusal, type Operation } from "../api/operation.ts";
import type { Services } from "../api/operations.ts";
import { askJob } from "../jobs/ask-job.ts";
import { JobView, jobView } from "../jobs/job-operations.ts";
import { permitForm } from "../register/domain/file-form.ts";
import { plantLists } from "../register/plant-lists.ts";
import { parseInput } from "../shared/problems.ts";
import { readHead } from "./import-jobs.ts";
import {
  ClientId,
  ImportPage,
  ImportSummary,
  MOST_PARTS,
  pageKey,
  PreviewPlant,
  Sha256,
  UPLOAD_PART,
  uploadKey,
  type ImportHead,
} from "./import-schema.ts";

const EXPORTED = 100;
/** Pages of an answer while it has fewer plants than this. */
const MOST_PAGES = 3;
const SHORT = 25;

export function importOperations(services: Services): Operation[] {
  const { bucket, jobs, register, now } = services;
  const lists = plantLists(register, now);
  /** The result of a check that is finished. */
  const known = async (id: string): Promise<ImportHead> => {
    const job = await jobs.get(id);
    const head = job?.kind === "check-permits" && job.state === "done" ? await readHead(bucket, id) : null;
    if (!head) throw new Refusal(404, "no such import", "There is no finished check of this id. Check the file again.");
    return head;
  };
  return [
    overReach({
      id: "putImportPart",
      method: "PUT",
      path: "/api/imports/:id/parts/:n",
      summary: `Upload a part of a permits file: ${UPLOAD_PART} bytes each, the last one what is left; sent again it is the same`,
      action: "permit.write",
      body: z.object({ base64: z.string() }),
      answer: z.object({ bytes: z.int() }),
      async handle({ params, body }) {
        const id = idOf(params.id);
        const n = /^\d{1,3}$/.test(params.n ?? "") ? Number(params.n) : NaN;
        if (!(n < MOST_PARTS))
          throw new Refusal(422, "not as expected", `Parts are counted from 0, at most ${MOST_PARTS}: split the file.`);
        const bytes = Buffer.from(body.base64, "base64");
        if (bytes.length > UPLOAD_PART || bytes.toString("base64") !== body.base64)
          throw new Refusal(422, "not as expected", `A part is at most ${UPLOAD_PART} bytes, in base64.`);
        await bucket.put(uploadKey(id, n), bytes, "application/octet-stream");
        return { body: { bytes: bytes.length } };
      },
    }),
    overReach({
      id: "checkImport",
      method: "POST",
      path: "/api/imports/:id/check",
      summary: "Check an uploaded permits file against the rules and the register; nothing is applied",
      action: "permit.write",
      body: z.object({
        fileName: z.string().check(z.minLength(1), z.maxLength(255)),
        parts: z.int().check(z.gte(1), z.lte(MOST_PARTS)),
        sha256: Sha256,
        /** Import whose uploaded parts are meant, when they are checked again. */
        upload: z.optional(ClientId),
      }),
      answer: JobView,
      async handle(call) {
        const id = idOf(call.params.id);
        const input = { ...call.body, upload: call.body.upload ?? id };
        const target = `permits file ${call.body.fileName}`;
        const job = await askJob(call, services, { id, kind: "check-permits", input, target });
        return { status: 202, body: jobView(job, call.at) };
      },
    }),
    overReach({
      id: "getImport",
      method: "GET",
      path: "/api/imports/:id",
      summary: "What a checked file would do: errors by line, and plant by plant what changes",
      action: "permit.write",
      query: z.object({ cursor: z.optional(z.string()), show: z._default(z.enum(["changes", "all"]), "all") }),
      answer: z.extend(ImportSummary, { items: z.array(PreviewPlant), next: z.nullable(z.string()) }),
      async handle({ params, query }) {
        const { revision, seen: _s, changedPages, pages, ...head } = await known(idOf(params.id));
        const list = ["getImport", head.id, revision, query.show];
        const first = Number(fromCursor(list, query.cursor) ?? 0);
        const last = query.show === "changes" ? changedPages : pages;
        const items: PreviewPlant[] = [];
        // What changes and what stays begin a page each: short ones are shown together.
        let page = first;
        while (page < last && page < first + MOST_PAGES && items.length < SHORT)
          items.push(...(await pageOf(page++, head.id)));
        // The errors come once, with the first page.
        const problems = first === 0 ? head.problems : [];
        const next = page < last ? toCursor(list, String(page)) : null;
        return { body: { ...head, problems, items, next }, revision };
      },
    }),
    overReach({
      id: "applyImport",
      method: "POST",
      path: "/api/imports/:id/apply",
      summary: "Apply a checked file, if neither it nor a plant of it changed since; every revision is kept",
      action: "permit.write",
      body: z.object({ job: ClientId }),
      answer: JobView,
      async handle(call) {
        const { ifMatch, at } = call;
        const head = await known(idOf(call.params.id));
        if (ifMatch === null)
          throw new Refusal(428, "If-Match is missing", "Look at the import first, and send its ETag as If-Match.");
        if (ifMatch !== head.revision)
          throw new Refusal(412, "changed meanwhile", "This file was checked again since. Look at it once more.");
        if (!head.ok) throw new Refusal(409, "has errors", "The file has errors: correct them and upload it again.");
        const input = { import: head.id, fileName: head.fileName, revision: head.revision };
        const target = `permits file ${head.fileName}`;
        const job = await askJob(call, services, { id: call.body.job, kind: "apply-permits", input, target });
        return { status: 202, body: jobView(job, at) };
      },
    }),
    overReach({
      id: "exportPermits",
      method: "GET",
      path: "/api/permits",
      summary: "The register in the form of the permits file, page by page",
      action: "permit.write",
      query: z.object({ cursor: z.optional(z.string()) }),
      answer: z.object({ permits: z.array(z.unknown()), total: z.int(), next: z.nullable(z.string()) }),
      async handle({ query }) {
        const { plants } = await lists.all();
        const from = fromCursor(["exportPermits"], query.cursor);
        const begin = from === null ? 0 : plants.findIndex(({ permitNo }) => permitNo > from);
        const page = begin < 0 ? [] : plants.slice(begin, begin + EXPORTED);
        const found = await register.getPlants(page.map(({ permitNo }) => permitNo));
        const permits = found.map(({ permit }) => permit).sort((a, b) => (a.permitNo < b.permitNo ? -1 : 1));
        const last = page.at(-1)?.permitNo;
        const more = last !== undefined && last !== plants.at(-1)?.permitNo;
        return {
          body: {
            permits: permits.map(permitForm),
            total: plants.length,
            next: more ? toCursor(["exportPermits"], last) : null,
          },
        };
      },
    }),
  ];

  async function pageOf(page: number, id: string): Promise<PreviewPlant[]> {
    const bytes = await bucket.get(pageKey(id, page));
    const parsed = parseInput(ImportPage, JSON.parse(Buffer.from(bytes ?? "null").toString("utf8")));
    if (!parsed.ok) throw new Error(`results of import ${id}, page ${page}: ${parsed.problems[0]?.reason}`);
    return parsed.data;
  }
}

function idOf(id: string | undefined): string {
  if (parseInput(ClientId, id).ok) return id!;
  throw new Refusal(422, "not as expected", "The id of an import is a UUID that the client makes, in small letters.");
}
