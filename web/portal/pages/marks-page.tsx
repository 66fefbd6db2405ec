/** Marks of a plant: what is still unmarked, what was marked, what became of it. */
import type { ReactNode } from "react";
import { Link } from "wouter";
import { minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import { useMarks } from "../data.ts";
import { MarkCard } from "../parts/mark-card.tsx";
import { UnmarkedList } from "../parts/unmarked-list.tsx";
import { PlantFrame } from "../parts/plant-frame.tsx";
import { Failed, Loading } from "../parts/states.tsx";
import { useText } from "../texts.ts";

export const MarksPage = ({ permitNo }: { permitNo: string }): ReactNode => (
  <PlantFrame permitNo={permitNo}>{() => <Marks permitNo={permitNo} />}</PlantFrame>
);

function Marks({ permitNo }: { permitNo: string }): ReactNode {
  const t = useText();
  const language = useLanguage();
  const marks = useMarks(permitNo);
  if (marks.isPending) return <Loading />;
  if (marks.isError) return <Failed error={marks.error} again={() => void marks.refetch()} />;
  const { marks: all, kinds, yearly } = marks.data.data;
  const kindName = (kind: string): string => kinds.find((each) => each.kind === kind)?.[language] ?? kind;
  return (
    <>
      <p className="lead">
        <Link className="button main" href={`/plants/${permitNo}/marks/new`}>
          {t("newMark")}
        </Link>
      </p>
      <UnmarkedList permitNo={permitNo} />
      {yearly.map((use) => (
        <p key={`${use.outlet}${use.kinds.join()}`} className="soft">
          {t("yearlyHours", {
            outlet: use.outlet,
            year: use.year,
            kinds: use.kinds.map(kindName).join(t("comma")),
            hours: Math.round(use.hours * 10) / 10,
            limit: use.limit,
          })}
        </p>
      ))}
      <h2>{t("tab.marks")}</h2>
      {all.length === 0 && <p className="soft">{t("noMarks")}</p>}
      {all
        .toSorted((a, b) => b.from.localeCompare(a.from))
        .map((mark) => (
          <MarkCard key={mark.id} mark={mark} kind={kindName(mark.kind)} />
        ))}
      <p className="soft">{t("listedAsOf", { at: minuteText(marks.data.at, language) })}</p>
    </>
  );
}
