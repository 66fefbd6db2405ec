/**
 * An operation of the API for people with an account: what it takes, who may do it, and what it answers, as data. The
 * router, the check of rights, the OpenAPI document and the walk of every route by every role are made from it.
 */
import type * as z from "zod/mini";
import type { Action, Person, Reach } from "../people/domain/rights.ts";
import type { AuditEntry } from "../people/stored-items.ts";
import type { Write } from "../people/repository.ts";
import type { PlantRecord } from "../register/stored-items.ts";

/** What a handler gets: everything is parsed, and the person may do the action at this plant. */
export interface Call<Q, B> {
  person: Person;
  /** As far as the person may do the action: what an operation over many plants must filter by. */
  reach: Reach;
  params: Readonly<Record<string, string>>;
  query: Q;
  body: B;
  /** Revision or version of `If-Match`; null when the request names none. */
  ifMatch: string | null;
  /** Of the page that asks; null when it is no page. */
  origin: string | null;
  /** Now, epoch ms. */
  at: number;
  /** Id of the request, unique: what an entry of the audit trail is named by. */
  id: string;
  /** Makes a change together with its entry in the audit trail; throws 409 when somebody else was faster. */
  change(writes: readonly Write[], entry: Change): Promise<void>;
}
export type Change = Pick<AuditEntry, "permitNo" | "target" | "before" | "after">;

export interface Reply<A> {
  /** 200 unless said. */
  status?: 200 | 201 | 202;
  body: A;
  /** Revision of what is answered, for `ETag` and a later `If-Match`; else the body's hash stands for it. */
  revision?: string;
}

interface Common<Q, B, A> {
  /** camelCase, unique: the client's name for it. */
  id: string;
  method: "GET" | "POST" | "PUT" | "DELETE";
  summary: string;
  action: Action;
  query?: z.ZodMiniType<Q>;
  body?: z.ZodMiniType<B>;
  answer: z.ZodMiniType<A>;
}

/** At one plant: its path has `:permitNo`, and the plant must exist and be within the person's reach. */
export interface PlantOperation<Q, B, A> extends Common<Q, B, A> {
  path: `/api/plants/:permitNo${string}`;
  handle(call: Call<Q, B> & { plant: PlantRecord }): Promise<Reply<A>>;
}
/** Over whatever the person reaches: the handler filters by `reach`. */
export interface CityOperation<Q, B, A> extends Common<Q, B, A> {
  path: `/api/${string}`;
  handle(call: Call<Q, B>): Promise<Reply<A>>;
}

/** Any operation, its types checked where it was made. */
export interface Operation extends Omit<Common<unknown, unknown, unknown>, "query" | "body" | "answer"> {
  path: string;
  over: "plant" | "reach";
  query: z.ZodMiniType | null;
  body: z.ZodMiniType | null;
  answer: z.ZodMiniType;
  handle(call: Call<unknown, unknown> & { plant: PlantRecord | null }): Promise<Reply<unknown>>;
}

export const atPlant = <Q = Record<string, never>, B = undefined, A = unknown>(
  operation: PlantOperation<Q, B, A>,
): Operation => erase(operation, "plant");

export const overReach = <Q = Record<string, never>, B = undefined, A = unknown>(
  operation: CityOperation<Q, B, A>,
): Operation => erase(operation, "reach");

const erase = <Q, B, A>(
  { query, body, ...rest }: PlantOperation<Q, B, A> | CityOperation<Q, B, A>,
  over: Operation["over"],
): Operation => ({ ...(rest as unknown as Operation), over, query: query ?? null, body: body ?? null });

/** What a handler throws to be answered as a problem; the text says what to do. */
export class Refusal extends Error {
  override name = "Refusal";
  readonly status: 400 | 403 | 404 | 409 | 412 | 413 | 422 | 428 | 503;
  readonly title: string;
  /** Further members of the problem, such as the fields that are wrong. */
  readonly more: Record<string, unknown>;
  constructor(status: Refusal["status"], title: string, detail: string, more: Record<string, unknown> = {}) {
    super(detail);
    this.status = status;
    this.title = title;
    this.more = more;
  }
}
