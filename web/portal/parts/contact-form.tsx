/** Names, phones, channels and delegates of a list, edited in place. */
import { useId, type ReactNode } from "react";
import { fromInput, inputOf } from "../../shared/format.ts";
import { useWords } from "../data.ts";
import { useText } from "../texts.ts";
import type { Contact } from "./contacts.tsx";

const ROLES = ["operator", "environment-manager", "maintenance", "legal-person"] as const;
const NEW: Omit<Contact, "id"> = {
  role: "operator",
  name: "",
  phone: "+86",
  channels: { sms: true, push: false },
  email: null,
  delegateOf: null,
  from: null,
  to: null,
};

interface ContactFormProps {
  contacts: readonly Contact[];
  change: (contacts: Contact[]) => void;
}

export function ContactForm({ contacts, change }: ContactFormProps): ReactNode {
  const t = useText();
  const replace = (id: string, changes: Partial<Contact>): void =>
    change(contacts.map((each) => (each.id === id ? { ...each, ...changes } : each)));
  // Who is taken off the list has nobody to stand in for him.
  const remove = (id: string): void => change(contacts.filter((each) => each.id !== id && each.delegateOf !== id));
  return (
    <>
      {contacts.map((contact) => (
        <ContactFields
          key={contact.id}
          contact={contact}
          others={contacts.filter((each) => each.id !== contact.id && each.delegateOf === null)}
          change={(changes) => replace(contact.id, changes)}
          remove={() => remove(contact.id)}
        />
      ))}
      <p className="lead">
        <button type="button" onClick={() => change([...contacts, { ...NEW, id: crypto.randomUUID() }])}>
          {t("addContact")}
        </button>
      </p>
    </>
  );
}

interface FieldsProps {
  contact: Contact;
  others: readonly Contact[];
  change: (changes: Partial<Contact>) => void;
  remove: () => void;
}

function ContactFields({ contact, others, change, remove }: FieldsProps): ReactNode {
  const t = useText();
  const id = useId();
  const { word } = useWords();
  const { role, name, phone, channels, email, delegateOf } = contact;
  const delegate = (to: string): void => {
    const principal = others.find((each) => each.id === to);
    change(principal ? { delegateOf: principal.id, role: principal.role } : { delegateOf: null, from: null, to: null });
  };
  return (
    <fieldset className="card">
      <legend className="sr">{name || phone}</legend>
      <label htmlFor={`${id}-name`}>{t("name")}</label>
      <input id={`${id}-name`} maxLength={100} value={name} onChange={(e) => change({ name: e.target.value })} />
      <label htmlFor={`${id}-phone`}>{t("phone")}</label>
      <input
        id={`${id}-phone`}
        type="tel"
        inputMode="tel"
        maxLength={16}
        value={phone}
        onChange={(e) => change({ phone: e.target.value.replaceAll(" ", "") })}
      />
      <label htmlFor={`${id}-role`}>{t("role")}</label>
      <select
        id={`${id}-role`}
        value={role}
        disabled={delegateOf !== null}
        onChange={(e) => change({ role: ROLES.find((each) => each === e.target.value) ?? role })}
      >
        {ROLES.map((each) => (
          <option key={each} value={each}>
            {word(`role.${each}`)}
          </option>
        ))}
      </select>
      <label className="check">
        <input
          type="checkbox"
          checked={channels.sms}
          onChange={(e) => change({ channels: { ...channels, sms: e.target.checked } })}
        />
        {t("smsOn")}
      </label>
      <label className="check">
        <input
          type="checkbox"
          checked={channels.push ?? false}
          onChange={(e) => change({ channels: { ...channels, push: e.target.checked } })}
        />
        {t("pushToAccount")}
      </label>
      <label htmlFor={`${id}-email`}>{t("emailAddress")}</label>
      <input
        id={`${id}-email`}
        type="email"
        inputMode="email"
        maxLength={254}
        value={email ?? ""}
        onChange={(e) => change({ email: e.target.value.trim() === "" ? null : e.target.value.trim() })}
      />
      {others.length > 0 && (
        <>
          <label htmlFor={`${id}-delegate`}>{t("delegateOf")}</label>
          <select id={`${id}-delegate`} value={delegateOf ?? ""} onChange={(e) => delegate(e.target.value)}>
            <option value="">{t("nobody")}</option>
            {others.map((each) => (
              <option key={each.id} value={each.id}>
                {word(`role.${each.role}`)} {each.name || each.phone}
              </option>
            ))}
          </select>
        </>
      )}
      {delegateOf !== null && (
        <div className="pair">
          {(["from", "to"] as const).map((end) => (
            <div key={end}>
              <label htmlFor={`${id}-${end}`}>{t(end)}</label>
              <input
                id={`${id}-${end}`}
                type="datetime-local"
                value={inputValue(contact[end])}
                onChange={(e) => change({ [end]: fromInput(e.target.value) })}
              />
            </div>
          ))}
        </div>
      )}
      <div className="row">
        <button type="button" onClick={remove}>
          {t("removeContact")}
        </button>
      </div>
    </fieldset>
  );
}

const inputValue = (at: string | null): string => (at === null ? "" : inputOf(Date.parse(at)));
