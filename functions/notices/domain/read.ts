/** Which notices somebody has read: some by themselves, and all that there were up to a moment. Pure. */
import { createHash } from "node:crypto";
import { DAY } from "../../shared/shanghai.ts";
import type { Notice } from "./digest.ts";

export interface ReadNotices {
  /** All that came up until then are read, epoch ms; 0: nothing was. */
  upTo: number;
  /** Those read by themselves since: when, epoch ms. */
  ids: Record<string, number>;
  /** Counts the changes. */
  v: number;
}
export const nothingRead = (): ReadNotices => ({ upTo: 0, ids: {}, v: 0 });

/** When it came up. A period to mark grows while the values are missing, and is the same notice. */
const cameUp = ({ kind, at, from }: Notice): number => (kind === "unmarked" ? (from ?? at) : at);

/** Of the same thing always the same. */
export const noticeId = (notice: Notice): string =>
  createHash("sha256")
    .update([notice.kind, notice.permitNo, notice.outlet ?? "", notice.from ?? "", cameUp(notice)].join("|"))
    .digest("base64url")
    .slice(0, 16);

export const isRead = (notice: Notice, { upTo, ids }: ReadNotices): boolean =>
  cameUp(notice) <= upTo || Object.hasOwn(ids, noticeId(notice));

/** Notices look back less far than this. */
const KEPT = 120 * DAY;
const MOST = 500;

/** After reading these at `at`, or all that came up until `upTo`. */
export function withRead(
  before: ReadNotices,
  { ids = [], upTo = 0 }: { ids?: readonly string[]; upTo?: number },
  at: number,
): ReadNotices {
  const known = Object.entries({ ...Object.fromEntries(ids.map((id) => [id, at])), ...before.ids })
    .filter(([, when]) => when > at - KEPT)
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST);
  return { upTo: Math.max(before.upTo, upTo), ids: Object.fromEntries(known), v: before.v + 1 };
}
