/** The rule data: what is in force, a draft of the warning numbers to try, and what was tried. */
import { useQuery } from "@tanstack/react-query";
import { Spin, Table } from "antd";
import type { ReactNode } from "react";
import { api, dataOf } from "../../shared/api.ts";
import type { Answer } from "../answers.ts";
import type { PageProps } from "../shell/pages.ts";
import { Problem } from "../shell/problem.tsx";
import { useAllowed } from "../shell/self.ts";
import { useText } from "../texts.ts";
import { DraftForm } from "./draft-form.tsx";
import { SimulationList } from "./simulation-list.tsx";
import { SimulationView } from "./simulation-view.tsx";

export type RuleData = Answer<"getRuleData">;

export default function RulesPage({ parts: [id] }: PageProps): ReactNode {
  const rules = useQuery({ queryKey: ["rule-data"], queryFn: () => dataOf(api.GET("/api/rule-data")) });
  if (!rules.data)
    return rules.error ? (
      <div className="page">
        <Problem error={rules.error} retry={rules.refetch} />
      </div>
    ) : (
      <Spin size="large" className="waiting" />
    );
  return id === undefined ? <Whole rules={rules.data} /> : <SimulationView key={id} id={id} rules={rules.data} />;
}

function Whole({ rules }: { rules: RuleData }): ReactNode {
  const t = useText();
  const may = useAllowed()("rule-data.simulate");
  return (
    <section className="page rules">
      <h1>{t("navRules")}</h1>
      <p>{t("rulesAre")}</p>
      <h2>{t("ruleVersions")}</h2>
      <Versions rules={rules} />
      <DraftForm rules={rules} readOnly={!may} />
      <h2>{t("simulations")}</h2>
      <SimulationList />
      <h2>
        {t("ruleFiles")} · {t("ruleSet", { version: rules.version })}
      </h2>
      <Files files={rules.files} />
      <h2>{t("ruleUsed")}</h2>
      <p>{t("ruleUsedText")}</p>
    </section>
  );
}

function Versions({ rules }: { rules: RuleData }): ReactNode {
  const t = useText();
  return (
    <Table
      aria-label={t("ruleVersions")}
      size="small"
      pagination={false}
      rowKey={({ numbers }) => numbers.effectiveFrom}
      dataSource={rules.versions}
      columns={[
        { title: t("ruleVersionFrom"), key: "from", render: (_, { numbers }) => numbers.effectiveFrom },
        {
          title: t("ruleState"),
          key: "state",
          render: (_, { state }) =>
            state === "in-force" ? <strong>{t(`ruleState.${state}`)}</strong> : t(`ruleState.${state}`),
        },
        {
          title: t("rulePrepared"),
          key: "prepared",
          render: (_, { numbers: { prepared } }) =>
            prepared ? t("rulePreparedBy", { by: prepared.by, simulation: prepared.simulation }) : "—",
        },
      ]}
    />
  );
}

function Files({ files }: { files: RuleData["files"] }): ReactNode {
  const t = useText();
  return (
    <Table
      aria-label={t("ruleFiles")}
      size="small"
      pagination={false}
      rowKey="name"
      dataSource={files}
      scroll={{ x: "max-content" }}
      columns={[
        { title: t("ruleFile"), dataIndex: "name" },
        {
          title: t("ruleEffective"),
          key: "effective",
          render: (_, { effective }) => (effective.length > 0 ? effective.join(", ") : t("ruleWithSet")),
        },
        {
          title: t("ruleHash"),
          key: "sha256",
          render: (_, { sha256 }) => <code title={sha256}>{sha256.slice(0, 16)}…</code>,
        },
      ]}
    />
  );
}
