/** The last 24 hours of an outlet as a table, hours down and pollutants across: what the charts show, in figures. */
import { HOUR, formatClock, formatDay, parseIso } from "../shared/shanghai.ts";
import type { HourVerdict } from "./domain/facts.ts";
import { figure } from "./domain/figures.ts";
import type { OutletView } from "./domain/plant-view.ts";
import type { QuantityView } from "./domain/quantity-view.ts";
import type { HourView } from "./domain/series-view.ts";
import { both } from "./html.ts";

const SIGN: Record<HourVerdict, string> = { met: "✓", exceeded: "▲", insufficient: "?", marked: "◇" };

/** Newest hour first. */
export function hourTable(outlet: OutletView, hourWord: string): string {
  const [first] = outlet.quantities;
  if (first === undefined) return "";
  const heads = outlet.quantities.map(
    (q) => `<th scope="col">${both(q.name)}${q.unit === "" ? "" : ` ${q.unit}`}</th>`,
  );
  const rows = first.hours.map(({ from }, i) => {
    const t = parseIso(from) ?? 0;
    const cells = outlet.quantities.map((q) => cell(q, q.hours[i]));
    return `<tr><th scope="row">${formatDay(t).slice(5)} ${formatClock(t)}–${formatClock(t + HOUR)}</th>${cells.join("")}</tr>`;
  });
  return `<div class="w" tabindex="0" role="region" aria-label="${outlet.code}"><table><thead><tr><th scope="col">${hourWord}</th>${heads.join("")}</tr></thead><tbody>${rows.toReversed().join("")}</tbody></table></div>`;
}

function cell(quantity: QuantityView, hour: HourView | undefined): string {
  if (hour === undefined) return "<td></td>";
  const { verdict, mean, min, max, limit } = hour;
  if (verdict !== null) {
    const shown = mean === null ? "" : `${figure(mean, quantity.decimals, limit)} `;
    return `<td${verdict === "exceeded" ? ' class="E"' : ""}>${shown}${SIGN[verdict]}${hour.revision > 0 ? "*" : ""}</td>`;
  }
  if (mean === null || min === null || max === null) return "<td>—</td>";
  const single = quantity.limits[0]?.statistic;
  if (single === "instant" || single === "period")
    return `<td>${figure(min, quantity.decimals)}–${figure(max, quantity.decimals)}</td>`;
  return `<td>${figure(mean, quantity.decimals)}</td>`;
}
