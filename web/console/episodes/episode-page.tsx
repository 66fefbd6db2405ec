/** One episode from its first projection to its verdict: what was foreseen, sent, answered, and what came of it. */
import { useQuery } from "@tanstack/react-query";
import { Descriptions, Spin, Timeline } from "antd";
import type { ReactNode } from "react";
import { api, dataOf } from "../../shared/api.ts";
import { clockText, minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import type { Answer } from "../answers.ts";
import { useLabels } from "../labels.ts";
import { holdText } from "../plant/hold.ts";
import { hashOf } from "../shell/address.ts";
import { NotHere } from "../shell/not-here.tsx";
import type { PageProps } from "../shell/pages.ts";
import { Problem } from "../shell/problem.tsx";
import { useText } from "../texts.ts";
import { Level } from "./episode-list.tsx";

type Episode = Answer<"getEpisode">;
type Entry = Episode["timeline"][number];

export default function EpisodePage({ parts: [permitNo, id] }: PageProps): ReactNode {
  const t = useText();
  const language = useLanguage();
  const { pollutant, say } = useLabels();
  const episode = useQuery({
    queryKey: ["episode", permitNo, id],
    enabled: permitNo !== undefined && id !== undefined,
    queryFn: () =>
      dataOf(
        api.GET("/api/plants/{permitNo}/episodes/{id}", {
          params: { path: { permitNo: permitNo ?? "", id: id ?? "" } },
        }),
      ),
    refetchInterval: ({ state }) => (state.data?.closedAt === null ? 30_000 : false),
  });
  if (permitNo === undefined || id === undefined) return <NotHere />;
  const { data } = episode;
  if (!data)
    return episode.error ? (
      <div className="page">
        <Problem error={episode.error} retry={episode.refetch} />
      </div>
    ) : (
      <Spin size="large" className="waiting" />
    );
  return (
    <article className="page">
      <h1>
        {data.outlet ?? data.facility} {pollutant(data.pollutant)} ·{" "}
        {data.statistic === "facility" ? t("facilityState") : say(`statistic.${data.statistic}`)}
      </h1>
      <Descriptions
        size="small"
        column={{ xs: 1, sm: 2, lg: 3 }}
        items={[
          { key: "plant", label: t("plant"), children: <a href={hashOf(["plant", data.permitNo])}>{data.name}</a> },
          { key: "town", label: t("town"), children: data.town },
          { key: "opened", label: t("opened"), children: minuteText(data.openedAt, language) },
          {
            key: "ended",
            label: t("ended"),
            children:
              data.closedAt === null
                ? t("stillOpen")
                : `${minuteText(data.closedAt, language)} ${t(`ended.${data.closedHow ?? "recovered"}`)}`,
          },
          { key: "duration", label: t("duration"), children: t("minutes", { count: data.durationMinutes }) },
          { key: "highest", label: t("highest"), children: <Level level={data.highest} /> },
        ]}
      />
      {data.hold && (
        <p className="hold what" data-level={data.level}>
          {data.hold.required === null
            ? t("cannotHold", { limit: data.hold.limit, unit: data.hold.unit })
            : t("hold", {
                required: holdText(data.hold.required, data.decimals),
                unit: data.hold.unit,
                until: clockText(data.hold.until, language),
              })}
        </p>
      )}
      <h2>{t("timeline")}</h2>
      <Timeline
        className="timeline"
        items={data.timeline.map((entry, i) => ({
          key: i,
          color: colourOf(entry),
          content: (
            <>
              <time dateTime={entry.at}>{minuteText(entry.at, language)}</time>{" "}
              <EntryText entry={entry} episode={data} />
            </>
          ),
        }))}
      />
      {data.truncated && <p>{t("truncated")}</p>}
    </article>
  );
}

function colourOf(entry: Entry): string {
  if (entry.type === "recovered") return "green";
  if (entry.type === "acknowledged") return "blue";
  if (entry.type === "verdict")
    return entry.verdict === "met" ? "green" : entry.verdict === "exceeded" ? "red" : "gray";
  if (entry.type === "escalated" || (entry.type === "level" && entry.to > entry.from)) return "red";
  return "gray";
}

function EntryText({ entry, episode: { unit, decimals } }: { entry: Entry; episode: Episode }): ReactNode {
  const t = useText();
  const language = useLanguage();
  const { say } = useLabels();
  const figure = (value: number | null): string => (value === null ? "—" : `${value.toFixed(decimals)} ${unit}`.trim());
  switch (entry.type) {
    case "opened":
      return <strong>{t("entry.opened")}</strong>;
    case "recovered":
    case "lapsed":
      return <strong>{t(`entry.${entry.type}`)}</strong>;
    case "escalated":
      return <strong>{t("entry.escalated")}</strong>;
    case "level":
      return t(entry.to > entry.from ? "entry.rises" : "entry.falls", { to: t(`level${entry.to}`) });
    case "projection":
      return entry.projected === null
        ? t("entry.value", {
            value: figure(entry.value),
            limit: entry.limit === null ? figure(entry.min) : figure(entry.limit),
          })
        : t("entry.projection", {
            mean: figure(entry.mean),
            projected: figure(entry.projected),
            limit: figure(entry.limit),
            required: entry.required === null ? "—" : `${holdText(entry.required, decimals)} ${unit}`.trim(),
            until: entry.until === null ? "—" : clockText(entry.until, language),
          });
    case "sms":
      return (
        <>
          <strong>
            {t("entry.sms", {
              to: entry.roles.map((role) => say(`role.${role}`)).join("、") || entry.phone,
              state: t(`send.${entry.state}`),
            })}
          </strong>
          <blockquote className="free">{entry.text}</blockquote>
        </>
      );
    case "acknowledged":
      return (
        <>
          <strong>
            {t("entry.acknowledged", { name: entry.name ?? t("bySms"), action: t(`action.${entry.action}`) })}
          </strong>
          {entry.expectedAt && <> {t("expected", { at: minuteText(entry.expectedAt, language) })}</>}
          {entry.text && <blockquote className="free">{entry.text}</blockquote>}
        </>
      );
    case "verdict":
      return (
        <strong>
          {t("entry.verdict", {
            period: minuteText(entry.period, language),
            statistic: say(`statistic.${entry.statistic}`),
            mean: figure(entry.mean),
            limit: figure(entry.limit),
            verdict: say(`verdict.${entry.verdict}`),
          })}
          {entry.revision > 0 && ` · ${t("revisionNo", { revision: entry.revision })}`}
        </strong>
      );
  }
}
