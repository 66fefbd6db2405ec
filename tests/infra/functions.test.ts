/** The functions: how they run, what they are told, and the alarms that say what their failing means. */
import type { Stack } from "aws-cdk-lib";
import type { CfnPolicy } from "aws-cdk-lib/aws-iam";
import type { CfnFunction } from "aws-cdk-lib/aws-lambda";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { permitWatch } from "../../infra/app.ts";
import { FUNCTIONS, LAYER_DIR, ROOT } from "../../infra/build.ts";
import { cdkContext } from "../../infra/synth.ts";
import { assembly, bothTemplates } from "./assembly.ts";
import { countedMetrics } from "./own-metrics.ts";
import { list, Templates, type Resource } from "./templates.ts";

const WEBHOOK = {
  "permit-watch:smsChannel": "webhook",
  "permit-watch:smsWebhookUrl": "https://sms.example.com/send",
  "permit-watch:smsWebhookSecretParameter": "/permit-watch/sms-secret",
};

let templates: Templates;
beforeAll(async () => {
  templates = new Templates(await assembly());
});

/** Function → its resource; the name is the one its logs and metrics carry. */
const functions = (from = templates): Map<string, Resource> =>
  new Map(from.ofType("AWS::Lambda::Function").map((r) => [r.props.Environment.Variables.POWERTOOLS_SERVICE_NAME, r]));

