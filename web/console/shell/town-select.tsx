import { Select } from "antd";
import type { ReactNode } from "react";
import { TOWN_NAMES } from "../city-map/towns.ts";
import { useText } from "../texts.ts";
import { setQuery } from "./address.ts";

/** The towns of the city as a filter: `town` of the address. */
export function TownSelect({ value }: { value: string | null }): ReactNode {
  const t = useText();
  return (
    <Select
      aria-label={t("town")}
      placeholder={t("allTowns")}
      allowClear
      showSearch
      style={{ minWidth: 150 }}
      value={value}
      options={TOWN_NAMES.map((name) => ({ value: name, label: name }))}
      onChange={(town: string | undefined) => setQuery({ town })}
    />
  );
}
