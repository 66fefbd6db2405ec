/** One plant: how it stands now, its values down to the raw frame, permit, devices, episodes, marks, and who changed what. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Descriptions, Spin, Tabs } from "antd";
import { useMemo, type ReactNode } from "react";
import { api, dataOf } from "../../shared/api.ts";
import { minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import { askAgain } from "../../shared/ask-again.ts";
import { ASK_MS, CALM_MS, LiveSign, useLive } from "../../shared/live.tsx";
import { ContactsTab } from "../contacts/contacts-tab.tsx";
import { EpisodeList } from "../episodes/episode-list.tsx";
import { useLabels } from "../labels.ts";
import { AuditList } from "../people/audit-page.tsx";
import { setQuery, useAddress } from "../shell/address.ts";
import { NotHere } from "../shell/not-here.tsx";
import type { PageProps } from "../shell/pages.ts";
import { Problem } from "../shell/problem.tsx";
import { useAllowed } from "../shell/self.ts";
import { StateTag } from "../shell/state-tag.tsx";
import { useText } from "../texts.ts";
import { DevicesTab } from "./devices-tab.tsx";
import { HistoryTab } from "./history-tab.tsx";
import { LiveTab } from "./live-tab.tsx";
import { MarksTab } from "./marks-tab.tsx";
import { MessagesTab } from "./messages-tab.tsx";
import { PermitTab } from "./permit-tab.tsx";
import { UnmarkedTab } from "./unmarked-tab.tsx";

export default function PlantPage({ parts: [permitNo] }: PageProps): ReactNode {
  const t = useText();
  const language = useLanguage();
  const { say } = useLabels();
  const { query } = useAddress();
  const allowed = useAllowed();
  const queries = useQueryClient();
  const shown = useMemo(() => (permitNo === undefined ? null : { board: false, plants: [permitNo] }), [permitNo]);
  const live = useLive(shown, () => askAgain(queries, { predicate: ({ queryKey }) => isOf(permitNo, queryKey) }));
  const plant = useQuery({
    queryKey: ["plant", permitNo],
    enabled: permitNo !== undefined,
    queryFn: () => dataOf(api.GET("/api/plants/{permitNo}", { params: { path: { permitNo: permitNo ?? "" } } })),
    refetchInterval: live ? CALM_MS : ASK_MS,
  });
  if (permitNo === undefined) return <NotHere />;
  const { data } = plant;
  if (!data)
    return plant.error ? (
      <div className="page">
        <Problem error={plant.error} retry={plant.refetch} />
      </div>
    ) : (
      <Spin size="large" className="waiting" />
    );
  const tabs = [
    { key: "live", label: t("tabLive"), children: <LiveTab plant={data} /> },
    { key: "history", label: t("tabHistory"), children: <HistoryTab plant={data} frames={allowed("frame.read")} /> },
    { key: "episodes", label: t("tabEpisodes"), children: <EpisodeList permitNo={permitNo} /> },
    { key: "permit", label: t("tabPermit"), children: <PermitTab plant={data} /> },
    { key: "devices", label: t("tabDevices"), children: <DevicesTab plant={data} /> },
    { key: "marks", label: t("tabMarks"), children: <MarksTab permitNo={permitNo} judge={allowed("mark.judge")} /> },
    { key: "unmarked", label: t("tabUnmarked"), children: <UnmarkedTab permitNo={permitNo} /> },
    ...(allowed("contact.read")
      ? [
          { key: "contacts", label: t("tabContacts"), children: <ContactsTab permitNo={permitNo} /> },
          { key: "messages", label: t("tabMessages"), children: <MessagesTab permitNo={permitNo} /> },
        ]
      : []),
    ...(allowed("audit.read")
      ? [{ key: "audit", label: t("tabAudit"), children: <AuditList permitNo={permitNo} /> }]
      : []),
  ];
  return (
    <article className="page">
      <header className="plant-head">
        <h1>{data.name}</h1>
        <StateTag state={data.state.key} /> <span>{data.state.detail[language]}</span>
        <LiveSign live={live} />
        <span className="tools">
          <Button className="no-print" onClick={() => print()}>
            {t("print")}
          </Button>
        </span>
      </header>
      {plant.error ? <Problem error={plant.error} retry={plant.refetch} /> : null}
      <Descriptions
        size="small"
        column={{ xs: 1, sm: 2, lg: 3, xxl: 4 }}
        items={[
          { key: "no", label: t("permitNo"), children: <code>{data.permitNo}</code> },
          {
            key: "valid",
            label: t("validity"),
            children: `${data.validFrom} — ${data.validTo}${data.inForce ? "" : ` · ${t("outOfForce")}`}`,
          },
          { key: "town", label: t("town"), children: data.town },
          { key: "industry", label: t("industry"), children: data.industry },
          { key: "management", label: t("management"), children: say(`management.${data.management}`) },
          { key: "public", label: t("publicPage"), children: <a href={`/p/${data.code}`}>{data.code}</a> },
          { key: "asOf", label: t("asOf"), children: minuteText(data.asOf, language) },
        ]}
      />
      <Tabs
        activeKey={tabs.find(({ key }) => key === query.get("tab"))?.key ?? "live"}
        items={tabs}
        destroyOnHidden
        onChange={(tab) => setQuery({ tab: tab === "live" ? null : tab })}
      />
    </article>
  );
}

/** What the tabs show of the plant and the ledger tells of; past values are asked for by their time. */
const TOLD = ["plant", "episodes", "marks", "messages"];
const isOf = (permitNo: string | undefined, key: readonly unknown[]): boolean =>
  permitNo !== undefined && TOLD.includes(String(key[0])) && JSON.stringify(key).includes(permitNo);
