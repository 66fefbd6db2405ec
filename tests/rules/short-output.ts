/** A hand-written case and what came out, both in the short form. */
import { shorten } from "./shorten.ts";
import { type Case, DAY0 } from "./traces/build.ts";

export const expectedOf = (c: Case): string[] =>
  c.expect
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

/** The lines of the types and times the case speaks of. */
export function shortOutput(c: Case, lines: readonly object[]): string[] {
  const wanted = lines.filter((line) => c.only === undefined || c.only.includes(String(Object(line)["type"])));
  const short = shorten(wanted, DAY0);
  const { times } = c;
  if (times === undefined) return short;
  return short.filter((line) => times.some((time) => line.startsWith(`${time} `)) || / summary /.test(line));
}
