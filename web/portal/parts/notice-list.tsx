/** What is not urgent and new, over all of the person's plants: what the daily digest tells of, as it stands now. */
import { useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { Link } from "wouter";
import { api, got, problemText } from "../../shared/api.ts";
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
  const queries = useQueryClient();
  const [problem, setProblem] = useState<unknown>(null);
  const markRead = async (body: Schemas["ReadNoticesBody"]): Promise<void> => {
    setProblem(null);
    try {
      await got(api.POST("/api/self/notices/read", { body }));
      await queries.invalidateQueries({ queryKey: ["notices"] });
    } catch (error) {
      setProblem(error); // it stays unread, and can be opened again
    }
  };
  if (asked.isPending || settings.isPending) return <Loading />;
  if (asked.isError) return <Failed error={asked.error} again={() => void asked.refetch()} />;
  if (settings.isError) return <Failed error={settings.error} again={() => void settings.refetch()} />;
  const { asOf, since, last, notices, next } = asked.data.data;
  const unread = notices.filter(({ read }) => !read).length;
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
      {(unread > 0 || next !== null) && (
        <p className="row unread-bar">
          <span className="soft">{t("unreadCount", { count: unread })}</span>
          <button type="button" onClick={() => void markRead({ upTo: asOf })}>
            {t("markAllRead")}
          </button>
        </p>
      )}
      {problem !== null && (
        <p className="note bad" role="alert">
          {problemText(problem, t)}
        </p>
      )}
      <MoreList
        first={{ rows: notices, next }}
        ask={async (cursor) => {
          const page = await askNotices(cursor);
          return { rows: page.notices, next: page.next };
        }}
        keyOf={(n) => [n.kind, n.permitNo, n.at, n.outlet, n.from, n.to].join()}
      >
        {(notice) => (
          <NoticeCard
            notice={notice}
            name={names.get(notice.kind) ?? notice.kind}
            open={() => void (notice.read || markRead({ ids: [notice.id] }))}
          />
        )}
      </MoreList>
    </section>
  );
}

const pageOf = ({ kind, permitNo }: Notice): string =>
  kind === "revised" || kind === "expiring" ? `/plants/${permitNo}` : `/plants/${permitNo}/marks`;

interface CardProps {
  notice: Notice;
  name: string;
  /** It is opened. */
  open: () => void;
}

function NoticeCard({ notice, name, open }: CardProps): ReactNode {
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
    <div className={`card ${notice.read ? "" : "unread"}`}>
      <div className="head">
        <h3>
          {!notice.read && <span className="badge care">{t("unread")}</span>} {plant}
        </h3>
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
        <Link href={pageOf(notice)} className="button" onClick={open}>
          {t("openThis")}
        </Link>
      </p>
    </div>
  );
}
