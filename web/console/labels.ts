/** The rule data's words and units, asked for once: the console has no list of its own. */
import { useQuery } from "@tanstack/react-query";
import { api, dataOf } from "../shared/api.ts";
import { numberText } from "../shared/format.ts";
import { useLanguage } from "../shared/language.ts";

export interface Labels {
  /** Codes of all pollutants. */
  codes: readonly string[];
  /** `化学需氧量`; the code itself when the rule data do not know it. */
  pollutant(code: string | null): string;
  /** All that the rule data know, for a choice. */
  pollutants(): { value: string; label: string }[];
  unit(code: string | null): string;
  decimals(code: string | null): number;
  /** With its decimals and without its unit. */
  value(code: string | null, value: number | null | undefined): string;
  /** `state.warned` → 预警中. */
  say(key: string): string;
}

export function useLabels(): Labels {
  const language = useLanguage();
  const { data } = useQuery({
    queryKey: ["labels"],
    queryFn: () => dataOf(api.GET("/api/labels")),
    staleTime: 3_600_000,
  });
  const of = (code: string | null) => (code === null ? undefined : data?.pollutants[code]);
  const decimals = (code: string | null): number => of(code)?.decimals ?? 2;
  return {
    codes: Object.keys(data?.pollutants ?? {}),
    pollutant: (code) => of(code)?.[language] ?? code ?? "",
    pollutants: () =>
      Object.entries(data?.pollutants ?? {}).map(([value, names]) => ({ value, label: names[language] })),
    unit: (code) => of(code)?.unit ?? "",
    decimals,
    value: (code, value) => numberText(value, decimals(code)),
    // Until the words are here, none: a Chinese page does not flash English keys.
    say: (key) => data?.texts[key]?.[language] ?? (data ? key.replace(/^.*\./, "") : "…"),
  };
}