describe("functions", () => {
  test("all are there, on Node 24 and arm64, with memory, timeout and JSON logs of their own", () => {
    expect([...functions().keys()].toSorted()).toEqual(Object.keys(FUNCTIONS).toSorted());
    for (const { props } of functions().values()) {
      expect(props).toMatchObject({ Runtime: "nodejs24.x", Architectures: ["arm64"], Handler: "index.handler" });
      expect(props.MemorySize).toBeGreaterThanOrEqual(512);
      expect(props.Timeout).toBeGreaterThan(3);
      expect(props.LoggingConfig).toMatchObject({ LogFormat: "JSON", LogGroup: { Ref: expect.any(String) } });
    }
    for (const { name, props } of templates.ofType("AWS::Logs::LogGroup"))
      expect(props.RetentionInDays, name).toBeGreaterThanOrEqual(180);
  });

  test("the layer is attached wherever RULE_DATA_DIR is set, and its files land in that folder", () => {
    for (const [name, { props, stack }] of functions()) {
      expect(props.Environment.Variables.RULE_DATA_DIR, name).toBe("/opt/rule-data");
      const layers = list(props.Layers).map((l) => (l as { Ref: string }).Ref);
      const ours = templates
        .ofType("AWS::Lambda::LayerVersion")
        .filter((l) => l.stack === stack)
        .map((l) => l.id);
      expect(layers, name).toEqual(ours);
    }
    expect(existsSync(join(LAYER_DIR, "rule-data"))).toBe(true);
  });

  test("the environment is the one of docs/architecture.md", () => {
    const documented = environmentTable();
    expect([...documented.keys()].toSorted()).toEqual(Object.keys(FUNCTIONS).toSorted());
    for (const [name, { props }] of functions()) {
      // Those that the settings of a deployment bring.
      const chosen = (variable: string): boolean =>
        /^(SMS_WEBHOOK_|MAIL_(SENDER|WEBHOOK_)|SITE_URL$|WEB_PUSH_SUBJECT$)/.test(variable);
      const expected = documented.get(name)?.filter((variable) => !chosen(variable));
      expect(Object.keys(props.Environment.Variables).toSorted(), name).toEqual(expected);
    }
    expect(Object.keys(warnPlantsByWebhook().variables).toSorted()).toEqual(documented.get("warn-plants"));
  });

  test("with a webhook nobody sends text messages, and the secret is read by its exact name", () => {
    const { statements } = warnPlantsByWebhook();
    const allowed = statements.filter(({ Action }) => /^(sns|ssm):/.test(String(Action)));
    expect(allowed.map((s) => [s.Action, s.NotResource === undefined, JSON.stringify(s.Resource)])).toEqual([
      // To the operators, and to who sends by other ways.
      ["sns:Publish", true, expect.stringMatching(/^\[\{"Ref":"operators\w+"\},\{"Ref":"owed\w+"\}\]$/)],
      ["ssm:GetParameter", true, expect.stringMatching(/:parameter\/permit-watch\/sms-secret"\]\]\}$/)],
    ]);
  });
});

/** Variables and permissions of warn-plants when the carrier is a webhook; from the constructs, without a synthesis. */
function warnPlantsByWebhook(): { variables: object; statements: Record<string, unknown>[] } {
  const app = permitWatch({
    context: { ...cdkContext(), ...WEBHOOK },
    autoSynth: false,
    outdir: join(ROOT, ".build/unused"), // nothing is synthesized
  });
  const stack = app.node.findChild("PermitWatchServices") as Stack;
  const fn = stack.node.findChild("warn-plants").node.defaultChild as CfnFunction;
  const policy = stack.node.findChild("warn-plants-role").node.findChild("DefaultPolicy").node
    .defaultChild as CfnPolicy;
  const { variables } = stack.resolve(fn.environment) as { variables: object };
  const { Statement } = stack.resolve(policy.policyDocument) as { Statement: Record<string, unknown>[] };
  return { variables, statements: Statement };
}

/** Function → all variables, from the table of docs/architecture.md. */
function environmentTable(): Map<string, string[]> {
  const lines = readFileSync(join(ROOT, "docs/architecture.md"), "utf8").split("\n");
  const names = (text: string): string[] => text.match(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g) ?? [];
  const header = lines.find((line) => /^\| *function/.test(line)) ?? "";
  const rows = lines
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .filter(([, name = ""]) => name in FUNCTIONS);
  return new Map(rows.map((cells) => [cells[1] ?? "", [...names(header), ...names(cells[4] ?? "")].toSorted()]));
}

interface MetricQuery {
  Period?: number;
  MetricStat?: { Period: number };
}

describe("alarms", () => {
  /** Of both partitions: some are about what exists in one only. */
  let alarms: Resource[];
  beforeAll(async () => {
    alarms = Object.values(await bothTemplates()).flatMap((each) => each.ofType("AWS::CloudWatch::Alarm"));
  });
  const headings = (): string[] =>
    readFileSync(join(ROOT, "docs/runbook.md"), "utf8")
      .split("\n")
      .filter((line) => line.startsWith("### "))
      .map((line) => line.slice(4));

  test("each says what it means for people, and has its heading in the runbook", () => {
    for (const { props } of alarms) {
      const name = String(props.AlarmName).replace("permit-watch-", "");
      expect(headings(), `docs/runbook.md needs a heading "### ${name}"`).toContain(name);
      expect(props.AlarmDescription).toMatch(/^[A-Z].{20,}\. Runbook: docs\/runbook\.md#[\w-]+$/);
      expect(props.AlarmDescription.endsWith(`#${name}`)).toBe(true);
      expect(props.AlarmActions.map((a: unknown) => templates.text(a))).toEqual(["operators"]);
    }
    const names = alarms.map(({ props }) => String(props.AlarmName).replace("permit-watch-", ""));
    expect(headings().filter((heading) => !names.includes(heading))).toEqual([]); // none without an alarm
  });

  test("each metric of our own is one that a function counts", () => {
    const counted = countedMetrics();
    const watched = alarms.flatMap(({ props }) =>
      [{ MetricStat: { Metric: props } }, ...(props.Metrics ?? [])]
        .map((m) => m.MetricStat?.Metric)
        .filter((m) => m?.Namespace === "PermitWatch"),
    );
    expect(watched.length).toBeGreaterThanOrEqual(7);
    for (const { MetricName, Dimensions } of watched) {
      expect(Dimensions).toEqual([{ Name: "service", Value: expect.stringMatching(/^[a-z-]+$/) }]);
      expect([...(counted.get(Dimensions[0].Value) ?? [])], Dimensions[0].Value).toContain(MetricName);
    }
  });

  test("only what has to happen takes silence for trouble, and every window is one that CloudWatch evaluates", () => {
    const silent = new Set<string>();
    for (const { props } of alarms) {
      const below = props.ComparisonOperator === "LessThanThreshold";
      expect(props.TreatMissingData, props.AlarmName).toBe(below ? "breaching" : "notBreaching");
      if (below) silent.add(props.AlarmName);
      const periods = [
        props.Period,
        ...(props.Metrics ?? []).map((m: MetricQuery) => m.Period ?? m.MetricStat?.Period),
      ];
      const period = Math.max(...periods.filter((each) => each !== undefined));
      // A week for periods of an hour and more, else a day.
      expect(period * props.EvaluationPeriods, props.AlarmName).toBeLessThanOrEqual((period >= 3600 ? 7 : 1) * 86_400);
    }
    expect([...silent].toSorted()).toEqual([
      "permit-watch-close-days-not-running",
      "permit-watch-close-hours-not-running",
      "permit-watch-telemetry-silent",
      "permit-watch-warn-plants-not-running",
    ]);
  });

  test("every function has one on its errors; what must run has one on silence", () => {
    const names = templates.ofType("AWS::CloudWatch::Alarm").map((r) => r.props.AlarmName);
    for (const name of Object.keys(FUNCTIONS)) expect(names).toContain(`permit-watch-${name}-errors`);
    const silence = templates
      .ofType("AWS::CloudWatch::Alarm")
      .find((r) => r.props.AlarmName === "permit-watch-warn-plants-not-running");
    expect(silence?.props).toMatchObject({ TreatMissingData: "breaching", ComparisonOperator: "LessThanThreshold" });
  });
});
