/** Plants and outlets of a simulation, and the hours in which the two sets of numbers differ. */
import { Button, Checkbox, Empty, Table } from "antd";
import { useState, type ReactNode } from "react";
import { useLabels } from "../labels.ts";
import { hashOf } from "../shell/address.ts";
import { useText } from "../texts.ts";
import type { Simulation } from "./figures.ts";
import { HourDrawer, type ShownHour } from "./hour-drawer.tsx";

type Row = Simulation["rows"][number];
type Hour = Row["hours"][number];

export function RowTable({ result }: { result: Simulation }): ReactNode {
  const t = useText();
  const { pollutant, say } = useLabels();
  const [all, setAll] = useState(false);
  const [shown, setShown] = useState<ShownHour | null>(null);
  const expanded = (row: Row): ReactNode => <Hours row={row} open={setShown} />;
  const rows = all ? result.rows : result.rows.filter((row) => row.differs);
  const pair = (of: (side: Row["force"]) => string | number) => (_: unknown, row: Row) => {
    const [a, b] = [of(row.force), of(row.draft)];
    return a === b ? a : <strong>{`${a} → ${b}`}</strong>;
  };
  const matter = (row: Row): string =>
    row.statistic === "silence"
      ? t("simSilence")
      : row.statistic === "facility"
        ? `${row.what} ${t("facilityState")}`
        : `${pollutant(row.what)} ${say(`statistic.${row.statistic}`)}`;
  return (
    <>
      <p className="no-print">
        <Checkbox checked={!all} onChange={(event) => setAll(!event.target.checked)}>
          {t("simOnlyDiffering")}
        </Checkbox>
      </p>
      <Table<Row>
        aria-label={t("simRows")}
        size="small"
        rowKey={(row) => `${row.permitNo}|${row.outlet}|${row.what}|${row.statistic}`}
        dataSource={rows}
        pagination={{ pageSize: 50, hideOnSinglePage: true }}
        scroll={{ x: "max-content" }}
        locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("simNoRows")} /> }}
        expandable={{
          rowExpandable: (row) => row.hours.length > 0,
          expandedRowRender: expanded,
        }}
        columns={[
          {
            title: t("plant"),
            key: "plant",
            render: (_, row) => <a href={hashOf(["plant", row.permitNo])}>{row.name}</a>,
            ellipsis: true,
            width: 220,
          },
          { title: t("town"), dataIndex: "town" },
          { title: t("simMatter"), key: "matter", render: (_, row) => `${row.outlet ?? ""} ${matter(row)}` },
          { title: t("simEpisodes"), key: "episodes", align: "right", render: pair((s) => s.episodes) },
          { title: t("simWarnings"), key: "levels", align: "right", render: pair((s) => s.levels.join("/")) },
          { title: t("simExceeded"), key: "exceeded", align: "right", render: pair((s) => s.exceeded) },
          { title: t("simAhead"), key: "ahead", align: "right", render: pair((s) => s.ahead10) },
          {
            title: t("simHours"),
            key: "hours",
            align: "right",
            render: (_, row) => row.hours.length + row.moreHours,
          },
        ]}
      />
      {shown && <HourDrawer id={result.id} shown={shown} close={() => setShown(null)} />}
    </>
  );
}

function Hours({ row, open }: { row: Row; open: (shown: ShownHour) => void }): ReactNode {
  const t = useText();
  const { say } = useLabels();
  const pair = (of: (side: Hour["force"]) => string | number | null) => (_: unknown, hour: Hour) => {
    const [a, b] = [of(hour.force) ?? "—", of(hour.draft) ?? "—"];
    return a === b ? a : <strong>{`${a} → ${b}`}</strong>;
  };
  const { outlet, what, statistic } = row;
  const projected = outlet !== null && what !== null && (statistic === "hour" || statistic === "day");
  return (
    <>
      <Table<Hour>
        aria-label={t("simHours")}
        size="small"
        rowKey="hour"
        dataSource={row.hours}
        pagination={{ pageSize: 24, hideOnSinglePage: true }}
        columns={[
          { title: t("simHour"), key: "hour", render: (_, { hour }) => hour.replace("T", " ") },
          { title: t("simLevel"), key: "level", align: "right", render: pair((s) => s.level) },
          { title: t("simMessages"), key: "messages", align: "right", render: pair((s) => s.messages) },
          { title: t("simLead"), key: "lead", align: "right", render: pair((s) => s.lead) },
          {
            title: t("simVerdict"),
            key: "verdict",
            render: pair((s) => (s.verdict === null ? null : say(`verdict.${s.verdict}`))),
          },
          ...(projected
            ? [
                {
                  title: "",
                  key: "open",
                  render: (_: unknown, { hour }: Hour) => (
                    <Button
                      size="small"
                      onClick={() => open({ permitNo: row.permitNo, outlet, pollutant: what, statistic, hour })}
                    >
                      {t("simSee")}
                    </Button>
                  ),
                },
              ]
            : []),
        ]}
      />
      {row.moreHours > 0 && <p>{t("simMoreHours", { count: row.moreHours })}</p>}
    </>
  );
}
