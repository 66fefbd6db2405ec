/** A permit while it is being changed: pure, all of it. */
import type { PermitForm } from "../../../functions/register/domain/file-form.ts";
import type { Answer } from "../answers.ts";

export interface Draft {
  /** What `base` is in the register. */
  revision: number;
  /** As it was when it was opened, or as it was when mine was joined with it. */
  base: PermitForm;
  mine: PermitForm;
  reason: string;
}
export type Outlet = PermitForm["outlets"][number];
export type Limit = Outlet["limits"][number];
export type Device = Outlet["devices"][number];
export type Facility = PermitForm["facilities"][number];
export type Problem = Answer<"checkPermit">["problems"][number];

/** Who may change a permit sees its contacts: they are never hidden from him. */
export const formOf = ({ contacts, ...permit }: Answer<"getPermit">["permit"]): PermitForm => ({
  ...permit,
  contacts: contacts ?? [],
});

export const newDraft = ({ permit, revision }: Pick<Answer<"getPermit">, "permit" | "revision">): Draft => ({
  revision,
  base: formOf(permit),
  mine: formOf(permit),
  reason: "",
});

interface Span {
  from: string | null;
  to: string | null;
}
export function standingOf({ from, to }: Span, now: number): "now" | "future" | "past" {
  if (from !== null && Date.parse(from) > now) return "future";
  return to !== null && Date.parse(to) <= now ? "past" : "now";
}

/** From `at` on `changed` holds in the place of the `i`-th limit, for as long as that would have. */
export const follow = (limits: readonly Limit[], i: number, at: string, changed: Limit): Limit[] =>
  limits.flatMap((limit, j) =>
    j === i
      ? [
          { ...limit, to: at },
          { ...changed, from: at, to: limit.to },
        ]
      : [limit],
  );

/** The list with its `i`-th entry another, or gone (null); behind the last it is added. */
export const put = <T>(list: readonly T[], i: number, entry: T | null): T[] =>
  i >= list.length && entry !== null
    ? [...list, entry]
    : list.flatMap((x, j) => (j !== i ? [x] : entry ? [entry] : []));

export function moved<T>(list: readonly T[], i: number, by: -1 | 1): T[] {
  const next = [...list];
  const [entry] = next.splice(i, 1);
  if (entry !== undefined) next.splice(i + by, 0, entry);
  return next;
}

/** Problems of a thing: its own and those of what is in it, or with `exact` only its own. */
export const problemsAt = (problems: readonly Problem[], path: string, exact = false): Problem[] =>
  problems.filter(
    (p) => p.path === path || (!exact && (p.path.startsWith(`${path}.`) || p.path.startsWith(`${path}[`))),
  );
