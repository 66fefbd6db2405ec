/** Warnings of the last ninety days, newest first. */
import type { ReactNode } from "react";
import { Link } from "wouter";
import { minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import { askHistory, useHistory, type Schemas } from "../data.ts";
import { useSubject } from "../parts/hold.tsx";
import { MoreList } from "../parts/more.tsx";
import { PlantFrame } from "../parts/plant-frame.tsx";
import { Failed, Loading } from "../parts/states.tsx";
import { useText } from "../texts.ts";

type Line = Schemas["ListEpisodesAnswer"]["episodes"][number];

export const HistoryPage = ({ permitNo }: { permitNo: string }): ReactNode => (
  <PlantFrame permitNo={permitNo}>{() => <History permitNo={permitNo} />}</PlantFrame>
);

function History({ permitNo }: { permitNo: string }): ReactNode {
  const t = useText();
  const history = useHistory(permitNo);
  if (history.isPending) return <Loading />;
  if (history.isError) return <Failed error={history.error} again={() => void history.refetch()} />;
  const { episodes, next } = history.data.data;
  return (
    <>
      <h2>{t("historyOf")}</h2>
      {episodes.length === 0 && <p className="soft">{t("noHistory")}</p>}
      <MoreList
        first={{ rows: episodes, next }}
        ask={async (cursor) => {
          const page = await askHistory(permitNo, cursor);
          return { rows: page.episodes, next: page.next };
        }}
        keyOf={({ id }) => id}
      >
        {(episode) => <EpisodeLine episode={episode} />}
      </MoreList>
    </>
  );
}

function EpisodeLine({ episode }: { episode: Line }): ReactNode {
  const t = useText();
  const language = useLanguage();
  const subject = useSubject();
  const { permitNo, id, openedAt, closedAt, highest, durationMinutes, closedHow } = episode;
  return (
    <Link
      href={`/plants/${permitNo}/episodes/${encodeURIComponent(id)}`}
      className={`card ${closedAt ? "" : "urgent"}`}
    >
      <div className="head">
        <h3>{subject(episode)}</h3>
        <span className={`badge ${closedAt === null ? "bad" : closedHow === "recovered" ? "good" : ""}`}>
          {t(closedAt === null ? "open" : closedHow === "recovered" ? "recovered" : "lapsed")}
        </span>
      </div>
      <p className="soft">
        {minuteText(openedAt, language)} · {t("minutes", { count: durationMinutes })}
        {highest > 0 && ` · ${t("highest", { level: highest })}`}
      </p>
    </Link>
  );
}
