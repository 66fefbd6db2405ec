/** Marks over the city: what facts contradict, for who decides it, and what is still unmarked. */
import { Tabs } from "antd";
import type { ReactNode } from "react";
import { setQuery, useAddress } from "../shell/address.ts";
import { useAllowed } from "../shell/self.ts";
import { useText } from "../texts.ts";
import { CityUnmarked } from "./city-unmarked.tsx";
import { ContradictedList } from "./contradicted-list.tsx";

export default function MarksPage(): ReactNode {
  const t = useText();
  const { query } = useAddress();
  const allowed = useAllowed();
  const tabs = [
    ...(allowed("mark.judge")
      ? [{ key: "contradicted", label: t("tabContradicted"), children: <ContradictedList /> }]
      : []),
    { key: "unmarked", label: t("tabUnmarked"), children: <CityUnmarked /> },
  ];
  const [first] = tabs;
  return (
    <section className="page">
      <h1>{t("navMarks")}</h1>
      <Tabs
        activeKey={tabs.find(({ key }) => key === query.get("tab"))?.key ?? first?.key ?? ""}
        items={tabs}
        destroyOnHidden
        onChange={(tab) => setQuery({ tab: tab === first?.key ? null : tab })}
      />
    </section>
  );
}
