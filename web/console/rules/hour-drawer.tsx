/** One hour of a limit as it was known then: its minutes, and where each tick saw it go by both sets of numbers. */
import { useQuery } from "@tanstack/react-query";
import { Drawer, Spin, Table } from "antd";
import { lazy, Suspense, type ReactNode } from "react";
import { api, dataOf } from "../../shared/api.ts";
import { clockText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import type { Answer } from "../answers.ts";
import { Problem } from "../shell/problem.tsx";
import { useText } from "../texts.ts";

const CompareChart = lazy(() => import("./compare-chart.tsx"));

export interface ShownHour {
  permitNo: string;
  outlet: string;
  pollutant: string;
  statistic: "hour" | "day";
  /** `2026-10-01T08:00` */
  hour: string;
}
type View = Answer<"getSimulationHour">;
type Tick = View["ticks"][number];

export function HourDrawer({ id, shown, close }: { id: string; shown: ShownHour; close: () => void }): ReactNode {
  const t = useText();
  const view = useQuery({
    queryKey: ["simulation-hour", id, shown],
    staleTime: Infinity,
    queryFn: () =>
      dataOf(api.GET("/api/rule-data/simulations/{id}/hour", { params: { path: { id }, query: { ...shown } } })),
  });
  return (
    <Drawer
      open
      size={860}
      title={t("simHourTitle", { hour: shown.hour.replace("T", " ") })}
      onClose={close}
      closable={{ "aria-label": t("close") }}
    >
      {view.error ? <Problem error={view.error} retry={view.refetch} /> : null}
      {view.isPending && <Spin />}
      {view.data && <Hour view={view.data} />}
    </Drawer>
  );
}

function Hour({ view: { minutes, ticks, limit, unit, decimals } }: { view: View }): ReactNode {
  const t = useText();
  const language = useLanguage();
  const text = (value: number | null): string => (value === null ? "—" : value.toFixed(decimals));
  // A tick stands at the end of the minutes that it saw.
  const atTicks = (of: (tick: Tick) => number | null): (number | null)[] =>
    minutes.map((_, i) => ((i + 1) % 5 === 0 ? of(ticks[(i + 1) / 5 - 1]!) : null));
  const pair = (of: (side: Tick["force"]) => string | number) => (_: unknown, tick: Tick) => {
    const [a, b] = [of(tick.force), of(tick.draft)];
    return a === b ? a : <strong>{`${a} → ${b}`}</strong>;
  };
  return (
    <>
      <Suspense fallback={<Spin />}>
        <CompareChart
          label={t("simHourLabel")}
          unit={unit}
          names={minutes.map((_, i) => String(i).padStart(2, "0"))}
          series={[
            { name: t("simMinuteValues"), kind: "line", values: minutes },
            { name: t("simLimit"), kind: "line", values: minutes.map(() => limit) },
            {
              name: `${t("simProjected")} · ${t("simForce")}`,
              kind: "points",
              values: atTicks((x) => x.force.projected),
            },
            {
              name: `${t("simProjected")} · ${t("simDraft")}`,
              kind: "points",
              values: atTicks((x) => x.draft.projected),
            },
          ]}
        />
      </Suspense>
      <Table<Tick>
        aria-label={t("simTick")}
        size="small"
        pagination={false}
        rowKey="at"
        dataSource={ticks}
        columns={[
          { title: t("simTick"), key: "at", render: (_, { at }) => clockText(at, language) },
          { title: t("simValid"), key: "valid", align: "right", render: (_, tick) => tick.force.valid },
          { title: `${t("simProjected")} ${unit}`, key: "p", align: "right", render: pair((s) => text(s.projected)) },
          { title: `${t("simRequired")} ${unit}`, key: "r", align: "right", render: pair((s) => text(s.required)) },
          { title: t("simLevel"), key: "level", align: "right", render: pair((s) => s.level) },
        ]}
      />
    </>
  );
}
