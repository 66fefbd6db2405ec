/** Reads a cloud assembly for assertions: resources of all stacks, and values in words instead of intrinsics. */
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

export interface Resource {
  stack: string;
  id: string;
  /** Logical id without the hash that the CDK adds: `register07798668` → `register`. */
  name: string;
  type: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- templates are asserted on, not computed with
  props: any;
  deletionPolicy: string | undefined;
  updateReplacePolicy: string | undefined;
  dependsOn: string[];
}

interface Template {
  Resources: Record<
    string,
    {
      Type: string;
      Properties?: unknown;
      DeletionPolicy?: string;
      UpdateReplacePolicy?: string;
      DependsOn?: string | string[];
    }
  >;
  Outputs?: Record<string, { Value: unknown; Export?: { Name: string } }>;
}

export class Templates {
  readonly resources: Resource[] = [];
  readonly sources = new Map<string, string>();
  private readonly exports = new Map<string, unknown>();

  constructor(outdir: string) {
    for (const file of globSync("*.template.json", { cwd: outdir }).sort()) {
      const stack = basename(file, ".template.json");
      const source = readFileSync(join(outdir, file), "utf8");
      this.sources.set(stack, source);
      const template = JSON.parse(source) as Template;
      for (const [id, r] of Object.entries(template.Resources))
        this.resources.push({
          stack,
          id,
          name: shortName(id),
          type: r.Type,
          props: r.Properties ?? {},
          deletionPolicy: r.DeletionPolicy,
          updateReplacePolicy: r.UpdateReplacePolicy,
          dependsOn: list(r.DependsOn).map(String),
        });
      for (const output of Object.values(template.Outputs ?? {}))
        if (output.Export) this.exports.set(output.Export.Name, output.Value);
    }
  }

  ofType(type: string): Resource[] {
    return this.resources.filter((r) => r.type === type);
  }

  /** `{ Ref }`, `{ Fn::GetAtt }`, `{ Fn::ImportValue }`, `{ Fn::Join }` in words: `register.Arn`, `arn:PARTITION:…`. */
  text(value: unknown): string {
    if (typeof value !== "object" || value === null) return String(value);
    const [[fn, argument] = []] = Object.entries(value as Record<string, unknown>);
    if (fn === "Ref")
      return String(argument).startsWith("AWS::")
        ? String(argument).slice(5).toUpperCase()
        : shortName(String(argument));
    if (fn === "Fn::GetAtt") {
      const [id, attribute] = argument as [string, string];
      return `${shortName(id)}.${attribute}`;
    }
    if (fn === "Fn::ImportValue") return this.text(this.exports.get(String(argument)));
    if (fn === "Fn::Join") {
      const [separator, parts] = argument as [string, unknown[]];
      return parts.map((part) => this.text(part)).join(separator);
    }
    if (fn === "Fn::Sub") return String(argument);
    throw new Error(`the tests do not know ${fn}: ${JSON.stringify(value)}`);
  }
}

export const shortName = (id: string): string => id.replace(/[0-9A-F]{8}$/, "");

/** A list, whether CloudFormation wrote one or a single value. */
export const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);
