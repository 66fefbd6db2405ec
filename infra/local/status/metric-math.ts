/**
 * CloudWatch's metric math, as far as the template's alarms use it: numbers, names of metrics, + − * /, comparisons,
 * parentheses, FILL(m, n) and IF(c, a, b). A missing operand makes the result missing, and so does a division by zero.
 */

export type Point = number | null;

/** Value of `expression` with the points of one period. Throws on what it does not know, with the place. */
export function evaluateMath(expression: string, points: Readonly<Record<string, Point>>): Point {
  const tokens = expression.match(/\d+(?:\.\d+)?|[A-Za-z_]\w*|>=|<=|==|!=|[-+*/(),<>]|\S/g) ?? [];
  let at = 0;
  const refuse = (): never => {
    throw new Error(
      `metric math "${expression}": ${JSON.stringify(tokens[at] ?? "its end")} is unknown to the one-machine target`,
    );
  };
  const expect = (token: string): void => {
    if (tokens[at++] !== token) {
      at -= 1;
      refuse();
    }
  };
  const binary = (
    next: () => Point,
    operators: Readonly<Record<string, (a: number, b: number) => number>>,
  ): (() => Point) => {
    return () => {
      let left = next();
      for (let operator = operators[tokens[at] ?? ""]; operator; operator = operators[tokens[at] ?? ""]) {
        at += 1;
        const right = next();
        const value: Point = left === null || right === null ? null : operator(left, right);
        left = value !== null && Number.isFinite(value) ? value : null;
      }
      return left;
    };
  };
  const primary = (): Point => {
    const token = tokens[at] ?? refuse();
    if (/^\d/.test(token)) {
      at += 1;
      return Number(token);
    }
    if (token === "(") {
      at += 1;
      const value = comparison();
      expect(")");
      return value;
    }
    if (token === "-") {
      at += 1;
      const value = primary();
      return value === null ? null : -value;
    }
    if (token === "FILL" || token === "IF") {
      at += 1;
      expect("(");
      const first = comparison();
      expect(",");
      const second = comparison();
      if (token === "FILL") {
        expect(")");
        return first ?? second;
      }
      expect(",");
      const third = comparison();
      expect(")");
      return first === null ? null : first !== 0 ? second : third;
    }
    if (!Object.hasOwn(points, token)) refuse();
    at += 1;
    return points[token] ?? null;
  };
  const product = binary(primary, { "*": (a, b) => a * b, "/": (a, b) => a / b });
  const sum = binary(product, { "+": (a, b) => a + b, "-": (a, b) => a - b });
  const comparison = binary(sum, {
    ">": (a, b) => Number(a > b),
    "<": (a, b) => Number(a < b),
    ">=": (a, b) => Number(a >= b),
    "<=": (a, b) => Number(a <= b),
    "==": (a, b) => Number(a === b),
    "!=": (a, b) => Number(a !== b),
  });
  const value = comparison();
  if (at < tokens.length) refuse();
  return value;
}
