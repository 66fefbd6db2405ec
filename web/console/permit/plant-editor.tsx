/** What the permit says of the plant itself: its name and place, contacts, facilities. */
import { Button, Input, Select, Space, Table } from "antd";
import { useState, type ReactNode } from "react";
import type { PermitForm } from "../../../functions/register/domain/file-form.ts";
import { oneText, useWords } from "./difference-list.tsx";
import { problemsAt, put, type Facility, type Problem } from "./edit-state.ts";
import { EntryForm } from "./entry-form.tsx";
import { Fields, Wrong, type Field } from "./fields.tsx";

export interface PartProps {
  mine: PermitForm;
  set: (mine: PermitForm) => void;
  problems: readonly Problem[];
}

const BASIC: Field[] = [
  { name: "name", kind: "text", required: true },
  { name: "town", kind: "text", required: true },
  { name: "industry", kind: "text", required: true },
  {
    name: "management",
    kind: "choice",
    words: "management",
    values: ["key", "simplified", "registration"],
    required: true,
  },
  { name: "validFrom", kind: "day", required: true },
  { name: "validTo", kind: "day", required: true },
];
const PLACE: Field[] = [
  { name: "lon", kind: "number", required: true },
  { name: "lat", kind: "number", required: true },
];

export function BasicEditor({ mine, set, problems }: PartProps): ReactNode {
  const { t } = useWords();
  return (
    <section>
      <h2>{t("basicData")}</h2>
      <small>
        {mine.permitNo} · {t("numberStays")}
      </small>
      <Fields fields={BASIC} value={mine} set={set} problems={problems} path="" />
      <Fields
        fields={PLACE}
        value={mine.location}
        set={(location) => set({ ...mine, location })}
        problems={problems}
        path="location"
      />
    </section>
  );
}

const ROLES = ["environment-manager", "operator", "legal-person", "maintenance", "town-officer"] as const;

export function ContactsEditor({ mine, set, problems }: PartProps): ReactNode {
  const { t, labels } = useWords();
  const change = (contacts: PermitForm["contacts"]): void => set({ ...mine, contacts });
  return (
    <section>
      <h2>{t("permitContacts")}</h2>
      <small>{t("permitContactsHint")}</small>
      {mine.contacts.map((contact, i) => (
        <div key={i} className="contact-row">
          <Space.Compact>
            <Select
              aria-label={t("permitField.role")}
              style={{ width: "11rem" }}
              value={contact.role}
              options={ROLES.map((role) => ({ value: role, label: labels.say(`role.${role}`) }))}
              onChange={(role) => change(put(mine.contacts, i, { ...contact, role }))}
            />
            <Input
              aria-label={t("permitField.phone")}
              style={{ width: "13rem" }}
              maxLength={16}
              inputMode="tel"
              value={contact.phone}
              onChange={({ target }) => change(put(mine.contacts, i, { ...contact, phone: target.value.trim() }))}
            />
            <Button onClick={() => change(put(mine.contacts, i, null))}>{t("remove")}</Button>
          </Space.Compact>
          <Wrong problems={problemsAt(problems, `contacts[${i}]`)} />
        </div>
      ))}
      <p>
        <Button onClick={() => change([...mine.contacts, { role: "operator", phone: "+86" }])}>
          {t("addContact")}
        </Button>
      </p>
    </section>
  );
}

export function FacilitiesEditor({ mine, set, problems }: PartProps): ReactNode {
  const words = useWords();
  const { t, labels } = words;
  const [open, setOpen] = useState<number | null>(null);
  const change = (facilities: Facility[]): void => set({ ...mine, facilities });
  const fields: Field[] = [
    { name: "code", kind: "text", required: true },
    { name: "kind", kind: "choice", words: "facility", values: ["treatment", "production"], required: true },
    { name: "outlets", kind: "choices", values: mine.outlets.map((o) => o.code) },
    { name: "mn", kind: "text" },
    { name: "sb", kind: "number" },
  ];
  const facility = open === null ? null : mine.facilities[open];
  return (
    <section>
      <h2>{t("facilities")}</h2>
      <Table<Facility>
        aria-label={t("facilities")}
        size="small"
        pagination={false}
        scroll={{ x: "max-content" }}
        rowKey={(entry) => String(mine.facilities.indexOf(entry))}
        dataSource={mine.facilities}
        locale={{ emptyText: "—" }}
        columns={[
          {
            title: t("permitField.code"),
            key: "code",
            render: (_, { code }, i) => (
              <>
                {code}
                <Wrong problems={problemsAt(problems, `facilities[${i}]`)} named />
              </>
            ),
          },
          { title: t("permitField.kind"), key: "kind", render: (_, { kind }) => labels.say(`facility.${kind}`) },
          {
            title: t("permitField.outlets"),
            key: "outlets",
            render: (_, { outlets }) => oneText("outlets", outlets, words),
          },
          { title: t("permitField.mn"), key: "mn", render: (_, { mn }) => <code className="free">{mn ?? "—"}</code> },
          { title: t("permitField.sb"), key: "sb", render: (_, { sb }) => sb ?? "—" },
          {
            title: t("actionColumn"),
            key: "actions",
            render: (_, _entry, i) => (
              <Space size={4}>
                <Button size="small" onClick={() => setOpen(i)}>
                  {t("amend")}
                </Button>
                <Button size="small" danger onClick={() => change(put(mine.facilities, i, null))}>
                  {t("remove")}
                </Button>
              </Space>
            ),
          },
        ]}
      />
      <p>
        <Button onClick={() => setOpen(mine.facilities.length)}>{t("addFacility")}</Button>
      </p>
      {open !== null && (
        <EntryForm<Facility>
          title={facility ? `${t("amend")} ${facility.code}` : t("addFacility")}
          fields={fields}
          value={facility ?? { code: "", kind: "treatment", outlets: [], mn: null, sb: null }}
          problems={problems}
          path={`facilities[${open}]`}
          take={(next) => change(put(mine.facilities, open, next))}
          close={() => setOpen(null)}
        />
      )}
    </section>
  );
}
