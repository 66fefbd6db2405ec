/** The warning numbers with meaning, unit and bounds; a draft of them, and the days and plants to try it on. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Input, Radio, Space } from "antd";
import { useMemo, useState, type ReactNode } from "react";
import {
  differingPaths,
  isReplayed,
  numberProblems,
  numbersByPath,
  withNumber,
  type WarningField,
} from "../../../layers/warning-fields.ts";
import { api, dataOf } from "../../shared/api.ts";
import { useLanguage } from "../../shared/language.ts";
import { TOWNS } from "../city-map/towns.ts";
import { go, hashOf } from "../shell/address.ts";
import { Problem } from "../shell/problem.tsx";
import { useText } from "../texts.ts";
import type { RuleData } from "./rules-page.tsx";

type Numbers = RuleData["versions"][number]["numbers"];
const DAY_MS = 86_400_000;
const dayBefore = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) - days * DAY_MS).toISOString().slice(0, 10);

export function DraftForm({ rules, readOnly }: { rules: RuleData; readOnly: boolean }): ReactNode {
  const t = useText();
  const language = useLanguage();
  const inForce = rules.versions.find((v) => v.state === "in-force")?.numbers ?? rules.versions[0]!.numbers;
  const [draft, setDraft] = useState<Numbers>(inForce);
  const changed = differingPaths(inForce, draft, rules.fields);
  const problems = numberProblems(draft, rules.fields);
  const groups = [...Map.groupBy(rules.fields, (f) => f.path.split(".")[0] ?? "")];
  return (
    <>
      <h2>{readOnly ? t("ruleNumber") : t("draftOf")}</h2>
      {!readOnly && (
        <p aria-live="polite" className="no-print">
          {t("draftChanges", { count: changed.length })}{" "}
          <Button size="small" disabled={changed.length === 0} onClick={() => setDraft(inForce)}>
            {t("draftReset")}
          </Button>
        </p>
      )}
      {groups.map(([group, fields]) => (
        <details key={group} className="rule-group" open={group === "hour"}>
          <summary>
            {t(`ruleGroup.${group}` as "ruleGroup.hour")}{" "}
            {changed.some((c) => c.path.startsWith(`${group}.`)) && <mark>{t("draft")}</mark>}
          </summary>
          <NumberTable
            fields={fields}
            inForce={inForce}
            draft={draft}
            problems={new Map(problems.map((p) => [p.path, language === "zh" ? p.zh : p.reason]))}
            set={readOnly ? null : (path, value) => setDraft((held) => withNumber(held, path, value))}
          />
        </details>
      ))}
      {!readOnly && <TryForm rules={rules} draft={draft} changed={changed.length} broken={problems.length > 0} />}
    </>
  );
}

interface NumberTableProps {
  fields: readonly WarningField[];
  inForce: Numbers;
  draft: Numbers;
  problems: ReadonlyMap<string, string>;
  /** null: only to be read. */
  set: ((path: string, value: number) => void) | null;
}

function NumberTable({ fields, inForce, draft, problems, set }: NumberTableProps): ReactNode {
  const t = useText();
  const language = useLanguage();
  const [was, now] = [numbersByPath(inForce), numbersByPath(draft)];
  return (
    <ul className="rule-numbers">
      {fields.map((field) => {
        const { path, min, max } = field;
        const unit = t(`ruleUnit.${field.unit}`);
        const differs = was.get(path) !== now.get(path);
        const problem = problems.get(path);
        return (
          <li key={path} data-differs={differs}>
            <label htmlFor={`rule-${path}`}>{field[language]}</label>
            <span className="rule-value">
              {set === null || min === max ? (
                <output id={`rule-${path}`}>
                  {now.get(path)} {unit}
                </output>
              ) : (
                <>
                  <NumberInput
                    id={`rule-${path}`}
                    min={min}
                    max={max}
                    step={["share", "percent", "factor"].includes(field.unit) ? 0.01 : 1}
                    value={now.get(path) ?? min}
                    set={(value) => set(path, value)}
                  />{" "}
                  {unit}
                </>
              )}
            </span>
            <small>
              {min === max ? t("ruleFixed") : t("ruleBounds", { min, max, unit: "" })}
              {differs && <strong> · {t("ruleWas", { value: was.get(path) ?? "" })}</strong>}
              {!isReplayed(field) && <mark>{t("ruleNotReplayed")}</mark>}
              {problem && (
                <span role="alert" className="state" data-state="lost">
                  {problem}
                </span>
              )}
            </small>
          </li>
        );
      })}
    </ul>
  );
}

interface NumberInputProps {
  id?: string;
  label?: string;
  min: number;
  max: number;
  step: number;
  value: number;
  set: (value: number) => void;
}

