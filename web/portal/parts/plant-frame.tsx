/** What all pages of one plant have in common: its name, its state and the way to the others. */
import type { ReactNode } from "react";
import { Link, useLocation } from "wouter";
import { usePlant, type Schemas } from "../data.ts";
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
  const plant = usePlant(permitNo);
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
