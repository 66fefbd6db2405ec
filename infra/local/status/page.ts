/** `/_local/status` for people: alarms first, then what waits, the functions and every metric. No script; it loads itself anew. */
import { formatIso } from "../../../functions/shared/shanghai.ts";
import type { Point } from "./metric-math.ts";
import { PERIOD_MS, type AlarmView, type FunctionView, type MetricView, type StatusView } from "./status.ts";

const esc = (text: string): string => text.replaceAll(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
const en = (text: string): string => `<span lang="en">${esc(text)}</span>`;

const STATES = {
  ALARM: ["告警", "ALARM"],
  INSUFFICIENT_DATA: ["数据不足", "insufficient data"],
  OK: ["正常", "OK"],
  "not-measured": ["本机不测", "only on AWS"],
} as const;
const ORDER = Object.keys(STATES);

const STYLE = `*{box-sizing:border-box}body{margin:0;background:#fff;color:#111;font:16px/1.5 system-ui,"PingFang SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif}
header,main{max-width:70rem;margin:auto;padding:0 1rem}header{padding-top:1rem}h1{font-size:1.5rem;line-height:1.25;margin:0}h2{font-size:1.2rem;border-top:4px solid #0b3d91;padding-top:.5rem;margin:1.6rem 0 .5rem}h3{font-size:1rem;margin:0;overflow-wrap:anywhere}
p{margin:.3rem 0}a{color:#0b3d91}[lang=en]{color:#444}small{font-size:.9rem;color:#333}
ul{list-style:none;margin:0;padding:0;display:grid;gap:.6rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,16rem),1fr))}
li{border:1px solid #8a94a6;border-radius:.4rem;padding:.5rem .7rem;overflow-wrap:anywhere}
.ALARM{border:3px solid #a00016;background:#fdecec}.INSUFFICIENT_DATA{border-style:dashed}
.sum{font-size:1.15rem;font-weight:700;padding:.5rem .8rem;border-left:.5rem solid #1a6b2f;background:#edf7ef}.sum.bad{border-color:#a00016;background:#fdecec}
svg{display:block;width:100%;height:2.2rem;margin:.2rem 0}b{font-variant-numeric:tabular-nums}summary{cursor:pointer;padding:.4rem 0;font-weight:700}
:focus-visible{outline:3px solid #d9480f;outline-offset:2px}`;

const clock = (at: number): string => formatIso(at).slice(11, 16);
const shown = (value: number | null): string =>
  value === null ? "—" : value.toLocaleString("en-US", { maximumFractionDigits: Math.abs(value) < 100 ? 1 : 0 });

/** Bars of the periods, the oldest on the left; where nothing was reported there is a gap. */
export function sparkline(points: readonly Point[], label: string): string {
  const highest = Math.max(1e-9, ...points.map((point) => point ?? 0));
  const width = 200 / Math.max(1, points.length);
  const bars = points.map((point, i) => {
    if (point === null) return "";
    const height = Math.max(1, (Math.max(0, point) / highest) * 30);
    return `<rect x="${(i * width).toFixed(1)}" y="${(31 - height).toFixed(1)}" width="${(width * 0.8).toFixed(1)}" height="${height.toFixed(1)}" fill="#0b3d91"/>`;
  });
  return `<svg viewBox="0 0 200 32" preserveAspectRatio="none" role="img" aria-label="${esc(label)}"><path d="M0 31.5H200" stroke="#8a94a6"/>${bars.join("")}</svg>`;
}

function alarm(view: AlarmView): string {
  const [zh, english] = STATES[view.state];
  const points = view.points.map(shown).join(", ");
  const values =
    view.state === "not-measured"
      ? ""
      : `<br>最近 ${points} ${en(`newest first; since ${formatIso(view.since).slice(5, 16).replace("T", " ")}`)}`;
  const link = view.runbook.startsWith("http")
    ? `<a href="${esc(view.runbook)}">运行手册 runbook</a>`
    : `运行手册 ${en("runbook")} ${esc(view.runbook)}`;
  return `<li class="${view.state}"><h3>${esc(view.name)}</h3><p><b>${zh}</b> ${en(english)}</p><small>${esc(view.what)} ${esc(view.condition)}${values}<br>${en(view.description)}<br>${link}</small></li>`;
}

function alarms(views: readonly AlarmView[]): string {
  const sorted = views.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  const list = (some: readonly AlarmView[]): string =>
    some.length === 0 ? "" : `<ul>${some.map(alarm).join("")}</ul>`;
  const of = (state: AlarmView["state"]): AlarmView[] => sorted.filter((view) => view.state === state);
  const rest = (["INSUFFICIENT_DATA", "OK", "not-measured"] as const).map((state) => {
    const some = of(state);
    const [zh, english] = STATES[state];
    return some.length === 0
      ? ""
      : `<details><summary>${zh} ${en(english)} ${some.length}</summary>${list(some)}</details>`;
  });
  return list(of("ALARM")) + rest.join("");
}

const metric = ({ name, statistic, latest, at, points }: MetricView): string =>
  `<li><h3>${esc(name)}</h3>${sparkline(points, `${name}, ${points.length} × 5 min`)}<small>${statistic} <b>${shown(latest)}</b> · ${clock(at)}</small></li>`;

const ofFunction = ({ name, invocations, errors, p50, p95, maximum, points }: FunctionView): string =>
  `<li${errors > 0 ? ' class="ALARM"' : ""}><h3>${esc(name)}</h3>${sparkline(points, `${name} invocations`)}<small>调用 ${en("invocations")} <b>${shown(invocations)}</b> · 错误 ${en("errors")} <b>${shown(errors)}</b><br>p50 <b>${shown(p50)}</b> · p95 <b>${shown(p95)}</b> · max <b>${shown(maximum)}</b> ms</small></li>`;

/** What the health page knows beside the metrics. */
export interface HealthFacts {
  status: "ok" | "degraded";
  [part: string]: unknown;
}

const FACTS: readonly [key: string, zh: string, english: string][] = [
  ["disk", "磁盘", "disk"],
  ["tables", "数据库", "tables"],
  ["backlog", "流中待处理", "waiting in the stream"],
  ["asyncWaiting", "事件待处理", "events waiting"],
  ["deadLetters", "失败事件", "dead letters"],
  ["mqttConnections", "MQTT 连接", "MQTT connections"],
];

export function statusPage(view: StatusView, health: HealthFacts, undelivered: number): string {
  const alarming = view.alarms.filter(({ state }) => state === "ALARM").length;
  const bad = alarming > 0 || health.status !== "ok";
  const fact = (zh: string, english: string, value: unknown): string =>
    `<li>${zh} ${en(english)} <b>${esc(typeof value === "string" || typeof value === "number" ? `${value}` : "—")}</b></li>`;
  const schedules = Array.isArray(health["schedules"])
    ? (health["schedules"] as { schedule: string; next: string | null }[])
    : [];
  const services = Map.groupBy(view.metrics, ({ service }) => service);
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta http-equiv="refresh" content="15"><title>运行状态 · Status</title><link rel="icon" href="data:,"><style>${STYLE}</style></head><body><header><h1>运行状态 ${en("Status of this machine")}</h1><p>${formatIso(view.now).slice(0, 19).replace("T", " ")} · 每 15 秒刷新，数字自 ${formatIso(view.since).slice(5, 16).replace("T", " ")} 起 ${en("loads anew every 15 s; figures since then, in memory")} · <a href="/">首页 home</a></p></header><main><p class="sum${bad ? " bad" : ""}">${bad ? `${alarming} 个告警 ${en(`${alarming} of ${view.alarms.length} alarms`)}` : `正常，没有告警 ${en("OK, no alarm")}`}</p>
<h2>告警 ${en("Alarms")}</h2>${alarms(view.alarms)}
<h2>队列和部件 ${en("Queues and parts")}</h2><ul>${FACTS.map(([key, zh, english]) => fact(zh, english, health[key])).join("")}${fact("未送达的对象", "undelivered objects", undelivered >= 1_000 ? "≥ 1000" : undelivered)}${schedules.map(({ schedule, next }) => fact(`下次 ${esc(schedule)}`, "next", next === null ? "—" : next.slice(5, 16).replace("T", " "))).join("")}</ul>
<h2>函数，最近一小时 ${en("Functions, the last hour")}</h2><ul>${view.functions.map(ofFunction).join("")}</ul>
${[...services].map(([service, some]) => `<h2>${esc(service)}</h2><ul>${some.map(metric).join("")}</ul>`).join("\n")}
<p><small>每格 ${PERIOD_MS / 60_000} 分钟，共三小时；空格是没有上报。JSON：accept: application/json。 ${en("A bar is five minutes, three hours in all; a gap is nothing reported.")} docs/observability.md</small></p></main></body></html>\n`;
}
