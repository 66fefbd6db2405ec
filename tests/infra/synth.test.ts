/** The synthesis itself: same input, same output; nothing done twice; findings and wrong settings stop it. */
import { App } from "aws-cdk-lib";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { execFileSync } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Metafile } from "esbuild";
import { isBuiltin } from "node:module";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { permitWatch } from "../../infra/app.ts";
import { buildFunctions, bundleDir, FUNCTIONS, requireEntries, ROOT, type FunctionName } from "../../infra/build.ts";
import { readConfig } from "../../infra/config.ts";
import { CHINA_EXAMPLE, cdkContext, synthesize } from "../../infra/synth.ts";

vi.setConfig({ testTimeout: 120_000 }); // a synthesis takes seconds; on a busy machine many of them

const folder = mkdtempSync(join(tmpdir(), "synth-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What is deployed; the assembly's metadata files hold stack traces of who asked for it. */
const contents = (dir: string): Record<string, string> =>
  Object.fromEntries(
    globSync("*.{template,assets}.json", { cwd: dir }).map((f) => [f, readFileSync(join(dir, f), "utf8")]),
  );

describe("synthesize", () => {
  beforeAll(async () => {
    await synthesize({ outdir: join(folder, "a"), quiet: true });
  });

  test("another run, somewhere else, gives the same assembly", async () => {
    const { outdir } = await synthesize({ quiet: true, cached: true });
    expect(contents(join(folder, "a"))).toEqual(contents(outdir));
  });

  test("cached: done once, and again when a setting changes", async () => {
    const manifest = join(folder, "a/manifest.json");
    const before = statSync(manifest).ino;
    await synthesize({ outdir: join(folder, "a"), quiet: true, cached: true });
    expect(statSync(manifest).ino).toBe(before);
    await synthesize({
      outdir: join(folder, "a"),
      quiet: true,
      cached: true,
      context: { "permit-watch:logLevel": "DEBUG" },
    });
    expect(statSync(manifest).ino).not.toBe(before);
    expect(readFileSync(join(folder, "a/PermitWatchTelemetry.template.json"), "utf8")).toContain(
      '"LOG_LEVEL": "DEBUG"',
    );
  });

  test("a failed synthesis leaves the former assembly and nothing beside it", async () => {
    const before = contents(join(folder, "a"));
    const wrong = { outdir: join(folder, "a"), quiet: true, context: { "permit-watch:smsChannel": "pigeon" } };
    await expect(synthesize(wrong)).rejects.toThrow(/permit-watch:smsChannel/);
    expect(contents(join(folder, "a"))).toEqual(before);
    expect(globSync(".*", { cwd: folder })).toEqual([]);
  });
});

describe("findings", () => {
  test("an unacknowledged finding of cdk-nag stops the synthesis", () => {
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const app = permitWatch({ outdir: join(folder, "nag"), context: cdkContext() });
    const open = new Queue(app.node.findChild("PermitWatchServices"), "open-queue"); // no TLS, no dead-letter queue
    expect(open.node.path).toBe("PermitWatchServices/open-queue");
    expect(() => app.synth()).toThrow(/AwsSolutions-SQS4/);
    const report = readFileSync(join(folder, "nag/validation-report.json"), "utf8");
    expect(report).toContain("AwsSolutions-SQS4");
    expect(report).toContain("Serverless-SQSRedrivePolicy");
    vi.restoreAllMocks();
  });
});

describe("settings", () => {
  const config = (context: Record<string, unknown>) => readConfig(new App({ context, analyticsReporting: false }));

  test("defaults are complete, texts of the command line are read as numbers", () => {
    expect(config({})).toMatchObject({ smsChannel: "sns", archiveLockMode: "governance", logRetentionDays: 180 });
    expect(config({ "permit-watch:archiveLockDays": "30" }).archiveLockDays).toBe(30);
  });

  test("aws-cn has defaults of its own, and what is given wins over them", () => {
    const china = CHINA_EXAMPLE.context ?? {};
    expect(config({})).toMatchObject({ partition: "aws", architecture: "arm64", streamRetentionHours: 24 });
    expect(config({}).region).toBeUndefined();
    expect(config(china)).toMatchObject({
      region: "cn-north-1",
      architecture: "x86_64",
      smsChannel: "webhook",
      streamRetentionHours: 168,
    });
    const given = { "permit-watch:region": "cn-northwest-1", "permit-watch:architecture": "arm64" };
    expect(config({ ...china, ...given })).toMatchObject({ region: "cn-northwest-1", architecture: "arm64" });
  });

  test.each([
    [{ "permit-watch:smsChannel": "sns" }, /SNS sends no text messages in aws-cn/],
    [{ "permit-watch:region": "ap-east-1" }, /region and partition contradict each other/],
    [{ "permit-watch:domainName": undefined }, /aws-cn needs domainName/],
    [{ "permit-watch:iamCertificateId": undefined }, /aws-cn needs domainName .* and iamCertificateId/],
    [{ "permit-watch:iamCertificateId": "permits.example.cn" }, /iamCertificateId/],
    [{ "permit-watch:oidcClientId": undefined }, /oidcIssuer and oidcClientId go together/],
    [
      { "permit-watch:oidcIssuer": undefined, "permit-watch:oidcClientId": undefined },
      /aws-cn has no Cognito user pools: name an OpenID Connect issuer/,
    ],
    [{ "permit-watch:oidcIssuer": "http://sign-in.example.cn" }, /oidcIssuer/],
    [{ "permit-watch:signInDomainPrefix": "permits" }, /oidcIssuer takes its place/],
    [
      { "permit-watch:certificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/a-b" },
      /certificateArn is for aws, iamCertificateId for aws-cn/,
    ],
  ])("aws-cn: %j is refused", (context, reason) => {
    const merged = Object.entries({ ...CHINA_EXAMPLE.context, ...context }).filter(([, value]) => value !== undefined);
    expect(() => config(Object.fromEntries(merged))).toThrow(reason);
  });

  test.each([
    [{ "permit-watch:smschannel": "sns" }, /smschannel/],
    [{ "permit-watch:smsChannel": "webhook" }, /smsWebhookUrl and smsWebhookSecretParameter/],
    [{ "permit-watch:smsWebhookUrl": "http://sms.example.com" }, /smsWebhookUrl/],
    [{ "permit-watch:archiveLockDays": "0" }, /archiveLockDays/],
    [{ "permit-watch:archiveLockDays": "a year" }, /archiveLockDays/],
    [{ "permit-watch:logRetentionDays": "30" }, /six months at least/],
    [{ "permit-watch:logRetentionDays": "200" }, /not a period that CloudWatch Logs knows/],
    [{ "permit-watch:streamRetentionHours": "8761" }, /streamRetentionHours/],
    [{ "permit-watch:blocksMinWrite": "3000" }, /minimum capacity/],
    [{ "permit-watch:domainName": "permits.example.cn" }, /certificateArn go together/],
    [{ "permit-watch:partition": "aws-us-gov" }, /partition/],
    [{ "permit-watch:partition": "aws-cn" }, /aws-cn needs domainName/],
    [{ "permit-watch:region": "cn-north-1" }, /region and partition contradict each other/],
    [{ "permit-watch:iamCertificateId": "ASCAEXAMPLEEXAMPLE123" }, /iamCertificateId for aws-cn/],
    [{ "permit-watch:originSecret": "new" }, /originSecret: a day/],
    [{ "permit-watch:oidcIssuer": "https://sign-in.example.com" }, /oidcIssuer and oidcClientId go together/],
    [{ "permit-watch:signInDomainPrefix": "my-cognito" }, /must not contain aws, amazon or cognito/],
    [{ "permit-watch:siteUrl": "https://d111.cloudfront.net/portal" }, /without a path/],
    [{ "permit-watch:formerOriginSecret": "2026-11-23" }, /formerOriginSecret must be the earlier day/],
  ])("%j is refused", (context, reason) => {
    expect(() => config(context)).toThrow(reason);
  });
});

describe("bundles", () => {
  beforeAll(async () => {
    await buildFunctions();
  });
  const names = Object.keys(FUNCTIONS) as FunctionName[];

  test("a second run builds nothing", async () => {
    expect(await buildFunctions()).toBe(false);
  });

  test("a function without its entry file is refused by name", () => {
    const entries = { ...FUNCTIONS, "warn-moon": "functions/warnings/warn-moon.ts" };
    expect(() => requireEntries(entries)).toThrow(
      "no entry file for warn-moon (functions/warnings/warn-moon.ts). Write it",
    );
  });

  test("each is one self-contained module, its map kept apart", () => {
    const { outputs } = JSON.parse(readFileSync(join(ROOT, ".build/meta.json"), "utf8")) as Metafile;
    for (const name of names) {
      expect(globSync("**", { cwd: bundleDir(name) }).toSorted()).toEqual([".", "index.mjs"]);
      expect(existsSync(join(bundleDir(name), `../../maps/${name}.mjs.map`))).toBe(true);
      const { imports } = outputs[`.build/functions/${name}/index.mjs`] ?? { imports: [] };
      const outside = imports.filter((i) => i.external && !isBuiltin(i.path)).map((i) => i.path);
      expect(outside, name).toEqual([]); // nothing is left to be found at run time
    }
  });

  test("none weighs more than 760 KB: start-up is billed, and one careless import of zod costs 400 KB", () => {
    // The heaviest is ingest-telemetry: clients of three services (DynamoDB, S3, SSM for the keys of devices).
    const heavy = names.map((name) => [name, statSync(join(bundleDir(name), "index.mjs")).size] as const);
    expect(heavy.filter(([, bytes]) => bytes > 760_000)).toEqual([]);
  });

  test("each loads by itself and exports its handler", () => {
    const load = `for (const path of process.argv.slice(1)) console.log(typeof (await import(path)).handler);`;
    const paths = names.map((name) => join(bundleDir(name), "index.mjs"));
    const out = execFileSync(process.execPath, ["--input-type=module", "-e", load, ...paths], {
      cwd: tmpdir(), // no node_modules in reach
      encoding: "utf8",
      env: { AWS_REGION: "local-1" },
    });
    expect(out.trim().split("\n")).toEqual(names.map(() => "function"));
  });
});
