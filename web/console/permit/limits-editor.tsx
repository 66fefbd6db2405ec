/** The limits of one outlet, in force, to come and past: change from a date, amend, end, add, remove. */
import { Button, Popconfirm, Space, Table } from "antd";
import { useState, type ReactNode } from "react";
import { bounds, spanText, useWords } from "./difference-list.tsx";
import { follow, problemsAt, put, standingOf, type Limit, type Problem } from "./edit-state.ts";
import { EntryForm } from "./entry-form.tsx";
import { Wrong, type Field } from "./fields.tsx";
import { nextMidnight } from "./next-midnight.ts";
import { Standing } from "./standing.tsx";

interface LimitsEditorProps {
  outlet: string;
  limits: readonly Limit[];
  set: (limits: Limit[]) => void;
  problems: readonly Problem[];
  /** Of the list. */
  path: string;
}
const NEW: Limit = {
  pollutant: "",
  statistic: "hour",
  basis: "measured",
  referenceO2: null,
  max: null,
  min: null,
  period: null,
  from: null,
  to: null,
  source: "permit",
};
const FIGURES: Field[] = [
  { name: "max", kind: "number" },
  { name: "min", kind: "number" },
  { name: "basis", kind: "choice", words: "basis", values: ["converted", "measured"], required: true },
  { name: "referenceO2", kind: "number" },
  { name: "source", kind: "text" },
];
const TO: Field = { name: "to", kind: "moment" };

type Open = { how: "follow" | "amend" | "end" | "add"; i: number };

export function LimitsEditor({ outlet, limits, set, problems, path }: LimitsEditorProps): ReactNode {
  const words = useWords();
  const { t, labels } = words;
  const [open, setOpen] = useState<Open | null>(null);
  const what: Field[] = [
    { name: "pollutant", kind: "choice", values: labels.codes, required: true },
    {
      name: "statistic",
      kind: "choice",
      words: "statistic",
      values: ["hour", "day", "instant", "period"],
      required: true,
    },
    { name: "period", kind: "choice", words: "period", values: ["day", "night"] },
  ];
  const [now] = useState(() => Date.now());
  const limit = open ? (limits[open.i] ?? NEW) : NEW;
  const form = {
    follow: {
      title: t("changeFromDate"),
      hint: t("newFromHint"),
      fields: [{ name: "from", kind: "moment", required: true } as Field, ...FIGURES],
      value: { ...limit, from: nextMidnight(now) },
      take: (next: Limit) => next.from !== null && set(follow(limits, open?.i ?? 0, next.from, next)),
    },
    amend: { title: t("amend"), fields: [...what, ...FIGURES, { name: "from", kind: "moment" } as Field, TO] },
    end: {
      title: t("endAt"),
      fields: [{ ...TO, required: true }],
      value: { ...limit, to: limit.to ?? nextMidnight(now) },
    },
    add: { title: t("addLimit"), fields: [...what, ...FIGURES, { name: "from", kind: "moment" } as Field, TO] },
  } satisfies Record<Open["how"], object>;
  const shown: {
    title: string;
    hint?: string;
    fields: Field[];
    value?: Limit;
    take?: (next: Limit) => unknown;
  } | null = open && form[open.how];
  return (
    <>
      <Table<Limit>
        aria-label={`${outlet} ${t("limits")}`}
        size="small"
        pagination={false}
        scroll={{ x: "max-content" }}
        rowKey={(entry) => String(limits.indexOf(entry))}
        dataSource={limits}
        locale={{ emptyText: t("noLimits") }}
        columns={[
          {
            title: t("pollutant"),
            key: "pollutant",
            render: (_, entry, i) => (
              <>
                {labels.pollutant(entry.pollutant)}
                <Wrong problems={problemsAt(problems, `${path}[${i}]`)} named />
              </>
            ),
          },
          {
            title: t("limit"),
            key: "limit",
            render: (_, { min, max, pollutant }) => (
              <strong>
                {bounds(min, max)} {labels.unit(pollutant)}
              </strong>
            ),
          },
          {
            title: t("statistic"),
            key: "statistic",
            render: (_, { statistic, period }) =>
              labels.say(`statistic.${statistic}`) + (period ? ` · ${labels.say(`period.${period}`)}` : ""),
          },
          {
            title: t("basis"),
            key: "basis",
            render: (_, { basis, referenceO2 }) =>
              labels.say(`basis.${basis}`) + (referenceO2 === null ? "" : ` ${referenceO2}%`),
          },
          { title: t("validity"), key: "span", render: (_, { from, to }) => spanText(from, to, words) },
          {
            title: t("state"),
            key: "standing",
            render: (_, entry) => <Standing standing={standingOf(entry, now)} />,
          },
          {
            title: t("actionColumn"),
            key: "actions",
            render: (_, entry, i) => (
              <Space size={4} wrap>
                {standingOf(entry, now) !== "past" && (
                  <>
                    <Button size="small" type="primary" ghost onClick={() => setOpen({ how: "follow", i })}>
                      {t("changeFromDate")}
                    </Button>
                    <Button size="small" onClick={() => setOpen({ how: "end", i })}>
                      {t("endAt")}
                    </Button>
                  </>
                )}
                <Button size="small" onClick={() => setOpen({ how: "amend", i })}>
                  {t("amend")}
                </Button>
                <Popconfirm
                  title={t("removeLimitHint")}
                  okText={t("remove")}
                  cancelText={t("cancel")}
                  onConfirm={() => set(put(limits, i, null))}
                >
                  <Button size="small" danger>
                    {t("remove")}
                  </Button>
                </Popconfirm>
              </Space>
            ),
          },
        ]}
      />
      <p>
        <Button onClick={() => setOpen({ how: "add", i: limits.length })}>{t("addLimit")}</Button>
      </p>
      {open && shown && (
        <EntryForm<Limit>
          title={`${outlet} · ${limit.pollutant ? labels.pollutant(limit.pollutant) : ""} ${shown.title}`}
          hint={shown.hint}
          fields={shown.fields}
          value={shown.value ?? limit}
          problems={problems}
          path={`${path}[${open.i}]`}
          take={shown.take ?? ((next) => set(put(limits, open.i, next)))}
          close={() => setOpen(null)}
        />
      )}
    </>
  );
}
