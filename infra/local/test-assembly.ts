/** For tests: a small cloud assembly on disk, with functions given as source text. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

type Properties = Record<string, unknown>;

/** A folder that is removed when the test ends (`await using` or `using`). */
export function temporaryFolder(): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "permit-watch-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export const resource = (type: string, properties: Properties = {}): Properties => ({
  Type: type,
  Properties: properties,
});

/** A function resource; its source is the asset named after it. */
export const lambdaResource = (asset: string, properties: Properties = {}): Properties =>
  resource("AWS::Lambda::Function", {
    Code: { S3Bucket: "assets", S3Key: `${asset}.zip` },
    Handler: "index.handler",
    Runtime: "nodejs24.x",
    Role: "role",
    MemorySize: 256,
    Timeout: 5,
    ...properties,
  });

/** A role of functions that may do what is given as action and resource, and nothing else. */
export const roleResource = (...allowed: [action: string, resource: unknown][]): Properties =>
  resource("AWS::IAM::Role", {
    AssumeRolePolicyDocument: {},
    Policies: [
      {
        PolicyName: "own",
        PolicyDocument: {
          Version: "2012-10-17",
          Statement: [["logs:PutLogEvents", "*"] as const, ...allowed].map(([Action, Resource]) => ({
            Effect: "Allow",
            Action,
            Resource,
          })),
        },
      },
    ],
  });

/** Writes manifest, templates and assets. `sources`: asset name → text of its index.mjs. */
export function writeAssembly(
  folder: string,
  stacks: Record<string, { Resources: Record<string, Properties>; [section: string]: unknown }>,
  sources: Record<string, string> = {},
): string {
  const artifacts: Record<string, unknown> = {};
  const files: Record<string, unknown> = {};
  for (const [asset, source] of Object.entries(sources)) {
    mkdirSync(join(folder, `asset.${asset}`), { recursive: true });
    writeFileSync(join(folder, `asset.${asset}/index.mjs`), source);
    files[asset] = { source: { path: `asset.${asset}`, packaging: "zip" }, destinations: {} };
  }
  for (const [name, template] of Object.entries(stacks)) {
    writeFileSync(join(folder, `${name}.template.json`), JSON.stringify(template));
    writeFileSync(join(folder, `${name}.assets.json`), JSON.stringify({ version: "1", files, dockerImages: {} }));
    artifacts[`${name}.assets`] = { type: "cdk:asset-manifest", properties: { file: `${name}.assets.json` } };
    artifacts[name] = { type: "aws:cloudformation:stack", properties: { templateFile: `${name}.template.json` } };
  }
  writeFileSync(join(folder, "manifest.json"), JSON.stringify({ version: "1", artifacts }));
  return folder;
}

/** Resolves when `holds` does, asked every few milliseconds; rejects after `ms`. */
export async function eventually(holds: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  const until = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > until) throw new Error(`not within ${ms} ms: ${holds.toString()}`);
    await new Promise((done) => setTimeout(done, 5));
  }
}
