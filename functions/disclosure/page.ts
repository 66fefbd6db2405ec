/** The public page of one plant: static HTML that is complete without script, in both languages, in one request. */
import type { RuleData } from "../../layers/rule-data.ts";
import { PAGE_META_CSP } from "../../web/disclosure/csp.ts";
import { REFRESH_SCRIPT } from "../../web/disclosure/refresh.ts";
import { STYLE } from "../../web/disclosure/style.ts";
import { MINUTE, parseIso } from "../shared/shanghai.ts";
import { chart } from "./chart.ts";
import type { FacilityView, OutletView, PlantView } from "./domain/plant-view.ts";
import type { QuantityView } from "./domain/quantity-view.ts";
import { STEP } from "./domain/series-view.ts";
import { say, type Text } from "./domain/text.ts";
import { hourTable } from "./hour-table.ts";
import { both, esc } from "./html.ts";

/** A text of the page by its short key. */
type Words = (key: string, params?: Record<string, string | number>) => Text;

export function page(view: PlantView, rules: RuleData): string {
  const words: Words = (key, params) => say(rules, `disclosure.page.${key}`, params);
  const title = words("title");
  return [
    `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">`,
    `<meta http-equiv="Content-Security-Policy" content="${PAGE_META_CSP}">`,
    `<meta name="referrer" content="no-referrer">`,
    `<meta name="viewport" content="width=device-width,initial-scale=1">`,
    `<title>${esc(view.name)} · ${title.zh} ${title.en}</title>`,
    `<link rel="icon" href="data:,"><style>${STYLE}</style></head><body><i id="en"></i>`,
    `<header id="zh"><nav aria-label="语言 Language"><a lang="zh" href="#zh">中文</a><a lang="en" href="#en">English</a></nav>`,
    `<p class="k">${both(title)}</p><h1>${esc(view.name)}</h1>`,
    `<p>${esc(view.town)} · ${esc(view.industry)} · ${both(view.management)}</p>`,
    `<p>${both(words("permit"))} ${esc(view.permitNo)} · ${both(view.permit.text, "permit.text")}</p></header>`,
    `<main data-code="${esc(view.code)}" data-at="${view.asOf}">`,
    status(view, words),
    facilities(view.facilities, words),
    ...view.outlets.map((o, i) => outlet(o, i, words)),
    view.outlets.length === 0 ? `<p>${both(words("none"))}</p>` : "",
    `</main>`,
    foot(view, rules, words),
    `<script>${REFRESH_SCRIPT}</script></body></html>\n`,
  ].join("");
}

/** The plant's state in plain words, and of when the data are: stored, refreshed, or not refreshable. */
function status(view: PlantView, words: Words): string {
  const time = `<span data-k="asOfText">${view.asOfText}</span>`;
  return [
    `<div class="s" role="status" data-state="${view.state.key}" data-a="state state.key">`,
    `<b>${both(view.state.title, "state.title")}</b><p>${both(view.state.detail, "state.detail")}</p></div>`,
    `<p class="f" data-fresh="saved">${both(words("saved", { time: view.asOfText }))}</p>`,
    `<p class="f" data-fresh="live" hidden>${both(words("live"))}${time}</p>`,
    `<p class="f" data-fresh="failed" hidden>${both(words("failed"))}${time}</p>`,
    `<p>${both(view.notice)}</p>`,
  ].join("");
}

function outlet(view: OutletView, index: number, words: Words): string {
  const cards = view.quantities.map((q, i) => card(q, `outlets.${index}.quantities.${i}`, words));
  const table = hourTable(view, both(words("hour")));
  const more =
    table === ""
      ? ""
      : `<details><summary>${both(words("hours"))}</summary>${table}<p>${both(words("table-note"))}</p></details>`;
  return `<section><h2>${esc(view.name)} <small>${esc(view.code)} · ${both(view.mediumText)}</small></h2><div class="o">${cards.join("")}</div>${more}</section>`;
}

function card(q: QuantityView, path: string, words: Words): string {
  const { latest } = q;
  const row = (label: Text, value: string): string => `<dt>${both(label)}</dt><dd>${value}</dd>`;
  const [limit, ...others] = q.limits;
  const rows = [
    limit ? row(words("limit"), both(limit.text)) : "",
    ...others.map((l) => row(words("also"), both(l.text))),
    q.soFar
      ? `<dt class="c">${both(words("current"))}</dt><dd class="c">${both(q.soFar.text, `${path}.soFar.text`)}</dd>`
      : "",
    q.judged ? row(words("judged"), both(q.judged.text, `${path}.judged.text`)) : "",
  ];
  const old = latest === null || !latest.current ? ' class="old"' : "";
  const until = latest === null ? "" : ` data-until="${latest.until}" data-a="until ${path}.latest.until"`;
  return [
    `<article${old}${until}><h3>${both(q.name)} <span class="r">${both(words("raw"))}</span></h3>`,
    `<p class="k e">${both(words("last"))}</p>`,
    `<p class="n"><span data-k="${path}.latest.text">${latest?.text ?? "—"}</span> <small>${esc(q.unit)}</small></p>`,
    latest === null ? "" : `<p>${both(latest.what, `${path}.latest.what`)}</p>`,
    `<p class="t c" data-standing="${q.standing.key}" data-a="standing ${path}.standing.key">${both(q.standing.text, `${path}.standing.text`)}</p>`,
    `<p class="t e" data-standing="stale">${both(latest === null ? q.standing.text : words("old"))}</p>`,
    `<dl>${rows.join("")}</dl><figure>${chart(q)}<figcaption>${both(q.summary, `${path}.summary`)}</figcaption></figure></article>`,
  ].join("");
}

function facilities(views: readonly FacilityView[], words: Words): string {
  if (views.length === 0) return "";
  const items = views.map((f, i) => {
    const path = `facilities.${i}`;
    return `<li><b>${esc(f.code)}</b> (${both(words("for"))} ${esc(f.outlets.join(", "))}): ${both(f.text, `${path}.text`)}</li>`;
  });
  return `<section><h2>${both(words("facilities"))}</h2><ul>${items.join("")}</ul></section>`;
}

function foot(view: PlantView, rules: RuleData, words: Words): string {
  const minutes = rules.warning(parseIso(view.asOf) ?? 0).hour.validSlots;
  const help = [
    words("help-1", { minutes }),
    words("help-2"),
    words("help-3"),
    words("chart", { step: STEP / MINUTE }),
  ];
  return `<footer><details><summary>${both(words("help"))}</summary><ul>${help.map((h) => `<li>${both(h)}</li>`).join("")}</ul></details><p>${both(words("times"))} ${both(words("rules"))} ${esc(view.rules)}</p></footer>`;
}
