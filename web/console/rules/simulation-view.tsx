/** One simulation: how far it is, and both sets of numbers side by side once it is done. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, Button, Input, Progress, Space, Spin, Table } from "antd";
import { lazy, Suspense, useState, type ReactNode } from "react";
import { api, dataOf } from "../../shared/api.ts";
import { useLanguage } from "../../shared/language.ts";
import type { Answer } from "../answers.ts";
import { save } from "../export/table-file.ts";
import { JobProgress } from "../jobs/job-progress.tsx";
import { isOver } from "../jobs/use-job.ts";
import { hashOf } from "../shell/address.ts";
import { Problem } from "../shell/problem.tsx";
import { useAllowed } from "../shell/self.ts";
import { useText } from "../texts.ts";
import { figureRows, figureText, type FigureRow, type Simulation } from "./figures.ts";
import { RowTable } from "./row-table.tsx";
import type { RuleData } from "./rules-page.tsx";

const CompareChart = lazy(() => import("./compare-chart.tsx"));

export function SimulationView({ id, rules }: { id: string; rules: RuleData }): ReactNode {
  const t = useText();
  const mayFollow = useAllowed()("job.read");
  const found = useQuery({
    queryKey: ["simulation", id],
    queryFn: () => dataOf(api.GET("/api/rule-data/simulations/{id}", { params: { path: { id } } })),
    refetchInterval: ({ state: { data } }) => (data && !isOver(data.simulation) ? 1_000 : false),
  });
  const { data } = found;
  return (
    <article className="page rules">
      <p className="no-print">
        <a href={hashOf(["rules"])}>{t("simBack")}</a>
      </p>
      {found.error ? <Problem error={found.error} retry={found.refetch} /> : null}
      {!data && !found.error && <Spin size="large" className="waiting" />}
      {data && (
        <>
          <h1>{t("simTitle", { from: data.simulation.from, to: data.simulation.to })}</h1>
          <Changes simulation={data.simulation} rules={rules} />
          {data.simulation.state !== "done" && (
            <>
              {mayFollow ? <JobProgress job={data.simulation} /> : <OnlyProgress simulation={data.simulation} />}
              {!isOver(data.simulation) && <p>{t("simWaiting")}</p>}
            </>
          )}
          {data.result && <Result result={data.result} rules={rules} />}
          {data.simulation.state === "done" && !data.result && (
            <Alert type="warning" showIcon title={t("simNoResult")} />
          )}
        </>
      )}
    </article>
  );
}

type Listed = Answer<"getSimulation">["simulation"];

function OnlyProgress({ simulation: { state, done, of, problem } }: { simulation: Listed }): ReactNode {
  const t = useText();
  return (
    <>
      <Progress aria-label={t(`jobState.${state}`)} percent={of ? Math.floor((100 * done) / of) : 0} />
      <p>{t(`jobState.${state}`)}</p>
      {problem !== null && <Alert type="error" showIcon title={problem} />}
    </>
  );
}

function Changes({ simulation, rules }: { simulation: Listed; rules: RuleData }): ReactNode {
  const t = useText();
  const language = useLanguage();
  return (
    <ul className="rule-changes">
      {simulation.changed.map(({ path, force, draft }) => (
        <li key={path}>
          {rules.fields.find((f) => f.path === path)?.[language] ?? path}：{t("simForce")} {force} → {t("simDraft")}{" "}
          <strong>{draft}</strong>
        </li>
      ))}
    </ul>
  );
}

function Result({ result, rules }: { result: Simulation; rules: RuleData }): ReactNode {
  const t = useText();
  const mayExport = useAllowed()("rule-data.simulate");
  return (
    <>
      <Agreement of={result.agreement} />
      {result.unfinished.length > 0 && (
        <Alert type="warning" showIcon title={t("simUnfinished", { plants: result.unfinished.join(", ") })} />
      )}
      <h2>{t("simFigures")}</h2>
      <FigureTable rows={figureRows(result.figures)} />
      <h2>{t("simByDay")}</h2>
      <Suspense fallback={<Spin />}>
        <CompareChart
          label={t("simByDay")}
          names={result.byDay.map((d) => d.day)}
          series={[
            { name: t("simForce"), kind: "bar", values: result.byDay.map((d) => d.force.messages) },
            { name: t("simDraft"), kind: "bar", values: result.byDay.map((d) => d.draft.messages) },
          ]}
        />
      </Suspense>
      <h2>{t("simRows")}</h2>
      <RowTable result={result} />
      <h2>{t("simNotes")}</h2>
      <Notes result={result} rules={rules} />
      {mayExport && <Export result={result} rules={rules} />}
    </>
  );
}

function Agreement({ of: { episodes, messages, differing, plants } }: { of: Simulation["agreement"] }): ReactNode {
  const t = useText();
  const whole = [episodes, messages].every((a) => a.real === a.same && a.extra === 0);
  return (
    <Alert
      className="agreement"
      showIcon
      type={whole ? "success" : "warning"}
      title={t("simAgreement")}
      data-plants={plants}
      description={
        whole
          ? t("simAgrees", { episodes: episodes.real, messages: messages.real })
          : t("simDisagrees", {
              episodes: episodes.real,
              sameEpisodes: episodes.same,
              messages: messages.real,
              sameMessages: messages.same,
              extra: episodes.extra + messages.extra,
              plants: differing.join(", "),
            })
      }
    />
  );
}

function FigureTable({ rows }: { rows: FigureRow[] }): ReactNode {
  const t = useText();
  return (
    <Table<FigureRow>
      aria-label={t("simFigures")}
      size="small"
      pagination={false}
      rowKey="key"
      dataSource={rows}
      rowClassName={(row) => (row.difference ? "differs" : "")}
      columns={[
        { title: t("simFigure"), key: "name", render: (_, row) => t(`figure.${row.key}` as "figure.episodes") },
        { title: t("simForce"), key: "force", align: "right", render: (_, row) => figureText(row.force, row) },
        { title: t("simDraft"), key: "draft", align: "right", render: (_, row) => figureText(row.draft, row) },
        {
          title: t("simDifference"),
          key: "difference",
          align: "right",
          render: (_, row) => figureText(row.difference, row, true),
        },
      ]}
    />
  );
}

function Notes({ result, rules }: { result: Simulation; rules: RuleData }): ReactNode {
  const t = useText();
  const language = useLanguage();
  const unseen = result.changed.filter((c) => !c.replayed);
  const names = unseen.map((c) => rules.fields.find((f) => f.path === c.path)?.[language] ?? c.path);
  return (
    <ul>
      <li>{t("simNoteResponse")}</li>
      <li>{t("simNoteReceived")}</li>
      <li>{t("simNotePermit")}</li>
      {names.length > 0 && <li>{t("simNoteNotReplayed", { names: names.join(language === "zh" ? "、" : ", ") })}</li>}
    </ul>
  );
}

function Export({ result, rules }: { result: Simulation; rules: RuleData }): ReactNode {
  const t = useText();
  const asked = result.numbers.effectiveFrom;
  const [effectiveFrom, setEffectiveFrom] = useState(asked < rules.tomorrow ? rules.tomorrow : asked);
  const { id } = result;
  const file = useMutation({
    mutationFn: () =>
      dataOf(api.GET("/api/rule-data/simulations/{id}/file", { params: { path: { id }, query: { effectiveFrom } } })),
    onSuccess: (change) =>
      save(
        new Blob([`${JSON.stringify(change, null, 2)}\n`], { type: "application/json" }),
        `rule-data-${effectiveFrom}-${id}.json`,
      ),
  });
  return (
    <form
      className="no-print"
      onSubmit={(event) => {
        event.preventDefault();
        file.mutate();
      }}
    >
      <h2>{t("simExport")}</h2>
      <p>{t("simExportIs")}</p>
      <Space wrap>
        <label className="day">
          {t("ruleTakesEffect")}{" "}
          <Input
            type="date"
            style={{ width: 160 }}
            required
            min={rules.tomorrow}
            value={effectiveFrom}
            onChange={(event) => setEffectiveFrom(event.target.value)}
          />
        </label>
        <Button type="primary" htmlType="submit" loading={file.isPending}>
          {t("simExport")}
        </Button>
      </Space>
      {file.error ? <Problem error={file.error} /> : null}
    </form>
  );
}
