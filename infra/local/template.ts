/**
 * Reads a CDK cloud assembly (manifest, templates, assets) and resolves it the way CloudFormation would on deployment:
 * names, Ref, Fn::GetAtt, Fn::Join, Fn::Sub, Fn::Select, Fn::Split, Fn::ImportValue, pseudo parameters and dynamic
 * references. Whatever it does not know (resource type, property, intrinsic, attribute) is refused with the path of the resource.
 */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";
import { withSecrets } from "./dynamic-references.ts";
import { resourceTypes, type Identity, type ResourceType } from "./resource-types.ts";

export interface Resource {
  /** `Stack/LogicalId`, and the construct path when the template carries it: what messages name. */
  path: string;
  stack: string;
  logicalId: string;
  type: string;
  name: string;
  arn: string | undefined;
  /** What Ref gives. */
  ref: string;
  /** The `used` properties, resolved. */
  properties: Record<string, unknown>;
}

export interface Assembly {
  resources: readonly Resource[];
  ofType(type: string): Resource[];
  /** The resource whose Ref, ARN or name this is. */
  find(type: string, reference: unknown): Resource | undefined;
  /** Folder or file of an asset by its S3 key (`<hash>.zip`). */
  asset(s3Key: string): string;
}

/** A template that this machine does not understand; the message names resource, property and what to do. */
export class TemplateError extends Error {
  override name = "TemplateError";
}

const ManifestSchema = z.object({
  artifacts: z.record(
    z.string(),
    z.object({
      type: z.string(),
      properties: z.optional(
        z.object({
          templateFile: z.optional(z.string()),
          stackName: z.optional(z.string()),
          file: z.optional(z.string()),
        }),
      ),
    }),
  ),
});
const AssetsSchema = z.object({
  files: z.record(z.string(), z.object({ source: z.object({ path: z.string(), packaging: z.optional(z.string()) }) })),
});
const ResourceSchema = z.strictObject({
  Type: z.string(),
  Properties: z.optional(z.record(z.string(), z.unknown())),
  Metadata: z.optional(z.record(z.string(), z.unknown())),
  DependsOn: z.optional(z.unknown()),
  DeletionPolicy: z.optional(z.string()),
  UpdateReplacePolicy: z.optional(z.string()),
});
const TemplateSchema = z.strictObject({
  AWSTemplateFormatVersion: z.optional(z.string()),
  Description: z.optional(z.string()),
  Metadata: z.optional(z.unknown()),
  Resources: z.record(z.string(), ResourceSchema),
  Outputs: z.optional(
    z.record(z.string(), z.object({ Value: z.unknown(), Export: z.optional(z.object({ Name: z.unknown() })) })),
  ),
  Parameters: z.optional(
    z.record(z.string(), z.object({ Type: z.string(), Default: z.optional(z.union([z.string(), z.number()])) })),
  ),
  Rules: z.optional(z.record(z.string(), z.unknown())),
});
type Template = z.infer<typeof TemplateSchema>;

const REGION = "local-1";
const ACCOUNT = "000000000000";
const PSEUDO: Record<string, string> = {
  "AWS::Region": REGION,
  "AWS::AccountId": ACCOUNT,
  "AWS::Partition": "aws",
  "AWS::URLSuffix": "amazonaws.com",
};
export const machineRegion = REGION;
export const machineAccount = ACCOUNT;

const OWN_KEY = randomBytes(32);

/** Reads the assembly in `folder`, with the issuer that stands in for its user pool. Throws TemplateError on anything unknown. */
export function readAssembly(
  folder: string,
  issuer = "http://localhost/oidc",
  /** What generated secrets are made from; without it they are others in each process. */
  secretKey: Buffer = OWN_KEY,
): Assembly {
  const manifest = parseFile(join(folder, "manifest.json"), ManifestSchema);
  const stacks = new Map<string, Template>();
  const assets = new Map<string, string>();
  for (const [id, artifact] of Object.entries(manifest.artifacts)) {
    const { templateFile, stackName, file } = artifact.properties ?? {};
    if (artifact.type === "aws:cloudformation:stack" && templateFile) {
      stacks.set(stackName ?? id, parseFile(join(folder, templateFile), TemplateSchema));
    } else if (artifact.type === "cdk:asset-manifest" && file) {
      for (const [hash, asset] of Object.entries(parseFile(join(folder, file), AssetsSchema).files))
        assets.set(hash, join(folder, asset.source.path));
    }
  }
  if (stacks.size === 0) throw new TemplateError(`${folder} has no stacks; run \`npm run synth\``);
  const resources = resolveStacks(stacks, issuer, secretKey);
  const byReference = new Map<string, Resource>();
  for (const resource of resources)
    for (const key of [resource.ref, resource.arn, resource.name])
      if (key) byReference.set(`${resource.type} ${key}`, resource);
  return {
    resources,
    ofType: (type) => resources.filter((resource) => resource.type === type),
    find: (type, reference) => byReference.get(`${type} ${String(reference)}`),
    asset: (s3Key) => {
      const path = assets.get(s3Key.replace(/\.[a-z]+$/, ""));
      if (!path || !existsSync(path))
        throw new TemplateError(`the asset ${s3Key} is not in ${folder}; run \`npm run synth\` again`);
      return path;
    },
  };
}

