/** Episodes of the city: filter, sort, how often and how long, and the whole list as a file. */
import { Select, Space } from "antd";
import type { ReactNode } from "react";
import { useLabels } from "../labels.ts";
import { setQuery, useAddress } from "../shell/address.ts";
import { DayInput } from "../shell/day-input.tsx";
import { SavedFilters } from "../shell/saved-filters.tsx";
import { TownSelect } from "../shell/town-select.tsx";
import { useText } from "../texts.ts";
import { EpisodeList } from "./episode-list.tsx";

const FILTERS = ["from", "to", "town", "kind", "pollutant", "open"] as const;
const KINDS = ["limit", "range", "noise", "facility"] as const;

export default function EpisodesPage(): ReactNode {
  const t = useText();
  const { query } = useAddress();
  const { pollutants } = useLabels();
  const of = (name: (typeof FILTERS)[number]): string | null => query.get(name);
  return (
    <section className="page">
      <h1>{t("navEpisodes")}</h1>
      <Space wrap className="filters" role="search">
        <DayInput name="from" />
        <DayInput name="to" />
        <TownSelect value={of("town")} />
        <Select
          aria-label={t("kind")}
          placeholder={t("allKinds")}
          allowClear
          style={{ minWidth: 150 }}
          value={of("kind")}
          options={KINDS.map((kind) => ({ value: kind, label: t(`kind.${kind}`) }))}
          onChange={(kind: string | undefined) => setQuery({ kind })}
        />
        <Select
          aria-label={t("pollutant")}
          placeholder={t("allPollutants")}
          allowClear
          showSearch
          optionFilterProp="label"
          style={{ minWidth: 150 }}
          value={of("pollutant")}
          options={pollutants()}
          onChange={(pollutant: string | undefined) => setQuery({ pollutant })}
        />
        <Select
          aria-label={t("openOrClosed")}
          placeholder={t("openOrClosed")}
          allowClear
          style={{ minWidth: 150 }}
          value={of("open")}
          options={[
            { value: "true", label: t("onlyOpen") },
            { value: "false", label: t("onlyClosed") },
          ]}
          onChange={(open: string | undefined) => setQuery({ open })}
        />
        <SavedFilters page="episodes" names={FILTERS} />
      </Space>
      <EpisodeList permitNo={null} />
    </section>
  );
}
