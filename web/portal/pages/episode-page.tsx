/** One episode from its begin to what was judged of it. */
import type { ReactNode } from "react";
import { Link } from "wouter";
import { clockText, minuteText, numberText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import { useEpisode, useWords, type Schemas } from "../data.ts";
import { Acknowledge, useAnswered } from "../parts/acknowledge.tsx";
import { Hold, useSubject } from "../parts/hold.tsx";
import { PlantFrame, type Plant } from "../parts/plant-frame.tsx";
import { Failed, Loading } from "../parts/states.tsx";
import { useText } from "../texts.ts";

type Episode = Schemas["GetEpisodeAnswer"];
type Event = Episode["timeline"][number];

export const EpisodePage = ({ permitNo, id }: { permitNo: string; id: string }): ReactNode => (
  <PlantFrame permitNo={permitNo}>{(plant) => <Whole plant={plant} id={id} />}</PlantFrame>
);

function Whole({ plant, id }: { plant: Plant; id: string }): ReactNode {
  const t = useText();
  const subject = useSubject();
  const { permitNo, outlets } = plant;
  const episode = useEpisode(permitNo, id);
  if (episode.isPending) return <Loading />;
  if (episode.isError) return <Failed error={episode.error} again={() => void episode.refetch()} />;
  const { data } = episode.data;
  const open = data.closedAt === null;
  return (
    <>
      <article className={`card ${open ? "urgent" : ""}`}>
        <div className="head">
          <h2 className="flush">{subject(data)}</h2>
          <span className={`badge ${open ? "bad" : "good"}`}>
            {t(open ? "open" : data.closedHow === "recovered" ? "recovered" : "lapsed")}
          </span>
        </div>
        <Hold episode={data} outlets={outlets} />
        {open && <Acknowledge permitNo={permitNo} episode={id} />}
      </article>
      <h2>{t("whatHappened")}</h2>
      <ol className="timeline">
        {moments(data.timeline).map((events, i) => (
          // The past does not change its order; two moments may have the same time.
          <Moment key={`${events[0].at}${i}`} events={events} episode={data} />
        ))}
      </ol>
      <Link className="button" href={`/plants/${permitNo}/episodes`}>
        {t("back")}
      </Link>
    </>
  );
}

type Moments = [Event, ...Event[]][];
type Sms = Extract<Event, { type: "sms" }>;

/** Messages of one tick to several people are one moment. */
function moments(timeline: readonly Event[]): Moments {
  const all: Moments = [];
  for (const event of timeline) {
    const last = all.at(-1);
    if (event.type === "sms" && last?.[0].type === "sms" && last[0].at === event.at) last.push(event);
    else all.push([event]);
  }
  return all;
}

const GOOD: readonly string[] = ["recovered", "acknowledged"];
const BAD: readonly string[] = ["opened", "level", "escalated"];

function Moment({ events, episode }: { events: Moments[number]; episode: Episode }): ReactNode {
  const language = useLanguage();
  const [event] = events;
  return (
    <li className={GOOD.includes(event.type) ? "good" : BAD.includes(event.type) ? "bad" : ""}>
      <p className="soft">
        <time dateTime={event.at}>{minuteText(event.at, language)}</time>
      </p>
      {event.type === "sms" ? <Messages messages={events as Sms[]} /> : <Said event={event} episode={episode} />}
    </li>
  );
}

function Messages({ messages }: { messages: readonly Sms[] }): ReactNode {
  const t = useText();
  const { word } = useWords();
  const whom = ({ roles, phone }: Sms): string => roles.map((role) => word(`role.${role}`)).join(t("comma")) || phone;
  const states = [...new Set(messages.map(({ state }) => t(`send.${state}`)))].join(t("comma"));
  return (
    <details>
      <summary>{t("event.sms", { whom: messages.map(whom).join(t("comma")), state: states })}</summary>
      <ul>
        {messages.map((message) => (
          <li key={message.phone} className="soft">
            {whom(message)} {message.phone} · {t(`send.${message.state}`)}
            <br />
            {message.text}
          </li>
        ))}
      </ul>
    </details>
  );
}

function Said({ event, episode }: { event: Exclude<Event, Sms>; episode: Episode }): ReactNode {
  const t = useText();
  const language = useLanguage();
  const answered = useAnswered();
  const { word } = useWords();
  const { unit, decimals } = episode;
  const of = (x: number | null): string => `${numberText(x, decimals)} ${unit}`.trim();
  switch (event.type) {
    case "opened":
    case "escalated":
    case "recovered":
    case "lapsed":
      return <p>{t(`event.${event.type}`)}</p>;
    case "level":
      return (
        <p>
          {event.from === 0 ? t("level", { level: event.to }) : t("event.level", { from: event.from, to: event.to })}
        </p>
      );
    case "projection":
      if (event.projected === null) return <p>{t("event.value", { value: of(event.value) })}</p>;
      return (
        <p>
          {t("event.projection", { mean: of(event.mean), projected: of(event.projected), limit: of(event.limit) })}
          {event.required !== null && event.required > 0 && event.until !== null && (
            <b>{` ${t("holdBelow", { value: of(event.required), until: clockText(event.until, language) })}`}</b>
          )}
        </p>
      );
    case "acknowledged":
      return (
        <p>
          {event.name ?? t("bySms")}
          {t("colon")}
          <b>{answered(event)}</b>
          {event.text !== "" && <span className="soft"> {event.text}</span>}
        </p>
      );
    case "verdict":
      return (
        <p className={event.verdict === "exceeded" ? "over" : ""}>
          {t("event.verdict", {
            period: event.statistic === "day" ? event.period.slice(0, 10) : minuteText(event.period, language),
            statistic: t(`statistic.${event.statistic}`),
            verdict: word(`verdict.${event.verdict}`),
            mean: of(event.mean),
            limit: of(event.limit),
          })}
        </p>
      );
  }
}
