/** Marks that facts contradict and nobody has judged: each leads to its plant, where it is judged. */
import { useInfiniteQuery } from "@tanstack/react-query";
import type { TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { api, dataOf } from "../../shared/api.ts";
import { minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import type { Answer } from "../answers.ts";
import { hashOf } from "../shell/address.ts";
import { MoreTable } from "../shell/more-table.tsx";
import { useText } from "../texts.ts";

type Row = Answer<"listContradictedMarks">["marks"][number];

export function ContradictedList(): ReactNode {
  const t = useText();
  const marks = useInfiniteQuery({
    queryKey: ["contradicted"],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      dataOf(api.GET("/api/marks/contradicted", { params: { query: pageParam ? { cursor: pageParam } : {} } })),
    getNextPageParam: ({ next }) => next,
    refetchInterval: 60_000,
  });
  return (
    <>
      <p>{t("marksAre")}</p>
      <MoreTable<Row>
        label={t("tabContradicted")}
        rows={marks.data?.pages.flatMap((page) => page.marks) ?? []}
        rowKey={({ permitNo, mark }) => permitNo + mark.id}
        columns={useColumns()}
        empty={t("noContradicted")}
        query={marks}
      />
    </>
  );
}

function useColumns(): TableColumnsType<Row> {
  const t = useText();
  const language = useLanguage();
  return [
    {
      title: t("plant"),
      key: "plant",
      render: (_, { permitNo, name }) => (
        <a className="name" href={hashOf(["plant", permitNo])} title={name}>
          {name}
        </a>
      ),
    },
    { title: t("town"), dataIndex: "town", ellipsis: true, width: 120 },
    { title: t("outlet"), key: "outlet", render: (_, { mark }) => mark.outlet },
    { title: t("from"), key: "from", render: (_, { mark }) => minuteText(mark.from, language) },
    { title: t("to"), key: "to", render: (_, { mark }) => minuteText(mark.to, language) },
    {
      title: t("test.contradicts"),
      key: "tests",
      render: (_, { mark }) =>
        mark.tests.flatMap(({ test, result }) => (result === "contradicts" ? [t(`test.${test}`)] : [])).join("、"),
    },
    { title: t("reason"), key: "reason", render: (_, { mark }) => <span className="name">{mark.reason}</span> },
    {
      title: t("judge"),
      key: "judge",
      render: (_, { permitNo, mark }) => (
        <a href={hashOf(["plant", permitNo], { tab: "marks", since: mark.from })}>{t("toJudge")}</a>
      ),
    },
  ];
}
