/** Builds the functions and synthesizes all stacks; works offline and without an account. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { buildHash, hashOfFiles, ROOT, withBuild } from "./build.ts";

export interface SynthesizeOptions {
  /** Where the cloud assembly goes. Default `cdk.out`. */
  outdir?: string;
  /** Prints nothing. */
  quiet?: boolean;
  /** Does nothing when the assembly was made from the same inputs. */
  cached?: boolean;
  /** Context on top of cdk.json, such as `{ "permit-watch:smsChannel": "webhook" }`. */
  context?: Record<string, unknown>;
  /** Takes the settings from `context` alone, and none from cdk.json. */
  alone?: boolean;
}

export interface Synthesized {
  outdir: string;
  /** Stack name → number of resources; empty when nothing had to be done. */
  stacks: Record<string, number>;
}

/**
 * Settings that `aws-cn` needs, invented: with them its templates are checked although nothing is deployed there. A
 * deployment gives its own (docs/deploy.md).
 */
export const CHINA_EXAMPLE: SynthesizeOptions = {
  outdir: join(ROOT, "cdk.out.cn"),
  alone: true,
  context: {
    "permit-watch:partition": "aws-cn",
    "permit-watch:smsWebhookUrl": "https://sms.example.cn/send",
    "permit-watch:smsWebhookSecretParameter": "/permit-watch/sms-secret",
    "permit-watch:domainName": "permits.example.cn",
    "permit-watch:iamCertificateId": "ASCAEXAMPLEEXAMPLE123",
    "permit-watch:oidcIssuer": "https://sign-in.example.cn/permits",
    "permit-watch:oidcClientId": "permit-watch",
  },
};

/** What the templates are made from, beside the bundles and the layer. */
const INPUTS = [
  "infra/*.ts",
  "infra/{stacks,constructs}/*.ts",
  "events/*.ts",
  "web/**/csp.ts",
  "cdk.json",
  "package-lock.json",
];

/**
 * Writes the cloud assembly. Throws when a bundle cannot be built, a setting is wrong, or cdk-nag or CloudFormation's
 * own rules find something that nobody has acknowledged.
 */
export async function synthesize(options: SynthesizeOptions = {}): Promise<Synthesized> {
  const outdir = resolve(options.outdir ?? join(ROOT, "cdk.out"));
  return withBuild(async () => {
    mkdirSync(dirname(outdir), { recursive: true });
    const context = contextOf(options);
    const inputs = hashOfFiles(INPUTS, JSON.stringify([buildHash(), process.env.CDK_CONTEXT_JSON, context]));
    const stamp = join(outdir, "inputs.sha256");
    if (options.cached && existsSync(stamp) && readFileSync(stamp, "utf8") === inputs) return { outdir, stacks: {} };

    // Beside the target first: who reads the target never sees half an assembly.
    const fresh = join(dirname(outdir), `.${basename(outdir)}.${process.pid}`);
    try {
      const stacks = await writeAssembly(fresh, context);
      writeFileSync(join(fresh, "inputs.sha256"), inputs);
      rmSync(outdir, { recursive: true, force: true });
      renameSync(fresh, outdir);
      if (!options.quiet) print(outdir, stacks);
      return { outdir, stacks };
    } finally {
      rmSync(fresh, { recursive: true, force: true });
    }
  });
}

function print(outdir: string, stacks: Record<string, number>): void {
  for (const [stack, count] of Object.entries(stacks)) console.log(`${stack}: ${count} resources`);
  console.log(`written to ${outdir}`);
}

/** The context of cdk.json: the CDK's feature flags and this deployment's settings. */
export function cdkContext(): Record<string, unknown> {
  return (JSON.parse(readFileSync(join(ROOT, "cdk.json"), "utf8")) as { context: Record<string, unknown> }).context;
}

/** Feature flags and settings of one synthesis. */
function contextOf({ context, alone }: SynthesizeOptions): Record<string, unknown> {
  const file = Object.entries(cdkContext()).filter(([key]) => !(alone && key.startsWith("permit-watch:")));
  return { ...Object.fromEntries(file), ...context };
}

async function writeAssembly(outdir: string, context: Record<string, unknown>): Promise<Record<string, number>> {
  const { permitWatch } = await import("./app.ts"); // a second and a half of CDK, only when needed
  const app = permitWatch({ outdir, autoSynth: false, context });
  const report = join(outdir, "validation-report.json");
  try {
    const { stacks } = app.synth();
    // The CDK stops at errors; a warning that nobody has looked at stops us as well.
    const warnings = existsSync(report) ? readFileSync(report, "utf8").match(/"ruleName": *"[^"]+"/g) : null;
    if (warnings) throw new Error(`unacknowledged warnings: ${warnings.join(", ")}`);
    return Object.fromEntries(
      stacks.map((s) => [s.stackName, Object.keys((s.template as { Resources: object }).Resources).length]),
    );
  } catch (error) {
    if (!existsSync(report)) throw error;
    const kept = join(ROOT, ".build/validation-report.json");
    copyFileSync(report, kept);
    throw new Error(`the templates are not in order: see the findings above, or ${kept}`, { cause: error });
  }
}

if (import.meta.main) {
  // `cdk synth` names its own folder and reads the assembly from there.
  const outdir = process.env.CDK_OUTDIR;
  try {
    await synthesize(outdir ? { outdir } : {});
    if (!outdir) await synthesize(CHINA_EXAMPLE);
    await (await import("./build-web.ts")).buildWeb(); // what a deployment puts into the site bucket
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
