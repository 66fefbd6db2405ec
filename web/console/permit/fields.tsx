/** Fields of a thing of the permit, each with what is wrong with it below. */
import { Input, Select } from "antd";
import type { ReactNode } from "react";
import { fromInput, inputOf } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import type { TextKey } from "../texts.ts";
import { useWords } from "./difference-list.tsx";
import { problemsAt, type Problem } from "./edit-state.ts";

export interface Field {
  name: string;
  kind: "text" | "number" | "moment" | "day" | "choice" | "choices";
  /** Of a choice: values, and the rule data's kind of words for them. */
  values?: readonly string[];
  words?: string;
  required?: boolean;
  hint?: TextKey;
}

interface FieldsProps<T extends object> {
  fields: readonly Field[];
  value: T;
  set: (value: T) => void;
  problems: readonly Problem[];
  /** Of the thing in the permit; its fields are below it. */
  path: string;
}

export function Fields<T extends object>({ fields, value, set, problems, path }: FieldsProps<T>): ReactNode {
  const { t } = useWords();
  return (
    <div className="fields">
      {fields.map((field) => (
        <label key={field.name} className={field.kind === "text" || field.kind === "choices" ? "wide" : undefined}>
          <span>
            {t(`permitField.${field.name}` as TextKey)}
            {field.required && <b aria-hidden="true"> *</b>}
          </span>
          <Control
            field={field}
            value={(value as Record<string, unknown>)[field.name]}
            set={(next) => set({ ...value, [field.name]: next })}
          />
          {field.hint && <small>{t(field.hint)}</small>}
          <Wrong problems={problemsAt(problems, path ? `${path}.${field.name}` : field.name)} />
        </label>
      ))}
    </div>
  );
}

/** What is wrong, in the reader's language. */
export function Wrong({ problems, named = false }: { problems: readonly Problem[]; named?: boolean }): ReactNode {
  const language = useLanguage();
  const { t } = useWords();
  const field = ({ path }: Problem): string => {
    const key = `permitField.${
      path
        .split(".")
        .at(-1)
        ?.replace(/\[\d+\]$/, "") ?? ""
    }` as TextKey;
    const text = t(key);
    return text === key ? "" : `${text}：`;
  };
  return problems.map((problem) => (
    <small key={problem.path + problem.reason} className="state wrong" data-state="lost" role="alert">
      {named && field(problem)}
      {language === "zh" ? problem.zh : problem.reason}
    </small>
  ));
}

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : typeof value === "number" ? `${value}` : "";

function Control({ field, value, set }: { field: Field; value: unknown; set: (value: unknown) => void }): ReactNode {
  const { t, labels } = useWords();
  const { kind, name, required = false, values = [], words } = field;
  const label = t(`permitField.${name}` as TextKey);
  if (kind === "choice" || kind === "choices") {
    const options = values.map((each) => ({
      value: each,
      label: name === "pollutant" ? `${labels.pollutant(each)} ${each}` : words ? labels.say(`${words}.${each}`) : each,
    }));
    return (
      <Select
        aria-label={label}
        style={{ width: "100%" }}
        showSearch={{ optionFilterProp: "label" }}
        value={value}
        options={options}
        onChange={(next: unknown) => set(next ?? null)}
        {...(kind === "choices" ? { mode: "multiple" as const } : { allowClear: !required })}
      />
    );
  }
  const type = { text: "text", number: "number", moment: "datetime-local", day: "date" }[kind];
  const shown = kind === "moment" && typeof value === "string" ? inputOf(Date.parse(value)) : textOf(value);
  return (
    <Input
      type={type}
      required={required}
      maxLength={kind === "text" ? 2000 : undefined}
      {...(kind === "number" && { step: "any" })}
      value={shown}
      onChange={({ target }) => {
        if (kind === "number") set(target.value === "" ? null : Number(target.value));
        else if (kind === "moment") set(fromInput(target.value));
        else set(target.value === "" && !required ? null : target.value);
      }}
    />
  );
}
