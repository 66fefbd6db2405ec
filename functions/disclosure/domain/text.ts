/** Words for people, always in both languages, from the rule data's labels. */
import type { RuleData } from "../../../layers/rule-data.ts";

export interface Text {
  zh: string;
  en: string;
}
type Params = Record<string, string | number | Text>;

/** The label `key` with its `{name}` places filled in; throws on a missing key or place. */
export function say(rules: Pick<RuleData, "label">, key: string, params: Params = {}): Text {
  const fill = (lang: "zh" | "en"): string =>
    rules.label(key, lang).replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const value = params[name];
      if (value === undefined) throw new Error(`label ${key} (${lang}) asks for {${name}}, which is not given`);
      return typeof value === "object" ? value[lang] : String(value);
    });
  return { zh: fill("zh"), en: fill("en") };
}

/** The same text in both languages: figures, times, names. */
export const plain = (text: string): Text => ({ zh: text, en: text });
