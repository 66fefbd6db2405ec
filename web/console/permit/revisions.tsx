/** Every state the permit was in: when, by whom, why, in what it differed; a regulator takes one back as a new one. */
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Popconfirm, Space, Spin, type TableColumnsType } from "antd";
import { useState, type ReactNode } from "react";
import { api, dataOf } from "../../shared/api.ts";
import { minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import type { Answer } from "../answers.ts";
import { MoreTable } from "../shell/more-table.tsx";
import { Problem } from "../shell/problem.tsx";
import { useText } from "../texts.ts";
import { DifferenceList } from "./difference-list.tsx";
import { formOf, newDraft, type Draft } from "./edit-state.ts";
import { permitQuery } from "./permit-query.ts";
import { Standing } from "./standing.tsx";

type Revision = Answer<"getPermit">["revisions"][number];

interface RevisionsProps {
  permitNo: string;
  revision: number;
  /** Begins an edit; null for who may not. */
  edit: ((draft: Draft) => void) | null;
  /** There are unsaved changes, which taking one back would replace. */
  unsaved: boolean;
}

const revisionQuery = (permitNo: string, n: number) => ({
  queryKey: ["permit", permitNo, "revision", n],
  staleTime: Infinity, // nothing ever changes it
  queryFn: () =>
    dataOf(
      api.GET("/api/plants/{permitNo}/permit/revisions/{revision}", {
        params: { path: { permitNo, revision: String(n) } },
      }),
    ),
});

export default function Revisions({ permitNo, revision, edit, unsaved }: RevisionsProps): ReactNode {
  const t = useText();
  const language = useLanguage();
  const client = useQueryClient();
  const [open, setOpen] = useState<number | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  const list = useInfiniteQuery({
    // With the revision: a new one makes it another list.
    queryKey: ["permit", permitNo, "revisions", revision],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam: before }) =>
      dataOf(
        api.GET("/api/plants/{permitNo}/permit", {
          params: { path: { permitNo }, query: before === null ? {} : { before } },
        }),
      ),
    getNextPageParam: ({ older, revisions }) => (older ? String(revisions.at(-1)?.revision) : null),
  });
  const takeBack = async (n: number): Promise<void> => {
    try {
      const [state, former] = await Promise.all([
        client.fetchQuery({ ...permitQuery(permitNo), staleTime: 0 }),
        client.fetchQuery(revisionQuery(permitNo, n)),
      ]);
      edit?.({ ...newDraft(state), mine: formOf(former.permit), reason: t("takenBack", { revision: n }) });
    } catch (error) {
      setFailed(error);
    }
  };
  const columns: TableColumnsType<Revision> = [
    {
      title: t("revisionColumn"),
      key: "revision",
      render: (_, { revision: n }) => (
        <>
          {n} {n === revision && <Standing standing="now" />}
        </>
      ),
    },
    { title: t("when"), key: "when", render: (_, { importedAt }) => minuteText(importedAt, language) },
    {
      title: t("byWhom"),
      key: "by",
      render: (_, { by, source }) => (
        <span className="free">{by ?? (source === "edit" ? t("byEdit") : t("fromFile", { file: source }))}</span>
      ),
    },
    { title: t("whyColumn"), key: "why", render: (_, { reason }) => <span className="free">{reason ?? "—"}</span> },
    {
      title: t("actionColumn"),
      key: "actions",
      render: (_, { revision: n }) => (
        <Space size={4} wrap className="no-print">
          <Button size="small" aria-expanded={open === n} onClick={() => setOpen(open === n ? null : n)}>
            {t("showDifferences")}
          </Button>
          {edit &&
            n !== revision &&
            (unsaved ? (
              <Popconfirm
                title={t("giveUpSure")}
                okText={t("giveUpYes")}
                cancelText={t("cancel")}
                onConfirm={() => void takeBack(n)}
              >
                <Button size="small">{t("takeBack")}</Button>
              </Popconfirm>
            ) : (
              <Button size="small" onClick={() => void takeBack(n)}>
                {t("takeBack")}
              </Button>
            ))}
        </Space>
      ),
    },
  ];
  return (
    <section>
      <h2>{t("permitRevisions")}</h2>
      {failed ? <Problem error={failed} /> : null}
      <MoreTable<Revision>
        label={t("permitRevisions")}
        rows={list.data?.pages.flatMap((page) => page.revisions) ?? []}
        rowKey={({ revision: n }) => String(n)}
        columns={columns}
        empty={t("noChanges")}
        query={list}
      />
      {open !== null && <Former permitNo={permitNo} n={open} />}
    </section>
  );
}

function Former({ permitNo, n }: { permitNo: string; n: number }): ReactNode {
  const t = useText();
  const former = useQuery(revisionQuery(permitNo, n));
  if (former.error) return <Problem error={former.error} retry={former.refetch} />;
  if (!former.data) return <Spin />;
  const label = `${t("revisionColumn")} ${n}`;
  return (
    <section aria-label={label}>
      <h3>{label}</h3>
      {n === 1 ? <p>{t("firstRevision")}</p> : <DifferenceList label={label} differences={former.data.differences} />}
    </section>
  );
}
