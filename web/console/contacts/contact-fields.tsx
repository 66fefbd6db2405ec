/** One contact of a plant, each field with what is wrong with it below. */
import { Button, Checkbox, Input, Select } from "antd";
import type { ReactNode } from "react";
import { PLANT_ROLES } from "../../../functions/register/domain/contacts.ts";
import { fromInput, inputOf } from "../../shared/format.ts";
import { useLabels } from "../labels.ts";
import type { Problem } from "../permit/edit-state.ts";
import { Wrong } from "../permit/fields.tsx";
import { useText } from "../texts.ts";
import { whoText } from "./contact-differences.tsx";
import type { Contact, ContactField } from "./contact-draft.ts";

interface FieldsProps {
  contact: Contact;
  /** For whom this one may stand in. */
  others: readonly Contact[];
  problems: readonly Problem[];
  change: (change: Partial<Contact>) => void;
  remove: () => void;
}

export function ContactFields({ contact, others, problems, change, remove }: FieldsProps): ReactNode {
  const t = useText();
  const { say } = useLabels();
  const { role, name, phone, channels, email, delegateOf } = contact;
  const wrong = (field: ContactField | "id"): ReactNode => (
    <Wrong problems={problems.filter(({ path }) => path.endsWith(`.${field}`))} />
  );
  const delegate = (to: string): void => {
    const principal = others.find(({ id }) => id === to);
    change(principal ? { delegateOf: principal.id, role: principal.role } : { delegateOf: null, from: null, to: null });
  };
  return (
    <fieldset className="card contact">
      <legend>{whoText(contact)}</legend>
      <div className="fields">
        <label>
          <span>{t("contactField.name")}</span>
          <Input maxLength={100} value={name} onChange={({ target }) => change({ name: target.value })} />
          {wrong("name")}
        </label>
        <label>
          <span>
            {t("contactField.phone")} <b aria-hidden="true">*</b>
          </span>
          <Input
            required
            type="tel"
            maxLength={16}
            value={phone}
            onChange={({ target }) => change({ phone: target.value.replaceAll(" ", "") })}
          />
          {wrong("phone")}
        </label>
        <label>
          <span>{t("contactField.role")}</span>
          <Select
            aria-label={t("contactField.role")}
            value={role}
            disabled={delegateOf !== null}
            options={PLANT_ROLES.map((each) => ({ value: each, label: say(`role.${each}`) }))}
            onChange={(next) => change({ role: next })}
          />
          {wrong("role")}
        </label>
        <label>
          <span>{t("contactField.email")}</span>
          <Input
            type="email"
            maxLength={254}
            value={email ?? ""}
            onChange={({ target }) => change({ email: target.value.trim() || null })}
          />
          {wrong("email")}
        </label>
        <label>
          <span>{t("contactField.delegateOf")}</span>
          <Select
            aria-label={t("contactField.delegateOf")}
            value={delegateOf ?? ""}
            options={[
              { value: "", label: t("nobodyElse") },
              ...others.map((each) => ({ value: each.id, label: `${say(`role.${each.role}`)} ${whoText(each)}` })),
            ]}
            onChange={delegate}
          />
          {wrong("delegateOf")}
        </label>
        {(delegateOf !== null || contact.from !== null || contact.to !== null) &&
          (["from", "to"] as const).map((end) => (
            <label key={end}>
              <span>{t(`contactField.${end}`)}</span>
              <Input
                type="datetime-local"
                value={contact[end] === null ? "" : inputOf(Date.parse(contact[end]))}
                onChange={({ target }) => change({ [end]: fromInput(target.value) })}
              />
              {wrong(end)}
            </label>
          ))}
      </div>
      <Checkbox
        checked={channels.sms}
        onChange={({ target }) => change({ channels: { ...channels, sms: target.checked } })}
      >
        {t("contactField.sms")}
      </Checkbox>
      <Checkbox
        checked={channels.push ?? false}
        onChange={({ target }) => change({ channels: { ...channels, push: target.checked } })}
      >
        {t("contactField.push")}
      </Checkbox>
      <Button size="small" danger aria-label={t("removeContact", { who: whoText(contact) })} onClick={remove}>
        {t("remove")}
      </Button>
      {wrong("id")}
    </fieldset>
  );
}
