/** The newest openings and ends of episodes. */
import type { ReactNode } from "react";
import { clockText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import { useLabels } from "../labels.ts";
import { hashOf } from "../shell/address.ts";
import { STATE_SIGN, type PlantStateName } from "../shell/state-tag.tsx";
import { useText } from "../texts.ts";
import type { BoardAnswer } from "./load-board.ts";

type Entry = BoardAnswer["ticker"][number];
const toneOf = ({ event, highest }: Entry): PlantStateName =>
  event === "opened" ? (highest === 3 ? "lost" : "warned") : event === "recovered" ? "normal" : "silent";

export function Ticker({ entries }: { entries: readonly Entry[] }): ReactNode {
  const t = useText();
  const language = useLanguage();
  const { pollutant } = useLabels();
  return (
    <section className="panel ticker">
      <h2>{t("newestEpisodes")}</h2>
      {entries.length === 0 && <p>{t("noneToday")}</p>}
      <ol className="plain">
        {entries.map((e) => (
          <li key={e.permitNo + e.id}>
            <time dateTime={e.at}>{clockText(e.at, language)}</time>
            <a href={hashOf(["episode", e.permitNo, e.id])} title={`${e.name} ${e.town}`}>
              {e.name}
            </a>
            <span className="state" data-state={toneOf(e)}>
              <span aria-hidden>{STATE_SIGN[toneOf(e)]}</span> {e.facility ?? pollutant(e.pollutant)}{" "}
              {t(`event.${e.event}`)}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
