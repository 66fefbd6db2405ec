/** Times in queries. */
import { DAY, formatIso, parseIso } from "../shared/shanghai.ts";
import { Refusal } from "./operation.ts";

const refuse = (detail: string, zh: string): never => {
  throw new Refusal(422, "not as expected", detail, { zh });
};

/** Epoch ms of an ISO 8601 text, without a zone Shanghai time. */
export const moment = (name: string, text: string): number =>
  parseIso(text) ??
  refuse(`${name} must be a time such as 2026-10-01T08:00:00+08:00`, "时间写法如 2026-10-01T08:00:00+08:00");

/** [from, to) of a query; `to` is now unless said, `from` is `usual` ms before it. At most `longest` ms. */
export function timeRange(
  query: { from?: string | undefined; to?: string | undefined },
  now: number,
  { usual, longest }: { usual: number; longest: number },
): { from: number; to: number } {
  const to = query.to === undefined ? now : moment("to", query.to);
  const from = query.from === undefined ? to - usual : moment("from", query.from);
  if (from >= to) refuse(`from must be before to; to is ${formatIso(to)}`, "起始时间应早于结束时间");
  if (to - from > longest)
    refuse(
      `from and to may be at most ${Math.round(longest / DAY)} days apart`,
      `起止最多相隔 ${Math.round(longest / DAY)} 天`,
    );
  return { from, to };
}
