/** A plant's permit as people read and change it: whole, in the form of the permits file, every state kept. */
import { isDeepStrictEqual } from "node:util";
import * as z from "zod/mini";
import { atPlant, Refusal, type Change, type Operation } from "../api/operation.ts";
import type { Services } from "../api/operations.ts";
import { covers, reachOf, type Action, type Person } from "../people/domain/rights.ts";
import type { SaidProblem } from "../shared/problems.ts";
import { formatIso } from "../shared/shanghai.ts";
import { editWrites } from "./edit-permit.ts";
import { permitForm, type PermitForm } from "./domain/file-form.ts";
import { checkPermits } from "./domain/parse-permits.ts";
import { pastEffect, type Since } from "./domain/past-effect.ts";
import { formDifferences, permitDifferences, type Difference } from "./domain/permit-difference.ts";
import { REASONS } from "./domain/permit-reasons.ts";
import type { Permit } from "./domain/permit.ts";
import { DifferenceView, PermitView, RevisionView } from "./permit-schema.ts";
import { readPlants } from "./register-table.ts";
import { listRevisions, readRevision, type Head } from "./revisions.ts";
import type { PlantRecord } from "./stored-items.ts";

/** Revisions in one answer. */
const PAGE = 50;
/** Others may change what the plan was made of (contacts, a device) without touching the permit: then it is made again. */
const ATTEMPTS = 4;

const Said = z.object({ path: z.string(), reason: z.string(), zh: z.string() });
/** ISO 8601, `ever`, or null: only the future. */
const From = z.nullable(z.string());
const Past = z.object({ limits: From, basis: From, bindings: From });
const State = z.object({
  permit: PermitView,
  revision: z.int(),
  importedAt: z.string(),
  /** Newest first. */
  revisions: z.array(RevisionView),
  /** There are older ones: ask with `before`. */
  older: z.boolean(),
});
const Former = z.extend(RevisionView, {
  permit: PermitView,
  /** From the revision before; empty for the first. */
  differences: z.array(DifferenceView),
});
/** Checked as a permits file with this one permit is, problems by path. */
const Body = z.object({ permit: z.record(z.string(), z.unknown()) });
const Edit = z.extend(Body, { reason: z.string().check(z.trim(), z.minLength(1), z.maxLength(500)) });

const etagOf = (revision: number): string => `permit-${revision}`;
const headView = ({ revision, importedAt, source, by, reason }: Head): z.output<typeof RevisionView> => ({
  revision,
  importedAt,
  source,
  by: by?.name ?? null,
  reason: reason ?? null,
});
const sinceView = (since: Since): string | null => (typeof since === "number" ? formatIso(since) : since);

const may = (person: Person, action: Action, permit: Permit): boolean => {
  const reach = reachOf(person, action);
  return reach !== null && covers(reach, permit);
};
/** Phones for who may read contacts, names of secrets for who may see devices; `plant`: as it stands, which decides it. */
function shown(permit: Permit, person: Person, plant: Permit): z.output<typeof PermitView> {
  const { contacts, outlets, ...rest } = permitForm(permit);
  const secrets = may(person, "device.read", plant);
  return {
    ...rest,
    contacts: may(person, "contact.read", plant) ? contacts : null,
    outlets: secrets
      ? outlets
      : outlets.map((o) => ({ ...o, devices: o.devices.map((d) => ({ ...d, secretRef: null })) })),
  };
}