/** The browser's own. What is being typed may be anything; what stays is within the bounds. */
function NumberInput({ id, label, min, max, step, value, set }: NumberInputProps): ReactNode {
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <Input
      {...(id === undefined ? { "aria-label": label } : { id })}
      type="number"
      style={{ width: 110 }}
      min={min}
      max={max}
      step={step === 1 ? 1 : "any"}
      value={typed ?? String(value)}
      onChange={({ target }) => {
        setTyped(target.value);
        if (target.value !== "" && Number.isFinite(target.valueAsNumber)) set(target.valueAsNumber);
      }}
      onBlur={() => {
        setTyped(null);
        set(Math.min(max, Math.max(min, value)));
      }}
    />
  );
}

type Choice = "sample" | "town" | "permits";

function TryForm({
  rules,
  draft,
  changed,
  broken,
}: {
  rules: RuleData;
  draft: Numbers;
  changed: number;
  broken: boolean;
}): ReactNode {
  const t = useText();
  const client = useQueryClient();
  const yesterday = dayBefore(rules.tomorrow, 2);
  const [from, setFrom] = useState(yesterday);
  const [to, setTo] = useState(yesterday);
  const [effectiveFrom, setEffectiveFrom] = useState(rules.tomorrow);
  const [choice, setChoice] = useState<Choice>("sample");
  const [sample, setSample] = useState(50);
  const [town, setTown] = useState("");
  const [permits, setPermits] = useState("");
  /** The same until something changes: a request that got no answer is sent again and makes no second simulation. */
  const asked = JSON.stringify([draft, from, to, effectiveFrom, choice, sample, town, permits]);
  const id = useMemo(() => (asked === "" ? "" : crypto.randomUUID()), [asked]);
  const run = useMutation({
    mutationFn: () => {
      const plants =
        choice === "sample"
          ? { sample }
          : choice === "town"
            ? { town }
            : { permitNos: permits.split(/[\s,，;；]+/).filter((p) => p !== "") };
      const { prepared: _, ...numbers } = draft;
      const body = { id, numbers: { ...numbers, effectiveFrom }, from, to, plants };
      return dataOf(api.POST("/api/rule-data/simulations", { body }));
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["simulations"] });
      go(hashOf(["rules", id]));
    },
  });
  const day = (label: string, value: string, set: (day: string) => void, min?: string, max?: string): ReactNode => (
    <label className="day">
      {label}{" "}
      <Input
        type="date"
        style={{ width: 160 }}
        required
        value={value}
        min={min}
        max={max}
        onChange={(event) => set(event.target.value)}
      />
    </label>
  );
  return (
    <form
      className="no-print rule-try"
      onSubmit={(event) => {
        event.preventDefault();
        run.mutate();
      }}
    >
      <h2>{t("ruleTry")}</h2>
      <Space wrap size="middle">
        {day(t("ruleFrom"), from, setFrom, dayBefore(yesterday, rules.most.days - 1), yesterday)}
        {day(t("ruleTo"), to, setTo, from, yesterday)}
        {day(t("ruleTakesEffect"), effectiveFrom, setEffectiveFrom, rules.tomorrow)}
      </Space>
      <fieldset>
        <legend>{t("ruleChoose")}</legend>
        <Radio.Group
          value={choice}
          onChange={(event) => setChoice(event.target.value as Choice)}
          options={(["sample", "town", "permits"] as const).map((value) => ({
            value,
            label: t(`ruleChoose.${value}`),
          }))}
        />
        <p>
          {choice === "sample" && (
            <NumberInput
              label={t("ruleSampleSize")}
              min={1}
              max={rules.most.plants}
              step={1}
              value={sample}
              set={setSample}
            />
          )}
          {choice === "town" && (
            <>
              <Input
                aria-label={t("ruleTown")}
                placeholder={t("ruleTown")}
                style={{ width: 240 }}
                list="rule-towns"
                required
                maxLength={100}
                value={town}
                onChange={(event) => setTown(event.target.value)}
              />
              <datalist id="rule-towns">
                {TOWNS.map(({ name }) => (
                  <option key={name}>{name}</option>
                ))}
              </datalist>
            </>
          )}
          {choice === "permits" && (
            <Input.TextArea
              aria-label={t("rulePermits")}
              placeholder={t("rulePermits")}
              style={{ maxWidth: 480 }}
              rows={4}
              required
              value={permits}
              onChange={(event) => setPermits(event.target.value)}
            />
          )}
        </p>
        <small>{t("ruleBoundsOfRun", { ...rules.most })}</small>
      </fieldset>
      {changed === 0 && <Alert type="info" showIcon title={t("ruleNothingChanged")} />}
      {run.error ? <Problem error={run.error} /> : null}
      <Button type="primary" htmlType="submit" disabled={changed === 0 || broken} loading={run.isPending}>
        {t("ruleRun")}
      </Button>
    </form>
  );
}
