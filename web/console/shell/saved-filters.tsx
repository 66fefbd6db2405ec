/** Filters under a name, kept on this device: `预警中的印染厂`. */
import { Button, Input, Select, Space, type InputRef } from "antd";
import { useState, type ReactNode } from "react";
import { useText } from "../texts.ts";
import { setQuery, useAddress } from "./address.ts";

/** Who asked for the field wants to write in it. */
const focus = (input: InputRef | null): void => input?.focus();

type Saved = Record<string, Record<string, string>>;

function kept(key: string): Saved {
  try {
    return (JSON.parse(localStorage.getItem(key) ?? "{}") as Saved | null) ?? {};
  } catch {
    return {};
  }
}

/** `names`: the parts of the address's query that are filters of this page. */
export function SavedFilters({ page, names }: { page: string; names: readonly string[] }): ReactNode {
  const t = useText();
  const { query } = useAddress();
  const key = `filters:${page}`;
  const [saved, setSaved] = useState(() => kept(key));
  const [naming, setNaming] = useState<string | null>(null);
  const change = (next: Saved): void => {
    localStorage.setItem(key, JSON.stringify(next));
    setSaved(next);
  };
  const now = Object.fromEntries(names.flatMap((name) => (query.get(name) ? [[name, query.get(name) ?? ""]] : [])));
  const current = Object.keys(saved).find((each) => JSON.stringify(saved[each]) === JSON.stringify(now)) ?? null;
  const keep = (): void => {
    const name = naming?.trim();
    if (name) change({ ...saved, [name]: now });
    setNaming(null);
  };
  if (naming !== null)
    return (
      <Space.Compact>
        <Input
          ref={focus}
          aria-label={t("filterName")}
          placeholder={t("filterName")}
          maxLength={40}
          value={naming}
          onChange={(event) => setNaming(event.target.value)}
          onPressEnter={keep}
          onKeyDown={(event) => event.key === "Escape" && setNaming(null)}
        />
        <Button type="primary" onClick={keep} disabled={naming.trim() === ""}>
          {t("save")}
        </Button>
        <Button onClick={() => setNaming(null)}>{t("cancel")}</Button>
      </Space.Compact>
    );
  return (
    <Space.Compact>
      <Select
        aria-label={t("savedFilters")}
        placeholder={t("savedFilters")}
        value={current}
        style={{ minWidth: 150 }}
        notFoundContent={t("noSavedFilters")}
        options={Object.keys(saved).map((name) => ({ value: name, label: name }))}
        onChange={(name: string) => setQuery({ ...Object.fromEntries(names.map((n) => [n, null])), ...saved[name] })}
      />
      {current === null ? (
        <Button onClick={() => setNaming("")} disabled={Object.keys(now).length === 0}>
          {t("saveFilter")}
        </Button>
      ) : (
        <Button onClick={() => change(Object.fromEntries(Object.entries(saved).filter(([name]) => name !== current)))}>
          {t("deleteFilter")}
        </Button>
      )}
    </Space.Compact>
  );
}
