/** How many plants stand how: the first thing that is read, each number the list of its plants. */
import type { ReactNode } from "react";
import { useLabels } from "../labels.ts";
import { hashOf } from "../shell/address.ts";
import { STATE_SIGN, STATES } from "../shell/state-tag.tsx";
import { useText } from "../texts.ts";
import type { Counts } from "./board-state.ts";

export function StateTiles({ counts, total }: { counts: Counts; total: number }): ReactNode {
  const t = useText();
  const { say } = useLabels();
  return (
    <ul className="plain tiles">
      <li>
        <a href={hashOf(["plants"])}>
          <span>{t("allPlants")}</span>
          <b>{total.toLocaleString("en")}</b>
        </a>
      </li>
      {STATES.map((state) => (
        <li key={state} data-state={state}>
          <a href={hashOf(["plants"], { state })} title={say(`state.${state}`)}>
            <span>
              <span aria-hidden>{STATE_SIGN[state]}</span> {state === "lost" ? t("lostShort") : say(`state.${state}`)}
            </span>
            <b>{counts[state].toLocaleString("en")}</b>
          </a>
        </li>
      ))}
    </ul>
  );
}
