/** A device's quality grade, and every point of it with its fact. */
import type { ReactNode } from "react";
import { useText } from "../texts.ts";
import type { Device } from "./device-section.tsx";

type Quality = NonNullable<Device["quality"][number]["week"]>;
type Grade = Quality["grade"];

const STATE: Readonly<Record<Grade, string>> = { A: "normal", B: "normal", C: "warned", D: "lost" };

export function GradeTag({ grade }: { grade: { grade: Grade; points: number } | null }): ReactNode {
  const t = useText();
  if (!grade)
    return (
      <span className="state" data-state="silent">
        {t("noGrade")}
      </span>
    );
  return (
    <span className="state grade" data-state={STATE[grade.grade]} data-grade={grade.grade}>
      {t("gradeIs", { grade: grade.grade, points: grade.points })}
    </span>
  );
}

export function QualityDetails({
  quality: { outlet, week, month },
}: {
  quality: Device["quality"][number];
}): ReactNode {
  const t = useText();
  return (
    <>
      <p>
        {outlet} · {t("days7")} <GradeTag grade={week} /> · {t("days30")} <GradeTag grade={month} />
      </p>
      {week && (
        <details>
          <summary>{t("whyGrade")}</summary>
          <table className="facts">
            <thead>
              <tr>
                <th scope="col">{t("fact")}</th>
                <th scope="col">{t("days7")}</th>
                <th scope="col">{t("points")}</th>
                <th scope="col">{t("days30")}</th>
                <th scope="col">{t("thresholds")}</th>
              </tr>
            </thead>
            <tbody>
              {week.of.map((point) => (
                <tr key={point.fact}>
                  <th scope="row">{t(`fact.${point.fact}`)}</th>
                  <td>{valueText(point)}</td>
                  <td>
                    {point.value === null
                      ? t("leftOut")
                      : t("pointsOf", { points: point.points, weight: point.weight })}
                  </td>
                  <td>{valueText(month?.of.find(({ fact }) => fact === point.fact) ?? point)}</td>
                  <td>
                    {t("fullAndNone", {
                      full: valueText({ ...point, value: point.full }),
                      none: valueText({ ...point, value: point.none }),
                      grade: point.atNone,
                    })}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <p>{t("gradeDays", { week: week.days, month: month?.days ?? 0 })}</p>
        </details>
      )}
    </>
  );
}

/** Shares as percent, the clock in seconds. */
function valueText({ fact, value }: Pick<Quality["of"][number], "fact" | "value">): string {
  if (value === null) return "—";
  return fact === "clock" ? `${value} s` : `${(value * 100).toFixed(1)} %`;
}
