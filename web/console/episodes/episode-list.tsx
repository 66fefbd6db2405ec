/** Episodes of the city or of one plant, as a list or counted, and as CSV or XLSX. */
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Button, Segmented, Space, Table, type TableColumnsType } from "antd";
import { useMemo, type ReactNode } from "react";
import { api, dataOf } from "../../shared/api.ts";
import { minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import type { Answer } from "../answers.ts";
import { ExportButtons } from "../export/export-buttons.tsx";
import type { Column } from "../export/table-file.ts";
import { useLabels } from "../labels.ts";
import { hashOf, setQuery, useAddress } from "../shell/address.ts";
import { MoreTable } from "../shell/more-table.tsx";
import { useText } from "../texts.ts";
import { frequencies, type Frequency } from "./frequency.ts";
import { soughtOf, type Sought } from "./sought.ts";

type Episode = Answer<"listEpisodes">["episodes"][number];

const ask = (sought: Sought, cursor: string | null, limit?: string) =>
  dataOf(
    api.GET("/api/episodes", { params: { query: { ...sought, ...(cursor && { cursor }), ...(limit && { limit }) } } }),
  );

export function EpisodeList({ permitNo }: { permitNo: string | null }): ReactNode {
  const t = useText();
  const { query } = useAddress();
  const sought = useMemo(() => soughtOf(query, permitNo), [query, permitNo]);
  const counted = query.get("as") === "counted";
  const episodes = useInfiniteQuery({
    queryKey: ["episodes", sought],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) => ask(sought, pageParam),
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  });
  const rows = useMemo(() => episodes.data?.pages.flatMap((page) => page.episodes) ?? [], [episodes.data]);
  const columns = useColumns(permitNo === null);
  return (
    <>
      <Space wrap className="filters">
        <Segmented
          aria-label={t("showAs")}
          value={counted ? "counted" : "list"}
          options={[
            { value: "list", label: t("asList") },
            { value: "counted", label: t("asCounted") },
          ]}
          onChange={(as) => setQuery({ as: as === "counted" ? as : null })}
        />
        <Exports sought={sought} />
      </Space>
      {counted ? <Counted rows={rows} /> : null}
      <div hidden={counted}>
        <MoreTable<Episode>
          label={t("navEpisodes")}
          rows={rows}
          rowKey={({ permitNo: own, id }) => own + id}
          columns={columns}
          empty={t(sought.from || sought.kind || sought.open || sought.town ? "noEpisodesFiltered" : "noEpisodes")}
          query={episodes}
        />
      </div>
      {counted && episodes.hasNextPage && (
        <p className="more">
          {t("countedOf", { count: rows.length })}{" "}
          <Button loading={episodes.isFetchingNextPage} onClick={() => void episodes.fetchNextPage()}>
            {t("more")}
          </Button>
        </p>
      )}
    </>
  );
}

function useColumns(withPlant: boolean): TableColumnsType<Episode> {
  const t = useText();
  const language = useLanguage();
  const { pollutant, say } = useLabels();
  const compare = (a: string | null, b: string | null): number => ((a ?? "9") < (b ?? "9") ? -1 : 1);
  return [
    {
      title: t("opened"),
      key: "openedAt",
      sorter: (a, b) => compare(a.openedAt, b.openedAt),
      render: (_, e) => <a href={hashOf(["episode", e.permitNo, e.id])}>{minuteText(e.openedAt, language)}</a>,
    },
    ...(withPlant
      ? ([
          {
            title: t("plant"),
            key: "name",
            sorter: (a, b) => a.name.localeCompare(b.name, "zh-CN"),
            render: (_, { permitNo, name }) => (
              <a className="name" href={hashOf(["plant", permitNo])} title={name}>
                {name}
              </a>
            ),
          },
          { title: t("town"), dataIndex: "town", ellipsis: true, width: 120 },
        ] satisfies TableColumnsType<Episode>)
      : []),
    {
      title: t("what"),
      key: "what",
      render: (_, e) =>
        `${e.outlet ?? ""} ${e.facility ?? pollutant(e.pollutant)} · ${e.statistic === "facility" ? t("facilityState") : say(`statistic.${e.statistic}`)}`,
    },
    {
      title: t("highest"),
      key: "highest",
      sorter: (a, b) => a.highest - b.highest,
      render: (_, e) => <Level level={e.highest} />,
    },
    {
      title: t("duration"),
      key: "duration",
      align: "right",
      sorter: (a, b) => a.durationMinutes - b.durationMinutes,
      render: (_, e) => t("minutes", { count: e.durationMinutes }),
    },
    {
      title: t("ended"),
      key: "ended",
      sorter: (a, b) => compare(a.closedAt, b.closedAt),
      render: (_, e) =>
        e.closedAt === null ? (
          <span className="state" data-state="warned">
            {t("stillOpen")}
          </span>
        ) : (
          `${minuteText(e.closedAt, language)} ${t(`ended.${e.closedHow ?? "recovered"}`)}`
        ),
    },
    { title: t("messages"), dataIndex: "messages", align: "right", sorter: (a, b) => a.messages - b.messages },
  ];
}

