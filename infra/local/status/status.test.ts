/** The arithmetic of CloudWatch on known points, and a machine whose functions' metrics set an alarm off and end it. */
import { afterEach, expect, test } from "vitest";
import { lambdaResource, resource, roleResource, temporaryFolder, writeAssembly } from "../test-assembly.ts";
import { startMachine, type Machine } from "../machine.ts";
import { pointsOf, readAlarms, stateOf, type AlarmDefinition } from "./alarms.ts";
import { readEmbedded } from "./embedded-metrics.ts";
import { evaluateMath, type Point } from "./metric-math.ts";
import { openMetricStore } from "./metric-store.ts";
import { sparkline } from "./page.ts";

const MINUTE = 60_000;
const id = { namespace: "PermitWatch", name: "Sms_failed", dimensions: { service: "warn-plants" } };
const alarm = (over: Partial<AlarmDefinition> = {}): AlarmDefinition => ({
  name: "a",
  description: "",
  metrics: { m: { id, statistic: "Sum" } },
  expression: "m",
  periodMs: 5 * MINUTE,
  evaluationPeriods: 3,
  datapointsToAlarm: 3,
  comparison: "GreaterThanOrEqualToThreshold",
  threshold: 1,
  treatMissing: "missing",
  ...over,
});

// The two tables of "Configuring how alarms treat missing data" in the CloudWatch user guide: X breaches, 0 does not,
// - is missing. States in the order missing, ignore, breaching, notBreaching; "keep" is the former state.
const keep = "keep";
test.each([
  [3, "0-X-X", "OK", "OK", "OK", "OK"],
  [3, "0----", "OK", "OK", "OK", "OK"],
  [3, "-----", "INSUFFICIENT_DATA", keep, "ALARM", "OK"],
  [3, "0XX-X", "ALARM", "ALARM", "ALARM", "ALARM"],
  [3, "--X--", "ALARM", keep, "ALARM", "OK"],
  [2, "0-X-X", "ALARM", "ALARM", "ALARM", "ALARM"],
  [2, "00X0X", "ALARM", "ALARM", "ALARM", "ALARM"],
  [2, "0-X--", "OK", "OK", "ALARM", "OK"],
  [2, "----0", "OK", "OK", "ALARM", "OK"],
  [2, "---X-", "ALARM", keep, "ALARM", "OK"],
] as const)("%i of 3 datapoints, %s", (datapointsToAlarm, drawn, ...states) => {
  const points = drawn
    .split("")
    .toReversed()
    .map((c): Point => (c === "-" ? null : c === "X" ? 1 : 0));
  for (const [i, treatMissing] of (["missing", "ignore", "breaching", "notBreaching"] as const).entries())
    for (const former of ["OK", "ALARM", "INSUFFICIENT_DATA"] as const)
      expect(stateOf(alarm({ datapointsToAlarm, treatMissing }), points, former), treatMissing).toBe(
        states[i] === keep ? former : states[i],
      );
});

test.each([
  ["GreaterThanOrEqualToThreshold", [false, true, true]],
  ["GreaterThanThreshold", [false, false, true]],
  ["LessThanThreshold", [true, false, false]],
  ["LessThanOrEqualToThreshold", [true, true, false]],
] as const)("%s 5 of 4, 5 and 6", (comparison, expected) => {
  const one = alarm({ comparison, threshold: 5, evaluationPeriods: 1, datapointsToAlarm: 1 });
  expect([4, 5, 6].map((value) => stateOf(one, [value, null, null], "OK") === "ALARM")).toEqual(expected);
});

test("a period ends with the last whole minute and moves on with every minute", () => {
  const store = openMetricStore();
  const start = 1_790_000_000_000 - (1_790_000_000_000 % MINUTE);
  store.put(id, start + 30_000, [2]);
  store.put(id, start + 2 * MINUTE, [3]);
  const at = (minutes: number): Point[] => pointsOf(alarm(), store, start + minutes * MINUTE + 1_000).slice(0, 2);
  expect(at(0)).toEqual([null, null]); // its minute is not over
  expect(at(1)).toEqual([2, null]);
  expect(at(5)).toEqual([5, null]);
  expect(at(6)).toEqual([3, 2]);
  expect(at(8)).toEqual([null, 5]);
});