export function permitOperations({ db, tables, ruleData }: Services): Operation[] {
  const at = { db, table: tables.register };

  const checked = (
    permitNo: string,
    body: unknown,
  ): { ok: true; permit: Permit } | { ok: false; problems: SaidProblem[] } => {
    const parsed = checkPermits({ permits: [body] }, ruleData);
    if (!parsed.ok)
      return {
        ok: false,
        problems: parsed.problems.map(({ path, ...said }) => ({ path: path.replace(/^permits\[0\]\.?/, ""), ...said })),
      };
    const [permit] = parsed.permits as [Permit];
    if (permit.permitNo === permitNo) return { ok: true, permit };
    const { en, zh } = REASONS.otherNumber(permitNo);
    return { ok: false, problems: [{ path: "permitNo", reason: en, zh }] };
  };

  /** The plant as it stands; who asked it a moment ago may have been told of the state before. */
  async function fresh(permitNo: string): Promise<PlantRecord> {
    const plant = (await readPlants(at, [permitNo], true)).get(permitNo);
    if (!plant) throw new Error(`register: ${permitNo} is gone`);
    return plant;
  }

  /** What to tell who has seen another state than the present one: who changed what meanwhile. */
  async function changedMeanwhile({ permit, revision }: PlantRecord, seen: number): Promise<Refusal> {
    const [changes, former] = await Promise.all([
      listRevisions(at, permit.permitNo, { before: revision + 1, limit: Math.min(20, Math.max(1, revision - seen)) }),
      readRevision(at, permit.permitNo, seen),
    ]);
    const last = changes[0];
    const who = last
      ? `${last.by?.name ?? last.source} made revision ${revision} at ${last.importedAt}`
      : "it was changed";
    return new Refusal(
      412,
      "changed meanwhile",
      `${who}. Nothing of yours was saved: load the permit again and repeat your change on it.`,
      {
        revision,
        changes: changes.map(headView),
        differences: former ? permitDifferences(former.permit, permit) : [],
      },
    );
  }

  return [
    atPlant({
      id: "getPermit",
      method: "GET",
      path: "/api/plants/:permitNo/permit",
      summary: "The whole permit in the form of the permits file, and its revisions; the ETag is for putPermit",
      action: "plant.read",
      query: z.object({ before: z.optional(z.string().check(z.regex(/^[1-9]\d{0,4}$/))) }),
      answer: State,
      async handle({ plant: { permit, revision, importedAt }, person, query }) {
        const before = query.before === undefined ? revision + 1 : Number(query.before);
        const heads = await listRevisions(at, permit.permitNo, { before, limit: PAGE });
        return {
          body: {
            permit: shown(permit, person, permit),
            revision,
            importedAt,
            revisions: heads.map(headView),
            older: (heads.at(-1)?.revision ?? 1) > 1,
          },
          revision: etagOf(revision),
        };
      },
    }),
    atPlant({
      id: "getRevision",
      method: "GET",
      path: "/api/plants/:permitNo/permit/revisions/:revision",
      summary: "A former state of the permit, and in what it differed from the one before",
      action: "plant.read",
      answer: Former,
      async handle({ plant: { permit }, person, params }) {
        const n = /^[1-9]\d{0,4}$/.test(params.revision ?? "") ? Number(params.revision) : 0;
        const [revision, before] = await Promise.all([
          readRevision(at, permit.permitNo, n),
          readRevision(at, permit.permitNo, n - 1),
        ]);
        if (!revision) throw new Refusal(404, "no such revision", "This permit has no revision of that number.");
        // Of what the person may not see no difference is told either.
        const form = (state: Permit): PermitForm => {
          const { contacts, ...rest } = shown(state, person, permit);
          return { ...rest, contacts: contacts ?? [] };
        };
        return {
          body: {
            ...headView({ ...revision, revision: n }),
            permit: shown(revision.permit, person, permit),
            differences: before ? formDifferences(form(before.permit), form(revision.permit)) : [],
          },
        };
      },
    }),
    atPlant({
      id: "checkPermit",
      method: "POST",
      path: "/api/plants/:permitNo/permit/check",
      summary: "What putPermit would change, and what is wrong with it; changes nothing",
      action: "permit.write",
      body: Body,
      answer: z.object({ problems: z.array(Said), differences: z.array(DifferenceView), past: z.nullable(Past) }),
      async handle({ plant, body, at: now }) {
        const current = await fresh(plant.permit.permitNo);
        const { permit } = current;
        const parsed = checked(permit.permitNo, body.permit);
        if (!parsed.ok) return { body: { problems: parsed.problems, differences: [], past: null } };
        const planned = await editWrites(at, parsed.permit, current, { importedAt: formatIso(now), source: "edit" });
        const past = pastEffect(permit, parsed.permit, now);
        return {
          body: {
            problems: planned.ok ? [] : planned.problems,
            differences: permitDifferences(permit, parsed.permit),
            past: { limits: sinceView(past.limits), basis: sinceView(past.basis), bindings: sinceView(past.bindings) },
          },
        };
      },
    }),
    atPlant({
      id: "putPermit",
      method: "PUT",
      path: "/api/plants/:permitNo/permit",
      summary: "Change the permit: a new revision, used from the next event on. The permit number cannot change",
      action: "permit.write",
      body: Edit,
      answer: z.object({
        outcome: z.enum(["revised", "unchanged"]),
        permit: PermitView,
        revision: z.int(),
        differences: z.array(DifferenceView),
      }),
      async handle({ plant, person, body, ifMatch, at: now, id, change }) {
        const { permitNo } = plant.permit;
        if (ifMatch === null)
          throw new Refusal(428, "If-Match is missing", "Load the permit first, and send its ETag as If-Match.");
        const seen = Number(/^permit-(\d{1,5})$/.exec(ifMatch)?.[1] ?? 0);
        const parsed = checked(permitNo, body.permit);
        for (let attempt = 1; ; attempt++) {
          const current = await fresh(permitNo);
          if (current.revision !== seen) throw await changedMeanwhile(current, seen);
          if (!parsed.ok) throw refused(parsed.problems);
          const { permit } = parsed;
          const differences = permitDifferences(current.permit, permit);
          const answer = (outcome: "revised" | "unchanged", revision: number) => ({
            body: { outcome, permit: shown(permit, person, permit), revision, differences },
            revision: etagOf(revision),
          });
          if (isDeepStrictEqual(current.permit, permit)) return answer("unchanged", current.revision);
          const { sub, name } = person;
          const planned = await editWrites(at, permit, current, {
            // What stands is never from later than what follows it, whatever the clocks say.
            importedAt: [formatIso(now), current.importedAt].toSorted().at(-1)!,
            source: "edit",
            by: { sub, name },
            reason: body.reason,
            version: `${id} ${attempt}`,
          });
          if (!planned.ok) throw refused(planned.problems);
          try {
            await change(planned.writes, entryOf(permitNo, current.revision, body.reason, differences));
            return answer("revised", current.revision + 1);
          } catch (error) {
            if (!(error instanceof Refusal) || attempt === ATTEMPTS) throw error;
          }
        }
      },
    }),
  ];
}

const refused = (problems: SaidProblem[]): Refusal =>
  new Refusal(422, "not as expected", problems.map((p) => `${p.path} ${p.reason}`).join("; "), { problems });

/** Half of what an item holds; beyond, the audit trail names what changed, and the revisions hold it. */
const MOST_TEXT = 100_000;

function entryOf(permitNo: string, revision: number, reason: string, differences: readonly Difference[]): Change {
  const values = (side: "before" | "after"): unknown => {
    const all = Object.fromEntries(differences.map((d) => [d.path, d[side]]));
    return JSON.stringify(all).length > MOST_TEXT ? { paths: differences.slice(0, 1000).map((d) => d.path) } : all;
  };
  return {
    permitNo,
    target: "permit",
    before: { revision, values: values("before") },
    after: { revision: revision + 1, reason, values: values("after") },
  };
}
