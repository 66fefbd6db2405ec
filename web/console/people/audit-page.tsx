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
    { title: t("operation"), key: "operation", render: (_, { operation }) => <code>{operation}</code> },
    {
      title: t("what"),
      key: "target",
      render: (_, { permitNo, target }) => (
        <span className="name">
          {target} {permitNo && <a href={hashOf(["plant", permitNo])}>{permitNo}</a>}
        </span>
      ),
    },
    { title: t("change"), key: "change", render: (_, entry) => <Change entry={entry} /> },
  ];
}

function Change({ entry: { before, after } }: { entry: Entry }): ReactNode {
  const t = useText();
  const [open, setOpen] = useState(false);
  const text = (value: unknown): string =>
    value === null || value === undefined ? "—" : JSON.stringify(value, null, 1);
  if (!open)
    return (
      <Button size="small" onClick={() => setOpen(true)}>
        {t("showChange")}
      </Button>
    );
  return (
    <div className="change">
      <pre aria-label={t("before")}>{text(before)}</pre>
      <pre aria-label={t("after")}>{text(after)}</pre>
    </div>
  );
}
