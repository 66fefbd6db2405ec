/** A list that the API gives page by page: what came so far, and a button for more. */
import { Button, Empty, Table, type TableColumnsType, type TableProps } from "antd";
import type { ReactNode } from "react";
import { useText } from "../texts.ts";
import { Problem } from "./problem.tsx";

interface MoreTableProps<Row> {
  label: string;
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  columns: TableColumnsType<Row>;
  /** What to do when nothing was found. */
  empty: string;
  /** Rows can be chosen. */
  selection?: TableProps<Row>["rowSelection"];
  /** What a row opens to. */
  expandable?: NonNullable<TableProps<Row>["expandable"]>;
  query: {
    isPending: boolean;
    error: unknown;
    refetch(): unknown;
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    fetchNextPage(): unknown;
  };
}

export function MoreTable<Row extends object>({
  label,
  rows,
  rowKey,
  columns,
  empty,
  selection,
  expandable,
  query,
}: MoreTableProps<Row>): ReactNode {
  const t = useText();
  return (
    <>
      {query.error ? <Problem error={query.error} retry={query.refetch} /> : null}
      <Table<Row>
        aria-label={label}
        size="middle"
        rowKey={rowKey}
        {...(selection && { rowSelection: selection })}
        columns={columns}
        dataSource={rows}
        loading={query.isPending}
        pagination={false}
        {...(expandable && { expandable })}
        scroll={{ x: "max-content" }}
        locale={{
          emptyText: (
            <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={query.isPending ? t("loading") : empty} />
          ),
        }}
      />
      <p className="more" role="status">
        {rows.length > 0 && t("shown", { count: rows.length })}{" "}
        {query.hasNextPage && (
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("more")}
          </Button>
        )}
      </p>
    </>
  );
}
