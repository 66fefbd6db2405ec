/** The city at a glance (大屏): read from five metres on a wall, from one on a desk, and on one sheet of paper. */
import { Button, Spin } from "antd";
import { useEffect, useMemo, useState, type ReactNode } from "react";
import { clockText, dayText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import { LiveSign } from "../../shared/live.tsx";
import { setDisplay, useDisplay } from "../shell/display.ts";
import { Problem } from "../shell/problem.tsx";
import { useText } from "../texts.ts";
import { countBoard } from "./board-state.ts";
import "./board.css";
import { CityMap } from "./city-map.tsx";
import { Indicators } from "./indicators.tsx";
import { Pollutants } from "./pollutants.tsx";
import { PrintedPlants } from "./printed-plants.tsx";
import { SitePanel } from "./site-panel.tsx";
import { StateTiles } from "./state-tiles.tsx";
import { Ticker } from "./ticker.tsx";
import { TownTable } from "./town-table.tsx";
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
        <Button className="no-print" onClick={() => print()}>
          {t("print")}
        </Button>
        <Button className="no-print" aria-keyshortcuts="w" onClick={() => setDisplay({ wall: !wall })}>
          {t(wall ? "leaveWall" : "wall")}
        </Button>
      </header>
      <StateTiles counts={answer.counts} total={counted.total} />
      <Indicators day={answer.day} />
      <div className="left">
        <TownTable towns={counted.towns} site={answer.site.towns} />
        <SitePanel site={answer.site} />
      </div>
      <div className="middle">
        <CityMap plants={plants} dark={dark || wall} label={t("mapOf", { ...answer.counts, total: counted.total })} />
      </div>
      <div className="right">
        <Pollutants day={answer.day} />
        <Ticker entries={answer.ticker} />
      </div>
      <PrintedPlants plants={plants} />
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
