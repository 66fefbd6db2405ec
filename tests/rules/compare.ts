/** The oracle's and the product's output side by side, in the short form. */
import { shorten } from "./shorten.ts";
import { DAY0 } from "./traces/build.ts";

/** Lines only the oracle has (`-`) and only the replay has (`+`), in order of time; empty when both say the same. */
export function differences(expected: readonly object[], actual: readonly object[]): string[] {
  const a = shorten(settled(expected), DAY0);
  const b = shorten(settled(actual), DAY0);
  const out: string[] = [];
  const left = counts(a);
  const right = counts(b);
  for (const line of a) if (!take(right, line)) out.push(`- ${line}`);
  for (const line of b) if (!take(left, line)) out.push(`+ ${line}`);
  if (out.length > 0) return out.sort((x, y) => (x.slice(2) < y.slice(2) ? -1 : 1));
  const first = a.findIndex((line, i) => line !== b[i]);
  return first < 0
    ? []
    : [`same lines, other order from line ${first + 1}: oracle "${a[first]}", replay "${b[first]}"`];
}

/** The contract gives no order to quarantine lines of one moment. */
function settled(lines: readonly object[]): object[] {
  const key = (line: object): string => {
    const { type, at, sha256 } = line as Record<string, unknown>;
    return type === "quarantine" ? `${String(at)} ${String(sha256)}` : "";
  };
  const sorted = lines.filter((line) => key(line) !== "").sort((x, y) => (key(x) < key(y) ? -1 : 1));
  return lines.map((line) => (key(line) === "" ? line : (sorted.shift() ?? line)));
}

function counts(lines: string[]): Map<string, number> {
  const map = new Map<string, number>();
  for (const line of lines) map.set(line, (map.get(line) ?? 0) + 1);
  return map;
}
function take(map: Map<string, number>, line: string): boolean {
  const n = map.get(line) ?? 0;
  map.set(line, n - 1);
  return n > 0;
}
