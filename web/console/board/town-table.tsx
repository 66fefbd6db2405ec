/** Every town: its plants by state, and what is wrong at its sites. Each number is the list of its plants. */
import type { CSSProperties, ReactNode } from "react";
import { useLabels } from "../labels.ts";
import { hashOf } from "../shell/address.ts";
import { STATE_SIGN, STATES } from "../shell/state-tag.tsx";
import { useText } from "../texts.ts";
import type { TownCount } from "./board-state.ts";
import type { BoardAnswer } from "./load-board.ts";

const WRONG = [
  ["treatment-mismatch", "siteFacilityShort"],
  ["noise-over", "siteNoiseShort"],
  ["dust-over", "siteDustShort"],
] as const;

interface TownTableProps {
  towns: readonly TownCount[];
  site: BoardAnswer["site"]["towns"];
}

export function TownTable({ towns, site }: TownTableProps): ReactNode {
  const t = useText();
  const { say } = useLabels();
  const sites = new Map(site.map(({ town, counts }) => [town, counts]));
  return (
    // Another city may have more towns than fit: it scrolls, also by the keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="panel towns" role="region" aria-label={t("byTown")} tabIndex={0}>
      <table style={{ "--rows": towns.length } as CSSProperties}>
        <caption>{t("byTown")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("town")}</th>
            {STATES.map((state) => (
              <th key={state} scope="col" title={say(`state.${state}`)} aria-label={say(`state.${state}`)}>
                <span className="state" data-state={state}>
                  {STATE_SIGN[state]}
                </span>
              </th>
            ))}
            {WRONG.map(([condition, short]) => (
              <th key={condition} scope="col" title={t(`condition.${condition}`)}>
                {t(short)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {towns.map(({ town, counts }) => (
            <tr key={town}>
              <th scope="row">
                <a href={hashOf(["plants"], { town })} title={town}>
                  {town}
                </a>
              </th>
              {STATES.map((state) => (
                <Cell key={state} count={counts[state]} tone={state} to={hashOf(["plants"], { town, state })} />
              ))}
              {WRONG.map(([condition]) => (
                <Cell
                  key={condition}
                  count={sites.get(town)?.[condition] ?? null}
                  tone="lost"
                  to={hashOf(["plants"], { town, condition })}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** null: there is nothing of the kind in the town. */
function Cell({ count, tone, to }: { count: number | null; tone: string; to: string }): ReactNode {
  if (!count) return <td data-zero>{count === null ? "–" : 0}</td>;
  return (
    <td>
      <a href={to} className="state" data-state={tone}>
        {count}
      </a>
    </td>
  );
}
