/** The plant's own list of who gets messages: read by everybody, changed by who may, with nothing lost when two change it at once. */
import { useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { api, ApiProblem, got, problemText } from "../../shared/api.ts";
import { useDraft } from "../../shared/draft.ts";
import { minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import { askContacts, useContacts, useSelf, useWords, type ContactList } from "../data.ts";
import { useText } from "../texts.ts";
import { ContactForm } from "./contact-form.tsx";
import { toldTo } from "../../shared/recipients.ts";
import { Failed, Loading } from "./states.tsx";

export type Contact = ContactList["contacts"][number];
/** What is being typed, and the revision that it began from. */
type Draft = { contacts: Contact[]; etag: string | null } | null;

export function Contacts({ permitNo }: { permitNo: string }): ReactNode {
  const t = useText();
  const contacts = useContacts(permitNo);
  const self = useSelf().data?.data;
  const [draft, setDraft, clear] = useDraft<Draft>(`contacts:${permitNo}`, null);
  if (contacts.isPending) return <Loading />;
  if (contacts.isError) return <Failed error={contacts.error} again={() => void contacts.refetch()} />;
  const { data, etag } = contacts.data.data;
  if (draft) return <Editing permitNo={permitNo} draft={draft} setDraft={setDraft} done={clear} />;
  return (
    <section>
      <h2>{t("whoIsTold")}</h2>
      <ContactCards contacts={data.contacts} />
      <p className="soft">
        {t("townOfficers", { phones: data.townOfficers.map((each) => each.phone).join(t("comma")) || "—" })}
      </p>
      {!data.own && <p className="soft">{t("fromPermit")}</p>}
      {self?.actions.includes("contact.write") && (
        <p className="lead">
          <button type="button" onClick={() => setDraft({ contacts: data.contacts, etag })}>
            {t("changeContacts")}
          </button>
        </p>
      )}
    </section>
  );
}

function ContactCards({ contacts }: { contacts: readonly Contact[] }): ReactNode {
  const t = useText();
  const language = useLanguage();
  const { word } = useWords();
  if (contacts.length === 0) return <p className="note bad">{t("nobodyIsTold")}</p>;
  return (
    <ul>
      {contacts.map(({ id, role, name, phone, channels, email, delegateOf, from, to }) => {
        const { levels, data } = toldTo(role);
        const principal = contacts.find((each) => each.id === delegateOf);
        return (
          <li key={id} className={`card ${channels.sms || channels.push || email ? "" : "quiet"}`}>
            <div className="head">
              <h3>
                {word(`role.${role}`)} {name}
              </h3>
              <span className={`badge ${channels.sms ? "good" : ""}`}>{t(channels.sms ? "smsOn" : "smsOff")}</span>
            </div>
            <p>{phone}</p>
            {(channels.push || email) && (
              <p className="soft">
                {[channels.push ? t("pushToAccount") : "", email ? t("emailTo", { address: email }) : ""]
                  .filter(Boolean)
                  .join(t("comma"))}
              </p>
            )}
            {principal && <p>{t("standsInFor", { whom: principal.name || principal.phone })}</p>}
            {(from !== null || to !== null) && (
              <p className="soft">
                {from === null ? "" : minuteText(from, language)} – {to === null ? "" : minuteText(to, language)}
              </p>
            )}
            <p className="soft">
              {t("toldLevels", { levels: levels.join(t("comma")) })}
              {data && t("toldData")}
            </p>
          </li>
        );
      })}
    </ul>
  );
}

interface EditingProps {
  permitNo: string;
  draft: NonNullable<Draft>;
  setDraft: (draft: Draft) => void;
  done: () => void;
}

function Editing({ permitNo, draft, setDraft, done }: EditingProps): ReactNode {
  const t = useText();
  const queries = useQueryClient();
  const [problem, setProblem] = useState<unknown>(null);
  const [theirs, setTheirs] = useState<readonly Contact[] | null>(null);
  const [busy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      const params = { path: { permitNo }, header: { "If-Match": draft.etag ?? "" } };
      await got(api.PUT("/api/plants/{permitNo}/contacts", { params, body: { contacts: draft.contacts } }));
      await queries.invalidateQueries({ queryKey: ["contacts"] });
      done();
    } catch (error) {
      setProblem(error);
      if (error instanceof ApiProblem && (error.status === 409 || error.status === 412)) {
        const now = await askContacts(permitNo).catch(() => null);
        // What the other one saved stands beside what was typed; saving again is a decision with both in sight.
        if (now) {
          setTheirs(now.data.contacts);
          setDraft({ ...draft, etag: now.etag });
        }
      }
    } finally {
      setBusy(false);
    }
  };
  return (
    <section>
      <h2>{t("changeContacts")}</h2>
      <ContactForm contacts={draft.contacts} change={(contacts) => setDraft({ ...draft, contacts })} />
      {problem !== null && (
        <div className="note bad" role="alert">
          <p>{problemText(problem, t)}</p>
        </div>
      )}
      {theirs && (
        <details open>
          <summary>{t("onTheServer")}</summary>
          <ContactCards contacts={theirs} />
        </details>
      )}
      <div className="row">
        <button type="button" className="main" disabled={busy} onClick={() => void save()}>
          {t("save")}
        </button>
        <button type="button" onClick={done}>
          {t("cancel")}
        </button>
      </div>
    </section>
  );
}
