/** All plants that one may see: search, filter, and how each stands. */
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Select, Space, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { api, dataOf } from "../../shared/api.ts";
import { minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import type { Answer } from "../answers.ts";
import { useLabels } from "../labels.ts";
import { hashOf, setQuery, useAddress } from "../shell/address.ts";
import { MoreTable } from "../shell/more-table.tsx";
import { SavedFilters } from "../shell/saved-filters.tsx";
import { SearchBox } from "../shell/search-box.tsx";
import { StateTag, STATES, type PlantStateName } from "../shell/state-tag.tsx";
import { TownSelect } from "../shell/town-select.tsx";
import { useText } from "../texts.ts";

type Plant = Answer<"listPlants">["plants"][number];
const FILTERS = ["q", "town", "state", "condition"] as const;
/** What numbers of the board count: sites and the day. */
const CONDITIONS = [
  "treatment-mismatch",
  "treatment-stopped",
  "treatment-running",
  "treatment-other",
  "treatment-unknown",
  "production-stopped",
  "production-running",
  "production-other",
  "production-unknown",
  "noise-over",
  "noise-within",
  "noise-unknown",
  "dust-over",
  "dust-within",
  "dust-unknown",
  "warned-today",
  "told-today",
  "saved-today",
  "key-judged",
  "key-not-judged",
] as const;

export default function PlantsPage(): ReactNode {
  const t = useText();
  const { say } = useLabels();
  const { query } = useAddress();
  const q = query.get("q") ?? "";
  const town = query.get("town");
  const state = STATES.find((each) => each === query.get("state")) ?? null;
  const condition = CONDITIONS.find((each) => each === query.get("condition")) ?? null;
  const plants = useInfiniteQuery({
    queryKey: ["plants", q, town, state, condition],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      dataOf(
        api.GET("/api/plants", {
          params: {
            query: {
              ...(q && { q }),
              ...(town && { town }),
              ...(state && { state }),
              ...(condition && { condition }),
              ...(pageParam && { cursor: pageParam }),
            },
          },
        }),
      ),
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  });
  const rows = plants.data?.pages.flatMap((page) => page.plants) ?? [];
  const filtered = q !== "" || town !== null || state !== null || condition !== null;
  return (
    <section className="page">
      <h1>{t("navPlants")}</h1>
      <Space wrap className="filters" role="search">
        <SearchBox value={q} label={t("searchPlants")} />
        <TownSelect value={town} />
        <Select
          aria-label={t("state")}
          placeholder={t("allStates")}
          allowClear
          style={{ minWidth: 190 }}
          value={state}
          options={STATES.map((each) => ({ value: each, label: say(`state.${each}`) }))}
          onChange={(value: PlantStateName | undefined) => setQuery({ state: value })}
        />
        <Select
          aria-label={t("condition")}
          placeholder={t("allConditions")}
          allowClear
          showSearch
          optionFilterProp="label"
          style={{ minWidth: 210 }}
          value={condition}
          options={CONDITIONS.map((each) => ({ value: each, label: t(`condition.${each}`) }))}
          onChange={(value: (typeof CONDITIONS)[number] | undefined) => setQuery({ condition: value })}
        />
        <SavedFilters page="plants" names={FILTERS} />
      </Space>
      <MoreTable<Plant>
        label={t("navPlants")}
        rows={rows}
        rowKey={(plant) => plant.permitNo}
        columns={useColumns()}
        empty={t(filtered ? "noPlantsFiltered" : "noPlants")}
        query={plants}
      />
    </section>
  );
}

function useColumns(): TableColumnsType<Plant> {
  const t = useText();
  const language = useLanguage();
  const { say } = useLabels();
  return [
    {
      title: t("plant"),
      key: "name",
      render: (_, { permitNo, name }) => (
        <a className="name" href={hashOf(["plant", permitNo])} title={name}>
          {name}
          <small>{permitNo}</small>
        </a>
      ),
    },
    { title: t("state"), key: "state", render: (_, { state }) => <StateTag state={state} /> },
    { title: t("openEpisodes"), dataIndex: "openEpisodes", align: "right" },
    { title: t("town"), dataIndex: "town", ellipsis: true, width: 120 },
    { title: t("industry"), dataIndex: "industry", ellipsis: true, width: 160 },
    { title: t("management"), key: "management", render: (_, { management }) => say(`management.${management}`) },
    { title: t("outlets"), dataIndex: "outlets", align: "right" },
    {
      title: t("lastSeen"),
      key: "lastSeen",
      render: (_, { lastSeen }) => (lastSeen === null ? t("neverSeen") : minuteText(lastSeen, language)),
    },
  ];
}
