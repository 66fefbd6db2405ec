/** What the city's lists show of a plant's site: whether each facility runs, and that a noise or dust outlet reports. Pure. */
import type { Permit } from "../../register/domain/permit.ts";
import type { BlockRecord } from "./block.ts";
import { pollutantOf } from "./block.ts";

/** `at`: DataTime of the report that says so, epoch ms. `state`: SBn-RS of a facility; null of an outlet: it reports. */
export interface SiteState {
  at: number;
  state: number | null;
}

/** The newest report of each facility among `records`, and the noise and dust outlets that they are of, by code. */
export function siteStates(records: readonly BlockRecord[], permit: Permit): Map<string, SiteState> {
  const states = new Map<string, SiteState>();
  for (const { kind, outlet, at, values } of records) {
    if (kind === "facility") {
      for (const { channel, value } of values) {
        const code = pollutantOf(channel);
        if (value !== null && at >= (states.get(code)?.at ?? 0)) states.set(code, { at, state: value });
      }
      continue;
    }
    const medium = permit.outlets.find((o) => o.code === outlet)?.medium;
    if ((medium === "noise" || medium === "dust") && !states.has(outlet)) states.set(outlet, { at, state: null });
  }
  return states;
}

/** As it is stored: the time sorts as text, so that an older report never takes the place of a newer one. */
export const siteText = ({ at, state }: SiteState): string => `${at} ${state ?? "on"}`;

/** What was stored; null when it was not written here. */
export function parseSite(text: string): SiteState | null {
  const found = /^(\d{13}) (\d|on)$/.exec(text);
  return found ? { at: Number(found[1]), state: found[2] === "on" ? null : Number(found[2]) } : null;
}
