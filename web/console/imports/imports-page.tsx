/** Importing permits: choose a file, see it checked, look at what changes, apply it. Where one is stands in the address. */
import type { ReactNode } from "react";
import { JobProgress } from "../jobs/job-progress.tsx";
import { isOver, useJob, type Job } from "../jobs/use-job.ts";
import { hashOf, useAddress } from "../shell/address.ts";
import { useText } from "../texts.ts";
import { ChooseFile } from "./choose-file.tsx";
import { ExportRegister } from "./export-register.tsx";
import "./imports.css";
import { Preview } from "./preview.tsx";
import { OtherFile, WithJob } from "./steps.tsx";

export default function ImportsPage(): ReactNode {
  const t = useText();
  const { query } = useAddress();
  const id = query.get("id");
  return (
    <section className="page imports">
      <h1>{t("navImports")}</h1>
      {id === null ? (
        <>
          <p>{t("importIs")}</p>
          <ChooseFile />
          <ExportRegister />
        </>
      ) : (
        <WithJob key={id} id={id}>
          {(job) => <Checked job={job} />}
        </WithJob>
      )}
      <p>
        <a href={hashOf(["jobs"])}>{t("allJobs")}</a>
      </p>
    </section>
  );
}

function Checked({ job: known }: { job: Job }): ReactNode {
  const t = useText();
  const { data: job } = useJob(known);
  if (job.state === "done") return <Preview id={job.id} />;
  return (
    <>
      <h2>{t("checkingFile")}</h2>
      <JobProgress job={job} />
      {isOver(job) && <OtherFile />}
    </>
  );
}