test.each([
  ["Sum", 106],
  ["Average", 26.5],
  ["Minimum", 1],
  ["Maximum", 100],
  ["SampleCount", 4],
  ["p50", 2],
  ["p95", 100],
])("%s of 1, 2, 3 and 100", (statistic, expected) => {
  const store = openMetricStore();
  store.put(id, 0, [1, 2]);
  store.put(id, MINUTE, [3, 100, Number.NaN]);
  expect(store.statistic(id, statistic, 0, 2 * MINUTE)).toBe(expected);
  expect(store.statistic(id, statistic, 2 * MINUTE, 3 * MINUTE)).toBeNull();
  expect(store.statistic({ ...id, dimensions: {} }, statistic, 0, 2 * MINUTE)).toBeNull();
});

test.each<[string, Record<string, Point>, Point]>([
  ["1 + 2 * 3", {}, 7],
  ["(1 + 2) * -3", {}, -9],
  ["a + b", { a: 1, b: null }, null],
  ["FILL(a, 0) + FILL(b, 0)", { a: 1, b: null }, 1],
  ["100 * q / (a + d + q)", { q: 1, a: 3, d: 0 }, 25],
  ["100 * q / (a + d + q)", { q: 0, a: 0, d: 0 }, null],
  ["IF((FILL(s, 0) + FILL(f, 0)) > 1, 100 * f / (s + f), 0)", { s: 3, f: 1 }, 25],
  ["IF((FILL(s, 0) + FILL(f, 0)) > 1, 100 * f / (s + f), 0)", { s: null, f: 1 }, 0],
])("metric math: %s of %j is %s", (expression, points, expected) => {
  expect(evaluateMath(expression, points)).toBe(expected);
});
test.each(["RATE(m)", "m +", "m m", "unknown", "FILL(m)", "SEARCH('x')"])("metric math refuses %s", (expression) => {
  expect(() => evaluateMath(expression, { m: 1 })).toThrow(/is unknown to the one-machine target/);
});

test("a line in embedded format gives its metrics; one without a dimension or a number gives none", () => {
  const line = (fields: object): string =>
    JSON.stringify({
      _aws: {
        Timestamp: 5,
        CloudWatchMetrics: [{ Namespace: "N", Dimensions: [["service"]], Metrics: [{ Name: "A" }, { Name: "B" }] }],
      },
      ...fields,
    });
  const own = { namespace: "N", dimensions: { service: "s" } };
  expect(readEmbedded(line({ service: "s", A: 1, B: [2, 3] }))).toEqual([
    { id: { ...own, name: "A" }, at: 5, values: [1] },
    { id: { ...own, name: "B" }, at: 5, values: [2, 3] },
  ]);
  expect(readEmbedded(line({ service: "s", A: "1" }))).toEqual([]);
  expect(readEmbedded(line({ A: 1 }))).toEqual([]);
  expect(readEmbedded("not JSON")).toEqual([]);
});

test("bars are as high as their share of the highest, gaps stay gaps", () => {
  const svg = sparkline([10, null, 5], "x");
  expect([...svg.matchAll(/ height="([\d.]+)"/g)].map(([, height]) => height)).toEqual(["30.0", "15.0"]);
});

// --- in a machine ---
const COUNTER = `export const handler = async ({ n, fail }) => {
  console.log(JSON.stringify({ _aws: { Timestamp: Date.now(), CloudWatchMetrics: [{ Namespace: "PermitWatch", Dimensions: [["service"]], Metrics: [{ Name: "Sms_failed", Unit: "Count" }] }] }, service: "warn-plants", Sms_failed: n }));
  if (fail) throw new Error("no");
};`;
const alarmResource = (AlarmName: string, properties: object): Record<string, unknown> =>
  resource("AWS::CloudWatch::Alarm", {
    AlarmName,
    AlarmDescription: "People are not told. Runbook: docs/runbook.md#x",
    EvaluationPeriods: 1,
    ComparisonOperator: "GreaterThanOrEqualToThreshold",
    Threshold: 1,
    TreatMissingData: "notBreaching",
    AlarmActions: [],
    ...properties,
  });
