/** The template, and the register in the same form: what is taken out can be put in again. */
import { Button, Progress, Space } from "antd";
import { useRef, useState, type ReactNode } from "react";
import {
  notesSheet,
  writeSheets,
  writeTable,
  type WrittenSheet,
} from "../../../functions/imports/domain/write-sheets.ts";
import type { PermitForm } from "../../../functions/register/domain/file-form.ts";
import { formatCompact } from "../../../functions/shared/shanghai.ts";
import { api, dataOf } from "../../shared/api.ts";
import { useLanguage } from "../../shared/language.ts";
import { csvOf, save, workbookOf, type Cell, type WorkbookSheet } from "../export/table-file.ts";
import { useLabels } from "../labels.ts";
import { Problem } from "../shell/problem.tsx";
import { useText } from "../texts.ts";

/** For the name of a file: the minute of now. */
const stamp = (): string => formatCompact(Date.now()).slice(0, 12);

type Kind = "XLSX" | "CSV" | "JSON";
const WIDE = 28;
const forWorkbook = ({ title, columns, rows }: WrittenSheet): WorkbookSheet => ({
  title,
  columns: columns.map((each, i) => ({ title: each, width: i < 3 ? WIDE : 16 })),
  rows,
});

export function ExportRegister(): ReactNode {
  const t = useText();
  const language = useLanguage();
  const labels = useLabels();
  const [read, setRead] = useState<{ count: number; of: number } | null>(null);
  const [error, setError] = useState<unknown>(null);
  const stopped = useRef(false);

  async function template(): Promise<void> {
    const units = labels.codes.map((code) => [`${code} ${labels.pollutant(code)}`, labels.unit(code)] as const);
    const notes = forWorkbook(notesSheet(language, units));
    const sheets = writeSheets([], language, labels.pollutant).map(forWorkbook);
    save(await workbookOf([...sheets, notes]), `${t("templateFile")}.xlsx`);
  }
  async function register(kind: Kind): Promise<void> {
    stopped.current = false;
    setError(null);
    setRead({ count: 0, of: 0 });
    try {
      const permits: PermitForm[] = [];
      for (let cursor: string | null | undefined; cursor !== null && !stopped.current;) {
        const page = await dataOf(api.GET("/api/permits", { params: { query: cursor ? { cursor } : {} } }));
        permits.push(...(page.permits as PermitForm[]));
        setRead({ count: permits.length, of: page.total });
        cursor = page.next;
      }
      if (stopped.current) return;
      const name = `${t("registerFile")}-${stamp()}.${kind.toLowerCase()}`;
      save(await fileOf(kind, permits), name);
    } catch (failed) {
      setError(failed);
    } finally {
      setRead(null);
    }
  }
  async function fileOf(kind: Kind, permits: PermitForm[]): Promise<Blob> {
    if (kind === "JSON") return new Blob([JSON.stringify({ permits }, null, 2)], { type: "application/json" });
    const sheets = writeSheets(permits, language, labels.pollutant);
    if (kind === "XLSX") return workbookOf(sheets.map(forWorkbook));
    const { columns, rows } = writeTable(sheets, language);
    const cells = columns.map((title, i) => ({ title, value: (row: Cell[]) => row[i] ?? null }));
    return new Blob([csvOf(rows, cells)], { type: "text/csv;charset=utf-8" });
  }
  return (
    <>
      <p>{t("exportIs")}</p>
      {read === null ? (
        <Space wrap>
          <Button onClick={() => void template().catch(setError)}>{t("template")}</Button>
          {(["XLSX", "CSV", "JSON"] as const).map((kind) => (
            <Button key={kind} onClick={() => void register(kind)}>
              {t("exportRegister", { kind })}
            </Button>
          ))}
        </Space>
      ) : (
        <Space role="status">
          <Progress
            type="circle"
            size={22}
            percent={read.of === 0 ? 0 : Math.floor((100 * read.count) / read.of)}
            showInfo={false}
            aria-hidden
          />
          {t("exportingPlants", read)}
          <Button onClick={() => void (stopped.current = true)}>{t("cancel")}</Button>
        </Space>
      )}
      {error === null ? null : <Problem error={error} />}
    </>
  );
}
