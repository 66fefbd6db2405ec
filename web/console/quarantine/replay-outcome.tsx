/** What a replay made of its items, or would make: how many, why some are refused again, and examples. */
import { Alert, Table, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import type { ReplayExample, ReplayResult } from "../../../functions/telemetry/domain/replay-input.ts";
import { minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import { hashOf } from "../shell/address.ts";
import { useText } from "../texts.ts";
import { reasonText } from "./reason-text.ts";

const OUTCOMES = ["accepted", "duplicate", "refused"] as const;

export function ReplayOutcome({ result }: { result: ReplayResult }): ReactNode {
  const t = useText();
  const columns = useColumns();
  const plants = Object.entries(result.plants);
  return (
    <>
      <dl className="outcomes">
        {OUTCOMES.map((outcome) => (
          <div key={outcome} data-outcome={outcome}>
            <dt>{t(`outcome.${outcome}`)}</dt>
            <dd className="figure">{result[outcome]}</dd>
          </div>
        ))}
      </dl>
      {Object.entries(result.reasons).map(([reason, count]) => (
        <p key={reason}>{t("refusedAgainFor", { reason: reasonText(reason, t), count })}</p>
      ))}
      {plants.length > 0 && (
        <p>
          {t("replayPlants")}{" "}
          {plants.map(([permitNo, count]) => (
            <span key={permitNo} className="nowrap">
              <a href={hashOf(["plant", permitNo])}>{permitNo}</a> ({count}){" "}
            </span>
          ))}
        </p>
      )}
      {result.more && <Alert type="warning" showIcon title={t("replayMore")} />}
      {result.examples.length > 0 && (
        <Table<ReplayExample>
          aria-label={t("replayExamples")}
          title={() => t("replayExamples")}
          size="small"
          rowKey="key"
          columns={columns}
          dataSource={result.examples.toSorted((a, b) => rank(a) - rank(b))}
          pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
        />
      )}
    </>
  );
}

const rank = ({ outcome }: ReplayExample): number => (outcome === "refused" ? 0 : 1);

function useColumns(): TableColumnsType<ReplayExample> {
  const t = useText();
  const language = useLanguage();
  return [
    { title: t("when"), key: "at", render: (_, { at }) => minuteText(at, language) },
    { title: "MN", key: "mn", render: (_, { mn, topic }) => <code>{mn ?? topic}</code> },
    { title: t("outcome"), key: "outcome", render: (_, { outcome }) => t(`outcome.${outcome}`) },
    {
      title: t("reason"),
      key: "reason",
      render: (_, { reason, detail }) =>
        reason !== null && (
          <span className="name" title={detail ?? undefined}>
            {reasonText(reason, t)}
            {detail !== null && <small>{detail}</small>}
          </span>
        ),
    },
  ];
}
