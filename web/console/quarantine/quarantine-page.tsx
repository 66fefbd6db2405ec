/** What was refused on a day and why, with its bytes. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Drawer, Space, type TableColumnsType } from "antd";
import { useState, type ReactNode } from "react";
import { api, dataOf } from "../../shared/api.ts";
import { minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import type { Answer } from "../answers.ts";
import { DayInput } from "../shell/day-input.tsx";
import { useAddress } from "../shell/address.ts";
import { MoreTable } from "../shell/more-table.tsx";
import { useText } from "../texts.ts";

type Item = Answer<"listQuarantine">["items"][number];

export default function QuarantinePage(): ReactNode {
  const t = useText();
  const { query } = useAddress();
  const day = query.get("day");
  const [shown, setShown] = useState<Item | null>(null);
  const items = useInfiniteQuery({
    queryKey: ["quarantine", day],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      dataOf(
        api.GET("/api/quarantine", {
          params: { query: { ...(day && { day }), ...(pageParam && { cursor: pageParam }) } },
        }),
      ),
    getNextPageParam: ({ next }) => next,
    refetchInterval: 60_000,
  });
  return (
    <section className="page">
      <h1>{t("navQuarantine")}</h1>
      <p>{t("quarantineIs")}</p>
      <Space className="filters">
        <DayInput name="day" />
      </Space>
      <MoreTable<Item>
        label={t("navQuarantine")}
        rows={items.data?.pages.flatMap((page) => page.items) ?? []}
        rowKey={({ at, sha256 }) => at + sha256}
        columns={useColumns(setShown)}
        empty={t("noQuarantine")}
        query={items}
      />
      {shown && (
        <Drawer
          open
          size={640}
          title={shown.reason}
          onClose={() => setShown(null)}
          closable={{ "aria-label": t("close") }}
        >
          <p className="free">{shown.detail}</p>
          <dl>
            <dt>{t("topic")}</dt>
            <dd>
              <code>{shown.topic}</code>
            </dd>
            <dt>SHA-256</dt>
            <dd>
              <code>{shown.sha256}</code>
            </dd>
            <dt>{t("bytes")}</dt>
            <dd>{shown.size}</dd>
          </dl>
          <pre className="frame-text" aria-label={t("asText")}>
            {shown.text}
          </pre>
          <h3>Base64</h3>
          <pre className="frame-text" aria-label="Base64">
            {shown.base64}
          </pre>
        </Drawer>
      )}
    </section>
  );
}

function useColumns(show: (item: Item) => void): TableColumnsType<Item> {
  const t = useText();
  const language = useLanguage();
  return [
    {
      title: t("when"),
      key: "at",
      render: (_, item) => (
        <Button type="link" size="small" onClick={() => show(item)}>
          {minuteText(item.at, language)}
        </Button>
      ),
    },
    { title: t("reason"), key: "reason", render: (_, { reason }) => <code>{reason}</code> },
    { title: t("detail"), key: "detail", render: (_, { detail }) => <span className="name">{detail}</span> },
    { title: t("topic"), key: "topic", render: (_, { topic }) => <code>{topic}</code> },
    { title: t("bytes"), dataIndex: "size", align: "right" },
    { title: "SHA-256", key: "sha256", render: (_, { sha256 }) => <code title={sha256}>{sha256.slice(0, 16)}…</code> },
  ];
}
