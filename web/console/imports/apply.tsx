/** Saying yes to what was looked at: the question, how far it is, what came of it, and how one goes on. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App as Messages, Button, Space } from "antd";
import { useEffect, type ReactNode } from "react";
import { api, dataOf } from "../../shared/api.ts";
import { JobProgress } from "../jobs/job-progress.tsx";
import { isOver, useJob, type Job } from "../jobs/use-job.ts";
import { hashOf, setQuery, useAddress } from "../shell/address.ts";
import { Problem } from "../shell/problem.tsx";
import { useText } from "../texts.ts";
import { OtherFile, WithJob } from "./steps.tsx";
import type { Import } from "./preview.tsx";

interface ApplyProps {
  head: Import;
  /** Of what is shown: the answer's ETag. */
  revision: string | null;
  changes: number;
}
/** What the job says when it is over (functions/imports/import-jobs.ts). */
interface Result {
  applied: number;
  created: number;
  revised: number;
  unchanged: number;
  outdated: number;
}

export function Apply(props: ApplyProps): ReactNode {
  const { query } = useAddress();
  const job = query.get("job");
  if (job === null) return <Ask {...props} />;
  return (
    <WithJob key={job} id={job}>
      {(known) => <Applying job={known} {...props} />}
    </WithJob>
  );
}

function useApply({ head, revision }: ApplyProps) {
  return useMutation({
    mutationFn: () =>
      dataOf(
        api.POST("/api/imports/{id}/apply", {
          params: { path: { id: head.id }, header: { "If-Match": revision ?? "" } },
          body: { job: crypto.randomUUID() },
        }),
      ),
    onSuccess: ({ id }) => setQuery({ job: id }),
  });
}

function Ask(props: ApplyProps): ReactNode {
  const t = useText();
  const { modal } = Messages.useApp();
  const apply = useApply(props);
  const { changes: count } = props;
  const sure = (): unknown =>
    modal.confirm({
      title: t("applySure", { count }),
      content: t("applyMeans"),
      okText: t("applyPlants", { count }),
      cancelText: t("cancel"),
      onOk: () => apply.mutateAsync().catch(() => undefined),
    });
  return (
    <>
      <Space wrap className="filters">
        {count > 0 && (
          <Button type="primary" loading={apply.isPending} onClick={sure}>
            {t("applyPlants", { count })}
          </Button>
        )}
        <CheckAgain head={props.head} />
        <OtherFile />
      </Space>
      {apply.error ? <Problem error={apply.error} /> : null}
    </>
  );
}

/** The same parts once more, against the register as it is now. */
function CheckAgain({ head, primary = false }: { head: Import; primary?: boolean }): ReactNode {
  const t = useText();
  const { fileName, parts, sha256, upload } = head;
  const check = useMutation({
    mutationFn: () =>
      dataOf(
        api.POST("/api/imports/{id}/check", {
          params: { path: { id: crypto.randomUUID() } },
          body: { fileName, parts, sha256, upload },
        }),
      ),
    onSuccess: ({ id }) => setQuery({ id, job: null }),
  });
  return (
    <>
      <Button type={primary ? "primary" : "default"} loading={check.isPending} onClick={() => check.mutate()}>
        {t("checkAgain")}
      </Button>
      {check.error ? <Problem error={check.error} /> : null}
    </>
  );
}

function Applying({ job: known, ...props }: ApplyProps & { job: Job }): ReactNode {
  const t = useText();
  const client = useQueryClient();
  const { data: job } = useJob(known);
  const apply = useApply(props);
  const over = isOver(job);
  useEffect(() => {
    // Whatever shows plants shows them as they are now.
    if (over)
      void client.invalidateQueries({ predicate: ({ queryKey }) => !["job", "import"].includes(String(queryKey[0])) });
  }, [client, over]);
  const result = job.result as Result | null;
  return (
    <div className="applying">
      {!over && <h2>{t("applying")}</h2>}
      <JobProgress job={job} />
      {job.state === "done" && result && (
        <Alert
          type={result.outdated > 0 ? "warning" : "success"}
          showIcon
          role="status"
          title={t("applied", { ...result })}
          description={
            <>
              {result.outdated > 0 && <p>{t("appliedNot", { count: result.outdated })}</p>}
              <p>{t("goBackIs")}</p>
            </>
          }
        />
      )}
      {job.state === "cancelled" && (
        <Alert
          type="warning"
          showIcon
          role="status"
          title={result ? t("applyCancelled", { applied: result.applied }) : t("applyCancelledEarly")}
        />
      )}
      {over && (
        <Space wrap className="filters">
          {job.state === "done" && (
            <Button type="primary" href={hashOf(["plants"])}>
              {t("toPlants")}
            </Button>
          )}
          {job.state === "cancelled" && (
            <Button type="primary" loading={apply.isPending} onClick={() => apply.mutate()}>
              {t("applyOn")}
            </Button>
          )}
          <CheckAgain head={props.head} primary={job.state === "failed"} />
          <OtherFile />
        </Space>
      )}
      {apply.error ? <Problem error={apply.error} /> : null}
    </div>
  );
}
