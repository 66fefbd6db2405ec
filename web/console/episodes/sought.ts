/** What the address asks of the episodes, as the operation takes it. Pure. */
import { DAY, formatIso, parseIso } from "../../../functions/shared/shanghai.ts";

const KINDS = ["limit", "range", "noise", "facility"] as const;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

export interface Sought {
  permitNo?: string;
  town?: string;
  from?: string;
  to?: string;
  kind?: (typeof KINDS)[number];
  open?: "true" | "false";
  pollutant?: string;
}

/** `to` is the last day that counts. What is no date, kind or choice is left out. */
export function soughtOf(query: URLSearchParams, permitNo: string | null): Sought {
  const [from, to] = [dayOf(query.get("from")), dayOf(query.get("to"))];
  const kind = KINDS.find((each) => each === query.get("kind"));
  const open = (["true", "false"] as const).find((each) => each === query.get("open"));
  const town = query.get("town");
  const pollutant = query.get("pollutant");
  return {
    ...(permitNo !== null && { permitNo }),
    ...(town && { town }),
    // The last day alone would ask for the week before now: who names only the last day gets the month before it.
    ...(from === null ? to !== null && { from: formatIso(to - 30 * DAY) } : { from: formatIso(from) }),
    ...(to !== null && { to: formatIso(to + DAY) }),
    ...(kind && { kind }),
    ...(open && { open }),
    ...(pollutant && /^\w{1,20}$/.test(pollutant) && { pollutant }),
  };
}

const dayOf = (text: string | null): number | null => (text !== null && DATE.test(text) ? parseIso(text) : null);
