/** The language of the page: Chinese until somebody chooses English; the choice is kept on the device. */
import { useCallback, useSyncExternalStore } from "react";
import { SHARED_TEXTS, type Dictionary } from "./texts.ts";

export type Language = "zh" | "en";

const KEY = "language";
const listeners = new Set<() => void>();
let language: Language = localStorage.getItem(KEY) === "en" ? "en" : "zh";
const show = (): void => {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
};
show();

export function setLanguage(next: Language): void {
  language = next;
  localStorage.setItem(KEY, next);
  show();
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export const useLanguage = (): Language => useSyncExternalStore(subscribe, () => language);

export type Values = Readonly<Record<string, string | number>>;
export type Text<D extends Dictionary> = (key: keyof D & string, values?: Values) => string;

/** A text with its `{names}` replaced. */
export const fill = (text: string, values: Values = {}): string =>
  text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));

/** The hook that gives an application its texts, those of `SHARED_TEXTS` among them: `const t = useText()`. */
export function textsOf<D extends Dictionary>(own: D): () => Text<D & typeof SHARED_TEXTS> {
  const all: Dictionary = { ...SHARED_TEXTS, ...own };
  return () => {
    const now = useLanguage();
    return useCallback((key, values) => fill(all[key]?.[now === "zh" ? 0 : 1] ?? key, values), [now]);
  };
}
