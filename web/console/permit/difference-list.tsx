/** In what two states of a permit differ, in the permit's words: what, how, before, after. */
import { Table } from "antd";
import type { ReactNode } from "react";
import type { Difference } from "../../../functions/register/domain/permit-difference.ts";
import { minuteText } from "../../shared/format.ts";
import { useLanguage, type Language, type Text } from "../../shared/language.ts";
import type { SHARED_TEXTS } from "../../shared/texts.ts";
import { useLabels, type Labels } from "../labels.ts";
import { useText, type CONSOLE_TEXTS, type TextKey } from "../texts.ts";

export interface Words {
  t: Text<typeof CONSOLE_TEXTS & typeof SHARED_TEXTS>;
  labels: Labels;
  language: Language;
}
export const useWords = (): Words => ({ t: useText(), labels: useLabels(), language: useLanguage() });

const HOW = { added: "normal", removed: "lost", changed: "warned", followed: "marked" } as const;
const howOf = (kind: string): keyof typeof HOW => {
  const how = kind.split("-").at(-1) ?? "";
  return how in HOW ? (how as keyof typeof HOW) : "changed";
};

export function DifferenceList({
  label,
  differences,
}: {
  label: string;
  differences: readonly Difference[];
}): ReactNode {
  const words = useWords();
  const { t } = words;
  return (
    <Table<Difference>
      aria-label={label}
      size="small"
      className="differences"
      tableLayout="fixed"
      rowKey="path"
      dataSource={differences}
      pagination={differences.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
      locale={{ emptyText: t("noChanges") }}
      columns={[
        {
          title: t("changedObject"),
          width: "36%",
          key: "what",
          render: (_, d) => <span className="free">{whatText(d, words)}</span>,
        },
        {
          title: t("changeKind"),
          width: "7.5rem",
          key: "how",
          render: (_, { kind }) => (
            <span className="state" data-state={HOW[howOf(kind)]}>
              {t(`change.${howOf(kind)}`)}
            </span>
          ),
        },
        {
          title: t("was"),
          key: "was",
          render: (_, d) => <span className="free">{valueText(d, d.before, words)}</span>,
        },
        {
          title: t("becomes"),
          key: "becomes",
          render: (_, d) => <span className="free">{valueText(d, d.after, words)}</span>,
        },
      ]}
    />
  );
}

const fieldText = (name: string, { t }: Words): string => t(`permitField.${name}` as TextKey);

/** `排放口 DA001 · 氮氧化物 小时均值 · 上限`. */
export function whatText({ kind, where }: Pick<Difference, "kind" | "where">, words: Words): string {
  const { t, labels, language } = words;
  const { outlet, pollutant, statistic, period, device, facility, role, from, field } = where;
  const since = from && (pollutant || device) ? t("startsAt", { at: minuteText(from, language) }) : "";
  const parts = [
    outlet && `${t("outlet")} ${outlet}`,
    pollutant &&
      [
        labels.pollutant(pollutant),
        statistic && labels.say(`statistic.${statistic}`),
        period && labels.say(`period.${period}`),
        since,
      ]
        .filter(Boolean)
        .join(" "),
    device && `${t("device")} ${device} ${since}`.trim(),
    facility && `${t("facility")} ${facility}`,
    role && `${t("contact")} ${labels.say(`role.${role}`)}`,
    kind === "order-changed" ? t(field === "devices" ? "precedence" : "order") : field && fieldText(field, words),
  ].filter(Boolean);
  return parts.join(" · ") || t("wholePermit");
}

type Thing = Record<string, unknown>;
const isThing = (value: unknown): value is Thing =>
  typeof value === "object" && value !== null && !Array.isArray(value);
/** Whose words are the rule data's. */
const SAID: Readonly<Record<string, string>> = {
  statistic: "statistic",
  basis: "basis",
  period: "period",
  medium: "medium",
  management: "management",
  kind: "facility",
  role: "role",
};

function valueText({ kind, where }: Difference, value: unknown, words: Words): string {
  if (value === null && where.field === undefined) return "—";
  if (kind === "permit-added" && isThing(value)) return plain(value.name);
  if (where.field === undefined && isThing(value)) return thingText(value, where.pollutant, words);
  return oneText(where.field ?? "", value, words);
}

/** A whole limit, device, facility, outlet or contact in one line. */
function thingText(thing: Thing, pollutant: string | undefined, words: Words): string {
  const { labels } = words;
  if (pollutant !== undefined) {
    const { min, max, basis, referenceO2, from, to, source } = thing;
    return [
      `${bounds(min, max)} ${labels.unit(pollutant)}`,
      labels.say(`basis.${plain(basis)}`) + (referenceO2 === null ? "" : ` O₂ ${plain(referenceO2)}%`),
      spanText(from, to, words),
      plain(source),
    ].join("，");
  }
  return Object.entries(thing)
    .filter(([name]) => !["code", "mn", "role"].includes(name) || thing.phone === undefined)
    .filter(([, value]) => value !== null && !(Array.isArray(value) && value.some(isThing)) && !isEmpty(value))
    .map(([name, value]) => `${fieldText(name, words)} ${oneText(name, value, words)}`)
    .join("，");
}

const plain = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));
const isEmpty = (value: unknown): boolean =>
  (Array.isArray(value) && value.length === 0) || (isThing(value) && Object.keys(value).length === 0);

export const bounds = (min: unknown, max: unknown): string =>
  min === null ? `≤ ${plain(max)}` : max === null ? `≥ ${plain(min)}` : `${plain(min)} – ${plain(max)}`;

export function spanText(from: unknown, to: unknown, { t, language }: Words): string {
  const at = (value: unknown, open: string): string => (typeof value === "string" ? minuteText(value, language) : open);
  return `${at(from, t("sinceEver"))} → ${at(to, t("untilEver"))}`;
}

export function oneText(field: string, value: unknown, words: Words): string {
  const { t, labels, language } = words;
  if (value === null || value === undefined)
    return field === "from" ? t("sinceEver") : field === "to" ? t("untilEver") : "—";
  if (Array.isArray(value)) return value.map(plain).join("、") || "—";
  if (isThing(value)) {
    const entries = Object.entries(value);
    return (
      entries.map(([name, v]) => `${field === "units" ? labels.pollutant(name) : name} ${plain(v)}`).join("、") || "—"
    );
  }
  const text = plain(value);
  const said = SAID[field];
  if (said) return labels.say(`${said}.${text}`);
  if (field === "pollutant") return labels.pollutant(text);
  return (field === "from" || field === "to") && text.length > 10 ? minuteText(text, language) : text;
}
