/** How far a job is, as it goes: a bar, what is wrong with it, and a button that cancels it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Popconfirm, Progress } from "antd";
import type { ReactNode } from "react";
import { api, dataOf } from "../../shared/api.ts";
import { Problem } from "../shell/problem.tsx";
import { useAllowed } from "../shell/self.ts";
import { useText } from "../texts.ts";
import { isOver, useJob, type Job } from "./use-job.ts";

const LOOK = {
  done: "success",
  failed: "exception",
  cancelled: "normal",
  waiting: "active",
  running: "active",
} as const;

export function JobProgress({ job: known }: { job: Job }): ReactNode {
  const t = useText();
  const { data: job } = useJob(known);
  const { state, done, of, stalled, cancel, problem } = job;
  const percent = state === "done" ? 100 : of ? Math.floor((100 * done) / of) : 0;
  return (
    <div className="job" aria-live="polite">
      <Progress
        aria-label={t(`jobState.${state}`)}
        percent={percent}
        status={LOOK[state]}
        format={() => (of === null ? "" : t("jobSteps", { done, of }))}
      />
      <span>
        {t(cancel && !isOver(job) ? "jobCancelling" : `jobState.${state}`)} <CancelJob job={job} />
      </span>
      {stalled && <Alert type="warning" showIcon title={t("jobStalled")} />}
      {problem !== null && <Alert type="error" showIcon role="alert" title={problem} />}
    </div>
  );
}

function CancelJob({ job }: { job: Job }): ReactNode {
  const t = useText();
  const client = useQueryClient();
  const may = useAllowed()("job.write");
  const cancel = useMutation({
    mutationFn: () => dataOf(api.POST("/api/jobs/{id}/cancel", { params: { path: { id: job.id } } })),
    onSettled: () => Promise.all(["job", "jobs"].map((queryKey) => client.invalidateQueries({ queryKey: [queryKey] }))),
  });
  if (!may || isOver(job) || (job.cancel && !job.stalled)) return null;
  return (
    <>
      <Popconfirm
        title={t("jobCancelSure")}
        okText={t("jobCancel")}
        cancelText={t("jobGoOn")}
        onConfirm={() => cancel.mutate()}
      >
        <Button size="small" danger loading={cancel.isPending}>
          {t("jobCancel")}
        </Button>
      </Popconfirm>
      {cancel.error ? <Problem error={cancel.error} /> : null}
    </>
  );
}
