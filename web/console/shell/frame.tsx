/** Around every page: where one can go, who one is, language, dark, wall. By the keyboard: g and a letter, / for the search, w for the wall. */
import { Button } from "antd";
import { useEffect, type ReactNode } from "react";
import { setLanguage, useLanguage } from "../../shared/language.ts";
import { signOut } from "../../shared/session.ts";
import { useText, type TextKey } from "../texts.ts";
import { go, hashOf } from "./address.ts";
import { setDisplay, useDisplay } from "./display.ts";
import type { PageEntry } from "./pages.ts";

interface FrameProps {
  self: { name: string; roles: string[] };
  pages: readonly PageEntry[];
  current: string | null;
  children: ReactNode;
}

/** The page of the navigation that a page without an own entry belongs to. */
const PARENT: Readonly<Record<string, string>> = { plant: "plants", episode: "episodes" };

export function Frame({ self, pages, current, children }: FrameProps): ReactNode {
  const t = useText();
  const language = useLanguage();
  const { dark, wall } = useDisplay();
  useKeys(pages);
  if (wall)
    return (
      <main id="main" className="wall">
        {children}
      </main>
    );
  return (
    <div className="frame">
      <a
        className="skip"
        href="#main"
        onClick={(event) => (event.preventDefault(), document.getElementById("main")?.focus())}
      >
        {t("skip")}
      </a>
      <header className="top">
        <strong className="brand">{t("brand")}</strong>
        <nav aria-label={t("navigation")}>
          {pages.map(({ name, title, key }) =>
            title === null ? null : (
              <a
                key={name}
                href={hashOf([name])}
                aria-current={(PARENT[current ?? ""] ?? current) === name ? "page" : undefined}
                aria-keyshortcuts={key ? `g ${key}` : undefined}
              >
                {t(title)}
              </a>
            ),
          )}
        </nav>
        <div className="who">
          <span title={self.name}>{self.name}</span>
          <small>{self.roles.map((role) => t(`role.${role}` as TextKey)).join(" · ")}</small>
        </div>
        <div className="tools">
          <Button type="text" aria-keyshortcuts="w" onClick={() => setDisplay({ wall: true })}>
            {t("wall")}
          </Button>
          <Button type="text" onClick={() => setDisplay({ dark: !dark })}>
            {t(dark ? "light" : "dark")}
          </Button>
          <Button
            type="text"
            lang={language === "zh" ? "en" : "zh-CN"}
            onClick={() => setLanguage(language === "zh" ? "en" : "zh")}
          >
            {t("language")}
          </Button>
          <Button type="text" onClick={() => void signOut().catch(() => location.reload())}>
            {t("signOut")}
          </Button>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

const TYPING = "input,textarea,select,[contenteditable=true]";

function useKeys(pages: readonly PageEntry[]): void {
  useEffect(() => {
    let afterG = 0;
    const pressed = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || (event.target as Element).closest?.(TYPING)) return;
      const page = event.timeStamp - afterG < 1500 ? pages.find(({ key }) => key === event.key) : undefined;
      afterG = event.key === "g" ? event.timeStamp : 0;
      if (page) go(hashOf([page.name]));
      else if (event.key === "/") document.querySelector<HTMLElement>("[data-search] input")?.focus();
      else if (event.key === "w") setDisplay({ wall: document.querySelector(".wall") === null });
      else if (event.key === "Escape") setDisplay({ wall: false });
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [pages]);
}
