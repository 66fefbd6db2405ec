/** The fields of a person, for who is changed and for who is invited. */
import { Checkbox, Input, Select } from "antd";
import type { ReactNode } from "react";
import { ROLES } from "../../../functions/people/domain/rights.ts";
import { TOWN_NAMES } from "../city-map/towns.ts";
import { useText } from "../texts.ts";
import { words, type FieldName, type Fields } from "./draft.ts";

interface PersonFieldsProps {
  fields: Fields;
  set: (change: Partial<Fields>) => void;
  /** What stands below a field. */
  note: (name: FieldName) => ReactNode;
}

export function PersonFields({ fields, set, note }: PersonFieldsProps): ReactNode {
  const t = useText();
  return (
    <>
      <label>
        {t("name")}
        <Input value={fields.name} maxLength={100} required onChange={(event) => set({ name: event.target.value })} />
        {note("name")}
      </label>
      <label>
        {t("phone")} <small>+8613900000001</small>
        <Input
          value={fields.phone ?? ""}
          maxLength={16}
          inputMode="tel"
          onChange={(event) => set({ phone: event.target.value.trim() || null })}
        />
        {note("phone")}
      </label>
      <label>
        {t("email")}
        <Input
          value={fields.email ?? ""}
          maxLength={254}
          inputMode="email"
          onChange={(event) => set({ email: event.target.value.trim() || null })}
        />
        {note("email")}
      </label>
      <fieldset>
        <legend>{t("roles")}</legend>
        <Checkbox.Group
          value={fields.roles}
          options={ROLES.map((role) => ({ value: role, label: t(`role.${role}`) }))}
          onChange={(roles) => set({ roles })}
        />
        {note("roles")}
      </fieldset>
      <label>
        {t("towns")}
        <Select
          mode="tags"
          style={{ width: "100%" }}
          aria-label={t("towns")}
          value={fields.towns}
          options={TOWN_NAMES.map((name) => ({ value: name, label: name }))}
          onChange={(towns: string[]) => set({ towns })}
        />
        {note("towns")}
      </label>
      <label>
        {t("plantsOf")}
        <Input.TextArea
          autoSize={{ minRows: 2, maxRows: 8 }}
          defaultValue={fields.plants.join("\n")}
          onChange={(event) => set({ plants: words(event.target.value) })}
        />
        {note("plants")}
      </label>
    </>
  );
}
