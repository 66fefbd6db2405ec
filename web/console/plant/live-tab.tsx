/** How the plant stands now: open episodes with what to hold, and every outlet's values against their limits. */
import { Empty } from "antd";
import type { ReactNode } from "react";
import { clockText, minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import type { Answer } from "../answers.ts";
import { useLabels } from "../labels.ts";
import { holdText } from "./hold.ts";
import { useText, type TextKey } from "../texts.ts";

export type Plant = Answer<"getPlant">;
type Outlet = Plant["outlets"][number];
type Quantity = Outlet["quantities"][number];

export function LiveTab({ plant }: { plant: Plant }): ReactNode {
  const t = useText();
  return (
    <>
      <OpenEpisodes plant={plant} />
      {plant.outlets.length === 0 && <Empty description={t("noOutlets")} />}
      {plant.outlets.map((outlet) => (
        <OutletNow key={outlet.code} outlet={outlet} />
      ))}
      <Facilities plant={plant} />
    </>
  );
}

function OpenEpisodes({ plant }: { plant: Plant }): ReactNode {
  const t = useText();
  const language = useLanguage();
  const { pollutant, say, value, decimals } = useLabels();
  if (plant.episodes.length === 0) return null;
  return (
    <section>
      <h2>{t("openEpisodes")}</h2>
      <ul className="plain">
        {plant.episodes.map((e) => (
          <li key={e.id} className="hold" data-level={e.level}>
            <strong>
              {e.outlet ?? e.facility} {pollutant(e.pollutant)} ·{" "}
              {e.statistic === "facility" ? t("facilityState") : say(`statistic.${e.statistic}`)}
            </strong>
            {e.hold && (
              <p className="what">
                {e.hold.required === null
                  ? t("cannotHold", { limit: value(e.pollutant, e.hold.limit), unit: e.hold.unit })
                  : t("hold", {
                      required: holdText(e.hold.required, decimals(e.pollutant)),
                      unit: e.hold.unit,
                      until: clockText(e.hold.until, language),
                    })}
              </p>
            )}
            <small>
              {t("since", { at: minuteText(e.openedAt, language) })} · {t(`level${e.level}`)} ·{" "}
              {t("messagesSent", { count: e.messages })}
            </small>
          </li>
        ))}
      </ul>
    </section>
  );
}

function OutletNow({ outlet }: { outlet: Outlet }): ReactNode {
  const { say } = useLabels();
  const t = useText();
  return (
    <section>
      <h2>
        {outlet.code} {outlet.name} <small>{say(`medium.${outlet.medium}`)}</small>
      </h2>
      {outlet.quantities.length === 0 ? (
        <p>{t("noQuantities")}</p>
      ) : (
        <div className="cards">
          {outlet.quantities.map((quantity) => (
            <QuantityNow key={quantity.pollutant} quantity={quantity} />
          ))}
        </div>
      )}
    </section>
  );
}

function QuantityNow({ quantity: q }: { quantity: Quantity }): ReactNode {
  const t = useText();
  const language = useLanguage();
  const [projection] = q.projections;
  return (
    <div className="card" data-standing={q.standing.key}>
      <h3>{q.name[language]}</h3>
      <p className="figure">
        {q.latest ? q.latest.text : "—"} <small>{q.unit}</small>
      </p>
      <p className="standing">{q.standing.text[language]}</p>
      <dl>
        {q.latest && (
          <>
            <dt>{q.latest.what[language]}</dt>
            <dd>{minuteText(q.latest.at, language)}</dd>
          </>
        )}
        {q.soFar && (
          <>
            <dt>{t("soFar")}</dt>
            <dd>{q.soFar.text[language]}</dd>
          </>
        )}
        {projection && (
          <>
            <dt>{t("projected")}</dt>
            <dd>
              {projection.projected?.toFixed(q.decimals) ?? "—"} / {projection.limit} {projection.unit}
            </dd>
          </>
        )}
        {q.judged && (
          <>
            <dt>{t("lastVerdict")}</dt>
            <dd>
              {q.judged.text[language]}
              {q.judged.revised && ` · ${t("revised")}`}
            </dd>
          </>
        )}
      </dl>
      <Spark quantity={q} />
    </div>
  );
}

/** The last day in quarter hours; the summary says it in words. */
function Spark({ quantity: { series, summary } }: { quantity: Quantity }): ReactNode {
  const language = useLanguage();
  const highest = Math.max(...series.values.map((v) => v ?? 0), 0);
  const step = 288 / Math.max(series.values.length, 1);
  return (
    <svg className="spark" viewBox="0 0 288 40" preserveAspectRatio="none" role="img" aria-label={summary[language]}>
      {series.values.map((v, i) =>
        v === null ? null : (
          <rect
            key={i}
            x={i * step}
            width={Math.max(step - 0.4, 0.4)}
            y={40 - 38 * (highest > 0 ? Math.max(v, 0) / highest : 0)}
            height={Math.max(38 * (highest > 0 ? Math.max(v, 0) / highest : 0), 1)}
            data-marked={series.marked.includes(i) || undefined}
            data-invalid={series.invalid.includes(i) || undefined}
          />
        ),
      )}
    </svg>
  );
}

function Facilities({ plant }: { plant: Plant }): ReactNode {
  const t = useText();
  const language = useLanguage();
  const { say } = useLabels();
  if (plant.facilities.length === 0) return null;
  return (
    <section>
      <h2>{t("facilities")}</h2>
      <ul className="plain rows">
        {plant.facilities.map((f) => (
          <li key={f.code}>
            <strong>{f.code}</strong> {say(`facility.${f.kind}`)} <small>{f.outlets.join("、")}</small>{" "}
            {f.text?.[language] ?? t("notReported" satisfies TextKey)}
            {f.at && <small> {minuteText(f.at, language)}</small>}
          </li>
        ))}
      </ul>
    </section>
  );
}
