/** What is not urgent and new, over all of the person's plants: what the daily digest tells of, as it stands now. */
import type { ReactNode } from "react";
import { Link } from "wouter";
import { dayText, minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import { askNotices, useNoticeSettings, useNotices, type Schemas } from "../data.ts";
import { useText } from "../texts.ts";
import { MoreList } from "./more.tsx";
import { Failed, Loading } from "./states.tsx";

type Notice = Schemas["ListNoticesAnswer"]["notices"][number];

export function NoticeList(): ReactNode {
  const t = useText();
  const language = useLanguage();
  const asked = useNotices();
  const settings = useNoticeSettings();
  if (asked.isPending || settings.isPending) return <Loading />;
  if (asked.isError) return <Failed error={asked.error} again={() => void asked.refetch()} />;
  if (settings.isError) return <Failed error={settings.error} again={() => void settings.refetch()} />;
  const { since, last, notices, next } = asked.data.data;
  const names = new Map(settings.data.data.data.digest.kinds.map((kind) => [kind.kind, kind[language]]));
  return (
    <section aria-label={t("newNotices")}>
      <h2>{t("newNotices")}</h2>
      {last && (
        <p className="soft">
          {t("digestLast", { at: minuteText(last.at, language), state: t(`digest.${last.state}`) })}
        </p>
      )}
      {notices.length === 0 && next === null && (
        <p className="note good">{t("noNotices", { since: minuteText(since, language) })}</p>
      )}
      <MoreList
        first={{ rows: notices, next }}
        ask={async (cursor) => {
          const page = await askNotices(cursor);
          return { rows: page.notices, next: page.next };
        }}
        keyOf={(n) => [n.kind, n.permitNo, n.at, n.outlet, n.from, n.to].join()}
      >
        {(notice) => <NoticeCard notice={notice} name={names.get(notice.kind) ?? notice.kind} />}
      </MoreList>
    </section>
  );
}

const pageOf = ({ kind, permitNo }: Notice): string =>
  kind === "revised" || kind === "expiring" ? `/plants/${permitNo}` : `/plants/${permitNo}/marks`;

function NoticeCard({ notice, name }: { notice: Notice; name: string }): ReactNode {
  const t = useText();
  const language = useLanguage();
  const { kind, plant, at, deadline, outlet, from, to, decision, reason } = notice;
  const when =
    deadline === null
      ? minuteText(at, language)
      : kind === "expiring"
        ? t("permitEnds", { day: dayText(Date.parse(deadline) - 1, language) })
        : t("deadline", { at: minuteText(deadline, language) });
  return (
    <div className="card">
      <div className="head">
        <h3>{plant}</h3>
        <span className={`badge ${deadline === null ? "" : "care"}`}>{name}</span>
      </div>
      {outlet !== null && from !== null && to !== null && (
        <p>
          {outlet} · {minuteText(from, language)} – {minuteText(to, language)}
        </p>
      )}
      {(decision !== null || reason !== null) && (
        <p>
          {[...(decision === null ? [] : [t(`decision.${decision}`)]), ...(reason === null ? [] : [reason])].join(
            " · ",
          )}
        </p>
      )}
      <p className="soft">{when}</p>
      <p className="row">
        <Link href={pageOf(notice)} className="button">
          {t("openThis")}
        </Link>
      </p>
    </div>
  );
}
