import type * as z from "zod/mini";

/** What is wrong with a piece of input: `permits[3].outlets[0].limits[1].max`, and why in words a person can act on. */
export interface Problem {
  path: string;
  reason: string;
}

/** The same with the reason in Chinese beside it, for people; files and machines are answered in English (contract.md). */
export interface SaidProblem extends Problem {
  zh: string;
}

export type Parsed<T> = { ok: true; data: T } | { ok: false; problems: Problem[] };

/** Parses with `schema`; problems say in plain words what was expected and what came (zod/mini has no texts of its own). */
export function parseInput<T>(schema: z.ZodMiniType<T>, input: unknown): Parsed<T> {
  const parsed = schema.safeParse(input, { error: explain });
  if (parsed.success) return { ok: true, data: parsed.data };
  return {
    ok: false,
    problems: parsed.error.issues.map((issue) => ({ path: pathText(issue.path), reason: issue.message })),
  };
}

/** As `parseInput`, with reasons in both languages. `fixed`: Chinese of the texts that the schema brings itself. */
export function parseInputSaid<T>(
  schema: z.ZodMiniType<T>,
  input: unknown,
  fixed: Readonly<Record<string, string>>,
): { ok: true; data: T } | { ok: false; problems: SaidProblem[] } {
  const parsed = parseInput(schema, input);
  if (parsed.ok) return parsed;
  const again = schema.safeParse(input, { error: explainZh });
  const issues = again.success ? [] : again.error.issues;
  return {
    ok: false,
    problems: parsed.problems.map((problem, i) => {
      const message = issues[i]?.message ?? problem.reason;
      return { ...problem, zh: fixed[message] ?? message };
    }),
  };
}

/** The event as `schema` says; throws with what is wrong, so that it takes the function's dead-letter path. */
export function parseEvent<T>(schema: z.ZodMiniType<T>, event: unknown, name: string): T {
  const parsed = parseInput(schema, event);
  if (parsed.ok) return parsed.data;
  throw new Error(`${name}: ${parsed.problems.map(({ path, reason }) => `${path} ${reason}`).join("; ")}`);
}

/** `permits[3].contacts[0]["phone number"]`. As `z.core.toDotPath`, whose namespace brings 400 KB of zod into a bundle. */
const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    const name = String(key);
    if (/[^\w$]/.test(name)) return `${text}[${JSON.stringify(name)}]`;
    return text === "" ? name : `${text}.${name}`;
  }, "");

type RawIssue = Parameters<z.core.$ZodErrorMap>[0];

function explain(issue: RawIssue): string {
  if (issue.input === undefined && issue.code !== "custom") return "is missing";
  switch (issue.code) {
    case "invalid_type":
      return `must be ${article(issue.expected)}, is ${show(issue.input)}`;
    case "invalid_value":
      return `must be ${issue.values.map((v) => JSON.stringify(v)).join(" or ")}, is ${show(issue.input)}`;
    case "invalid_format":
      return `must be ${issue.format === "regex" ? `like ${String(issue.pattern)}` : `a ${issue.format}`}, is ${show(issue.input)}`;
    case "too_small":
      if (issue.minimum === 1 && unitOf(issue.origin) !== "") return "must not be empty";
      return `must be ${issue.inclusive ? "at least" : "above"} ${issue.minimum}${unitOf(issue.origin)}`;
    case "too_big":
      return `must be ${issue.inclusive ? "at most" : "below"} ${issue.maximum}${unitOf(issue.origin)}`;
    case "unrecognized_keys":
      return `has unknown ${issue.keys.length > 1 ? "keys" : "key"} ${issue.keys.map((k) => JSON.stringify(k)).join(", ")}`;
    default:
      return `is not as expected (${show(issue.input)})`;
  }
}

function explainZh(issue: RawIssue): string {
  if (issue.input === undefined && issue.code !== "custom") return "缺少此项";
  switch (issue.code) {
    case "invalid_type":
      return `应为${TYPES_ZH[issue.expected] ?? issue.expected}，现为 ${show(issue.input)}`;
    case "invalid_value":
      return `应为 ${issue.values.map((v) => JSON.stringify(v)).join(" 或 ")}，现为 ${show(issue.input)}`;
    case "invalid_format":
      return `格式不对，现为 ${show(issue.input)}`;
    case "too_small":
      if (issue.minimum === 1 && unitOf(issue.origin) !== "") return "不能为空";
      return `应${issue.inclusive ? "不小于" : "大于"} ${issue.minimum}${unitOfZh(issue.origin)}`;
    case "too_big":
      return `应${issue.inclusive ? "不大于" : "小于"} ${issue.maximum}${unitOfZh(issue.origin)}`;
    case "unrecognized_keys":
      return `有不认识的项 ${issue.keys.map((k) => JSON.stringify(k)).join("、")}`;
    default:
      return `不符合要求（${show(issue.input)}）`;
  }
}
const TYPES_ZH: Readonly<Record<string, string>> = {
  string: "文字",
  number: "数字",
  int: "整数",
  boolean: "是或否",
  array: "列表",
  object: "对象",
  record: "对象",
};

const article = (type: string): string =>
  type === "int" ? "a whole number" : /^[aeio]/.test(type) ? `an ${type}` : `a ${type}`;
const unitOf = (origin: string): string => (origin === "string" ? " characters" : origin === "array" ? " entries" : "");

const unitOfZh = (origin: string): string => (origin === "string" ? " 个字" : origin === "array" ? " 项" : "");

/** The input in at most 60 characters. */
function show(input: unknown): string {
  const text =
    input === undefined ? "missing" : JSON.stringify(input, (_, v: unknown) => (typeof v === "bigint" ? String(v) : v));
  return text === undefined ? typeof input : text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
