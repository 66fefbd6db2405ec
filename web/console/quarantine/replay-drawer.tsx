/** Runs refused messages through ingest again: what is meant, what would become of it, the confirmation, and what came of it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Drawer, Input, Popconfirm, Space } from "antd";
import { useEffect, useState, type ReactNode } from "react";
import type { ReplayResult } from "../../../functions/telemetry/domain/replay-input.ts";
import { api, dataOf } from "../../shared/api.ts";
import { JobProgress } from "../jobs/job-progress.tsx";
import { isOver, useJob, type Job } from "../jobs/use-job.ts";
import { Problem } from "../shell/problem.tsx";
import { useText } from "../texts.ts";
import { reasonText } from "./reason-text.ts";
import { ReplayOutcome } from "./replay-outcome.tsx";

/** Items by their keys, or all that are open of these days. */
export type Chosen = { keys: string[] } | { from: string; to: string; reason?: string; prefix?: string };

export function ReplayDrawer({ chosen: asked, close }: { chosen: Chosen; close: () => void }): ReactNode {
  const t = useText();
  const [chosen, setChosen] = useState(asked);
  const [tried, setTried] = useState<Job | null>(null);
  const [run, setRun] = useState<Job | null>(null);
  const replay = useMutation({
    mutationFn: (dryRun: boolean) =>
      dataOf(api.POST("/api/quarantine/replays", { body: { id: crypto.randomUUID(), dryRun, chosen } })),
    onSuccess: (job, dryRun) => (dryRun ? setTried(job) : setRun(job)),
  });
  const backwards = "from" in chosen && chosen.from > chosen.to;
  return (
    <Drawer open size={820} title={t("replay")} onClose={close} closable={{ "aria-label": t("close") }}>
      <p>{t("replayIs")}</p>
      {"keys" in chosen ? (
        <p>{t("replayKeys", { count: chosen.keys.length })}</p>
      ) : (
        <>
          <p>{scopeText(chosen, t)}</p>
          <Space wrap className="filters">
            {(["from", "to"] as const).map((name) => (
              <label className="day" key={name}>
                {t(name)}{" "}
                <Input
                  type="date"
                  style={{ width: 160 }}
                  disabled={run !== null}
                  value={chosen[name]}
                  onChange={({ target: { value } }) => {
                    if (value === "") return;
                    setChosen({ ...chosen, [name]: value });
                    setTried(null);
                  }}
                />
              </label>
            ))}
          </Space>
          {backwards && <Alert type="warning" showIcon title={t("replayDaysBackwards")} />}
        </>
      )}
      {replay.error ? <Problem error={replay.error} /> : null}
      {run === null && (
        <Button disabled={backwards} loading={replay.isPending && replay.variables} onClick={() => replay.mutate(true)}>
          {t(tried ? "tryAgain" : "tryReplay")}
        </Button>
      )}
      {tried && run === null && (
        <Step key={tried.id} title={t("replayWould")} job={tried}>
          {({ accepted }) =>
            accepted > 0 ? (
              <Popconfirm
                title={t("replaySure", { count: accepted })}
                okText={t("replay")}
                cancelText={t("cancel")}
                onConfirm={() => replay.mutate(false)}
              >
                <Button type="primary" loading={replay.isPending && !replay.variables}>
                  {t("replayNow", { count: accepted })}
                </Button>
              </Popconfirm>
            ) : (
              <p role="status">{t("replayNothing")}</p>
            )
          }
        </Step>
      )}
      {run && <Step key={run.id} title={t("replayDone")} job={run} />}
    </Drawer>
  );
}

function scopeText({ reason, prefix }: { reason?: string; prefix?: string }, t: ReturnType<typeof useText>): string {
  const parts = [
    reason === undefined ? t("allReasons") : reasonText(reason, t),
    ...(prefix === undefined ? [] : [t("withPrefix", { prefix })]),
  ];
  return t("replayFilter", { filter: parts.join(" · ") });
}

interface StepProps {
  title: string;
  job: Job;
  children?: (result: ReplayResult) => ReactNode;
}

function Step({ title, job: known, children }: StepProps): ReactNode {
  const client = useQueryClient();
  const { data: job } = useJob(known);
  const over = isOver(job);
  useEffect(() => {
    if (over) for (const queryKey of ["quarantine", "jobs"]) void client.invalidateQueries({ queryKey: [queryKey] });
  }, [over, client]);
  const result = job.result as ReplayResult | null;
  return (
    <section>
      <h2>{title}</h2>
      <JobProgress job={job} />
      {job.state === "done" && result && children?.(result)}
      {over && result && <ReplayOutcome result={result} />}
    </section>
  );
}
