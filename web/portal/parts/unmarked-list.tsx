/** Periods that still need a mark, the nearest deadline first; one tap opens the form with them filled in. */
import type { ReactNode } from "react";
import { useLocation } from "wouter";
import { keepDraft } from "../../shared/draft.ts";
import { minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import { useUnmarked, useWords } from "../data.ts";
import { useText } from "../texts.ts";
import { draftOf, markDraftName } from "./mark-draft.ts";
import { Failed, Loading } from "./states.tsx";

export function UnmarkedList({ permitNo }: { permitNo: string }): ReactNode {
  const t = useText();
  const language = useLanguage();
  const { name, word } = useWords();
  const [, go] = useLocation();
  const unmarked = useUnmarked(permitNo);
  if (unmarked.isPending) return <Loading />;
  if (unmarked.isError) return <Failed error={unmarked.error} again={() => void unmarked.refetch()} />;
  const periods = unmarked.data.data.periods.toSorted((a, b) => a.deadline.localeCompare(b.deadline));
  if (periods.length === 0) return <p className="note good">{t("nothingUnmarked")}</p>;
  return (
    <section aria-label={t("unmarked")}>
      <h2>{t("unmarkedCount", { count: periods.length })}</h2>
      <ul>
        {periods.map((period) => {
          const { outlet, pollutants, from, to, why, signs, deadline, overdue } = period;
          const mark = (): void => {
            keepDraft(markDraftName(permitNo), draftOf(period));
            go(`/plants/${permitNo}/marks/new`);
          };
          return (
            <li key={`${outlet}${pollutants.join()}${from}${why}`} className={`card ${overdue ? "urgent" : ""}`}>
              <div className="head">
                <h3>
                  {outlet} · {pollutants.map(name).join(t("comma"))}
                </h3>
                <span className={`badge ${overdue ? "bad" : "care"}`}>{t(overdue ? "overdue" : `why.${why}`)}</span>
              </div>
              <p>
                {minuteText(from, language)} – {minuteText(to, language)}
              </p>
              <p className="soft">
                {[
                  ...(overdue ? [t(`why.${why}`)] : []),
                  ...(why === "flagged" ? signs.map((sign) => word(`flag.${sign}`)) : []),
                  t("deadline", { at: minuteText(deadline, language) }),
                ].join(" · ")}
              </p>
              <p className="row">
                <button type="button" onClick={mark}>
                  {t("markThis")}
                </button>
              </p>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
