/** What the plant still has to mark, the nearest deadline first. */
import { useQuery } from "@tanstack/react-query";
import { Empty, Spin, Table, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { api, dataOf } from "../../shared/api.ts";
import { minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import type { Answer } from "../answers.ts";
import { useLabels } from "../labels.ts";
import { Problem } from "../shell/problem.tsx";
import { useText } from "../texts.ts";

type Period = Answer<"listUnmarked">["periods"][number];

export function UnmarkedTab({ permitNo }: { permitNo: string }): ReactNode {
  const t = useText();
  const columns = useColumns();
  const unmarked = useQuery({
    queryKey: ["unmarked", permitNo],
    queryFn: () => dataOf(api.GET("/api/plants/{permitNo}/unmarked", { params: { path: { permitNo } } })),
    refetchInterval: 5 * 60_000, // two days of minutes are read for it
  });
  if (unmarked.error) return <Problem error={unmarked.error} retry={unmarked.refetch} />;
  if (!unmarked.data) return <Spin />;
  const periods = unmarked.data.periods.toSorted((a, b) => a.deadline.localeCompare(b.deadline));
  return (
    <>
      <p>{t("unmarkedAre")}</p>
      <Table<Period>
        aria-label={t("tabUnmarked")}
        size="middle"
        rowKey={({ outlet, pollutants, from, why }) => `${outlet}${pollutants.join()}${from}${why}`}
        columns={columns}
        dataSource={periods}
        pagination={false}
        locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("noUnmarked")} /> }}
      />
    </>
  );
}

function useColumns(): TableColumnsType<Period> {
  const t = useText();
  const language = useLanguage();
  const { say, pollutant } = useLabels();
  return [
    { title: t("outlet"), dataIndex: "outlet" },
    { title: t("pollutant"), key: "pollutants", render: (_, { pollutants }) => pollutants.map(pollutant).join("、") },
    { title: t("from"), key: "from", render: (_, { from }) => minuteText(from, language) },
    { title: t("to"), key: "to", render: (_, { to }) => minuteText(to, language) },
    {
      title: t("why"),
      key: "why",
      render: (_, { why, signs }) =>
        [t(`why.${why}`), ...(why === "flagged" ? signs.map((sign) => say(`flag.${sign}`)) : [])].join("、"),
    },
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
