/** Who of a plant gets messages, on whose behalf and by which channel; a regulator changes it here, the plant in its portal. */
import { useQuery } from "@tanstack/react-query";
import { Button, Empty, Spin, Table, type TableColumnsType } from "antd";
import { lazy, Suspense, type ReactNode } from "react";
import { useDraft } from "../../shared/draft.ts";
import { minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import { toldTo } from "../../shared/recipients.ts";
import type { Answer } from "../answers.ts";
import { useLabels } from "../labels.ts";
import { Problem } from "../shell/problem.tsx";
import { useAllowed } from "../shell/self.ts";
import { useText } from "../texts.ts";
import type { Contact, ContactDraft } from "./contact-draft.ts";
import { contactsQuery } from "./contacts-query.ts";

const ContactsEditor = lazy(() => import("./contacts-editor.tsx"));

export function ContactsTab({ permitNo }: { permitNo: string }): ReactNode {
  const t = useText();
  const mayEdit = useAllowed()("contact.write");
  const contacts = useQuery(contactsQuery(permitNo));
  const [draft, setDraft, forget] = useDraft<ContactDraft | null>(`contacts:${permitNo}`, null);
  if (!contacts.data)
    return contacts.error ? <Problem error={contacts.error} retry={contacts.refetch} /> : <Spin className="waiting" />;
  const { data: list, etag } = contacts.data;
  if (mayEdit && draft)
    return (
      <Suspense fallback={<Spin className="waiting" />}>
        <ContactsEditor permitNo={permitNo} draft={draft} setDraft={setDraft} close={forget} />
      </Suspense>
    );
  return (
    <>
      {contacts.error ? <Problem error={contacts.error} retry={contacts.refetch} /> : null}
      {mayEdit && (
        <p className="no-print">
          <Button type="primary" onClick={() => setDraft({ etag, base: list.contacts, mine: list.contacts })}>
            {t("changeContacts")}
          </Button>
        </p>
      )}
      <ContactList list={list} />
    </>
  );
}

function ContactList({ list }: { list: Answer<"getContacts"> }): ReactNode {
  const t = useText();
  const language = useLanguage();
  return (
    <>
      <p>
        {t(list.own ? "contactsOwn" : "contactsOfPermit")}
        {list.changed && ` ${t("changedByAt", { by: list.changed.by, at: minuteText(list.changed.at, language) })}`}
      </p>
      <Table<Contact>
        aria-label={t("contacts")}
        size="middle"
        pagination={false}
        scroll={{ x: "max-content" }}
        rowKey="id"
        columns={useColumns(list.contacts)}
        dataSource={list.contacts}
        locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("nobodyIsTold")} /> }}
      />
      <p>{t("townOfficersTold", { phones: list.townOfficers.map(({ phone }) => phone).join("、") || "—" })}</p>
    </>
  );
}

function useColumns(all: readonly Contact[]): TableColumnsType<Contact> {
  const t = useText();
  const language = useLanguage();
  const { say } = useLabels();
  const moment = (at: string | null): string => (at === null ? "" : minuteText(at, language));
  return [
    {
      title: t("contactField.name"),
      key: "name",
      render: (_, { name, phone }) => (
        // The phone is not cut off with a long name.
        <>
          <span className="name" title={name}>
            {name || "—"}
          </span>
          <code>{phone}</code>
        </>
      ),
    },
    { title: t("contactField.role"), key: "role", render: (_, { role }) => say(`role.${role}`) },
    {
      title: t("toldBy"),
      key: "channels",
      render: (_, { channels, email }) => (
        <span className="name">
          {[...(channels.sms ? [t("channel.sms")] : []), ...(channels.push ? [t("channel.push")] : [])].join("、") ||
            (email ? "" : t("notTold"))}
          {email && <small>{email}</small>}
        </span>
      ),
    },
    {
      title: t("toldOf"),
      key: "told",
      render: (_, { role }) => {
        const { levels, data } = toldTo(role);
        return t("toldLevels", { levels: levels.join("、") }) + (data ? t("toldData") : "");
      },
    },
    {
      title: t("contactField.delegateOf"),
      key: "delegateOf",
      render: (_, { delegateOf }) => {
        const principal = all.find(({ id }) => id === delegateOf);
        return principal ? principal.name || principal.phone : "—";
      },
    },
    {
      title: t("validity"),
      key: "span",
      render: (_, { from, to }) => (from === null && to === null ? "—" : `${moment(from)} – ${moment(to)}`),
    },
  ];
}
