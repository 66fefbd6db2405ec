/** Who of the plant is told what, who stands in for whom, and what became of every message. */
import type { ReactNode } from "react";
import { minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import { askMessages, useMessages, useWords } from "../data.ts";
import { Contacts } from "../parts/contacts.tsx";
import { MoreList } from "../parts/more.tsx";
import { PlantFrame } from "../parts/plant-frame.tsx";
import { Failed, Loading } from "../parts/states.tsx";
import { useText } from "../texts.ts";

export const PeoplePage = ({ permitNo }: { permitNo: string }): ReactNode => (
  <PlantFrame permitNo={permitNo}>
    {() => (
      <>
        <Contacts permitNo={permitNo} />
        <Messages permitNo={permitNo} />
      </>
    )}
  </PlantFrame>
);

const LOOKS: Readonly<Record<string, string>> = {
  sent: "good",
  failed: "bad",
  unknown: "care",
  expired: "care",
  capped: "care",
};

function Messages({ permitNo }: { permitNo: string }): ReactNode {
  const t = useText();
  const language = useLanguage();
  const { word } = useWords();
  const messages = useMessages(permitNo);
  if (messages.isPending) return <Loading />;
  if (messages.isError) return <Failed error={messages.error} again={() => void messages.refetch()} />;
  const { messages: all, next } = messages.data.data;
  return (
    <section>
      <h2>{t("messages")}</h2>
      {all.length === 0 && <p className="soft">{t("noMessages")}</p>}
      <MoreList
        first={{ rows: all, next }}
        ask={async (cursor) => {
          const page = await askMessages(permitNo, cursor);
          return { rows: page.messages, next: page.next };
        }}
        keyOf={({ at, channel, to, text }) => `${at}${channel}${to}${text}`}
      >
        {({ at, channel, roles, to, text, state }) => (
          <div className="card">
            <div className="head">
              <p className="soft">
                {minuteText(at, language)} · {t(`channel.${channel}`)} ·{" "}
                {roles.map((role) => word(`role.${role}`)).join(t("comma"))} {to}
              </p>
              <span className={`badge ${LOOKS[state] ?? ""}`}>{t(`send.${state}`)}</span>
            </div>
            <p className="lines">{text}</p>
          </div>
        )}
      </MoreList>
    </section>
  );
}
