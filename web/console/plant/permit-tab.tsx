/** What the permit says: outlets with their limits and since when, facilities' contacts. */
import { Alert, Button, Popconfirm, Space, Spin, Table } from "antd";
import { lazy, Suspense, type ReactNode } from "react";
import { useDraft } from "../../shared/draft.ts";
import { dayText, minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import { useLabels } from "../labels.ts";
import type { Draft } from "../permit/edit-state.ts";
import { setQuery, useAddress } from "../shell/address.ts";
import { useAllowed } from "../shell/self.ts";
import { useText } from "../texts.ts";
import type { Plant } from "./live-tab.tsx";

type Limit = Plant["outlets"][number]["limits"][number];

const PermitEditor = lazy(() => import("../permit/permit-editor.tsx"));
const Revisions = lazy(() => import("../permit/revisions.tsx"));

/** To read; a regulator changes it in its place, and what he has not saved waits for him in the tab. */
export function PermitTab({ plant }: { plant: Plant }): ReactNode {
  const t = useText();
  const { query } = useAddress();
  const mayEdit = useAllowed()("permit.write");
  const { permitNo, revision } = plant;
  const [draft, setDraft, forget] = useDraft<Draft | null>(`permit:${permitNo}`, null);
  if (mayEdit && query.get("edit") === "1")
    return (
      <Suspense fallback={<Spin className="waiting" />}>
        <PermitEditor permitNo={permitNo} revision={revision} draft={draft} setDraft={setDraft} />
      </Suspense>
    );
  const edit = (): void => setQuery({ edit: "1" });
  return (
    <>
      {mayEdit && draft && (
        <Alert
          type="info"
          showIcon
          title={t("draftKept")}
          action={
            <Space>
              <Button type="primary" onClick={edit}>
                {t("goOn")}
              </Button>
              <Popconfirm title={t("giveUpSure")} okText={t("giveUpYes")} cancelText={t("cancel")} onConfirm={forget}>
                <Button danger>{t("giveUp")}</Button>
              </Popconfirm>
            </Space>
          }
        />
      )}
      {mayEdit && !draft && (
        <p className="no-print">
          <Button type="primary" onClick={edit}>
            {t("editPermit")}
          </Button>
        </p>
      )}
      <PermitRead plant={plant} />
      <Suspense fallback={<Spin />}>
        <Revisions
          permitNo={permitNo}
          revision={revision}
          unsaved={draft !== null}
          edit={
            mayEdit
              ? (next) => {
                  setDraft(next);
                  edit();
                }
              : null
          }
        />
      </Suspense>
    </>
  );
}

function PermitRead({ plant }: { plant: Plant }): ReactNode {
  const t = useText();
  const language = useLanguage();
  const { pollutant, say } = useLabels();
  const day = (at: string | null): string => (at === null ? "—" : dayText(at, language));
  return (
    <>
      <p>{t("revisionOf", { revision: plant.revision, at: minuteText(plant.importedAt, language) })}</p>
      {plant.outlets.map((outlet) => (
        <section key={outlet.code}>
          <h2>
            {outlet.code} {outlet.name} <small>{say(`medium.${outlet.medium}`)}</small>
          </h2>
          <Table<Limit>
            aria-label={`${outlet.code} ${t("limits")}`}
            size="small"
            pagination={false}
            scroll={{ x: "max-content" }}
            rowKey={(limit) => JSON.stringify(limit)}
            dataSource={outlet.limits}
            locale={{ emptyText: t("noLimits") }}
            columns={[
              { title: t("pollutant"), key: "pollutant", render: (_, { pollutant: code }) => pollutant(code) },
              {
                title: t("limit"),
                key: "limit",
                align: "right",
                render: (_, limit) => <strong>{rangeText(limit)}</strong>,
              },
              {
                title: t("statistic"),
                key: "statistic",
                render: (_, { statistic, period }) =>
                  say(`statistic.${statistic}`) + (period ? ` · ${say(`period.${period}`)}` : ""),
              },
              {
                title: t("basis"),
                key: "basis",
                render: (_, { basis, referenceO2 }) =>
                  say(`basis.${basis}`) + (referenceO2 === null ? "" : ` ${referenceO2}%`),
              },
              { title: t("from"), key: "from", render: (_, { from }) => day(from) },
              { title: t("to"), key: "to", render: (_, { to }) => day(to) },
              { title: t("source"), dataIndex: "source" },
              { title: t("inForce"), key: "inForce", render: (_, { inForce }) => t(inForce ? "yes" : "no") },
            ]}
          />
        </section>
      ))}
      {plant.contacts && plant.contacts.length > 0 && (
        <section>
          <h2>{t("contacts")}</h2>
          <ul className="plain rows">
            {plant.contacts.map(({ role, phone }) => (
              <li key={role + phone}>
                {say(`role.${role}`)} <a href={`tel:${phone}`}>{phone}</a>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** `≤ 50 mg/m³`, `6 – 9`. */
export function rangeText({ min, max, unit }: Pick<Limit, "min" | "max" | "unit">): string {
  if (min !== null && max !== null) return `${min} – ${max} ${unit}`.trim();
  return `${max === null ? `≥ ${min ?? "—"}` : `≤ ${max}`} ${unit}`.trim();
}
