import type { ReactNode } from "react";
import { Link } from "wouter";
import { minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import { usePlants, type PlantLine } from "../data.ts";
import { Failed, Loading, StateBadge } from "../parts/states.tsx";
import { useText } from "../texts.ts";

/** The person's plants, those with something open first. */
export function PlantsPage(): ReactNode {
  const t = useText();
  const plants = usePlants();
  if (plants.isPending) return <Loading />;
  if (plants.isError) return <Failed error={plants.error} again={() => void plants.refetch()} />;
  const lines = plants.data.data.toSorted((a, b) => b.level - a.level || b.openEpisodes - a.openEpisodes);
  return (
    <>
      <h1>{t("myPlants")}</h1>
      {lines.length === 0 && <p className="card">{t("noPlants")}</p>}
      <ul className="row">
        {lines.map((plant) => (
          <PlantCard key={plant.permitNo} plant={plant} />
        ))}
      </ul>
    </>
  );
}

function PlantCard({ plant }: { plant: PlantLine }): ReactNode {
  const t = useText();
  const language = useLanguage();
  const { permitNo, name, town, state, lastSeen, openEpisodes } = plant;
  return (
    <li className="whole">
      <Link href={`/plants/${permitNo}`} className={`card ${state === "warned" ? "urgent" : ""}`}>
        <div className="head">
          <h2 className="flush">{name}</h2>
          <StateBadge state={state} />
        </div>
        <p className="soft">
          {town} · {permitNo}
        </p>
        <p className="soft">
          {lastSeen === null ? t("neverSeen") : t("lastSeen", { at: minuteText(lastSeen, language) })}
        </p>
        {openEpisodes > 0 && <p className="over">{t("openEpisodes", { count: openEpisodes })}</p>}
      </Link>
    </li>
  );
}