const ofCounter = { Dimensions: [{ Name: "FunctionName", Value: { Ref: "Counter" } }], Period: 300, Statistic: "Sum" };
const RESOURCES = {
  Role: roleResource(),
  Counter: lambdaResource("counter", { Role: { "Fn::GetAtt": ["Role", "Arn"] } }),
  Queue: resource("AWS::SQS::Queue"),
  Failed: alarmResource("sms-failed", {
    Namespace: "PermitWatch",
    MetricName: "Sms_failed",
    Dimensions: [{ Name: "service", Value: "warn-plants" }],
    Statistic: "Sum",
    Period: 300,
    Threshold: 3,
  }),
  Errors: alarmResource("errors", { Namespace: "AWS/Lambda", MetricName: "Errors", ...ofCounter }),
  Silent: alarmResource("not-running", {
    Namespace: "AWS/Lambda",
    MetricName: "Invocations",
    ...ofCounter,
    EvaluationPeriods: 2,
    ComparisonOperator: "LessThanThreshold",
    TreatMissingData: "breaching",
  }),
  Rule: alarmResource("rule", { Namespace: "AWS/IoT", MetricName: "Failure", Statistic: "Sum", Period: 300 }),
};

let machine: Machine | null = null;
let folder: ReturnType<typeof temporaryFolder> | null = null;
afterEach(async () => {
  await machine?.stop();
  folder?.[Symbol.dispose]();
  machine = folder = null;
});

test("a function's metrics appear, set the template's alarms off and let them go", async () => {
  folder = temporaryFolder();
  let now = 1_790_000_000_000 - (1_790_000_000_000 % MINUTE);
  machine = await startMachine({
    dataDir: `${folder.path}/data`,
    port: 0,
    mqttPort: null,
    clock: { now: () => now },
    schedules: false,
    log: () => undefined,
    template: writeAssembly(`${folder.path}/template`, { Stack: { Resources: RESOURCES } }, { counter: COUNTER }),
  });
  const { lambda, definition, url } = machine;
  const invoke = (n: number, fail = false): Promise<unknown> =>
    lambda.invoke(definition.functions[0]?.name ?? "", JSON.stringify({ n, fail }));
  const status = async (): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${url}/_local/status`, { headers: { accept: "application/json" } });
    expect(answer.status).toBe(200);
    return (await answer.json()) as Record<string, unknown>;
  };
  const states = async (): Promise<Record<string, string>> =>
    Object.fromEntries(((await status())["alarms"] as { name: string; state: string }[]).map((a) => [a.name, a.state]));
  /** Lines of a log come by a pipe: until the metric of the last invocation is there. */
  const arrived = async (sum: number): Promise<void> => {
    const until = performance.now() + 10_000;
    for (;;) {
      const metrics = (await status())["metrics"] as { name: string; points: (number | null)[] }[];
      const points = metrics.find(({ name }) => name === "Sms_failed")?.points ?? [];
      if (points.reduce<number>((total, point) => total + (point ?? 0), 0) === sum) return;
      if (performance.now() > until) throw new Error(`Sms_failed: ${JSON.stringify(points)}`);
      await new Promise((done) => setTimeout(done, 5));
    }
  };

  expect(await states()).toEqual({
    "sms-failed": "OK",
    errors: "OK",
    "not-running": "INSUFFICIENT_DATA", // nothing is known of the time before it ran
    rule: "not-measured",
  });
  await invoke(2);
  await invoke(1, true);
  await arrived(3);
  expect(await states()).toMatchObject({ "sms-failed": "OK" }); // the minute is not over
  now += MINUTE;
  expect(await states()).toMatchObject({ "sms-failed": "ALARM", errors: "ALARM" });
  const html = await (await fetch(`${url}/_local/status`, { headers: { accept: "text/html" } })).text();
  expect(html).toContain('<li class="ALARM"><h3>sms-failed</h3>');
  expect(html).toContain("docs/runbook.md#x");
  expect(html).toContain('http-equiv="refresh" content="15"');

  // A period of its own without a failure: the newest real point decides.
  now += 5 * MINUTE;
  await invoke(0);
  await arrived(3);
  now += MINUTE;
  expect(await states()).toMatchObject({ "sms-failed": "OK", errors: "OK", "not-running": "OK" });
  // Nobody calls it for two periods and more: silence is what that alarm is about.
  now += 20 * MINUTE;
  expect(await states()).toMatchObject({ "not-running": "ALARM", errors: "OK" });
});

test("an alarm that could not be evaluated stops the start, with its place", async () => {
  const { readAssembly } = await import("../template.ts");
  using own = temporaryFolder();
  const bad = { Bad: alarmResource("bad", { Metrics: [{ Id: "e", Expression: "ANOMALY_DETECTION_BAND(m)" }] }) };
  const assembly = readAssembly(writeAssembly(own.path, { Stack: { Resources: bad } }));
  expect(() => readAlarms(assembly)).toThrow(/Stack\/Bad/);
});
