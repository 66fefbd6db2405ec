/** Who changed what, when, from what to what: of a day, or of one plant. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Space, type TableColumnsType } from "antd";
import { useState, type ReactNode } from "react";
import { api, dataOf } from "../../shared/api.ts";
import { minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import type { Answer } from "../answers.ts";
import { hashOf, useAddress } from "../shell/address.ts";
import { DayInput } from "../shell/day-input.tsx";
import { MoreTable } from "../shell/more-table.tsx";
import { useText } from "../texts.ts";
import { AUDIT_TEXTS } from "./audit-texts.ts";
import { changesOf } from "./changes.ts";

type Entry = Answer<"listAudit">["entries"][number];

export default function AuditPage(): ReactNode {
  const t = useText();
  return (
    <section className="page">
      <h1>{t("navAudit")}</h1>
      <Space className="filters">
        <DayInput name="day" />
      </Space>
      <AuditList permitNo={null} />
    </section>
  );
}

export function AuditList({ permitNo }: { permitNo: string | null }): ReactNode {
  const t = useText();
  const { query } = useAddress();
  const day = permitNo === null ? query.get("day") : null;
  const trail = useInfiniteQuery({
    queryKey: ["audit", permitNo, day],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) => {
      const paged = pageParam === null ? {} : { cursor: pageParam };
      return permitNo === null
        ? dataOf(api.GET("/api/audit", { params: { query: { ...paged, ...(day && { day }) } } }))
        : dataOf(api.GET("/api/plants/{permitNo}/audit", { params: { path: { permitNo }, query: paged } }));
    },
    getNextPageParam: ({ next }) => next,
  });
  return (
    <MoreTable<Entry>
      label={t("navAudit")}
      rows={trail.data?.pages.flatMap((page) => page.entries) ?? []}
      rowKey={({ id, at, target }) => id + at + target}
      columns={useColumns()}
      empty={t("noAudit")}
      query={trail}
    />
  );
}

function useColumns(): TableColumnsType<Entry> {
  const t = useText();
  const language = useLanguage();
  return [
    { title: t("when"), key: "at", render: (_, { at }) => minuteText(at, language) },
    {
      title: t("who"),
      key: "name",
      render: (_, { name, sub }) => (
        <span className="name" title={sub}>
          {name}
        </span>
      ),
    },
    {
      title: t("operation"),
      key: "operation",
      render: (_, { operation }) => (
        <span title={operation}>{say(t, `operation.${operation}`) ?? <code>{operation}</code>}</span>
      ),
    },
    { title: t("what"), key: "target", render: (_, entry) => <Target entry={entry} /> },
    { title: t("change"), key: "change", render: (_, entry) => <Change entry={entry} /> },
  ];
}

/** Null where there is no word for it: an operation of a former version. */
const say = (t: ReturnType<typeof useText>, key: string): string | null => (isText(key) ? t(key) : null);
const isText = (key: string): key is keyof typeof AUDIT_TEXTS => Object.hasOwn(AUDIT_TEXTS, key);

/** Kind and name: `person 7f33…`, `permits file 许可证.csv`; a person by his name where the entry has it. */
function Target({ entry: { permitNo, target, before, after } }: { entry: Entry }): ReactNode {
  const t = useText();
  const kind = /^(notice settings|push device|permits file|rule data|\S+)/.exec(target)?.[0] ?? target;
  const id = target.slice(kind.length).trim();
  const name = kind === "person" ? (nameOf(after) ?? nameOf(before) ?? id) : id;
  return (
    <span className="name" title={target}>
      {say(t, `target.${kind}`) ?? kind} {name} {permitNo && <a href={hashOf(["plant", permitNo])}>{permitNo}</a>}
    </span>
  );
}
const nameOf = (value: unknown): string | null => {
  const name: unknown = typeof value === "object" && value !== null && "name" in value ? value.name : null;
  return typeof name === "string" ? name : null;
};

function Change({ entry: { before, after } }: { entry: Entry }): ReactNode {
  const t = useText();
  const [open, setOpen] = useState(false);
  if (!open)
    return (
      <Button size="small" onClick={() => setOpen(true)}>
        {t("showChange")}
      </Button>
    );
  const changes = changesOf(before, after);
  if (changes.length === 0) return t("sameBeforeAndAfter");
  return (
    <table className="change">
      <thead>
        <tr>
          <th scope="col">{t("field")}</th>
          <th scope="col">{t("before")}</th>
          <th scope="col">{t("after")}</th>
        </tr>
      </thead>
      <tbody>
        {changes.map((change) => (
          <tr key={change.path}>
            <th scope="row">{change.path}</th>
            <td>{change.before === undefined ? "—" : String(change.before)}</td>
            <td>{change.after === undefined ? "—" : String(change.after)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
