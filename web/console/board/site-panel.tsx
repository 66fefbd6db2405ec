/** Facilities, noise and dust of the whole city, live: how many run, stand still, are within or above. */
import type { ReactNode } from "react";
import { hashOf } from "../shell/address.ts";
import { useText, type TextKey } from "../texts.ts";
import { Explained } from "./explained.tsx";
import type { BoardAnswer } from "./load-board.ts";

type Site = BoardAnswer["site"];
export type SiteCondition = keyof Site["towns"][number]["counts"];

/** In each row what is well, what is not, what is neither, and what is not known. */
const ROWS: readonly { label: TextKey; cells: readonly (SiteCondition | null)[] }[] = [
  {
    label: "siteTreatment",
    cells: ["treatment-running", "treatment-stopped", "treatment-other", "treatment-unknown"],
  },
  {
    label: "siteProduction",
    cells: ["production-running", "production-stopped", "production-other", "production-unknown"],
  },
  { label: "siteNoise", cells: ["noise-within", "noise-over", null, "noise-unknown"] },
  { label: "siteDust", cells: ["dust-within", "dust-over", null, "dust-unknown"] },
];
const TONE: Readonly<Partial<Record<SiteCondition, string>>> = {
  "treatment-stopped": "warned",
  "noise-over": "lost",
  "dust-over": "lost",
};

export function SitePanel({ site }: { site: Site }): ReactNode {
  const t = useText();
  const sum = (condition: SiteCondition): number => site.towns.reduce((n, { counts }) => n + counts[condition], 0);
  const mismatch = sum("treatment-mismatch");
  return (
    <section className="panel site">
      <h2>
        {t("siteTitle")} <Explained label={t("siteTitle")}>{t("siteHow")}</Explained>
      </h2>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("siteWhat")}</th>
            {(["siteWell", "siteNot", "siteOther", "siteUnknown"] as const).map((key) => (
              <th key={key} scope="col">
                {t(key)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ROWS.map(({ label, cells }) => (
            <tr key={label}>
              <th scope="row">
                {t(label)}
                {label === "siteNoise" && <small> {t(`siteNoise.${site.period}`)}</small>}
              </th>
              {cells.map((condition, i) => (
                <td key={condition ?? i} data-zero={condition === null || sum(condition) === 0 || undefined}>
                  {condition === null ? "–" : <Count condition={condition} count={sum(condition)} />}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="mismatch" data-on={mismatch > 0 || undefined}>
        {t("condition.treatment-mismatch")} <Count condition="treatment-mismatch" count={mismatch} />
      </p>
    </section>
  );
}

function Count({ condition, count }: { condition: SiteCondition; count: number }): ReactNode {
  const t = useText();
  if (count === 0) return <>0</>;
  const tone = condition === "treatment-mismatch" ? "lost" : TONE[condition];
  return (
    <a
      href={hashOf(["plants"], { condition })}
      className={tone && "state"}
      data-state={tone}
      title={t(`condition.${condition}`)}
    >
      {count.toLocaleString("en")}
    </a>
  );
}