export function Level({ level }: { level: 0 | 1 | 2 | 3 }): ReactNode {
  const t = useText();
  const state = (["normal", "warned", "warned", "lost"] as const)[level];
  return (
    <span className="state" data-state={state}>
      {t(`level${level}`)}
    </span>
  );
}

function Counted({ rows }: { rows: readonly Episode[] }): ReactNode {
  const t = useText();
  const language = useLanguage();
  const { pollutant } = useLabels();
  const counted = useMemo(() => frequencies(rows), [rows]);
  return (
    <Table<Frequency>
      aria-label={t("asCounted")}
      size="middle"
      pagination={false}
      scroll={{ x: "max-content" }}
      rowKey="key"
      dataSource={counted}
      locale={{ emptyText: t("noEpisodes") }}
      columns={[
        {
          title: t("plant"),
          key: "plant",
          render: (_, { permitNo, name }) => (
            <a className="name" href={hashOf(["plant", permitNo], { tab: "episodes" })} title={name}>
              {name}
            </a>
          ),
        },
        {
          title: t("what"),
          key: "what",
          render: (_, f) => `${f.outlet ?? ""} ${f.facility ?? pollutant(f.pollutant)}`,
        },
        { title: t("howOften"), dataIndex: "episodes", align: "right", sorter: (a, b) => a.episodes - b.episodes },
        { title: t("stillOpen"), dataIndex: "open", align: "right" },
        { title: t("minutesInAll"), dataIndex: "minutes", align: "right", sorter: (a, b) => a.minutes - b.minutes },
        { title: t("longest"), dataIndex: "longest", align: "right", sorter: (a, b) => a.longest - b.longest },
        { title: t("newest"), key: "newest", render: (_, { newest }) => minuteText(newest, language) },
      ]}
    />
  );
}

function Exports({ sought }: { sought: Sought }): ReactNode {
  const t = useText();
  const language = useLanguage();
  const { pollutant } = useLabels();
  const columns: Column<Episode>[] = [
    { title: t("opened"), value: (e) => minuteText(e.openedAt, language), width: 18 },
    { title: t("ended"), value: (e) => (e.closedAt ? minuteText(e.closedAt, language) : null), width: 18 },
    { title: t("durationMinutes"), value: (e) => e.durationMinutes },
    { title: t("plant"), value: (e) => e.name, width: 36 },
    { title: t("permitNo"), value: (e) => e.permitNo, width: 26 },
    { title: t("town"), value: (e) => e.town },
    { title: t("outlet"), value: (e) => e.outlet },
    { title: t("pollutant"), value: (e) => e.facility ?? pollutant(e.pollutant) },
    { title: t("kind"), value: (e) => t(`kind.${e.kind}`) },
    { title: t("highestLevel"), value: (e) => e.highest },
    { title: t("messages"), value: (e) => e.messages },
  ];
  return (
    <ExportButtons<Episode>
      title={t("navEpisodes")}
      columns={columns}
      ask={async (cursor) => {
        const { episodes, next } = await ask(sought, cursor, "200");
        return { rows: episodes, next };
      }}
    />
  );
}
