/** What codes mean, for people: the rule data's words, so that no application has a list of its own. */
import * as z from "zod/mini";
import type { RuleData } from "../../layers/rule-data.ts";
import { overReach, type Operation } from "../api/operation.ts";

const Text = z.object({ zh: z.string(), en: z.string() });
const Labels = z.object({
  /** Version of the rule data. */
  version: z.string(),
  /** By code; `unit` is that of every value and limit of the API. */
  pollutants: z.record(z.string(), z.object({ zh: z.string(), en: z.string(), unit: z.string(), decimals: z.int() })),
  /** By what it is a word for: `state.warned`, `verdict.met`, `flag.N`. */
  texts: z.record(z.string(), Text),
});

const WORDS: Readonly<Record<string, readonly string[]>> = {
  medium: ["gas", "water", "noise", "dust"],
  statistic: ["hour", "day", "instant", "period"],
  basis: ["converted", "measured"],
  period: ["day", "night"],
  management: ["key", "simplified", "registration"],
  role: ["environment-manager", "operator", "legal-person", "maintenance", "town-officer"],
  verdict: ["met", "exceeded", "insufficient", "marked"],
  state: ["normal", "warned", "lost", "silent", "marked"],
  facility: ["treatment", "production"],
};
const FLAGS = ["N", "F", "M", "S", "D", "C", "T", "B"];

export const labelOperations = ({ rules }: { rules: RuleData }): Operation[] => [
  overReach({
    id: "getLabels",
    method: "GET",
    path: "/api/labels",
    summary: "Names, units and decimals of pollutants, and the words for states and verdicts",
    action: "self.read",
    answer: Labels,
    handle: async () => {
      const text = (key: string): z.output<typeof Text> => ({ zh: rules.label(key, "zh"), en: rules.label(key, "en") });
      const words = Object.entries(WORDS).flatMap(([kind, names]) => names.map((name) => `${kind}.${name}`));
      return {
        body: {
          version: rules.version,
          pollutants: Object.fromEntries(
            [...rules.pollutants.values()].map(({ code, zh, en, unit, decimals }) => [
              code,
              { zh, en, unit, decimals },
            ]),
          ),
          texts: Object.fromEntries([
            ...words.map((key) => [key, text(key)] as const),
            ...FLAGS.map((flag) => [`flag.${flag}`, text(`disclosure.flag.${flag}`)] as const),
          ]),
        },
      };
    },
  }),
];
