/** The city at a glance (大屏): a snapshot, then what changed, when it changes. */
import { Button, Spin } from "antd";
import { useEffect, useMemo, useState, type ReactNode } from "react";
import { clockText, dayText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import { LiveSign } from "../../shared/live.tsx";
import { useLabels } from "../labels.ts";
import { hashOf } from "../shell/address.ts";
import { setDisplay, useDisplay } from "../shell/display.ts";
import { Problem } from "../shell/problem.tsx";
import { STATE_SIGN, STATES } from "../shell/state-tag.tsx";
import { useText } from "../texts.ts";
import { countBoard, type Counts } from "./board-state.ts";
import { CityMap } from "./city-map.tsx";
import type { BoardAnswer } from "./load-board.ts";
import { useBoard } from "./use-board.ts";

/** Without an answer for so long the screen says so. */
const STALE_MS = 90_000;

export default function BoardPage(): ReactNode {
  const t = useText();
  const { dark, wall } = useDisplay();
  const { board, live } = useBoard();
  const plants = board.data?.board.plants;
  const counted = useMemo(() => plants && countBoard(plants.values()), [plants]);
  if (!board.data || !plants || !counted)
    return board.error ? (
      <div className="page">
        <Problem error={board.error} retry={board.refetch} />
      </div>
    ) : (
      <Spin size="large" className="waiting" />
    );
  const { answer } = board.data;
  return (
    <section className="board" data-wall={wall || undefined}>
      <header className="board-head">
        <h1>{t("boardTitle")}</h1>
        <Clock asOf={answer.asOf} failed={board.error !== null} updatedAt={board.dataUpdatedAt} />
        <LiveSign live={live} />
        {wall && (
          <Button className="no-print" onClick={() => setDisplay({ wall: false })}>
            {t("leaveWall")}
          </Button>
        )}
      </header>
      <div className="left">
        <States counts={answer.counts} total={counted.total} />
        <Towns towns={counted.towns} />
      </div>
      <div className="middle">
        <CityMap plants={plants} dark={dark || wall} label={t("mapOf", { ...answer.counts, total: counted.total })} />
      </div>
      <div className="right">
        <Day day={answer.day} />
        <Ticker entries={answer.ticker} />
      </div>
    </section>
  );
}

function Clock({ asOf, failed, updatedAt }: { asOf: string; failed: boolean; updatedAt: number }): ReactNode {
  const t = useText();
  const language = useLanguage();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const old = failed || now - updatedAt > STALE_MS;
  return (
    <p className="clock">
      <span>{dayText(now, language)}</span> <strong>{clockText(now, language)}</strong>{" "}
      <span role="status" className="state" data-state={old ? "lost" : "normal"}>
        {t(old ? "boardOld" : "boardLive", { at: clockText(asOf, language) })}
      </span>
    </p>
  );
}

function States({ counts, total }: { counts: Counts; total: number }): ReactNode {
  const t = useText();
  const { say } = useLabels();
  return (
    <ul className="plain tiles">
      <li>
        <b>{total.toLocaleString("en")}</b>
        <span>{t("allPlants")}</span>
      </li>
      {STATES.map((state) => (
        <li key={state} data-state={state}>
          <a href={hashOf(["plants"], { state })}>
            <b>{counts[state].toLocaleString("en")}</b>
            <span>
              <span aria-hidden>{STATE_SIGN[state]}</span> {say(`state.${state}`)}
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}

function Towns({ towns }: { towns: ReturnType<typeof countBoard>["towns"] }): ReactNode {
  const t = useText();
  const { say } = useLabels();
  return (
    <table className="towns">
      <caption>{t("byTown")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("town")}</th>
          {STATES.map((state) => (
            <th
              key={state}
              scope="col"
              className="state"
              data-state={state}
              title={say(`state.${state}`)}
              aria-label={say(`state.${state}`)}
            >
              {STATE_SIGN[state]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {towns.slice(0, 14).map(({ town, counts }) => (
          <tr key={town}>
            <th scope="row">
              <a href={hashOf(["plants"], { town })}>{town}</a>
            </th>
            {STATES.map((state) => (
              <td key={state} data-zero={counts[state] === 0 || undefined}>
                {counts[state]}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Day({ day }: { day: BoardAnswer["day"] }): ReactNode {
  const t = useText();
  const { pollutant } = useLabels();
  const most = Math.max(1, ...day.pollutants.map(({ opened }) => opened));
  return (
    <section className="today">
      <h2>{t("today")}</h2>
      <ul className="plain figures">
        {day.messages !== null && <Figure value={day.messages} label={t("warningsSent")} />}
        <Figure value={day.plantsWarned} label={t("plantsWarned")} />
        <Figure value={day.plantsSaved} label={t("plantsSaved")} />
        <Figure value={day.opened} label={t("episodesOpened")} />
        <Figure value={day.open} label={t("episodesOpen")} />
        <Figure value={day.escalated} label={t("escalated")} />
      </ul>
      <h2>{t("byPollutant")}</h2>
      {day.pollutants.length === 0 ? (
        <p>{t("noneToday")}</p>
      ) : (
        <ul className="plain bars">
          {day.pollutants.slice(0, 5).map(({ pollutant: code, opened, recovered }) => (
            <li key={code}>
              <span>{pollutant(code)}</span>
              <span className="bar" style={{ width: `${(opened / most) * 100}%` }} aria-hidden />
              <span>{t("openedRecovered", { opened, recovered })}</span>
            </li>
          ))}
        </ul>
      )}
      <p className="kinds">
        {(["facility", "noise", "range", "limit"] as const).map((kind) => (
          <span key={kind}>
            {t(`kind.${kind}`)} <b>{day.kinds[kind]}</b>
          </span>
        ))}
      </p>
    </section>
  );
}

const Figure = ({ value, label }: { value: number; label: string }): ReactNode => (
  <li>
    <b>{value.toLocaleString("en")}</b>
    <span>{label}</span>
  </li>
);

function Ticker({ entries }: { entries: BoardAnswer["ticker"] }): ReactNode {
  const t = useText();
  const language = useLanguage();
  const { pollutant } = useLabels();
  return (
    <section className="ticker">
      <h2>{t("newestEpisodes")}</h2>
      {entries.length === 0 && <p>{t("noneToday")}</p>}
      <ol className="plain">
        {entries.map((e) => (
          <li key={e.permitNo + e.id}>
            <time dateTime={e.at}>{clockText(e.at, language)}</time>
            <a href={hashOf(["episode", e.permitNo, e.id])}>{e.name}</a>
            <span
              className="state"
              data-state={
                e.event === "opened"
                  ? e.highest === 3
                    ? "lost"
                    : "warned"
                  : e.event === "recovered"
                    ? "normal"
                    : "silent"
              }
            >
              {e.facility ?? pollutant(e.pollutant)} {t(`event.${e.event}`)}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
