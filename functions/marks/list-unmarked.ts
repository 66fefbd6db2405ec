/** `GET /api/marks/unmarked`: what is still unmarked of closed days, over every plant within reach. */
import * as z from "zod/mini";
import { fromCursor, toCursor } from "../api/cursor.ts";
import { overReach, type Operation } from "../api/operation.ts";
import type { Services } from "../api/operations.ts";
import { within } from "../city/list-plants.ts";
import { plantLists } from "../register/plant-lists.ts";
import { cached } from "../shared/cached.ts";
import { DAY, floorDay, formatDay, formatIso, formatMinute, HOUR } from "../shared/shanghai.ts";
import { leftUnmarked } from "./domain/unmarked-day.ts";
import { UNMARKED_KEPT, unmarkedList } from "./unmarked-repository.ts";

/** It grows once a day, and shrinks with every mark; a page that follows another sees the same. */
const KEPT_MS = 15_000;
const MOST = 200;
const USUAL = 50;
const WHY = ["missing", "flagged", "suspicious"] as const;

const Query = z.object({
  /** Part of the plant's name or permit number. */
  q: z.optional(z.string().check(z.maxLength(100))),
  town: z.optional(z.string().check(z.maxLength(100))),
  why: z.optional(z.enum(WHY)),
  /** Whether the deadline has passed. */
  overdue: z.optional(z.enum(["yes", "no"])),
  cursor: z.optional(z.string().check(z.maxLength(1000))),
  limit: z.optional(z.string().check(z.regex(/^[1-9]\d{0,2}$/))),
});
const Answer = z.object({
  /** Nearest deadline first: what is longest overdue stands at the beginning. */
  periods: z.array(
    z.object({
      permitNo: z.string(),
      name: z.string(),
      town: z.string(),
      outlet: z.string(),
      pollutants: z.array(z.string()),
      from: z.string(),
      to: z.string(),
      why: z.enum(WHY),
      signs: z.array(z.string()),
      /** Whole hours since its end. */
      ageHours: z.int(),
      deadline: z.string(),
      overdue: z.boolean(),
    }),
  ),
  /** Of all that fit, not of this page. */
  total: z.object({ periods: z.int(), plants: z.int(), overdue: z.int() }),
  /** The last day that is looked at: today's hours are on the plant's own list. */
  lastDay: z.string(),
  next: z.nullable(z.string()),
});

export function cityUnmarkedOperations({
  db,
  tables,
  ruleData,
  register,
  now,
}: Pick<Services, "db" | "tables" | "ruleData" | "register" | "now">): Operation[] {
  const lists = plantLists(register, now);
  const unmarked = unmarkedList({ db, table: tables.ledger });
  const listed = cached(
    (from) => unmarked.since(Number(from)),
    () => KEPT_MS,
    now,
    1,
  );
  return [
    overReach({
      id: "listCityUnmarked",
      method: "GET",
      path: "/api/marks/unmarked",
      summary: "Periods of closed days that need a mark and have none, within reach, the nearest deadline first",
      action: "mark.read",
      query: Query,
      answer: Answer,
      async handle({ query: { q, town, why, overdue, cursor, limit }, reach, at }) {
        const list = ["listCityUnmarked", q, town, why, overdue];
        const after = fromCursor(list, cursor) ?? "";
        const from = floorDay(at) - UNMARKED_KEPT + DAY;
        const [days, plants] = await Promise.all([listed(String(from)), within(reach, lists)]);
        const names = new Map(plants.map((plant) => [plant.permitNo, plant]));
        const part = q?.trim().toLowerCase() ?? "";
        const rows = days
          .flatMap((day) => {
            const plant = names.get(day.permitNo);
            if (!plant || (town !== undefined && plant.town !== town)) return [];
            if (![plant.name, plant.permitNo].some((text) => text.toLowerCase().includes(part))) return [];
            return leftUnmarked(day).map((period) => {
              const deadline = ruleData.marks(period.from).deadlineOf(period.from);
              const what = `${plant.permitNo} ${period.outlet} ${formatMinute(period.from)} ${period.why}`;
              const key = `${formatMinute(deadline)} ${what} ${period.pollutants.join()} ${period.signs.join()}`;
              return { ...period, plant, deadline, late: at > deadline, key };
            });
          })
          .filter(
            (row) =>
              (why === undefined || row.why === why) && (overdue === undefined || row.late === (overdue === "yes")),
          )
          .sort((a, b) => (a.key < b.key ? -1 : 1));
        const rest = rows.filter(({ key }) => key > after);
        const page = rest.slice(0, Math.min(MOST, Number(limit ?? USUAL)));
        return {
          body: {
            periods: page.map(({ plant: { permitNo, name, town: of }, ...period }) => ({
              permitNo,
              name,
              town: of,
              outlet: period.outlet,
              pollutants: period.pollutants,
              from: formatIso(period.from),
              to: formatIso(period.to),
              why: period.why,
              signs: period.signs,
              ageHours: Math.floor((at - period.to) / HOUR),
              deadline: formatIso(period.deadline),
              overdue: period.late,
            })),
            total: {
              periods: rows.length,
              plants: new Set(rows.map(({ plant }) => plant.permitNo)).size,
              overdue: rows.filter(({ late }) => late).length,
            },
            lastDay: formatDay(floorDay(at) - DAY),
            next: toCursor(list, rest.length > page.length ? (page.at(-1)?.key ?? null) : null),
          },
        };
      },
    }),
  ];
}
