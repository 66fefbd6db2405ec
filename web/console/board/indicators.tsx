/** The day's indicators in the terms of Tongxiang's article: each says how it is computed and leads to what it counts. */
import type { ReactNode } from "react";
import { hashOf } from "../shell/address.ts";
import { useText } from "../texts.ts";
import { Explained } from "./explained.tsx";
import type { BoardAnswer } from "./load-board.ts";

export function Indicators({ day }: { day: BoardAnswer["day"] }): ReactNode {
  const t = useText();
  const { date, messages, notices, warnedPeriods, plantsSaved, offSite } = day;
  const share = notices.sent === 0 ? null : notices.done / notices.sent;
  const rest = offSite.keyPlants - offSite.judgedByData;
  return (
    <ul className="plain indicators" aria-label={t("indicators")}>
      <Indicator
        label={t("warningsSent")}
        how={t("warningsSentHow", { date })}
        value={messages}
        to={hashOf(["episodes"], { from: date })}
        detail={messages === null ? t("onlyCity") : t("warnedPlantsOf", { plants: day.plantsWarned })}
        detailTo={hashOf(["plants"], { condition: "warned-today" })}
      />
      <Indicator
        label={t("noticesDone")}
        how={t("noticesHow", { date })}
        value={t("ofCount", { part: notices.done.toLocaleString("en"), whole: notices.sent.toLocaleString("en") })}
        to={hashOf(["plants"], { condition: "told-today" })}
        detail={share === null ? t("noneToday") : t("doneShare", { share: (share * 100).toFixed(1) })}
      />
      <Indicator
        label={t("plantsSaved")}
        how={t("plantsSavedHow")}
        value={plantsSaved}
        tone="normal"
        to={hashOf(["plants"], { condition: "saved-today" })}
        detail={t("warnedPeriodsOf", { ...warnedPeriods })}
      />
      <Indicator
        label={t("offSiteShare")}
        how={t("offSiteHow")}
        value={offSite.share === null ? null : `${(offSite.share * 100).toFixed(1)}%`}
        detail={t("offSiteKnown", { judgedByData: offSite.judgedByData, keyPlants: offSite.keyPlants })}
        detailTo={hashOf(["plants"], { condition: rest > 0 ? "key-not-judged" : "key-judged" })}
        formula={t("offSiteFormula")}
      />
      <Indicator
        label={t("episodesOpen")}
        how={t("episodesOpenHow", { date })}
        value={day.open}
        tone={day.open > 0 ? "warned" : undefined}
        to={hashOf(["episodes"], { open: "true" })}
        detail={t("episodesToday", { opened: day.opened, escalated: day.escalated })}
        detailTo={hashOf(["episodes"], { from: date })}
      />
    </ul>
  );
}

interface IndicatorProps {
  label: string;
  how: string;
  /** null: not known. */
  value: number | string | null;
  to?: string;
  detail: string;
  detailTo?: string;
  formula?: string;
  tone?: string | undefined;
}

function Indicator({ label, how, value, to, detail, detailTo, formula, tone }: IndicatorProps): ReactNode {
  const t = useText();
  const shown = typeof value === "number" ? value.toLocaleString("en") : (value ?? t("notKnown"));
  return (
    <li className="panel" data-unknown={value === null || undefined}>
      <h2>
        {label} <Explained label={label}>{how}</Explained>
      </h2>
      <b className={tone && "state"} data-state={tone}>
        {to === undefined || value === null ? shown : <a href={to}>{shown}</a>}
      </b>
      <p>{detailTo === undefined ? detail : <a href={detailTo}>{detail}</a>}</p>
      {formula !== undefined && <p className="formula">{formula}</p>}
    </li>
  );
}
