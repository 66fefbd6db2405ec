/** Somebody saved these contacts meanwhile: what he changed beside mine, and how to join them. Mine are lost only when I say so. */
import { Alert, Button, Popconfirm, Space } from "antd";
import { useEffect, useRef, type ReactNode } from "react";
import { minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import type { Answer } from "../answers.ts";
import { useText } from "../texts.ts";
import { ContactDifferences, useValueText, whoText } from "./contact-differences.tsx";
import { CONTACT_FIELDS, contactDifferences, joinContacts, type Contact, type ContactDraft } from "./contact-draft.ts";

interface ConflictProps {
  draft: ContactDraft;
  state: Answer<"getContacts">;
  /** Goes on from the server's list with `mine`. */
  join: (mine: Contact[]) => void;
  giveUp: () => void;
}

export function ContactConflict({ draft, state, join, giveUp }: ConflictProps): ReactNode {
  const t = useText();
  const language = useLanguage();
  const here = useRef<HTMLElement>(null);
  // Who pressed the button stands at the end of the page.
  useEffect(() => here.current?.focus(), []);
  const all = [...state.contacts, ...draft.mine, ...draft.base];
  const text = useValueText(all);
  const { collisions } = joinContacts(draft, state.contacts, "mine");
  const side = (label: string, list: readonly Contact[]): ReactNode => (
    <div>
      <h3>{label}</h3>
      <ContactDifferences label={label} differences={contactDifferences(draft.base, list)} all={all} />
    </div>
  );
  /** `contacts[id].channels.sms`: whose, which field; without one the contact itself, which one of us took off the list. */
  const place = (path: string) => {
    const [, id, rest] = /^contacts\[(.+?)\](?:\.(.*))?$/.exec(path) ?? [];
    const contact = all.find((each) => each.id === id);
    const field = CONTACT_FIELDS.find((each) => each === rest?.split(".").at(-1));
    return { who: contact ? whoText(contact) : path, field };
  };
  const said = (field: ReturnType<typeof place>["field"], value: unknown): string =>
    field ? text(field, value as string | boolean | null) : t(value === null ? "change.removed" : "change.changed");
  return (
    <section className="conflict" ref={here} tabIndex={-1}>
      <Alert
        type="warning"
        showIcon
        role="alert"
        title={
          state.changed
            ? t("contactsConflictBy", { by: state.changed.by, at: minuteText(state.changed.at, language) })
            : t("contactsConflict")
        }
        description={t("conflictText")}
      />
      <div className="sides">
        {side(t("theirChanges"), state.contacts)}
        {side(t("myChanges"), draft.mine)}
      </div>
      {collisions.length > 0 && (
        <>
          <h3>{t("collisions", { count: collisions.length })}</h3>
          <ul>
            {collisions.map(({ path, mine, theirs }) => {
              const { who, field } = place(path);
              const named = field ? `${who} · ${t(`contactField.${field}`)}` : who;
              return (
                <li key={path} className="free">
                  {t("collision", { path: named, mine: said(field, mine), theirs: said(field, theirs) })}
                </li>
              );
            })}
          </ul>
        </>
      )}
      <Space wrap>
        <Button type="primary" onClick={() => join(joinContacts(draft, state.contacts, "mine").contacts)}>
          {t(collisions.length > 0 ? "rebaseMine" : "contactsJoin")}
        </Button>
        {collisions.length > 0 && (
          <Button onClick={() => join(joinContacts(draft, state.contacts, "theirs").contacts)}>
            {t("rebaseTheirs")}
          </Button>
        )}
        <Popconfirm title={t("giveUpSure")} okText={t("giveUpYes")} cancelText={t("cancel")} onConfirm={giveUp}>
          <Button danger>{t("takeTheirs")}</Button>
        </Popconfirm>
      </Space>
    </section>
  );
}
