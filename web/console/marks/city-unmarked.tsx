/** What is still unmarked over the city: whose, since when, until when, and as a file. */
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Select, Space, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { api, dataOf } from "../../shared/api.ts";
import { minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import type { Answer } from "../answers.ts";
import { ExportButtons } from "../export/export-buttons.tsx";
import type { Column } from "../export/table-file.ts";
import { useLabels } from "../labels.ts";
import { hashOf, setQuery, useAddress } from "../shell/address.ts";
import { MoreTable } from "../shell/more-table.tsx";
import { SavedFilters } from "../shell/saved-filters.tsx";
import { SearchBox } from "../shell/search-box.tsx";
import { TownSelect } from "../shell/town-select.tsx";
import { useText } from "../texts.ts";

type Row = Answer<"listCityUnmarked">["periods"][number];
const WHY = ["missing", "flagged", "suspicious"] as const;
const OVERDUE = ["yes", "no"] as const;
const FILTERS = ["tab", "q", "town", "why", "overdue"] as const;

export function CityUnmarked(): ReactNode {
  const t = useText();
  const { query } = useAddress();
  const q = query.get("q") ?? "";
  const town = query.get("town");
  const why = WHY.find((each) => each === query.get("why")) ?? null;
  const overdue = OVERDUE.find((each) => each === query.get("overdue")) ?? null;
  const filter = {
    ...(q && { q }),
    ...(town && { town }),
    ...(why && { why }),
    ...(overdue && { overdue }),
  };
  const ask = (cursor: string | null, limit?: string) =>
    dataOf(
      api.GET("/api/marks/unmarked", {
        params: { query: { ...filter, ...(cursor && { cursor }), ...(limit && { limit }) } },
      }),
    );
  const unmarked = useInfiniteQuery({
    queryKey: ["city-unmarked", filter],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) => ask(pageParam),
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  });
  const pages = unmarked.data?.pages ?? [];
  const [first] = pages;
  return (
    <>
      {first && (
        <p>
          {t("cityUnmarkedAre", { day: first.lastDay })} <strong>{t("cityUnmarkedTotal", first.total)}</strong>
        </p>
      )}
      <Space wrap className="filters" role="search">
        <SearchBox value={q} label={t("searchUnmarked")} />
        <TownSelect value={town} />
        <Select
          aria-label={t("why")}
          placeholder={t("allReasons")}
          allowClear
          style={{ minWidth: 150 }}
          value={why}
          options={WHY.map((each) => ({ value: each, label: t(`why.${each}`) }))}
          onChange={(value: Row["why"] | undefined) => setQuery({ why: value })}
        />
        <Select
          aria-label={t("markBy")}
          placeholder={t("allDeadlines")}
          allowClear
          style={{ minWidth: 150 }}
          value={overdue}
          options={[
            { value: "yes", label: t("onlyOverdue") },
            { value: "no", label: t("notOverdue") },
          ]}
          onChange={(value: (typeof OVERDUE)[number] | undefined) => setQuery({ overdue: value })}
        />
        <SavedFilters page="unmarked" names={FILTERS} />
        <ExportButtons<Row>
          title={t("tabUnmarked")}
          columns={useFileColumns()}
          ask={async (cursor) => {
            const { periods, next } = await ask(cursor, "200");
            return { rows: periods, next };
          }}
        />
      </Space>
      <MoreTable<Row>
        label={t("tabUnmarked")}
        rows={pages.flatMap((page) => page.periods)}
        rowKey={({ permitNo, outlet, pollutants, from, why: reason, signs }) =>
          [permitNo, outlet, pollutants.join(), from, reason, signs.join()].join("|")
        }
        columns={useColumns()}
        empty={t(Object.keys(filter).length > 0 ? "noUnmarkedFiltered" : "noCityUnmarked")}
        query={unmarked}
      />
    </>
  );
}

/** `数据缺失`, `设备带标识、校准`. */
function useWhy(): (row: Pick<Row, "why" | "signs">) => string {
  const t = useText();
  const { say } = useLabels();
  return ({ why, signs }) =>
    [t(`why.${why}`), ...(why === "flagged" ? signs.map((sign) => say(`flag.${sign}`)) : [])].join("、");
}

function useColumns(): TableColumnsType<Row> {
  const t = useText();
  const language = useLanguage();
  const { pollutant } = useLabels();
  const whyText = useWhy();
  const age = (hours: number): string =>
    hours < 24 ? t("hoursAgo", { hours }) : t("daysAgo", { days: Math.floor(hours / 24), hours: hours % 24 });
  return [
    {
      title: t("plant"),
      key: "plant",
      render: (_, { permitNo, name }) => (
        <a className="name" href={hashOf(["plant", permitNo], { tab: "unmarked" })} title={name}>
          {name}
          <small>{permitNo}</small>
        </a>
      ),
    },
    { title: t("town"), dataIndex: "town", ellipsis: true, width: 110 },
    { title: t("outlet"), dataIndex: "outlet" },
    {
      title: t("pollutant"),
      key: "pollutants",
      render: (_, { pollutants }) => <span className="name">{pollutants.map(pollutant).join("、")}</span>,
    },
    { title: t("from"), key: "from", render: (_, { from }) => minuteText(from, language) },
    { title: t("to"), key: "to", render: (_, { to }) => minuteText(to, language) },
    { title: t("why"), key: "why", render: (_, row) => whyText(row) },
    { title: t("age"), key: "age", align: "right", render: (_, { ageHours }) => age(ageHours) },
    {
      title: t("markBy"),
      key: "deadline",
      render: (_, { deadline, overdue }) => (
        <span data-overdue={overdue}>
          {minuteText(deadline, language)}
          {overdue && ` · ${t("overdue")}`}
        </span>
      ),
    },
  ];
}

function useFileColumns(): Column<Row>[] {
  const t = useText();
  const language = useLanguage();
  const { pollutant } = useLabels();
  const whyText = useWhy();
  return [
    { title: t("plant"), value: (row) => row.name, width: 36 },
    { title: t("permitNo"), value: (row) => row.permitNo, width: 26 },
    { title: t("town"), value: (row) => row.town },
    { title: t("outlet"), value: (row) => row.outlet },
    { title: t("pollutant"), value: (row) => row.pollutants.map(pollutant).join("、"), width: 24 },
    { title: t("from"), value: (row) => minuteText(row.from, language), width: 18 },
    { title: t("to"), value: (row) => minuteText(row.to, language), width: 18 },
    { title: t("why"), value: whyText, width: 20 },
    { title: t("ageHours"), value: (row) => row.ageHours },
    { title: t("markBy"), value: (row) => minuteText(row.deadline, language), width: 18 },
    { title: t("overdue"), value: (row) => t(row.overdue ? "yes" : "no") },
  ];
}
