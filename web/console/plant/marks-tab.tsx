/** Marks of the plant (标记): what they claim, what the facts say of it, and the regulator's decision. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Empty, Input, Modal, Radio, Spin } from "antd";
import { useState, type ReactNode } from "react";
import { api, dataOf } from "../../shared/api.ts";
import { minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import type { Answer } from "../answers.ts";
import { useLabels } from "../labels.ts";
import { useAddress } from "../shell/address.ts";
import { Problem } from "../shell/problem.tsx";
import { useText } from "../texts.ts";

type Mark = Answer<"listMarks">["marks"][number];
type Kind = Answer<"listMarks">["kinds"][number];

export function MarksTab({ permitNo, judge }: { permitNo: string; judge: boolean }): ReactNode {
  const t = useText();
  const language = useLanguage();
  const [judgedId, setJudged] = useState<string | null>(null);
  // Who comes from the list of contradictions sees that mark, however old it is.
  const since = useAddress().query.get("since");
  const marks = useQuery({
    queryKey: ["marks", permitNo, since],
    queryFn: () =>
      dataOf(
        api.GET("/api/plants/{permitNo}/marks", {
          params: { path: { permitNo }, query: since === null ? {} : { from: since } },
        }),
      ),
  });
  if (marks.error) return <Problem error={marks.error} retry={marks.refetch} />;
  if (!marks.data) return <Spin />;
  const { kinds, yearly } = marks.data;
  const judged = marks.data.marks.find(({ id }) => id === judgedId);
  return (
    <>
      {yearly.map(({ outlet, kinds: counted, year, hours, limit }) => (
        <p key={outlet + counted.join()}>
          {t("yearlyHours", {
            outlet,
            year,
            kinds: counted.map((kind) => nameOf(kinds, kind, language)).join("、"),
            hours: hours.toFixed(1),
            limit,
          })}
        </p>
      ))}
      {marks.data.marks.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("noMarks")} />}
      <ul className="plain">
        {marks.data.marks.map((mark) => (
          <MarkCard
            key={mark.id}
            mark={mark}
            kind={nameOf(kinds, mark.kind, language)}
            judge={judge ? () => setJudged(mark.id) : null}
          />
        ))}
      </ul>
      {judged && <Judgement mark={judged} close={() => setJudged(null)} />}
    </>
  );
}

const nameOf = (kinds: readonly Kind[], kind: string, language: "zh" | "en"): string =>
  kinds.find((each) => each.kind === kind)?.[language] ?? kind;

export function MarkCard({ mark, kind, judge }: { mark: Mark; kind: string; judge: (() => void) | null }): ReactNode {
  const t = useText();
  const language = useLanguage();
  const { pollutant } = useLabels();
  const at = (time: string): string => minuteText(time, language);
  return (
    <li className="card mark" data-mark={mark.state}>
      <h3>
        {mark.outlet} · {kind} <span className="state">{t(`mark.${mark.state}`)}</span>
        {mark.late && (
          <span className="state" data-state="warned">
            {" "}
            {t("markLate", { deadline: at(mark.deadline) })}
          </span>
        )}
      </h3>
      <p>
        {at(mark.from)} — {at(mark.to)} ·{" "}
        {mark.pollutants === null ? t("allPollutants") : mark.pollutants.map(pollutant).join("、")}
      </p>
      <p className="free">{mark.reason}</p>
      <small>{t("saidBy", { name: mark.by, at: at(mark.at) })}</small>
      {mark.tests.length > 0 && (
        <ul className="rows">
          {mark.tests.map((test) => (
            <li key={test.test}>
              <span
                className="state"
                data-state={test.result === "contradicts" ? "lost" : test.result === "agrees" ? "normal" : "silent"}
              >
                {t(`test.${test.result}`)}
              </span>{" "}
              {t(`test.${test.test}`)}
              {test.fact && (
                <small>
                  {" "}
                  {t("testFact", {
                    value: test.fact.value,
                    unit: test.fact.unit,
                    threshold: test.fact.threshold,
                    count: test.fact.count,
                  })}
                </small>
              )}
            </li>
          ))}
        </ul>
      )}
      {mark.judgement && (
        <p>
          {t("judgedBy", {
            decision: t(`decision.${mark.judgement.decision}`),
            name: mark.judgement.by,
            at: at(mark.judgement.at),
          })}{" "}
          <span className="free">{mark.judgement.reason}</span>
        </p>
      )}
      {judge && mark.state !== "withdrawn" && (
        <p>
          <Button onClick={judge}>{t("judge")}</Button>
        </p>
      )}
    </li>
  );
}

/** What was typed stays until it is saved or given up, also when somebody else was faster. */
export function Judgement({ mark, close }: { mark: Mark; close: () => void }): ReactNode {
  const t = useText();
  const client = useQueryClient();
  const [decision, setDecision] = useState<"valid" | "invalid">("invalid");
  const [reason, setReason] = useState("");
  const save = useMutation({
    mutationFn: () =>
      dataOf(
        api.POST("/api/plants/{permitNo}/marks/{id}/judgement", {
          params: { path: { permitNo: mark.permitNo, id: mark.id } },
          headers: { "If-Match": `"${mark.version}"` },
          body: { decision, reason },
        }),
      ),
    onSuccess: close,
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ["marks"] }),
        client.invalidateQueries({ queryKey: ["contradicted"] }),
      ]),
  });
  return (
    <Modal
      open
      title={t("judge")}
      okText={t("save")}
      cancelText={t("cancel")}
      okButtonProps={{ disabled: reason.trim() === "", loading: save.isPending }}
      onOk={() => save.mutate()}
      onCancel={close}
    >
      {save.error ? <Problem error={save.error} /> : null}
      <Radio.Group value={decision} onChange={(event) => setDecision(event.target.value as typeof decision)}>
        <Radio value="invalid">{t("decision.invalid")}</Radio>
        <Radio value="valid">{t("decision.valid")}</Radio>
      </Radio.Group>
      <p>
        <label htmlFor="reason">{t("reason")}</label>
        <Input.TextArea
          id="reason"
          rows={4}
          maxLength={500}
          showCount
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </p>
    </Modal>
  );
}
