/** What all pages of one plant have in common: its name, its state and the way to the others. */
import { useQueryClient } from "@tanstack/react-query";
import { useMemo, type ReactNode } from "react";
import { Link, useLocation } from "wouter";
import { askAgain } from "../../shared/ask-again.ts";
import { ASK_MS, CALM_MS, LiveSign, useLive } from "../../shared/live.tsx";
import { isTold, usePlant, type Schemas } from "../data.ts";
import { useText } from "../texts.ts";
import { Failed, Loading, StateBadge } from "./states.tsx";

export type Plant = Schemas["GetPlantAnswer"];

const TABS = [
  ["now", ""],
  ["marks", "/marks"],
  ["history", "/episodes"],
  ["people", "/people"],
] as const;

export function PlantFrame({
  permitNo,
  children,
}: {
  permitNo: string;
  children: (plant: Plant) => ReactNode;
}): ReactNode {
  const t = useText();
  const [at] = useLocation();
  const queries = useQueryClient();
  const shown = useMemo(() => ({ board: false, plants: [permitNo] }), [permitNo]);
  const live = useLive(shown, () => askAgain(queries, { predicate: ({ queryKey }) => isTold(permitNo, queryKey) }));
  const plant = usePlant(permitNo, live ? CALM_MS : ASK_MS);
  if (plant.isPending) return <Loading />;
  if (plant.isError) return <Failed error={plant.error} again={() => void plant.refetch()} />;
  const { name, state } = plant.data.data;
  return (
    <>
      <p>
        <Link href="/" className="button">
          ‹ {t("myPlants")}
        </Link>
      </p>
      <div className="head title">
        <h1>{name}</h1>
        <StateBadge state={state.key} />
        <LiveSign live={live} />
      </div>
      <nav className="tabs" aria-label={name}>
        {TABS.map(([key, path]) => {
          const href = `/plants/${permitNo}${path}`;
          const here = path === "" ? at === href : at.startsWith(href);
          return (
            <Link key={key} href={href} aria-current={here ? "page" : undefined}>
              {t(`tab.${key}`)}
            </Link>
          );
        })}
      </nav>
      {children(plant.data.data)}
    </>
  );
}
