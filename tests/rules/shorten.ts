/** Output lines in the short form in which expectations are written by hand and differences are shown. */
import { phoneOf } from "./traces/build.ts";

type Fields = Record<string, unknown>;

/**
 * `08:30 OEM DA001 a21002 warning2 30/62/62/38` (valid/mean/projected/required; `-` is null) for SMS, those with the same
 * lines together, lines parted by ` | `; `09:10 hour DA001 a21002 08 60 62 >50 exceeded r0`; `+1` in front: the next day.
 * A plant other than the first site shows its site number behind a `#`.
 */
export function shorten(lines: readonly object[], day0: string): string[] {
  const groups = new Map<string, { head: string; to: string[]; tail: string }>();
  const out: (string | { head: string; to: string[]; tail: string })[] = [];
  for (const object of lines) {
    const line = object as Fields;
    const when = clock(String(line["at"]), day0);
    if (line["type"] !== "sms") {
      out.push(`${when} ${plain(line, day0)}`);
      continue;
    }
    const tail = `${site(line)}${(line["lines"] as Fields[]).map(message).join(" | ")}`;
    const key = `${when} ${tail}`;
    const group = groups.get(key) ?? { head: when, to: [], tail };
    if (group.to.length === 0) out.push(group);
    group.to.push(person(String(line["to"])));
    groups.set(key, group);
  }
  return out.map((x) => (typeof x === "string" ? x : `${x.head} ${x.to.join("")} ${x.tail}`));
}

function plain(line: Fields, day0: string): string {
  const { type } = line;
  const where = `${site(line)}${text(line["outlet"])} ${text(line["pollutant"])}`;
  const limit = `>${text(line["limit"])} ${text(line["verdict"])} r${text(line["revision"])}`;
  if (type === "hour") {
    const hour = clock(String(line["hour"]), day0).slice(0, -3);
    return `hour ${where} ${hour} ${text(line["valid"])} ${text(line["mean"])} ${limit}`;
  }
  if (type === "day") {
    const day = clock(`${text(line["day"])}T00:00:00+08:00`, day0).replace("00:00", "day");
    const method = line["weighted"] === true ? "weighted" : "unweighted";
    return `${day} ${where} ${text(line["validHours"])} ${text(line["mean"])} ${method} ${limit}`;
  }
  if (type === "quarantine")
    return `quarantine ${text(line["topic"])} ${text(line["reason"])} ${text(line["sha256"]).slice(0, 12)}`;
  const names = ["messages", "frames", "accepted", "duplicates", "quarantined", "sms", "episodes"];
  return `${text(type)} ${names.map((n) => `${n}=${text(line[n])}`).join(" ")}`;
}

function message(l: Fields): string {
  const numbers = ["valid", "mean", "projected", "required"].map((n) => text(l[n]));
  const told = numbers.every((n) => n === "-") ? "" : ` ${numbers.join("/")}`;
  return `${text(l["outlet"])} ${text(l["pollutant"])} ${text(l["kind"])}${text(l["level"])}${told}`;
}

const text = (x: unknown): string =>
  x === null || x === undefined
    ? "-"
    : typeof x === "string" || typeof x === "number" || typeof x === "boolean"
      ? `${x}`
      : "?";
const person = (phone: string): string => {
  const i = [1, 2, 3, 4, 5].findIndex((role) => phoneOf(role) === phone);
  return i < 0 ? phone : "OEMLT".charAt(i);
};
function site(line: Fields): string {
  const number = Number(text(line["permitNo"]).slice(18, 21));
  return number > 1 ? `#${number} ` : "";
}
function clock(iso: string, day0: string): string {
  const days = Math.round((Date.parse(`${iso.slice(0, 10)}T00:00:00Z`) - Date.parse(`${day0}T00:00:00Z`)) / 86_400_000);
  const time = iso.slice(11, 19).replace(/:00$/, "");
  return days === 0 ? time : `${days > 0 ? "+" : ""}${days} ${time}`;
}
