/** What was refused on a day and why, with its bytes; chosen and run through ingest again. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Drawer, Input, Select, Space, type TableColumnsType } from "antd";
import { useState, type ReactNode } from "react";
import { api, dataOf } from "../../shared/api.ts";
import { minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import type { Answer } from "../answers.ts";
import { DayInput } from "../shell/day-input.tsx";
import { setQuery, useAddress } from "../shell/address.ts";
import { MoreTable } from "../shell/more-table.tsx";
import { useAllowed } from "../shell/self.ts";
import { useText } from "../texts.ts";
import { ReasonBars } from "./reason-bars.tsx";
import { REASONS, reasonText } from "./reason-text.ts";
import { ReplayDrawer, type Chosen } from "./replay-drawer.tsx";

type Item = Answer<"listQuarantine">["items"][number];
const STATES = ["open", "in"] as const;
/** Of one request. */
const MOST_KEYS = 1_000;
const isIn = ({ replayed }: Item): boolean => replayed !== null && replayed.outcome !== "refused";

export default function QuarantinePage(): ReactNode {
  const t = useText();
  const language = useLanguage();
  const may = useAllowed()("quarantine.write");
  const { query } = useAddress();
  const day = query.get("day");
  const reason = query.get("reason");
  const prefix = query.get("prefix");
  const state = STATES.find((each) => each === query.get("state")) ?? null;
  const [shown, setShown] = useState<Item | null>(null);
  const [keys, setKeys] = useState<string[]>([]);
  const [replay, setReplay] = useState<Chosen | null>(null);
  const items = useInfiniteQuery({
    queryKey: ["quarantine", day, reason, prefix, state],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      dataOf(
        api.GET("/api/quarantine", {
          params: {
            query: {
              ...(day && { day }),
              ...(reason && { reason }),
              ...(prefix && { prefix }),
              ...(state && { state }),
              ...(pageParam && { cursor: pageParam }),
            },
          },
        }),
      ),
    getNextPageParam: ({ next }) => next,
    refetchInterval: 60_000,
  });
  const rows = items.data?.pages.flatMap((page) => page.items) ?? [];
  const open = rows.filter((item) => !isIn(item));
  const listed = items.data?.pages[0]?.day;
  const filtered = reason !== null || prefix !== null || state !== null;
  return (
    <section className="page">
      <h1>{t("navQuarantine")}</h1>
      <p>{t("quarantineIs")}</p>
      <Space wrap className="filters" role="search">
        <DayInput name="day" />
        <PrefixBox value={prefix ?? ""} />
        <Select
          aria-label={t("reason")}
          placeholder={t("allReasons")}
          allowClear
          style={{ minWidth: 260 }}
          value={reason}
          options={REASONS.map((each) => ({ value: each, label: reasonText(each, t) }))}
          onChange={(value: string | undefined) => setQuery({ reason: value })}
        />
        <Select
          aria-label={t("outcome")}
          placeholder={t("allOutcomes")}
          allowClear
          style={{ minWidth: 160 }}
          value={state}
          options={STATES.map((each) => ({ value: each, label: t(`quarantine.${each}`) }))}
          onChange={(value: string | undefined) => setQuery({ state: value })}
        />
      </Space>
      <ReasonBars day={day} prefix={prefix} chosen={reason} />
      {may && rows.length > 0 && listed !== undefined && (
        <Space wrap className="filters">
          <Button disabled={open.length === 0} onClick={() => setKeys(open.map(({ key }) => key).slice(0, MOST_KEYS))}>
            {t("chooseShown")}
          </Button>
          <Button type="primary" disabled={keys.length === 0} onClick={() => setReplay({ keys })}>
            {t("replayChosen", { count: keys.length })}
          </Button>
          <Button
            onClick={() =>
              setReplay({ from: listed, to: listed, ...(reason && { reason }), ...(prefix && { prefix }) })
            }
          >
            {t(reason || prefix ? "replayFiltered" : "replayDay")}
          </Button>
        </Space>
      )}
      <MoreTable<Item>
        label={t("navQuarantine")}
        rows={rows}
        rowKey={({ key }) => key}
        columns={useColumns(setShown)}
        empty={t(filtered ? "noQuarantineFiltered" : "noQuarantine")}
        query={items}
        {...(may && {
          selection: {
            selectedRowKeys: keys,
            // Its own box stands a second time, hidden, in the row by which the table measures: no good for the keyboard.
            hideSelectAll: true,
            onChange: (chosen) => setKeys(chosen.map(String)),
            getCheckboxProps: (item: Item) => ({
              disabled: isIn(item),
              "aria-label": t("chooseItem", { at: item.at }),
            }),
          },
        })}
      />
      {replay && (
        <ReplayDrawer
          chosen={replay}
          close={() => {
            setReplay(null);
            setKeys([]);
          }}
        />
      )}
      {shown && (
        <Drawer
          open
          size={640}
          title={reasonText(shown.reason, t)}
          onClose={() => setShown(null)}
          closable={{ "aria-label": t("close") }}
        >
          <p>
            <code>{shown.reason}</code> <span className="free">{shown.detail}</span>
          </p>
          {shown.replayed && <p>{replayedText(shown.replayed, t, language)}</p>}
          <dl>
            <dt>{t("when")}</dt>
            <dd>{minuteText(shown.at, language)}</dd>
            <dt>MN</dt>
            <dd>
              <code>{shown.mn ?? "–"}</code>
            </dd>
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

function PrefixBox({ value }: { value: string }): ReactNode {
  const t = useText();
  return (
    <span data-search>
      <Input.Search
        key={value}
        aria-label={t("searchMn")}
        placeholder={t("searchMn")}
        allowClear
        maxLength={200}
        style={{ width: 320 }}
        defaultValue={value}
        onSearch={(typed) => setQuery({ prefix: typed.trim() || null })}
      />
    </span>
  );
}

function replayedText(
  { at, by, outcome, reason }: NonNullable<Item["replayed"]>,
  t: ReturnType<typeof useText>,
  language: ReturnType<typeof useLanguage>,
): string {
  const when = minuteText(at, language);
  return outcome === "refused"
    ? t("refusedAgain", { when, by: by.name, reason: reasonText(reason ?? "", t) })
    : t(outcome === "accepted" ? "replayedBy" : "replayedKnown", { when, by: by.name });
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
    {
      title: t("reason"),
      key: "reason",
      render: (_, { reason, detail }) => (
        <span className="name" title={detail}>
          {reasonText(reason, t)}
          <small>{detail}</small>
        </span>
      ),
    },
    { title: "MN", key: "mn", render: (_, { mn }) => (mn === null ? "–" : <code>{mn}</code>) },
    {
      title: t("outcome"),
      key: "replayed",
      render: (_, { replayed }) => (
        <span className="name">{replayed ? replayedText(replayed, t, language) : t("quarantine.open")}</span>
      ),
    },
    { title: t("topic"), key: "topic", render: (_, { topic }) => <code className="topic">{topic}</code> },
    { title: t("bytes"), dataIndex: "size", align: "right" },
    { title: "SHA-256", key: "sha256", render: (_, { sha256 }) => <code title={sha256}>{sha256.slice(0, 8)}…</code> },
  ];
}
