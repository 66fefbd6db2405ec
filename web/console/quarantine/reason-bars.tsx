/** How much was refused on the day for which reason, as bars; each chooses its reason. What a replay let in is pale. */
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { api, dataOf } from "../../shared/api.ts";
import { setQuery } from "../shell/address.ts";
import { useText } from "../texts.ts";
import { reasonText } from "./reason-text.ts";

interface Props {
  day: string | null;
  prefix: string | null;
  chosen: string | null;
}

export function ReasonBars({ day, prefix, chosen }: Props): ReactNode {
  const t = useText();
  const { data } = useQuery({
    queryKey: ["quarantine", "counts", day, prefix],
    queryFn: () =>
      dataOf(
        api.GET("/api/quarantine/counts", { params: { query: { ...(day && { day }), ...(prefix && { prefix }) } } }),
      ),
    refetchInterval: 60_000,
  });
  const rows = Object.entries(data?.reasons ?? {}).sort(([, a], [, b]) => b.items - a.items);
  const [longest] = rows;
  if (!data || !longest) return null;
  const percent = (n: number): string => `${(100 * n) / longest[1].items}%`;
  return (
    <section className="reason-bars" aria-label={t("byReason")}>
      {rows.map(([reason, { items, in: taken }]) => (
        <button
          key={reason}
          type="button"
          aria-pressed={chosen === reason}
          onClick={() => setQuery({ reason: chosen === reason ? null : reason })}
        >
          <span>{reasonText(reason, t)}</span>
          <span className="share" aria-hidden>
            <span style={{ width: percent(items - taken) }} />
            <span data-taken style={{ width: percent(taken) }} />
          </span>
          <span>{taken > 0 ? t("countOfWhichIn", { items, taken }) : t("countItems", { items })}</span>
        </button>
      ))}
      {data.more && <p>{t("countedFirst")}</p>}
    </section>
  );
}
