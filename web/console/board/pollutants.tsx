/** What the day's episodes were about: by pollutant, what became of them, and by kind. */
import type { ReactNode } from "react";
import { useLabels } from "../labels.ts";
import { hashOf } from "../shell/address.ts";
import { useText } from "../texts.ts";
import { Explained } from "./explained.tsx";
import type { BoardAnswer } from "./load-board.ts";

const SHOWN = 6;
const PARTS = [
  ["open", "warned"],
  ["recovered", "normal"],
  ["lapsed", "silent"],
] as const;
const KINDS = ["limit", "range", "noise", "facility"] as const;

export function Pollutants({ day }: { day: BoardAnswer["day"] }): ReactNode {
  const t = useText();
  const { pollutant } = useLabels();
  const most = Math.max(1, ...day.pollutants.map(({ opened }) => opened));
  const rest = day.pollutants.length - SHOWN;
  return (
    <section className="panel pollutants">
      <h2>
        {t("byPollutant")} <Explained label={t("byPollutant")}>{t("byPollutantHow", { date: day.date })}</Explained>
      </h2>
      <p className="legend">
        {PARTS.map(([part, tone]) => (
          <span key={part} className="state" data-state={tone}>
            <i aria-hidden /> {t(`pollutant.${part}`)}
          </span>
        ))}
      </p>
      {day.pollutants.length === 0 && <p>{t("noneToday")}</p>}
      <ul className="plain bars">
        {day.pollutants.slice(0, SHOWN).map((own) => (
          <li key={own.pollutant}>
            <a href={hashOf(["episodes"], { from: day.date, pollutant: own.pollutant })}>{pollutant(own.pollutant)}</a>
            <span className="bar" aria-hidden>
              {PARTS.map(([part, tone]) =>
                own[part] > 0 ? (
                  <i key={part} data-state={tone} style={{ width: `${(own[part] / most) * 100}%` }} />
                ) : null,
              )}
            </span>
            <span className="figures">
              <b>{own.opened}</b> <small>{t("pollutantOf", { plants: own.plants, lost: own.lost })}</small>
            </span>
          </li>
        ))}
      </ul>
      {rest > 0 && (
        <p>
          <a href={hashOf(["episodes"], { from: day.date })}>{t("morePollutants", { count: rest })}</a>
        </p>
      )}
      <p className="kinds">
        {KINDS.map((kind) => (
          <a key={kind} href={hashOf(["episodes"], { from: day.date, kind })}>
            {t(`kind.${kind}`)} <b>{day.kinds[kind]}</b>
          </a>
        ))}
      </p>
    </section>
  );
}
