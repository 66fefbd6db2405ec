/** Which role each function runs with, and what the template's policies grant it. */
import * as z from "zod/mini";
import { parse } from "../definition.ts";
import { TemplateError, type Assembly, type Resource } from "../template.ts";
import { grantsOf, IdentityPolicy, type Grant } from "./identity-policy.ts";

export interface Role {
  name: string;
  arn: string;
  grants: readonly Grant[];
}

const RoleProperties = z.object({
  Policies: z._default(z.array(z.strictObject({ PolicyName: z.string(), PolicyDocument: IdentityPolicy })), []),
  ManagedPolicyArns: z._default(z.array(z.string()), []),
});
const PolicyProperties = z.object({ PolicyDocument: IdentityPolicy, Roles: z._default(z.array(z.string()), []) });
const FunctionRole = z.object({ Role: z.string() });

/**
 * Reads inline policies, AWS::IAM::Policy and AWS::IAM::ManagedPolicy. Throws TemplateError on a policy that it could
 * not evaluate, on a managed policy of AWS (its text is not in the template), and on a function without a role there.
 */
export function readRoles(assembly: Assembly): { all: readonly Role[]; ofFunction: ReadonlyMap<string, Role> } {
  const policies = ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"].flatMap((type) =>
    assembly.ofType(type).map((resource) => ({ resource, ...parse(resource, PolicyProperties) })),
  );
  const roleOf = (resource: Resource): Role => {
    const { Policies, ManagedPolicyArns } = parse(resource, RoleProperties);
    const managed = ManagedPolicyArns.map((arn) => {
      const found = policies.find((policy) => policy.resource.ref === arn);
      if (!found)
        throw new TemplateError(
          `${resource.path}: ${arn} is not in the template, so the one-machine target cannot know what it allows`,
        );
      return found.PolicyDocument;
    });
    const attached = policies.filter((policy) => policy.Roles.includes(resource.name));
    const documents = [
      ...Policies.map((policy) => policy.PolicyDocument),
      ...attached.map((policy) => policy.PolicyDocument),
      ...managed,
    ];
    const arn = resource.arn ?? "";
    return { name: resource.name, arn, grants: grantsOf(documents, arn) };
  };
  // All of them: a policy that nobody could evaluate is refused even while no function has it.
  const roles = new Map(assembly.ofType("AWS::IAM::Role").map((resource) => [resource.arn ?? "", roleOf(resource)]));
  const ofFunction = new Map(
    assembly.ofType("AWS::Lambda::Function").map((resource) => {
      const role = roles.get(parse(resource, FunctionRole).Role);
      if (!role) throw new TemplateError(`${resource.path}: its Role is not a role of the template`);
      return [resource.name, role];
    }),
  );
  return { all: [...roles.values()], ofFunction };
}
