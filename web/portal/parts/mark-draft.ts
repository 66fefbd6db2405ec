/** What the form of a mark holds, and what is wrong with it before the server sees it. Pure. */
import { inputOf } from "../../shared/format.ts";

export interface MarkDraft {
  outlet: string;
  /** Empty: all of the outlet. */
  pollutants: string[];
  kind: string;
  /** Values of `<input type="datetime-local">`, Shanghai's time. */
  from: string;
  to: string;
  reason: string;
}
export type MarkProblem = "outlet" | "kind" | "from" | "to" | "hours" | "reason";

export const EMPTY_MARK: MarkDraft = { outlet: "", pollutants: [], kind: "", from: "", to: "", reason: "" };
export const markDraftName = (permitNo: string): string => `mark:${permitNo}`;

interface Period {
  outlet: string;
  pollutants?: string[] | null | undefined;
  /** ISO 8601. */
  from: string;
  to: string;
  kind?: string;
  reason?: string;
}

/** The form filled in with a period to be marked, or with a mark that was refused. */
export const draftOf = ({ outlet, pollutants, from, to, kind = "", reason = "" }: Period): MarkDraft => ({
  outlet,
  pollutants: pollutants ?? [],
  kind,
  from: inputOf(Date.parse(from)),
  to: inputOf(Date.parse(to)),
  reason,
});

/** `maxHours`: of the kind; null for no bound. */
export function problemsOf({ outlet, kind, from, to, reason }: MarkDraft, maxHours: number | null): MarkProblem[] {
  const problems: MarkProblem[] = [];
  if (outlet === "") problems.push("outlet");
  if (kind === "") problems.push("kind");
  const [begin, end] = [from, to].map((value) => Date.parse(`${value}:00+08:00`)) as [number, number];
  if (Number.isNaN(begin)) problems.push("from");
  if (Number.isNaN(end) || end <= begin) problems.push("to");
  else if (maxHours !== null && end - begin > maxHours * 3_600_000) problems.push("hours");
  if (reason.trim() === "") problems.push("reason");
  return problems;
}
