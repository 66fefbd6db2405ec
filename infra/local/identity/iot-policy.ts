/** Evaluates the IoT policies of the template as AWS IoT does: variables, wildcards, conditions, deny before allow. */
import * as z from "zod/mini";
import { machineAccount, machineRegion } from "../template.ts";

const ACTIONS = ["iot:Connect", "iot:Publish", "iot:RetainPublish", "iot:Subscribe", "iot:Receive"] as const;
export type IotAction = (typeof ACTIONS)[number];

const oneOrMany = <T extends z.ZodMiniType>(item: T) =>
  z.pipe(
    z.union([item, z.array(item).check(z.minLength(1))]),
    z.transform((v) => (Array.isArray(v) ? v : [v])),
  );
const Condition = z.record(z.string(), oneOrMany(z.string()));

/** A policy document; what this machine could not evaluate is refused instead of overlooked. */
export const PolicyDocument = z.strictObject({
  Version: z.literal("2012-10-17"),
  Statement: z.array(
    z.strictObject({
      Sid: z.optional(z.string()),
      Effect: z.enum(["Allow", "Deny"]),
      Action: oneOrMany(z.enum([...ACTIONS, "iot:*"])),
      Resource: oneOrMany(z.string().check(z.regex(/^(\*|arn:[^:]+:iot:[^:]*:[^:]*:(client|topic|topicfilter)\/.+)$/))),
      Condition: z.optional(
        z.strictObject({
          Bool: z.optional(Condition),
          StringEquals: z.optional(Condition),
          StringLike: z.optional(Condition),
        }),
      ),
    }),
  ),
});
export type PolicyDocument = z.output<typeof PolicyDocument>;

/** Who is connected, as far as policies can ask. */
export interface Connection {
  clientId: string;
  /** Common name of its certificate. */
  commonName: string;
  /** The thing that has the client id as its name, when the certificate is attached to it. */
  thing: { name: string; attributes: Readonly<Record<string, string>> } | null;
}

/** `client/…`, `topic/…` or `topicfilter/…` behind the account of the ARN. */
export type Allows = (action: IotAction, resource: string) => boolean;

/** What `documents` together allow the connection. Everything is prepared here, so that asking is cheap. */
export function compilePolicies(documents: readonly PolicyDocument[], connection: Connection): Allows {
  const variables = variablesOf(connection);
  const statements = documents
    .flatMap((document) => document.Statement)
    .filter((statement) => conditionHolds(statement.Condition ?? {}, variables))
    .map(({ Effect, Action, Resource }) => ({
      effect: Effect,
      actions: new Set<string>(Action),
      // An unknown variable makes its resource match nothing.
      resources: Resource.map((resource) => pattern(resource, variables)).filter((each) => each !== null),
    }));
  return (action, resource) => {
    const arn = `arn:aws:iot:${machineRegion}:${machineAccount}:${resource}`;
    const applies = statements.filter(
      ({ actions, resources }) =>
        (actions.has(action) || actions.has("iot:*")) && resources.some((each) => each.test(arn)),
    );
    return applies.length > 0 && applies.every(({ effect }) => effect === "Allow");
  };
}

function variablesOf({ clientId, commonName, thing }: Connection): ReadonlyMap<string, string> {
  return new Map([
    ["iot:ClientId", clientId],
    ["iot:Certificate.Subject.CommonName", commonName],
    ["iot:Connection.Thing.IsAttached", String(thing !== null)],
    ...(thing
      ? [
          ["iot:Connection.Thing.ThingName", thing.name] as const,
          ...Object.entries(thing.attributes).map(
            ([key, value]) => [`iot:Connection.Thing.Attributes[${key}]`, value] as const,
          ),
        ]
      : []),
  ]);
}

function conditionHolds(
  condition: NonNullable<PolicyDocument["Statement"][number]["Condition"]>,
  variables: ReadonlyMap<string, string>,
): boolean {
  return Object.entries(condition).every(([operator, asked]) =>
    Object.entries(asked ?? {}).every(([key, values]) => {
      const actual = variables.get(key);
      return (
        actual !== undefined &&
        values.some((value) =>
          operator === "Bool"
            ? value.toLowerCase() === actual
            : (pattern(value, variables, operator === "StringLike")?.test(actual) ?? false),
        )
      );
    }),
  );
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);

/** `*` is any text and `?` any character; `+` and `#` are themselves. A variable's value is taken literally. */
function pattern(text: string, variables: ReadonlyMap<string, string>, wildcards = true): RegExp | null {
  const parts: string[] = [];
  for (const [, variable, wildcard, literal] of text.matchAll(/\$\{([^}]*)\}|([*?])|([^$*?]+|\$)/g)) {
    if (variable !== undefined) {
      const value = ["*", "?", "$"].includes(variable) ? variable : variables.get(variable);
      if (value === undefined) return null;
      parts.push(escaped(value));
    } else if (wildcard !== undefined && wildcards) parts.push(wildcard === "*" ? "[^]*" : "[^]");
    else parts.push(escaped(wildcard ?? literal ?? ""));
  }
  return new RegExp(`^${parts.join("")}$`);
}
