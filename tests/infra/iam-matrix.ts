/** Who may do what: one line per role, action and resource, readable in a review. */
import { list, type Templates } from "./templates.ts";

interface Statement {
  Effect: string;
  Action?: unknown;
  NotAction?: unknown;
  Resource?: unknown;
  NotResource?: unknown;
  Principal?: unknown;
  Condition?: unknown;
}

const RESOURCE_POLICIES: Record<string, (props: Record<string, unknown>) => unknown> = {
  "AWS::S3::BucketPolicy": (props) => props.Bucket,
  "AWS::SQS::QueuePolicy": (props) => list(props.Queues)[0],
  "AWS::SNS::TopicPolicy": (props) => list(props.Topics)[0],
};

/** Sorted lines; identity policies first, then who may assume each role, then what resources allow by themselves. */
export function iamMatrix(templates: Templates): string[] {
  const identity: string[] = [];
  const trust: string[] = [];
  const resource: string[] = [];
  for (const { type, name, props } of templates.resources) {
    if (type === "AWS::IAM::Policy")
      for (const role of list(props.Roles))
        identity.push(...lines(templates, templates.text(role), props.PolicyDocument));
    if (type === "AWS::IAM::Role") {
      for (const inline of list(props.Policies) as { PolicyDocument: unknown }[])
        identity.push(...lines(templates, name, inline.PolicyDocument));
      for (const managed of list(props.ManagedPolicyArns)) identity.push(`${name} MANAGED ${templates.text(managed)}`);
      trust.push(...lines(templates, `${name} is assumed by`, props.AssumeRolePolicyDocument));
    }
    const owner = RESOURCE_POLICIES[type];
    if (owner) resource.push(...lines(templates, `${templates.text(owner(props))}:`, props.PolicyDocument));
  }
  return [...identity.sort(), ...trust.sort(), ...resource.sort()];
}

function lines(templates: Templates, subject: string, document: unknown): string[] {
  return list((document as { Statement: unknown }).Statement).flatMap((given) => {
    const s = given as Statement;
    const who = s.Principal === undefined ? [""] : principals(templates, s.Principal);
    const where = [
      ...list(s.Resource).map((r) => templates.text(r)),
      ...list(s.NotResource).map((r) => `NOT ${templates.text(r)}`),
    ];
    const what = [...list(s.Action).map(String), ...list(s.NotAction).map((a) => `NOT ${String(a)}`)];
    return who.flatMap((principal) =>
      what.flatMap((action) =>
        (where.length > 0 ? where : [""]).map((r) =>
          [subject, principal, s.Effect === "Deny" ? "DENY" : "", action, r, condition(templates, s.Condition)]
            .filter(Boolean)
            .join(" "),
        ),
      ),
    );
  });
}

function principals(templates: Templates, principal: unknown): string[] {
  if (typeof principal === "string") return [principal === "*" ? "everyone" : principal];
  return Object.values(principal as Record<string, unknown>).flatMap((who) =>
    list(who).map((one) => (one === "*" ? "everyone" : templates.text(one))),
  );
}

function condition(templates: Templates, given: unknown): string {
  if (given === undefined) return "";
  const parts = Object.entries(given as Record<string, Record<string, unknown>>).flatMap(([operator, keys]) =>
    Object.entries(keys).map(
      ([key, value]) =>
        `${operator}(${key}, ${list(value)
          .map((v) => templates.text(v))
          .join("|")})`,
    ),
  );
  return `if ${parts.join(" and ")}`;
}
