/** One plant now: what to hold, then every value against its limit. */
import type { ReactNode } from "react";
import { clockText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import { OpenEpisode } from "../parts/hold.tsx";
import { PlantFrame, type Plant } from "../parts/plant-frame.tsx";
import { useText } from "../texts.ts";

type Outlet = Plant["outlets"][number];
type Quantity = Outlet["quantities"][number];

export const NowPage = ({ permitNo }: { permitNo: string }): ReactNode => (
  <PlantFrame permitNo={permitNo}>{(plant) => <Now plant={plant} />}</PlantFrame>
);

function Now({ plant }: { plant: Plant }): ReactNode {
  const language = useLanguage();
  const { episodes, state, outlets, permitNo } = plant;
  return (
    <>
      {episodes.length === 0 && (
        <p className={`note ${state.key === "normal" ? "good" : ""}`}>
          <b>{state.title[language]}</b> {state.detail[language]}
        </p>
      )}
      {episodes.map((episode) => (
        <OpenEpisode key={episode.id} permitNo={permitNo} episode={episode} outlets={outlets} />
      ))}
      {outlets.map((outlet) => (
        <OutletCard key={outlet.code} outlet={outlet} />
      ))}
    </>
  );
}

function OutletCard({ outlet }: { outlet: Outlet }): ReactNode {
  const t = useText();
  return (
    <section className="card">
      <h2 className="flush">
        {outlet.code} {outlet.name}
      </h2>
      {outlet.quantities.length === 0 && <p className="soft">{t("nothingMeasured")}</p>}
      <ul>
        {outlet.quantities.map((quantity) => (
          <QuantityLine key={quantity.pollutant} quantity={quantity} limits={outlet.limits} />
        ))}
      </ul>
    </section>
  );
}

/** Keys of standing that a person at the plant should look at. */
const ABOVE = ["above", "over", "outside"];

function QuantityLine({ quantity, limits }: { quantity: Quantity; limits: Outlet["limits"] }): ReactNode {
  const t = useText();
  const language = useLanguage();
  const { pollutant, name, unit, latest, standing, judged, soFar } = quantity;
  const own = limits.filter((limit) => limit.pollutant === pollutant && limit.inForce);
  return (
    <li className="quantity">
      <div className="head">
        <h3>{name[language]}</h3>
        <p className="value">
          <b>{latest?.text ?? "—"}</b> {latest?.value !== null && unit}
        </p>
      </div>
      <p className="soft">
        {latest
          ? latest.current
            ? clockText(latest.at, language)
            : t("oldValue", { at: clockText(latest.at, language) })
          : t("neverSeen")}
        {own.map((limit) => (
          <span key={`${limit.statistic}${limit.period}`}>
            {" · "}
            {t("limitIs", {
              limit: [limit.min, limit.max].filter((x) => x !== null).join("–"),
              unit: limit.unit,
              statistic: t(`statistic.${limit.statistic}`),
            })}
          </span>
        ))}
      </p>
      <p className={ABOVE.some((word) => standing.key.startsWith(word)) ? "over" : "soft"}>{standing.text[language]}</p>
      {soFar && <p className="soft">{soFar.text[language]}</p>}
      {judged && <p className="soft">{judged.text[language]}</p>}
    </li>
  );
}
