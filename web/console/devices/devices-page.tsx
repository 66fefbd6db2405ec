/** The city's devices: who has no certificate, whose ends soon, who is silent, how good each is. */
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Checkbox, Select, Space, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { api, dataOf } from "../../shared/api.ts";
import { dayText, minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import type { Answer } from "../answers.ts";
import { hashOf, setQuery, useAddress } from "../shell/address.ts";
import { MoreTable } from "../shell/more-table.tsx";
import { SavedFilters } from "../shell/saved-filters.tsx";
import { SearchBox } from "../shell/search-box.tsx";
import { TownSelect } from "../shell/town-select.tsx";
import { useText } from "../texts.ts";
import { GradeTag } from "./quality.tsx";

type Row = Answer<"listCityDevices">["devices"][number];
const CERTIFICATES = ["in-force", "expiring", "none", "unseen", "not-needed"] as const;
const GRADES = ["A", "B", "C", "D"] as const;
const FILTERS = ["q", "town", "certificate", "grade", "silent"] as const;
const STATE: Readonly<Record<Row["certificate"], string>> = {
  "in-force": "normal",
  expiring: "warned",
  none: "lost",
  unseen: "silent",
  "not-needed": "silent",
};

export default function DevicesPage(): ReactNode {
  const t = useText();
  const { query } = useAddress();
  const q = query.get("q") ?? "";
  const town = query.get("town");
  const certificate = CERTIFICATES.find((each) => each === query.get("certificate")) ?? null;
  const grade = GRADES.find((each) => each === query.get("grade")) ?? null;
  const silent = query.get("silent") === "yes";
  const filter = {
    ...(q && { q }),
    ...(town && { town }),
    ...(certificate && { certificate }),
    ...(grade && { grade }),
    ...(silent && { silent: "yes" as const }),
  };
  const devices = useInfiniteQuery({
    queryKey: ["city-devices", filter],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      dataOf(api.GET("/api/devices", { params: { query: { ...filter, ...(pageParam && { cursor: pageParam }) } } })),
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
  });
  const rows = devices.data?.pages.flatMap((page) => page.devices) ?? [];
  return (
    <section className="page">
      <h1>{t("navDevices")}</h1>
      <p>{t("devicesAre", { day: rows[0]?.day ?? "—" })}</p>
      <Space wrap className="filters" role="search">
        <SearchBox value={q} label={t("searchDevices")} />
        <TownSelect value={town} />
        <Select
          aria-label={t("certificate")}
          placeholder={t("allCertificates")}
          allowClear
          style={{ minWidth: 190 }}
          value={certificate}
          options={CERTIFICATES.map((each) => ({ value: each, label: t(`certified.${each}`) }))}
          onChange={(value: Row["certificate"] | undefined) => setQuery({ certificate: value })}
        />
        <Select
          aria-label={t("grade")}
          placeholder={t("allGrades")}
          allowClear
          style={{ minWidth: 120 }}
          value={grade}
          options={GRADES.map((each) => ({ value: each, label: each }))}
          onChange={(value: (typeof GRADES)[number] | undefined) => setQuery({ grade: value })}
        />
        <Checkbox checked={silent} onChange={(event) => setQuery({ silent: event.target.checked ? "yes" : null })}>
          {t("onlySilent")}
        </Checkbox>
        <SavedFilters page="devices" names={FILTERS} />
      </Space>
      <MoreTable<Row>
        label={t("navDevices")}
        rows={rows}
        rowKey={({ permitNo, outlet, mn }) => permitNo + outlet + mn}
        columns={useColumns()}
        empty={t(Object.keys(filter).length > 0 ? "noDevicesFiltered" : "noDevicesYet")}
        query={devices}
      />
    </section>
  );
}

function useColumns(): TableColumnsType<Row> {
  const t = useText();
  const language = useLanguage();
  return [
    {
      title: "MN",
      key: "mn",
      render: (_, { permitNo, mn }) => (
        <a href={hashOf(["plant", permitNo], { tab: "devices" })}>
          <code>{mn}</code>
        </a>
      ),
    },
    {
      title: t("plant"),
      key: "plant",
      render: (_, { name }) => (
        <span className="name" title={name}>
          {name}
        </span>
      ),
    },
    { title: t("town"), dataIndex: "town", width: 120 },
    { title: t("outlet"), dataIndex: "outlet" },
    { title: t("days7"), key: "week", render: (_, { week }) => <GradeTag grade={week} /> },
    { title: t("days30"), key: "month", render: (_, { month }) => <GradeTag grade={month} /> },
    {
      title: t("certificate"),
      key: "certificate",
      render: (_, { certificate, notAfter }) => (
        <span className="state" data-state={STATE[certificate]}>
          {t(`certified.${certificate}`)}
          {notAfter && ` ${dayText(notAfter, language)}`}
        </span>
      ),
    },
    {
      title: t("lastSeen"),
      key: "seen",
      render: (_, { lastSeen, silent }) => (
        <span className="state" data-state={silent ? "silent" : "normal"}>
          {lastSeen ? minuteText(lastSeen, language) : t("neverSeen")}
        </span>
      ),
    },
    { title: t("via"), key: "via", render: (_, { via }) => (via === null ? "—" : via === "" ? t("direct") : via) },
  ];
}
