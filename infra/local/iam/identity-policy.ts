/**
 * Evaluates the policies of a role as IAM does: an explicit Deny wins, then an Allow is needed, everything else is
 * denied. A policy that this machine could not evaluate is refused when it is read, not overlooked.
 */
import * as z from "zod/mini";
import { machineAccount, machineRegion } from "../template.ts";

const oneOrMany = <T extends z.ZodMiniType>(item: T) =>
  z.pipe(
    z.union([item, z.array(item).check(z.minLength(1))]),
    z.transform((v) => (Array.isArray(v) ? v : [v])),
  );
const ActionPattern = z
  .string()
  .check(z.regex(/^(\*|[a-z0-9-]+:[A-Za-z0-9*?]+)$/, "an action is service:Name, with * and ? in the name"));
const ResourcePattern = z
  .string()
  .check(z.regex(/^(\*|arn:[^:$]*:[^:*?$]+:[^:$]*:[^:$]*:[^$]+)$/, "a resource is * or a whole ARN without variables"));

/** What a condition may ask for here; the same for every call on one machine, but for who calls. */
const KEYS = ["aws:PrincipalArn", "aws:PrincipalAccount", "aws:RequestedRegion"] as const;
const Asked = z.partialRecord(z.enum(KEYS), oneOrMany(z.string()));

const Statement = z
  .strictObject({
    Sid: z.optional(z.string()),
    Effect: z.enum(["Allow", "Deny"]),
    Action: z.optional(oneOrMany(ActionPattern)),
    NotAction: z.optional(oneOrMany(ActionPattern)),
    Resource: z.optional(oneOrMany(ResourcePattern)),
    NotResource: z.optional(oneOrMany(ResourcePattern)),
    Condition: z.optional(z.strictObject({ StringEquals: z.optional(Asked), StringLike: z.optional(Asked) })),
  })
  .check(
    z.refine((s) => (s.Action === undefined) !== (s.NotAction === undefined), "needs Action or NotAction, not both"),
    z.refine((s) => (s.Resource === undefined) !== (s.NotResource === undefined), "needs Resource or NotResource"),
  );

/** The document of an identity policy; operators and keys that our templates do not use are not known. */
export const IdentityPolicy = z.strictObject({
  Version: z.literal("2012-10-17"),
  Statement: oneOrMany(Statement),
});
export type IdentityPolicy = z.output<typeof IdentityPolicy>;

/** What one call needs: `dynamodb:PutItem` on an ARN (or a phone number: that is how SNS names a text message). */
export interface Access {
  action: string;
  resource: string;
}

/** One action pattern on one resource pattern: the unit in which permissions are reviewed, used and dropped. */
export interface Grant {
  /** `dynamodb:GetItem arn:…`, `NOT` before what a NotAction or NotResource excludes. */
  text: string;
  effect: "Allow" | "Deny";
  matches(access: Access): boolean;
}

export type Decision = { allowed: true; by: readonly Grant[] } | { allowed: false; reason: "explicit" | "implicit" };

/** The grants of a role's documents whose conditions hold for it. */
export function grantsOf(documents: readonly IdentityPolicy[], principalArn: string): Grant[] {
  return documents
    .flatMap((document) => document.Statement)
    .filter((statement) => conditionHolds(statement.Condition ?? {}, principalArn))
    .flatMap((statement) =>
      alternatives(statement.Action, statement.NotAction, actionPattern).flatMap((action) =>
        alternatives(statement.Resource, statement.NotResource, resourcePattern).map((resource): Grant => ({
          text: `${action.text} ${resource.text}`,
          effect: statement.Effect,
          matches: (access) => action.matches(access.action) && resource.matches(access.resource),
        })),
      ),
    );
}

/** Decides on one access: explicit deny, then allow, then the default, which is to deny. */
export function decide(grants: readonly Grant[], access: Access): Decision {
  const applying = grants.filter((grant) => grant.matches(access));
  if (applying.some((grant) => grant.effect === "Deny")) return { allowed: false, reason: "explicit" };
  return applying.length > 0 ? { allowed: true, by: applying } : { allowed: false, reason: "implicit" };
}

interface Matcher {
  text: string;
  matches(value: string): boolean;
}
/** Each positive pattern for itself; the negated ones together, since none of them may match. */
function alternatives(
  positive: readonly string[] | undefined,
  negated: readonly string[] | undefined,
  compile: (pattern: string) => RegExp,
): Matcher[] {
  if (positive)
    return positive.map((text) => {
      const pattern = compile(text);
      return { text, matches: (value) => pattern.test(value) };
    });
  const excluded = (negated ?? []).map(compile);
  return [
    {
      text: `NOT ${(negated ?? []).join(", ")}`,
      matches: (value) => !excluded.some((pattern) => pattern.test(value)),
    },
  ];
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
/** Actions are compared without case. */
const actionPattern = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split(/([*?])/)
      .map(anyText)
      .join("")}$`,
    "i",
  );
const anyText = (part: string): string => (part === "*" ? "[^]*" : part === "?" ? "[^]" : escaped(part));
/** A wildcard stays within its part of the ARN, but a `*` at the end of a part reaches beyond the colon. */
const resourcePattern = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split(/(\*+(?=:|$)|[*?])/)
      .map((part) => (/^\*+$/.test(part) ? "*" : part))
      .map((part, i, parts) =>
        part === "*" ? (/^(:|$)/.test(parts[i + 1] ?? "") ? "[^]*" : "[^:]*") : part === "?" ? "[^:]" : escaped(part),
      )
      .join("")}$`,
  );
const conditionPattern = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split(/([*?])/)
      .map(anyText)
      .join("")}$`,
  );

function conditionHolds(
  condition: NonNullable<IdentityPolicy["Statement"][number]["Condition"]>,
  principalArn: string,
): boolean {
  const actual: Record<(typeof KEYS)[number], string> = {
    "aws:PrincipalArn": principalArn,
    "aws:PrincipalAccount": machineAccount,
    "aws:RequestedRegion": machineRegion,
  };
  return Object.entries(condition).every(([operator, asked]) =>
    KEYS.every((key) => {
      const values = asked?.[key];
      if (!values) return true;
      return values.some((value) =>
        operator === "StringLike" ? conditionPattern(value).test(actual[key]) : value === actual[key],
      );
    }),
  );
}
