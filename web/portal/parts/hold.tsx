/** One open episode: what to hold and until when, in the words of somebody who has to act. */
import type { ReactNode } from "react";
import { Link } from "wouter";
import { clockText, minuteText, numberText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import type { Schemas } from "../data.ts";
import { useWords } from "../data.ts";
import { useText } from "../texts.ts";
import { Acknowledge } from "./acknowledge.tsx";

type Plant = Schemas["GetPlantAnswer"];
export type Open = Plant["episodes"][number];
export type Outlets = Plant["outlets"];

export function OpenEpisode({
  permitNo,
  episode,
  outlets,
}: {
  permitNo: string;
  episode: Open;
  outlets: Outlets;
}): ReactNode {
  const t = useText();
  const language = useLanguage();
  const subject = useSubject();
  return (
    <article className="card urgent">
      <div className="head">
        <h2 className="flush">{subject(episode)}</h2>
        {episode.level > 0 && <span className="badge bad">{t("level", { level: episode.level })}</span>}
      </div>
      <Hold episode={episode} outlets={outlets} />
      <p className="soft">{t("since", { at: minuteText(episode.openedAt, language) })}</p>
      {episode.pausedUntil !== null && (
        <p className="note good" role="status">
          {t("answeredUntil", { at: clockText(episode.pausedUntil, language) })}
        </p>
      )}
      <Acknowledge permitNo={permitNo} episode={episode.id} />
      <p className="row">
        <Link className="button" href={`/plants/${permitNo}/episodes/${encodeURIComponent(episode.id)}`}>
          {t("whatHappened")}
        </Link>
      </p>
    </article>
  );
}

/** Outlet and pollutant, or the facility. */
export function useSubject(): (e: Pick<Open, "outlet" | "pollutant" | "facility">) => string {
  const { name } = useWords();
  return ({ outlet, pollutant, facility }) =>
    [outlet, pollutant === null ? null : name(pollutant), facility].filter((part) => part !== null).join(" · ");
}

type HoldProps = { episode: Pick<Open, "kind" | "hold" | "outlet" | "pollutant" | "closedAt">; outlets: Outlets };

/** The sentence that says what to do; nothing when the episode is over. */
export function Hold({ episode, outlets }: HoldProps): ReactNode {
  const t = useText();
  const language = useLanguage();
  const { decimals: usual } = useWords();
  const { kind, hold, outlet, pollutant, closedAt } = episode;
  if (closedAt !== null) return null;
  const own = outlets.find((o) => o.code === outlet);
  if (kind === "limit" && hold) {
    const decimals = own?.quantities.find((q) => q.pollutant === pollutant)?.decimals ?? usual(pollutant ?? "");
    const of = (x: number | null): string => `${numberText(x, decimals)} ${hold.unit}`;
    const period = t(hold.statistic === "hour" ? "thisHour" : "thisDay");
    const possible = hold.required !== null && hold.required > 0;
    return (
      <>
        <p className="hold">
          {possible
            ? t("holdBelow", { value: of(hold.required), until: clockText(hold.until, language) })
            : t("cannotHold", { period })}
        </p>
        <p className="soft">
          {t("heading", { period, projected: of(hold.projected), limit: of(hold.limit), mean: of(hold.mean) })}
        </p>
      </>
    );
  }
  const range = own?.limits.find((limit) => limit.pollutant === pollutant && limit.inForce);
  if (kind === "range" && range) {
    const bounds = [range.min, range.max].map((x) => (x === null ? "" : String(x))).join("–");
    return <p className="hold">{t("holdRange", { range: `${bounds} ${range.unit}`.trim() })}</p>;
  }
  return (
    <p className="hold">{t(kind === "facility" ? "startFacility" : kind === "noise" ? "lowerNoise" : "lowerNow")}</p>
  );
}
