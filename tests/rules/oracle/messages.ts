/** From due lines to SMS: one per plant and phone, worst first, under the daily cap. */
import { round6 } from "../../../functions/shared/round.ts";
import { formatDay, formatIso } from "../../../functions/shared/shanghai.ts";
import type { Due, SmsLine } from "./types.ts";

const KINDS = ["warning", "recovered", "escalated", "data", "offline"];
const DAILY_CAP = 60;

/** SMS of one tick; `sent` counts what is not exempt by phone and day. */
export function smsOf(due: Due[], sent: Map<string, number>, t: number): SmsLine[] {
  const out: SmsLine[] = [];
  const plants = [...new Set(due.map((d) => d.plant))].sort((a, b) => byText(a.permitNo, b.permitNo));
  for (const plant of plants) {
    const own = due.filter((d) => d.plant === plant).sort(worstFirst);
    for (const phone of [...new Set(plant.contacts.map((c) => c.phone))].sort(byText)) {
      const roles = plant.contacts.filter((c) => c.phone === phone).map((c) => c.role);
      const lines = own.filter((d) => d.roles.some((role) => roles.includes(role))).map((d) => d.line);
      if (lines.length === 0) continue;
      const exempt = lines.some((l) => l.level === 3 || l.kind === "recovered" || l.kind === "escalated");
      if (!exempt) {
        const key = `${formatDay(t)}|${phone}`;
        const count = sent.get(key) ?? 0;
        if (count >= DAILY_CAP) continue; // in-app only
        sent.set(key, count + 1);
      }
      out.push({ type: "sms", at: formatIso(t), to: phone, permitNo: plant.permitNo, lines });
    }
  }
  return out;
}

function worstFirst(a: Due, b: Due): number {
  return (
    b.line.level - a.line.level ||
    nullLast(a.ratio, b.ratio, (x, y) => round6(y) - round6(x)) ||
    nullLast(a.line.outlet, b.line.outlet, byText) ||
    nullLast(a.line.pollutant, b.line.pollutant, byText) ||
    KINDS.indexOf(a.line.kind) - KINDS.indexOf(b.line.kind) ||
    byText(a.line.facility ?? a.line.mn ?? "", b.line.facility ?? b.line.mn ?? "")
  );
}
function nullLast<T>(a: T | null, b: T | null, compare: (x: T, y: T) => number): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return compare(a, b);
}
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
