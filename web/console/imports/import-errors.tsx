/** Every error of a file by where it stands in it, also as a file to hand on. */
import { Alert, Button, Table } from "antd";
import type { ReactNode } from "react";
import { useLanguage } from "../../shared/language.ts";
import { csvOf, save, type Column } from "../export/table-file.ts";
import { useText } from "../texts.ts";
import type { Import } from "./preview.tsx";

type Problem = Import["problems"][number];

/** `限值 第 3 行`; of a text, `第 12 行`. */
export function usePlace(): (at: { sheet: string | null; line: number | null }) => string {
  const t = useText();
  return ({ sheet, line }) => {
    if (line === null) return sheet ?? "";
    return sheet === null ? t("atLine", { line }) : t("atRow", { sheet, line });
  };
}

export function ImportErrors({ head }: { head: Import }): ReactNode {
  const t = useText();
  const language = useLanguage();
  const placeOf = usePlace();
  const { problems, problemCount, format } = head;
  const where = (problem: Problem): string => {
    const { line, column } = problem;
    if (format === "json" && line !== null && column !== null) return t("atCharacter", { line, column });
    return placeOf(problem) || t("wholeFile");
  };
  // In a table a column says more than the path; in JSON there are no columns.
  const field = ({ column, path }: Problem): string => (format === "json" ? path : (column ?? path));
  const columns: Column<Problem>[] = [
    { title: t("errorWhere"), value: where },
    { title: t("errorPath"), value: field },
    { title: t("errorReason"), value: (problem) => problem[language] },
  ];
  const toFile = (): void =>
    save(new Blob([csvOf(problems, columns)], { type: "text/csv;charset=utf-8" }), `${t("errorsFile")}.csv`);
  return (
    <>
      <Alert
        type="error"
        showIcon
        role="alert"
        title={t("importErrors", { count: problemCount })}
        description={problemCount > problems.length ? t("importErrorsShown", { count: problems.length }) : undefined}
        action={<Button onClick={toFile}>{t("errorsAsCsv")}</Button>}
      />
      <Table<Problem>
        aria-label={t("errorReason")}
        size="middle"
        rowKey={(problem) => JSON.stringify([where(problem), problem.path, problem.en])}
        dataSource={problems}
        pagination={problems.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
        columns={[
          { title: t("errorWhere"), key: "where", width: 220, render: (_, problem) => where(problem) },
          { title: t("errorPath"), key: "field", width: 300, render: (_, problem) => <code>{field(problem)}</code> },
          {
            title: t("errorReason"),
            key: "reason",
            render: (_, problem) => <span className="free">{problem[language]}</span>,
          },
        ]}
      />
    </>
  );
}
