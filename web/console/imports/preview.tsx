/** What a checked file would do: its errors by line, or plant by plant what changes; and the button that applies it. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Alert, Segmented, Space, Spin, Tag, type TableColumnsType } from "antd";
import { useState, type MouseEvent, type ReactNode } from "react";
import type { Difference } from "../../../functions/register/domain/permit-difference.ts";
import { api, got } from "../../shared/api.ts";
import { useLanguage } from "../../shared/language.ts";
import type { Answer } from "../answers.ts";
import { DifferenceList } from "../permit/difference-list.tsx";
import { setQuery, useAddress } from "../shell/address.ts";
import { MoreTable } from "../shell/more-table.tsx";
import { Problem } from "../shell/problem.tsx";
import { useText } from "../texts.ts";
import { Apply } from "./apply.tsx";
import { ImportErrors, usePlace } from "./import-errors.tsx";
import { OtherFile } from "./steps.tsx";

export type Import = Answer<"getImport">;
type Plant = Import["items"][number];

const OUTCOMES = ["created", "revised", "unchanged", "outdated"] as const;

export function Preview({ id }: { id: string }): ReactNode {
  const t = useText();
  const language = useLanguage();
  const { query } = useAddress();
  const show = query.get("show") === "all" ? "all" : "changes";
  const pages = useInfiniteQuery({
    queryKey: ["import", id, show],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      got(
        api.GET("/api/imports/{id}", {
          params: { path: { id }, query: { show, ...(pageParam && { cursor: pageParam }) } },
        }),
      ),
    getNextPageParam: ({ data }) => data.next,
    staleTime: Infinity,
  });
  const [first] = pages.data?.pages ?? [];
  if (!first)
    return pages.error ? (
      <Problem error={pages.error} retry={pages.refetch} />
    ) : (
      <Spin size="large" className="waiting" />
    );
  const head = first.data;
  const changes = head.created + head.revised;
  return (
    <>
      <h2 className="name">{head.fileName}</h2>
      <Summary head={head} />
      {head.notes.length > 0 && (
        <Alert
          type="info"
          showIcon
          title={t("notRead")}
          description={
            <ul className="plain">
              {head.notes.map((note) => (
                <li key={note.en}>{note[language]}</li>
              ))}
            </ul>
          }
        />
      )}
      {!head.ok && (
        <>
          <ImportErrors head={head} />
          <OtherFile corrected />
        </>
      )}
      {head.ok && (
        <>
          {changes === 0 && (
            <Alert type="success" showIcon title={t(head.plants ? "nothingChanges" : "noPlantsInFile")} />
          )}
          <Apply head={head} revision={first.etag} changes={changes} />
          <Segmented
            className="filters"
            aria-label={t("onlyChanges")}
            value={show}
            options={[
              { value: "changes", label: t("onlyChanges") },
              { value: "all", label: t("allOfFile") },
            ]}
            onChange={(value) => setQuery({ show: value === "all" ? "all" : null })}
          />
          <Plants rows={pages.data?.pages.flatMap(({ data }) => data.items) ?? []} query={pages} />
        </>
      )}
    </>
  );
}

function Summary({ head }: { head: Import }): ReactNode {
  const t = useText();
  return (
    <>
      <Space wrap className="filters">
        {head.format && <Tag>{t(`format.${head.format}`)}</Tag>}
        {head.encoding && <Tag>{t(`encoding.${head.encoding}`)}</Tag>}
        {head.ok && <Tag>{t("plantsOfFile", { count: head.plants })}</Tag>}
        {head.ok &&
          OUTCOMES.map((outcome) => (
            <span key={outcome} className="plant-outcome" data-outcome={outcome}>
              {t(`outcome.${outcome}`)} {head[outcome]}
            </span>
          ))}
      </Space>
      {head.ok && head.plants > 0 && (
        <div className="plant-shares" aria-hidden>
          {OUTCOMES.map((outcome) => (
            <span key={outcome} data-outcome={outcome} style={{ flexGrow: head[outcome] }} />
          ))}
        </div>
      )}
    </>
  );
}

interface Opening {
  expanded: boolean;
  expandable: boolean;
  record: Plant;
  onExpand(record: Plant, event: MouseEvent<HTMLElement>): void;
}

function Opener({ expanded, expandable, record, onExpand }: Opening): ReactNode {
  const t = useText();
  if (!expandable) return null;
  return (
    <button
      type="button"
      className="expand"
      aria-expanded={expanded}
      aria-label={t(expanded ? "closePlantChanges" : "openPlantChanges", { name: record.name })}
      onClick={(event) => onExpand(record, event)}
    >
      {expanded ? "−" : "+"}
    </button>
  );
}

function Changes({ name, differences, more }: Plant): ReactNode {
  const t = useText();
  return (
    <>
      <DifferenceList
        label={t("differencesOf", { name })}
        differences={differences as unknown as readonly Difference[]}
      />
      {more > 0 && <p>{t("moreDifferences", { count: more })}</p>}
    </>
  );
}

const expandIcon = (opening: Opening): ReactNode => <Opener {...opening} />;
const expandedRowRender = (plant: Plant): ReactNode => <Changes {...plant} />;

function Plants({ rows, query }: { rows: Plant[]; query: Parameters<typeof MoreTable>[0]["query"] }): ReactNode {
  const t = useText();
  const placeOf = usePlace();
  const [open, setOpen] = useState<readonly string[]>([]);
  const columns: TableColumnsType<Plant> = [
    {
      title: t("plant"),
      key: "name",
      render: (_, { permitNo, name, town }) => (
        <span className="name" title={name}>
          {name}
          <small>
            {permitNo} · {town}
          </small>
        </span>
      ),
    },
    {
      title: t("outcome"),
      key: "outcome",
      render: (_, { outcome }) => (
        <span className="plant-outcome" data-outcome={outcome}>
          {t(`outcome.${outcome}`)}
        </span>
      ),
    },
    {
      title: t("differenceCount"),
      key: "differences",
      align: "right",
      render: (_, { differences, more }) => differences.length + more || "",
    },
    { title: t("fileLine"), key: "line", render: (_, plant) => placeOf(plant) },
  ];
  return (
    <MoreTable<Plant>
      label={t("differenceCount")}
      rows={rows}
      rowKey={({ permitNo }) => permitNo}
      columns={columns}
      empty={t("nothingChanges")}
      query={query}
      expandable={{
        expandedRowKeys: open,
        onExpandedRowsChange: (keys) => setOpen(keys.map(String)),
        rowExpandable: ({ differences }) => differences.length > 0,
        expandIcon,
        expandedRowRender,
      }}
    />
  );
}
