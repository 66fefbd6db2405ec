/** On paper only: the plants that stand out, in place of the map. */
import type { ReactNode } from "react";
import { useLabels } from "../labels.ts";
import { STATE_SIGN } from "../shell/state-tag.tsx";
import { useText } from "../texts.ts";
import { standOut, type BoardPlant } from "./board-state.ts";

/** As many as the sheet holds beside the figures, in three columns. */
const MOST = 60;

export function PrintedPlants({ plants }: { plants: ReadonlyMap<string, BoardPlant> }): ReactNode {
  const t = useText();
  const { say } = useLabels();
  const all = standOut(plants.values());
  return (
    <section className="printed">
      <h2>{t("standOut", { count: all.length })}</h2>
      {all.length === 0 && <p>{t("noneStandOut")}</p>}
      <ol className="plain">
        {all.slice(0, MOST).map(({ permitNo, name, town, state }) => (
          <li key={permitNo}>
            <span aria-hidden>{STATE_SIGN[state]}</span> {name} <small>{`${town} · ${say(`state.${state}`)}`}</small>
          </li>
        ))}
      </ol>
      {all.length > MOST && <p>{t("moreStandOut", { count: all.length - MOST })}</p>}
    </section>
  );
}
