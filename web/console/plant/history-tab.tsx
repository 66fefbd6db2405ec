/** Past values of an outlet and pollutant: from a year by days down to the minute, and from there to the raw frame. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Button, Empty, Segmented, Select, Space, Spin, Table, type TableColumnsType } from "antd";
import { lazy, Suspense, useMemo, useState, type ReactNode } from "react";
import { parseIso } from "../../../functions/shared/shanghai.ts";
import { api, dataOf } from "../../shared/api.ts";
import { clockText, dayText, minuteText, numberText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import { useLabels } from "../labels.ts";
import { setQuery, useAddress } from "../shell/address.ts";
import { Problem } from "../shell/problem.tsx";
import { useDisplay } from "../shell/display.ts";
import { useText } from "../texts.ts";
import type { ChartInput, Standing } from "./chart-option.ts";
import { FramesDrawer } from "./frames-drawer.tsx";
import type { Plant } from "./live-tab.tsx";
import { EVERY, pointsOf, standingOf, type Value } from "./points.ts";
import {
  asked,
  endOf,
  isLatest,
  latest,
  LEVELS,
  moved,
  opened,
  parseView,
  stepOf,
  viewText,
  zoomed,
  type View,
} from "./zoom.ts";

const ValuesChart = lazy(() => import("./values-chart.tsx"));

export function HistoryTab({ plant, frames }: { plant: Plant; frames: boolean }): ReactNode {
  const t = useText();
  const { pollutant: nameOf } = useLabels();
  const { query } = useAddress();
  const [now] = useState(() => Date.now());
  const outlet = plant.outlets.find(({ code }) => code === query.get("outlet")) ?? plant.outlets[0];
  const pollutants = [...new Set(outlet?.quantities.map((q) => q.pollutant))];
  const pollutant = pollutants.find((code) => code === query.get("pollutant")) ?? pollutants[0];
  const view = parseView(query.get("view")) ?? latest("day", now);
  const [minute, setMinute] = useState<number | null>(null);
  const show = (next: View): void => setQuery({ view: viewText(next) });
  if (!outlet || pollutant === undefined) return <Empty description={t("noQuantities")} />;
  return (
    <>
      <Space wrap className="filters">
        <Select
          aria-label={t("outlet")}
          style={{ minWidth: 190 }}
          value={outlet.code}
          options={plant.outlets.map(({ code, name }) => ({ value: code, label: `${code} ${name}` }))}
          onChange={(code: string) => setQuery({ outlet: code, pollutant: null })}
        />
        <Select
          aria-label={t("pollutant")}
          style={{ minWidth: 150 }}
          value={pollutant}
          options={pollutants.map((code) => ({ value: code, label: nameOf(code) }))}
          onChange={(code: string) => setQuery({ pollutant: code })}
        />
        <Segmented
          aria-label={t("span")}
          value={view.level}
          options={LEVELS.map((level) => ({ value: level, label: t(`span.${level}`) }))}
          onChange={(level) => show(zoomed(view, level, now))}
        />
        <Button onClick={() => show(moved(view, -1, now))}>{t("earlier")}</Button>
        <Button disabled={isLatest(view, now)} onClick={() => show(moved(view, 1, now))}>
          {t("later")}
        </Button>
        <Button disabled={isLatest(view, now)} onClick={() => show(latest(view.level, now))}>
          {t("toNow")}
        </Button>
      </Space>
      <Values
        permitNo={plant.permitNo}
        outlet={outlet.code}
        pollutant={pollutant}
        view={view}
        frames={frames}
        open={(at) => {
          const next = opened(view, at);
          if (!("minute" in next)) show(next);
          else if (frames) setMinute(next.minute);
        }}
      />
      {minute !== null && (
        <FramesDrawer
          permitNo={plant.permitNo}
          devices={outlet.devices.map(({ mn }) => mn)}
          minute={minute}
          close={() => setMinute(null)}
        />
      )}
    </>
  );
}

interface ValuesProps {
  permitNo: string;
  outlet: string;
  pollutant: string;
  view: View;
  frames: boolean;
  open: (at: number) => void;
}

function Values({ permitNo, outlet, pollutant, view, frames, open }: ValuesProps): ReactNode {
  const t = useText();
  const language = useLanguage();
  const labels = useLabels();
  const { dark, wall } = useDisplay();
  const [table, setTable] = useState(false);
  const step = stepOf(view);
  const values = useQuery({
    queryKey: ["values", permitNo, outlet, pollutant, viewText(view)],
    queryFn: () =>
      dataOf(
        api.GET("/api/plants/{permitNo}/values", {
          params: { path: { permitNo }, query: { outlet, pollutant, ...asked(view) } },
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  });
  const { data } = values;
  const name = labels.pollutant(pollutant);
  const { from, level } = view;
  const input = useMemo((): ChartInput | null => {
    if (!data) return null;
    const { limit, decimals } = data;
    return {
      points: pointsOf(data.values),
      from,
      to: endOf({ level, from }),
      every: EVERY[data.step],
      limits: (["min", "max"] as const).flatMap((kind) => {
        const value = limit?.[kind] ?? null;
        return value === null ? [] : [{ value, kind }];
      }),
      dark: dark || wall,
      words: {
        title: `${name} ${data.unit}`.trim(),
        limit: t("limit"),
        standing: {
          counted: t("standing.counted"),
          exceeded: t("standing.exceeded"),
          insufficient: t("standing.insufficient"),
          marked: t("standing.marked"),
          flagged: t("standing.flagged"),
        },
        time: (at) =>
          level === "year"
            ? dayText(at, language)
            : level === "month"
              ? minuteText(at, language).slice(5)
              : clockText(at, language),
        number: (value) => numberText(value, decimals),
      },
    };
  }, [data, from, level, dark, wall, name, language, t]);
  const title = `${minuteText(view.from, language)} — ${minuteText(endOf(view), language)}`;
  return (
    <>
      {values.error ? <Problem error={values.error} retry={values.refetch} /> : null}
      <p className="view">
        <strong>{title}</strong> · {t(`step.${step}`)}{" "}
        <Button size="small" aria-pressed={table} onClick={() => setTable(!table)}>
          {t(table ? "asChart" : "asTable")}
        </Button>{" "}
        <small>{t(step === "minute" ? (frames ? "clickMinute" : "noFrames") : "clickValue")}</small>
      </p>
      {!data && values.isPending && <Spin className="waiting" />}
      {data && data.values.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("noValues")} />}
      {data && input && data.values.length > 0 && (
        <>
          {!table && (
            <Suspense fallback={<Spin className="waiting" />}>
              <ValuesChart
                input={input}
                open={open}
                label={t("chartOf", { name, count: data.values.length, from: title })}
              />
            </Suspense>
          )}
          {table && (
            <ValueTable values={data.values} step={data.step} decimals={data.decimals} unit={data.unit} open={open} />
          )}
        </>
      )}
    </>
  );
}

interface ValueTableProps {
  values: readonly Value[];
  step: "minute" | "hour" | "day";
  decimals: number;
  unit: string;
  open: (at: number) => void;
}

function ValueTable({ values, step, decimals, unit, open }: ValueTableProps): ReactNode {
  const t = useText();
  const language = useLanguage();
  const { say } = useLabels();
  const columns: TableColumnsType<Value> = [
    {
      title: t("when"),
      key: "at",
      render: (_, { at }) => (
        <Button type="link" size="small" onClick={() => open(parseIso(at) ?? 0)}>
          {step === "day" ? dayText(at, language) : minuteText(at, language)}
        </Button>
      ),
    },
    { title: `${t("value")} ${unit}`, key: "value", align: "right", render: (_, v) => numberText(v.value, decimals) },
    { title: t("counts"), key: "standing", render: (_, v) => <StandingText standing={standingOf(v)} /> },
    step === "minute"
      ? { title: t("flag"), key: "flag", render: (_, { flag }) => (flag ? `${flag} ${say(`flag.${flag}`)}` : "—") }
      : { title: t("valid"), key: "valid", align: "right", render: (_, { valid }) => valid ?? "—" },
    ...(step === "minute"
      ? []
      : ([
          { title: t("limit"), key: "limit", align: "right", render: (_, { limit }) => limit ?? "—" },
          {
            title: t("revisions"),
            key: "revisions",
            render: (_, { revisions }) =>
              revisions && revisions.length > 1
                ? revisions
                    .map(
                      (r) =>
                        `${minuteText(r.at, language)} ${say(`verdict.${r.verdict}`)} ${numberText(r.value, decimals)}`,
                    )
                    .join(" → ")
                : "—",
          },
        ] satisfies TableColumnsType<Value>)),
  ];
  return (
    <Table<Value>
      size="small"
      rowKey="at"
      columns={columns}
      dataSource={values.toReversed()}
      scroll={{ x: "max-content" }}
      pagination={{ pageSize: 60, showSizeChanger: false, hideOnSinglePage: true }}
    />
  );
}

function StandingText({ standing }: { standing: Standing }): ReactNode {
  const t = useText();
  const state = { counted: "normal", exceeded: "lost", insufficient: "silent", marked: "marked", flagged: "warned" }[
    standing
  ];
  return (
    <span className="state" data-state={state}>
      {t(`standing.${standing}`)}
    </span>
  );
}
