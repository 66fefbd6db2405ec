/** What was tried, the last one first. */
import { useInfiniteQuery } from "@tanstack/react-query";
import type { TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { api, dataOf } from "../../shared/api.ts";
import { minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import type { Answer } from "../answers.ts";
import { isOver } from "../jobs/use-job.ts";
import { hashOf } from "../shell/address.ts";
import { MoreTable } from "../shell/more-table.tsx";
import { useText } from "../texts.ts";

type Listed = Answer<"listSimulations">["simulations"][number];

export function SimulationList(): ReactNode {
  const t = useText();
  const list = useInfiniteQuery({
    queryKey: ["simulations"],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      dataOf(
        api.GET("/api/rule-data/simulations", { params: { query: pageParam === null ? {} : { cursor: pageParam } } }),
      ),
    getNextPageParam: ({ next }) => next,
    refetchOnMount: "always",
    // As long as one is on its way.
    refetchInterval: ({ state: { data } }) =>
      data?.pages.some((page) => page.simulations.some((one) => !isOver(one))) ? 3_000 : false,
  });
  return (
    <MoreTable<Listed>
      label={t("simulations")}
      rows={list.data?.pages.flatMap((page) => page.simulations) ?? []}
      rowKey={({ id }) => id}
      columns={useColumns()}
      empty={t("noSimulations")}
      query={list}
    />
  );
}

function useColumns(): TableColumnsType<Listed> {
  const t = useText();
  const language = useLanguage();
  return [
    {
      title: t("jobAskedAt"),
      key: "at",
      render: (_, { askedAt, id }) => <a href={hashOf(["rules", id])}>{minuteText(askedAt, language)}</a>,
    },
    { title: t("simBy"), dataIndex: "by", ellipsis: true, width: 160 },
    { title: t("simDays"), key: "days", render: (_, { from, to }) => (from === to ? from : `${from} – ${to}`) },
    { title: t("simPlants"), dataIndex: "plants", align: "right" },
    {
      title: t("simChanged"),
      key: "changed",
      render: (_, { changed }) =>
        changed.map(({ path, force, draft }) => (
          <div key={path}>
            <code>{path}</code> {force} → {draft}
          </div>
        )),
    },
    { title: t("jobState"), key: "state", render: (_, { state }) => t(`jobState.${state}`) },
  ];
}
