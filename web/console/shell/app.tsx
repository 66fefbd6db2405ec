/** The console: theme, language, the person, and the page that the address names. */
import { QueryClientProvider } from "@tanstack/react-query";
import { App as Messages, ConfigProvider, Spin, theme } from "antd";
import en from "antd/locale/en_US";
import zh from "antd/locale/zh_CN";
import { Suspense, useMemo, type ReactNode } from "react";
import { useLanguage } from "../../shared/language.ts";
import { newQueryClient } from "../../shared/start.tsx";
import { useAddress } from "./address.ts";
import { useDisplay } from "./display.ts";
import { Frame } from "./frame.tsx";
import { PAGES } from "./pages.ts";
import { Problem } from "./problem.tsx";
import { useSelf } from "./self.ts";
import { NotHere } from "./not-here.tsx";

const client = newQueryClient();

export function App(): ReactNode {
  const language = useLanguage();
  const { dark, wall } = useDisplay();
  const look = useMemo(
    () => ({
      algorithm: dark || wall ? theme.darkAlgorithm : theme.defaultAlgorithm,
      token: {
        // Who asked the system for less movement gets none.
        motion: !matchMedia("(prefers-reduced-motion: reduce)").matches,
        colorPrimary: dark || wall ? "#3c89e8" : "#0b4db3",
        colorLink: dark || wall ? "#7cb5f5" : "#0b4db3",
        colorLinkHover: dark || wall ? "#a9cffa" : "#083a87",
        colorLinkActive: dark || wall ? "#a9cffa" : "#083a87",
        fontFamily: 'system-ui,"PingFang SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif',
        fontSize: 15,
        colorTextTertiary: dark || wall ? "#b8c1cc" : "#4a5462",
        colorError: dark || wall ? "#ff9b94" : "#b3261e",
        colorTextDescription: dark || wall ? "#b8c1cc" : "#4a5462",
        colorTextPlaceholder: dark || wall ? "#9aa5b1" : "#5f6b7a",
      },
    }),
    [dark, wall],
  );
  return (
    <ConfigProvider locale={language === "zh" ? zh : en} theme={look} button={{ autoInsertSpace: false }}>
      <Messages className="console">
        <QueryClientProvider client={client}>
          <Signed />
        </QueryClientProvider>
      </Messages>
    </ConfigProvider>
  );
}

function Signed(): ReactNode {
  const self = useSelf();
  const { parts } = useAddress();
  if (self.isPending) return <Spin size="large" fullscreen />;
  if (self.error)
    return (
      <main className="alone">
        <Problem error={self.error} retry={self.refetch} />
      </main>
    );
  const allowed = PAGES.filter((page) => self.data.actions.includes(page.action));
  const name = parts[0] ?? allowed.find((page) => page.title)?.name;
  const page = allowed.find((each) => each.name === name);
  return (
    <Frame self={self.data} pages={allowed} current={page?.name ?? null}>
      <Suspense fallback={<Spin size="large" className="waiting" />}>
        {page ? <page.View key={parts.slice(1, 2).join()} parts={parts.slice(1)} /> : <NotHere />}
      </Suspense>
    </Frame>
  );
}
