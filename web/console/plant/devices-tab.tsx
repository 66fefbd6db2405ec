/** The plant's loggers: when they spoke last, by which way, their hash chain, the last hour; and their identities. */
import { Table } from "antd";
import type { ReactNode } from "react";
import { minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import { DeviceSection } from "../devices/device-section.tsx";
import { useAllowed } from "../shell/self.ts";
import { useText } from "../texts.ts";
import type { Plant } from "./live-tab.tsx";

type Device = Plant["devices"][number];

export function DevicesTab({ plant }: { plant: Plant }): ReactNode {
  const t = useText();
  const language = useLanguage();
  const identities = useAllowed()("device.read");
  return (
    <>
      <Table<Device>
        aria-label={t("tabDevices")}
        size="small"
        pagination={false}
        scroll={{ x: "max-content" }}
        rowKey={({ mn, outlet }) => mn + outlet}
        dataSource={plant.devices}
        locale={{ emptyText: t("noDevices") }}
        columns={[
          { title: "MN", key: "mn", render: (_, { mn }) => <code>{mn}</code> },
          { title: t("outlet"), dataIndex: "outlet" },
          {
            title: t("state"),
            key: "state",
            render: (_, { state }) => (
              <span
                className="state"
                data-state={state === "online" ? "normal" : state === "offline" ? "lost" : "silent"}
              >
                {t(`device.${state}`)}
              </span>
            ),
          },
          {
            title: t("lastSeen"),
            key: "seen",
            render: (_, { lastSeen }) => (lastSeen ? minuteText(lastSeen, language) : t("neverSeen")),
          },
          {
            title: t("via"),
            key: "via",
            render: (_, { via }) => (via === null ? "—" : via === "" ? t("direct") : via),
          },
          {
            title: t("lastHour"),
            key: "minutes",
            render: (_, { minutes: { received, counting, of } }) => t("minutesOf", { received, counting, of }),
          },
          { title: t("chainLinks"), dataIndex: "links", align: "right" },
          {
            title: t("chainHead"),
            key: "link",
            render: (_, { link }) => (link === null ? "—" : <code title={link}>{link.slice(0, 16)}…</code>),
          },
        ]}
      />
      {identities && <DeviceSection permitNo={plant.permitNo} />}
    </>
  );
}
