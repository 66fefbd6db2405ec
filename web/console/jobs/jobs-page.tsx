/** All long work: what it is, who asked for it, how far it is. */
import { useInfiniteQuery } from "@tanstack/react-query";
import type { TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { api, dataOf } from "../../shared/api.ts";
import { minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import { MoreTable } from "../shell/more-table.tsx";
import { useText } from "../texts.ts";
import { JobProgress } from "./job-progress.tsx";
import type { Job } from "./use-job.ts";

export default function JobsPage(): ReactNode {
  const t = useText();
  const jobs = useInfiniteQuery({
    queryKey: ["jobs"],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      dataOf(api.GET("/api/jobs", { params: { query: pageParam ? { cursor: pageParam } : {} } })),
    getNextPageParam: ({ next }) => next,
    refetchInterval: 30_000,
  });
  return (
    <section className="page">
      <h1>{t("navJobs")}</h1>
      <MoreTable<Job>
        label={t("navJobs")}
        rows={jobs.data?.pages.flatMap((page) => page.jobs) ?? []}
        rowKey={({ id }) => id}
        columns={useColumns()}
        empty={t("noJobs")}
        query={jobs}
      />
    </section>
  );
}

function useColumns(): TableColumnsType<Job> {
  const t = useText();
  const language = useLanguage();
  return [
    { title: t("jobKind"), key: "kind", render: (_, { kind }) => t(`jobKind.${kind}`) },
    { title: t("jobBy"), dataIndex: "by", ellipsis: true, width: 160 },
    { title: t("jobAskedAt"), key: "askedAt", render: (_, { askedAt }) => minuteText(askedAt, language) },
    { title: t("jobState"), key: "state", width: 420, render: (_, job) => <JobProgress job={job} /> },
  ];
}
