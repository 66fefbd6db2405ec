/** What the steps of an import share: a job by its id, and the way to another file. */
import { useQuery } from "@tanstack/react-query";
import { Button, Spin } from "antd";
import type { ReactNode } from "react";
import { api, dataOf } from "../../shared/api.ts";
import type { Job } from "../jobs/use-job.ts";
import { setQuery } from "../shell/address.ts";
import { Problem } from "../shell/problem.tsx";
import { useText } from "../texts.ts";

/** Asked for once; how it goes on, its parts ask for. */
export function WithJob({ id, children }: { id: string; children(job: Job): ReactNode }): ReactNode {
  const job = useQuery({
    queryKey: ["job", id],
    queryFn: () => dataOf(api.GET("/api/jobs/{id}", { params: { path: { id } } })),
  });
  if (job.data) return children(job.data);
  return job.error ? <Problem error={job.error} retry={job.refetch} /> : <Spin size="large" className="waiting" />;
}

export function OtherFile({ corrected = false }: { corrected?: boolean }): ReactNode {
  const t = useText();
  return (
    <Button type={corrected ? "primary" : "default"} onClick={() => setQuery({ id: null, job: null, show: null })}>
      {t(corrected ? "correctedFile" : "otherFile")}
    </Button>
  );
}
