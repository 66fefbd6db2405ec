/** The text of a message: worst line first, at most two segments, what does not fit is counted. */
import type { RuleData } from "../../../layers/rule-data.ts";
import { scaleOf } from "../../shared/scale.ts";
import { formatClock } from "../../shared/shanghai.ts";
import type { Line } from "./line.ts";

export type Language = "zh" | "en";

/** What a carrier gets: China's carriers send only registered templates with parameters, never free text. */
export interface SmsContent {
  template: string;
  params: Record<string, string>;
  text: string;
}

/** The basic GSM 03.38 alphabet; a text within it is sent in 7-bit characters. */
const GSM = /^[\nA-Za-z0-9 @£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ!"#¤%&'()*+,\-./:;<=>?¡ÄÖÑÜ§¿äöñüà\r]*$/;

/** Segments of a text: 7-bit 160 or 153 each, UCS-2 70 or 67 each (UTF-16 units). */
export function segments(text: string): number {
  const [single, each] = GSM.test(text) ? [160, 153] : [70, 67];
  return text.length <= single ? 1 : Math.ceil(text.length / each);
}

/** Composes one message of `lines` (already worst first) within `limit` segments. */
export function composeSms(
  plant: { name: string },
  lines: readonly Line[],
  ruleData: RuleData,
  language: Language,
  limit: number,
): SmsContent {
  const text = (key: string, params: Record<string, string>): string => fill(ruleData.label(key, language), params);
  const parts = lines.map((l) => wording(l, ruleData, language));
  const head = text("sms.head", { plant: shorten(plant.name, 18) });
  const join = text("sms.join", {});
  const asks = lines.some((l) => l.kind === "warning");
  const whole = (n: number, reply: boolean): string =>
    head +
    parts
      .slice(0, n)
      .map((p) => text(p.key, p.params))
      .join(join) +
    (n < parts.length ? text("sms.more", { k: String(parts.length - n) }) : "") +
    (reply ? text("sms.reply", {}) : "");
  let n = parts.length;
  while (n > 1 && segments(whole(n, false)) > limit) n -= 1;
  const full = whole(n, asks);
  const body = segments(full) <= limit ? full : whole(n, false);
  const [first] = parts;
  const single = first !== undefined && parts.length === 1;
  return {
    template: single ? first.key : "sms.merged",
    params: single ? { plant: plant.name, ...first.params } : { plant: plant.name, lines: body.slice(head.length) },
    text: cut(body, limit),
  };
}

/** Each line in words, in order, for channels that have room for all of them. */
export const linesInWords = (lines: readonly Line[], ruleData: RuleData, language: Language): string[] =>
  lines.map((l) => {
    const { key, params } = wording(l, ruleData, language);
    return fill(ruleData.label(key, language), params);
  });

interface Wording {
  key: string;
  params: Record<string, string>;
}

function wording(l: Line, ruleData: RuleData, language: Language): Wording {
  const known = l.pollutant === null ? undefined : ruleData.pollutants.get(l.pollutant);
  // Dust is kept in ng/m³: a limit of 1 mg/m³ is told as that. Only then the unit has to be said as well.
  const { unit, factor, decimals } = scaleOf(ruleData, l.pollutant ?? "", l.limit ?? 0);
  const number = (x: number | null): string => (x === null ? "–" : trim((x * factor).toFixed(decimals)));
  const told = factor === 1 ? "" : language === "zh" ? unit : unit.replace("³", "3").replace("µ", "u");
  // "Hold below" is rounded down: a figure that is held must be enough.
  const down = (x: number | null): string =>
    x === null
      ? "–"
      : trim((Math.floor(Math.max(0, x) * factor * 10 ** decimals + 1e-6) / 10 ** decimals).toFixed(decimals));
  const pollutant = known ? (language === "zh" ? known.zh : known.en) : (l.pollutant ?? "");
  const outlet = l.outlet ?? "";
  const facility = l.facility ?? "";
  const what = l.facility ?? `${outlet}${language === "zh" ? "" : " "}${pollutant}`;
  const until =
    l.until === null ? "" : l.statistic === "day" ? "24:00" : formatClock(l.until).replace("00:00", "24:00");
  const common = {
    outlet,
    pollutant,
    facility,
    what,
    until,
    limit: number(l.limit) + told,
    mean: number(l.mean),
    projected: number(l.projected),
    required: down(l.required),
    value: number(l.value),
  };
  switch (l.kind) {
    case "recovered":
    case "escalated":
      return { key: `sms.${l.kind}`, params: { what } };
    case "data":
      return { key: "sms.data", params: { outlet, pollutant, possible: String(l.possible ?? 0) } };
    case "offline":
      return { key: "sms.offline", params: { outlet, since: l.since === null ? "" : formatClock(l.since) } };
    case "warning":
      if (l.statistic === "facility") return { key: "sms.facility", params: { facility } };
      if (l.statistic === "period") return { key: "sms.noise", params: common };
      if (l.statistic === "instant")
        return { key: "sms.range", params: { ...common, range: range(l, number, ruleData, language) } };
      return { key: `sms.${l.statistic === "day" ? "day" : "warning"}-${l.level}`, params: common };
  }
}

function range(l: Line, number: (x: number | null) => string, ruleData: RuleData, language: Language): string {
  const key = l.min === null ? "sms.at-most" : l.limit === null ? "sms.at-least" : "sms.between";
  return fill(ruleData.label(key, language), { min: number(l.min), max: number(l.limit) });
}

/** `template` with its `{names}` filled in. */
export const fill = (template: string, params: Record<string, string>): string =>
  template.replaceAll(/\{(\w+)\}/g, (_, name: string) => params[name] ?? "");
const trim = (digits: string): string => (digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits);
const shorten = (name: string, most: number): string => (name.length <= most ? name : clip(name, most));

/** A single line that is too long even alone (a very long outlet code) is cut, never dropped. */
function cut(text: string, limit: number): string {
  let body = text;
  while (segments(body) > limit) body = clip(text, body.length - 1);
  return body;
}

/** At most `most` units, never through a rare character of two; with dots of the text's own alphabet, or it would turn UCS-2. */
function clip(text: string, most: number): string {
  const dots = GSM.test(text) ? "..." : "…";
  return text.slice(0, Math.max(0, most - dots.length)).replace(/[\uD800-\uDBFF]$/, "") + dots;
}
