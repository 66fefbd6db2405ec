/**
 * EventBridge patterns, as rules and event source mapping filters use them: exact values, prefix, suffix, exists,
 * anything-but and equals-ignore-case. Another operator is refused when the pattern is compiled, at start.
 */

export type Matcher = (event: unknown) => boolean;

/** Compiles a pattern; throws naming the operator it does not know. */
export function compilePattern(pattern: Record<string, unknown>, path = ""): Matcher {
  const fields = Object.entries(pattern).map(([key, wanted]): Matcher => {
    const here = path ? `${path}.${key}` : key;
    if (key.startsWith("$")) throw new Error(`event pattern ${here}: ${key} is unknown to the one-machine target`);
    if (!Array.isArray(wanted)) {
      const inner = compilePattern(wanted as Record<string, unknown>, here);
      return (event) => inner(isRecord(event) ? event[key] : undefined);
    }
    const tests = wanted.map((each) => compileTest(each, here));
    return (event) => {
      const value = isRecord(event) ? event[key] : undefined;
      // An array in the event matches when one of its elements does.
      const values = Array.isArray(value) ? value : [value];
      return tests.some((test) => values.some(test));
    };
  });
  return (event) => fields.every((field) => field(event));
}

function compileTest(test: unknown, path: string): (value: unknown) => boolean {
  if (!isRecord(test)) return (value) => value === test;
  const [operator, operand] = Object.entries(test)[0] ?? [];
  const inText =
    (holds: (text: string) => boolean) =>
    (value: unknown): boolean =>
      typeof value === "string" && holds(value);
  switch (operator) {
    case "prefix":
      return inText((text) => text.startsWith(String(operand)));
    case "suffix":
      return inText((text) => text.endsWith(String(operand)));
    case "equals-ignore-case":
      return inText((text) => text.toLowerCase() === String(operand).toLowerCase());
    case "exists":
      return (value) => (value !== undefined) === operand;
    case "anything-but": {
      if (isRecord(operand)) {
        const inner = compileTest(operand, path);
        return (value) => value !== undefined && !inner(value);
      }
      const refused = Array.isArray(operand) ? operand : [operand];
      return (value) => value !== undefined && !refused.includes(value);
    }
    default:
      throw new Error(`event pattern ${path}: operator ${operator} is unknown to the one-machine target`);
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
