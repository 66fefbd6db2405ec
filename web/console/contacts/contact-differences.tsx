/** In what two lists of contacts differ: who, how, and each field from what to what. */
import { Table } from "antd";
import type { ReactNode } from "react";
import { minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import { useLabels } from "../labels.ts";
import { useText } from "../texts.ts";
import type { Contact, ContactDifference, ContactField } from "./contact-draft.ts";

const STATE = { added: "normal", removed: "lost", changed: "warned" } as const;

interface DifferencesProps {
  label: string;
  differences: readonly ContactDifference[];
  /** Whom an id may mean. */
  all: readonly Contact[];
}

export function ContactDifferences({ label, differences, all }: DifferencesProps): ReactNode {
  const t = useText();
  const { say } = useLabels();
  const text = useValueText(all);
  return (
    <Table<ContactDifference>
      aria-label={label}
      size="small"
      className="differences"
      tableLayout="fixed"
      pagination={false}
      rowKey={({ contact, how }) => how + contact.id}
      dataSource={differences}
      locale={{ emptyText: t("noChanges") }}
      columns={[
        {
          title: t("contact"),
          width: "34%",
          key: "who",
          render: (_, { contact }) => <span className="free">{whoText(contact)}</span>,
        },
        {
          title: t("changeKind"),
          width: "6rem",
          key: "how",
          render: (_, { how }) => (
            <span className="state" data-state={STATE[how]}>
              {t(`change.${how}`)}
            </span>
          ),
        },
        {
          title: t("fieldChanges"),
          key: "fields",
          render: (_, { contact, how, fields }) => (
            <ul className="plain">
              {how === "added" && <li>{say(`role.${contact.role}`)}</li>}
              {fields.map(({ field, before, after }) => (
                <li key={field} className="free">
                  {t("contactField.of", {
                    field: t(`contactField.${field}`),
                    before: text(field, before),
                    after: text(field, after),
                  })}
                </li>
              ))}
            </ul>
          ),
        },
      ]}
    />
  );
}

export const whoText = ({ name, phone }: Contact): string => (name ? `${name} ${phone}` : phone);

/** A field's value as people say it. */
export function useValueText(
  all: readonly Contact[],
): (field: ContactField, value: string | boolean | null | undefined) => string {
  const t = useText();
  const language = useLanguage();
  const { say } = useLabels();
  return (field, value) => {
    if (typeof value === "boolean") return t(value ? "yes" : "no");
    if (value === null || value === undefined || value === "") return t("none");
    if (field === "role") return say(`role.${value}`);
    if (field === "from" || field === "to") return minuteText(value, language);
    if (field !== "delegateOf") return value;
    const principal = all.find(({ id }) => id === value);
    return principal ? whoText(principal) : value;
  };
}
