/** Asks, for every call that reaches the machine's services, whether the caller's role allows it. */
import { accessKeyOf } from "../runtime-api.ts";
import { machineAccount } from "../template.ts";
import { decide, type Access, type Decision } from "./identity-policy.ts";
import type { Role } from "./roles.ts";

/** Why a call is not served; each service says it in its own words and with its own status. */
export type Refusal =
  | { kind: "unsigned" }
  /** The access key id is not that of a function. */
  | { kind: "unknown-key" }
  | { kind: "denied"; user: string; access: Access; because: string };

export interface Permissions {
  /** Null when all accesses are allowed. `authorization` is the request's header. */
  check(authorization: string | undefined, accesses: readonly Access[]): Refusal | null;
  /** The same without a log line: what the caller would be told if it could. */
  allows(authorization: string | undefined, access: Access): boolean;
}

/** The sentence that AWS answers with; S3 puts the resource in quotes. */
export const denialOf = (
  { user, access, because }: Refusal & { kind: "denied" },
  resource: string = access.resource,
): string => `User: ${user} is not authorized to perform: ${access.action} on resource: ${resource} ${because}`;

/** Exception and message of the services that speak JSON; their status is 400. */
export function exceptionOf(refusal: Refusal): { type: string; message: string } {
  if (refusal.kind === "denied") return { type: "AccessDeniedException", message: denialOf(refusal) };
  return refusal.kind === "unsigned"
    ? { type: "MissingAuthenticationTokenException", message: "Request is missing Authentication Token" }
    : { type: "UnrecognizedClientException", message: "The security token included in the request is invalid." };
}

/** For the services' own tests: nobody is refused. */
export const EVERYTHING: Permissions = { check: () => null, allows: () => true };

/** An allowed access, with the role that it was decided by. */
export interface AllowedAccess extends Access {
  role: string;
}

export interface PermissionsOptions {
  /** Function name → role. */
  roles: ReadonlyMap<string, Role>;
  labelOf: (functionName: string) => string;
  log: (line: string) => void;
  /** Sees every allowed access, for the record of a trial. */
  onAllowed?: ((access: AllowedAccess) => void) | undefined;
}

/** Distinct objects and phone numbers have no bound; decisions on the others are few and asked for thousands of times. */
const MAX_REMEMBERED = 1_000;

/** Each function is told from the others by its access key id. Signatures are not verified: secrets would be no secret. */
export function openPermissions({ roles, labelOf, log, onAllowed }: PermissionsOptions): Permissions {
  const callers = new Map(
    [...roles].map(([name, role]) => [accessKeyOf(name), { name, role, decisions: new Map<string, Decision>() }]),
  );
  if (callers.size < roles.size)
    throw new Error(
      `two functions would have the same access key id: ${[...roles.keys()].sort().join(", ")}; rename one`,
    );
  type Caller = NonNullable<ReturnType<(typeof callers)["get"]>>;
  const said = new Set<string>();

  const decisionOn = (caller: Caller, access: Access): Decision => {
    const key = `${access.action} ${access.resource}`;
    const known = caller.decisions.get(key);
    if (known) return known;
    const made = decide(caller.role.grants, access);
    if (caller.decisions.size >= MAX_REMEMBERED) caller.decisions.clear();
    caller.decisions.set(key, made);
    return made;
  };
  const refuse = ({ name, role }: Caller, { action, resource }: Access, reason: "explicit" | "implicit"): Refusal => {
    const key = `${name} ${action} ${resource}`;
    if (!said.has(key) && said.size < MAX_REMEMBERED) {
      said.add(key);
      log(`${labelOf(name)}: refused: ${action} on ${resource}; ${WHY[reason]} (role ${role.name}, infra/stacks)`);
    }
    const user = `arn:aws:sts::${machineAccount}:assumed-role/${role.name}/${name}`;
    const because =
      reason === "explicit"
        ? "with an explicit deny in an identity-based policy"
        : `because no identity-based policy allows the ${action} action`;
    return { kind: "denied", user, access: { action, resource }, because };
  };
  const callerOf = (authorization: string): Caller | undefined =>
    callers.get(/\bCredential=([^/,\s]+)/.exec(authorization)?.[1] ?? "");

  return {
    check: (authorization, accesses) => {
      if (authorization === undefined) return { kind: "unsigned" };
      const caller = callerOf(authorization);
      if (!caller) return { kind: "unknown-key" };
      for (const access of accesses) {
        const decision = decisionOn(caller, access);
        if (!decision.allowed) return refuse(caller, access, decision.reason);
      }
      if (onAllowed) for (const access of accesses) onAllowed({ ...access, role: caller.role.name });
      return null;
    },
    allows: (authorization = "", access) => {
      const caller = callerOf(authorization);
      if (!caller?.role || !decisionOn(caller, access).allowed) return false;
      onAllowed?.({ ...access, role: caller.role.name });
      return true;
    },
  };
}

const WHY = {
  explicit: "a statement denies it",
  implicit: "no statement allows it",
} as const;
