/** A whole list as a file, read page by page: it shows how far it is and can be stopped. */
import { Button, Progress, Space } from "antd";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { formatCompact } from "../../../functions/shared/shanghai.ts";
import { Problem } from "../shell/problem.tsx";
import { useText } from "../texts.ts";
import { csvOf, save, xlsxOf, type Column } from "./table-file.ts";

/** A file of at most this many: what is more is no table that somebody reads. */
const MOST_EXPORTED = 20_000;

interface ExportProps<Row> {
  /** Of the file and the sheet. */
  title: string;
  columns: readonly Column<Row>[];
  ask: (cursor: string | null) => Promise<{ rows: readonly Row[]; next: string | null }>;
}

export function ExportButtons<Row>({ title, columns, ask }: ExportProps<Row>): ReactNode {
  const t = useText();
  const [read, setRead] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const stopped = useRef(false);
  useEffect(() => () => void (stopped.current = true), []);
  async function make(kind: "csv" | "xlsx"): Promise<void> {
    stopped.current = false;
    setError(null);
    setRead(0);
    try {
      const rows: Row[] = [];
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof ask>> = await ask(cursor);
        rows.push(...page.rows);
        cursor = page.next;
        setRead(rows.length);
      } while (cursor !== null && rows.length < MOST_EXPORTED && !stopped.current);
      if (stopped.current) return;
      const name = `${title}-${formatCompact(Date.now()).slice(0, 12)}.${kind}`;
      const csv = (): Blob => new Blob([csvOf(rows, columns)], { type: "text/csv;charset=utf-8" });
      save(kind === "csv" ? csv() : await xlsxOf(rows, columns, title), name);
    } catch (failed) {
      setError(failed);
    } finally {
      setRead(null);
    }
  }
  if (read !== null)
    return (
      <Space role="status">
        <Progress type="circle" size={22} percent={99} status="active" showInfo={false} aria-hidden />
        {t("exporting", { count: read })}
        <Button onClick={() => void (stopped.current = true)}>{t("cancel")}</Button>
      </Space>
    );
  return (
    <Space wrap>
      <Button onClick={() => void make("csv")}>{t("exportAs", { kind: "CSV" })}</Button>
      <Button onClick={() => void make("xlsx")}>{t("exportAs", { kind: "XLSX" })}</Button>
      {error === null ? null : <Problem error={error} />}
    </Space>
  );
}