function parseFile<S extends z.ZodMiniType>(file: string, schema: S): z.infer<S> {
  if (!existsSync(file)) throw new TemplateError(`${file} is missing; run \`npm run synth\``);
  const parsed = schema.safeParse(JSON.parse(readFileSync(file, "utf8")));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const keys = issue?.code === "unrecognized_keys" ? ` (${issue.keys.join(", ")})` : "";
    throw new TemplateError(
      `${file}: ${issue?.path.join(".")}: ${issue?.message}${keys}: the one-machine target does not know it`,
    );
  }
  return parsed.data;
}

function resolveStacks(stacks: Map<string, Template>, issuer: string, secretKey: Buffer): Resource[] {
  const identities = new Map<string, { identity: Identity; type: ResourceType; path: string }>();
  const exports = new Map<string, { stack: string; value: unknown }>();
  const busy = new Set<string>();

  /** Name of a resource, made on first need since a name may itself refer to others. */
  const identify = (
    stack: string,
    logicalId: string,
    asker: string,
  ): { identity: Identity; type: ResourceType; path: string } => {
    const key = `${stack}/${logicalId}`;
    const known = identities.get(key);
    if (known) return known;
    const resource = stacks.get(stack)?.Resources[logicalId];
    if (!resource) throw new TemplateError(`${asker}: refers to ${key}, which is not in the template`);
    const path =
      typeof resource.Metadata?.["aws:cdk:path"] === "string" ? `${key} (${resource.Metadata["aws:cdk:path"]})` : key;
    const type = resourceTypes[resource.Type];
    if (!type)
      throw new TemplateError(
        `${path}: resource type ${resource.Type} is unknown to the one-machine target (infra/local/resource-types.ts)`,
      );
    if (busy.has(key)) throw new TemplateError(`${path}: its name refers to itself`);
    busy.add(key);
    const given = type.nameProperty ? resource.Properties?.[type.nameProperty] : undefined;
    const name =
      given === undefined ? defaultName(resource.Type, stack, logicalId) : String(resolve(given, stack, path));
    busy.delete(key);
    const made = { identity: { name, region: REGION, account: ACCOUNT, issuer }, type, path };
    identities.set(key, made);
    return made;
  };

  const reference = (stack: string, target: string, path: string): string => {
    if (target in PSEUDO) return PSEUDO[target] as string;
    if (target === "AWS::StackName") return stack;
    if (target === "AWS::StackId") return `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/${stack}/local`;
    const parameter = stacks.get(stack)?.Parameters?.[target];
    // The bootstrap version only guards deployments (its Rules section with it).
    if (target === "BootstrapVersion") return "local";
    if (parameter) {
      if (parameter.Default === undefined || parameter.Type.startsWith("AWS::SSM"))
        throw new TemplateError(`${path}: parameter ${target} has no plain default, and one machine has nobody to ask`);
      return `${parameter.Default}`;
    }
    const { identity, type } = identify(stack, target, path);
    return (type.ref ?? ((of: Identity) => of.name))(identity);
  };
  const attribute = (stack: string, target: string, name: string, path: string): string => {
    const found = identify(stack, target, path);
    const make = found.type.attributes?.[name];
    if (!make)
      throw new TemplateError(`${path}: attribute ${name} of ${found.path} is unknown to the one-machine target`);
    return make(found.identity);
  };

  const resolve = (value: unknown, stack: string, path: string): unknown => {
    if (Array.isArray(value)) return value.map((each) => resolve(each, stack, path));
    if (typeof value !== "object" || value === null) return value;
    const keys = Object.keys(value);
    const [first] = keys;
    if (
      keys.length === 1 &&
      first !== undefined &&
      (first === "Ref" || first.startsWith("Fn::") || first === "Condition")
    )
      return intrinsic(first, (value as Record<string, unknown>)[first], stack, path);
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, resolve(each, stack, `${path}.${key}`)]),
    );
  };
  const intrinsic = (fn: string, argument: unknown, stack: string, path: string): unknown => {
    const wrong = (): never => {
      throw new TemplateError(`${path}: ${fn} ${JSON.stringify(argument)} is unknown to the one-machine target`);
    };
    switch (fn) {
      case "Ref":
        return typeof argument === "string" ? reference(stack, argument, path) : wrong();
      case "Fn::GetAtt": {
        const [target, name] =
          typeof argument === "string" ? argument.split(/\.(.*)/s) : Array.isArray(argument) ? argument : [];
        return typeof target === "string" && typeof name === "string" ? attribute(stack, target, name, path) : wrong();
      }
      case "Fn::Join": {
        if (!Array.isArray(argument) || typeof argument[0] !== "string") return wrong();
        const parts = resolve(argument[1], stack, path);
        return Array.isArray(parts) ? parts.join(argument[0]) : wrong();
      }
      case "Fn::Sub": {
        const [text, values] = Array.isArray(argument) ? argument : [argument, {}];
        if (typeof text !== "string") return wrong();
        const named = resolve(values, stack, path) as Record<string, unknown>;
        return text.replaceAll(/\$\{(!?)([^}]+)\}/g, (_, literal: string, key: string) => {
          if (literal) return `\${${key}}`;
          if (key in named) return String(named[key]);
          const [target = "", name] = key.split(/\.(.*)/s);
          return name === undefined ? reference(stack, target, path) : attribute(stack, target, name, path);
        });
      }
      case "Fn::Split": {
        const [by, text] = Array.isArray(argument) ? argument : [];
        const whole = resolve(text, stack, path);
        return typeof by === "string" && typeof whole === "string" ? whole.split(by) : wrong();
      }
      case "Fn::Select": {
        const [index, list] = Array.isArray(argument) ? argument : [];
        const of = resolve(list, stack, path);
        const chosen = Array.isArray(of) ? of[Number(index)] : undefined;
        return chosen === undefined ? wrong() : chosen;
      }
      case "Fn::ImportValue": {
        const exported = exports.get(String(resolve(argument, stack, path)));
        return exported ? resolve(exported.value, exported.stack, path) : wrong();
      }
      default:
        return wrong();
    }
  };

  for (const [stack, template] of stacks)
    for (const [id, output] of Object.entries(template.Outputs ?? {}))
      if (output.Export)
        exports.set(String(resolve(output.Export.Name, stack, `${stack}/Outputs/${id}`)), {
          stack,
          value: output.Value,
        });

  return [...stacks].flatMap(([stack, template]) =>
    Object.entries(template.Resources).map(([logicalId, resource]) => {
      const { identity, type, path } = identify(stack, logicalId, stack);
      const properties: Record<string, unknown> = {};
      for (const [property, value] of Object.entries(resource.Properties ?? {})) {
        if (type.used.includes(property))
          properties[property] = withSecrets(resolve(value, stack, `${path}.${property}`), secretKey, (reference) => {
            throw new TemplateError(
              `${path}.${property}: the dynamic reference ${reference} is unknown to the one-machine target`,
            );
          });
        else if (!(property in type.ignored || "*" in type.ignored))
          throw new TemplateError(
            `${path}: property ${property} of ${resource.Type} is unknown to the one-machine target (infra/local/resource-types.ts)`,
          );
      }
      return {
        path,
        stack,
        logicalId,
        type: resource.Type,
        name: identity.name,
        arn: (type.attributes?.["Arn"] ?? type.attributes?.["TopicArn"] ?? type.attributes?.["LayerVersionArn"])?.(
          identity,
        ),
        ref: reference(stack, logicalId, path),
        properties,
      };
    }),
  );
}

/** Names as CloudFormation would make them, stable instead of random; bucket names in their narrower alphabet. */
function defaultName(type: string, stack: string, logicalId: string): string {
  const name = `${stack}-${logicalId}`;
  return type === "AWS::S3::Bucket"
    ? name
        .toLowerCase()
        .replaceAll(/[^a-z0-9-]/g, "-")
        .slice(0, 63)
    : name;
}
