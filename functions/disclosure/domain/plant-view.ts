/** The one view of a plant for the public: the page prints it, `GET /api/public/plants/{code}` answers with it. */
import type { RuleData } from "../../../layers/rule-data.ts";
import type { Medium, Outlet } from "../../register/domain/permit.ts";
import { MINUTE, floorDay, formatIso, parseIso } from "../../shared/shanghai.ts";
import type { DisclosureFacts, PublicState, SeriesFact } from "./facts.ts";
import { age, clock, moment } from "./figures.ts";
import { silentAfter } from "./latest.ts";
import { quantityView, type QuantityView } from "./quantity-view.ts";
import { plain, say, type Text } from "./text.ts";

export interface FacilityView {
  code: string;
  outlets: string[];
  /** The newest report; `unknown` when there is none or it is too old to be called current. */
  state: "off" | "run" | "calibrate" | "maintain" | "alarm" | "back-flush" | "unknown";
  at: string | null;
  until: string | null;
  text: Text;
}

export interface OutletView {
  code: string;
  name: string;
  medium: Medium;
  mediumText: Text;
  quantities: QuantityView[];
}

export interface PlantView {
  code: string;
  permitNo: string;
  name: string;
  town: string;
  industry: string;
  management: Text;
  permit: { from: string; to: string; inForce: boolean; text: Text };
  asOf: string;
  asOfText: string;
  /** Version of the rule data that the view was made with. */
  rules: string;
  state: { key: PublicState; since: string | null; title: Text; detail: Text };
  notice: Text;
  outlets: OutletView[];
  facilities: FacilityView[];
}

/** Flow of waste water (HJ 212-2017 Annex B): the weight of the day mean. */
const WATER_FLOW = "w00000";

/** Throws only when a label is missing in the rule data. */
export function plantView(facts: DisclosureFacts, rules: RuleData): PlantView {
  const { permit, asOf } = facts;
  const from = parseIso(permit.validFrom) ?? -Infinity;
  const to = parseIso(permit.validTo) ?? Infinity;
  const valid = asOf >= from && floorDay(asOf) <= to; // the last day belongs to it
  return {
    code: facts.code,
    permitNo: permit.permitNo,
    name: permit.name,
    town: permit.town,
    industry: permit.industry,
    management: say(rules, `management.${permit.management}`),
    permit: {
      from: permit.validFrom,
      to: permit.validTo,
      inForce: valid,
      text: say(rules, valid ? "disclosure.permit.valid" : "disclosure.permit.out", {
        from: permit.validFrom,
        to: permit.validTo,
      }),
    },
    asOf: formatIso(asOf),
    asOfText: moment(asOf),
    rules: rules.version,
    state: stateView(facts, rules),
    notice: say(rules, "disclosure.notice"),
    outlets: permit.outlets.map((outlet) => outletView(facts, outlet, rules)),
    facilities: facilityViews(facts, rules),
  };
}

/** Every pollutant with a limit, and without one what is only stored and shown (noise and dust at the boundary). */
function outletView(facts: DisclosureFacts, outlet: Outlet, rules: RuleData): OutletView {
  const series = facts.series.filter((s) => s.outlet === outlet.code);
  const limited = [...new Set(outlet.limits.map((l) => l.pollutant))];
  const unlimited = outlet.medium === "noise" || outlet.medium === "dust" ? series.map((s) => s.pollutant) : [];
  const k = outlet.devices[0]?.minuteInterval ?? 1;
  const flow = series.find((s) => s.pollutant === WATER_FLOW)?.slots ?? [];
  return {
    code: outlet.code,
    name: outlet.name,
    medium: outlet.medium,
    mediumText: say(rules, `medium.${outlet.medium}`),
    quantities: [...new Set([...limited, ...unlimited])].map((pollutant) => {
      const found: SeriesFact = series.find((s) => s.pollutant === pollutant) ?? {
        outlet: outlet.code,
        pollutant,
        minutes: k,
        slots: [],
      };
      return quantityView(facts, outlet, found, flow, rules);
    }),
  };
}

/** The stored state; but a plant whose newest record is too old is silent even before a tick has said so. */
function stateView(facts: DisclosureFacts, rules: RuleData): PlantView["state"] {
  const { asOf } = facts;
  const numbers = rules.warning(asOf);
  let newest: number | null = null;
  let heard = false;
  for (const { slots, minutes } of facts.series) {
    const last = slots.at(-1);
    if (last === undefined) continue;
    newest = Math.max(newest ?? 0, last.t + MINUTE);
    heard ||= last.t + MINUTE + silentAfter(numbers, minutes) >= asOf;
  }
  const key: PublicState = heard ? (facts.state ?? "normal") : "silent";
  const since = key === facts.state && facts.since !== null ? facts.since : key === "silent" ? newest : null;
  const detail =
    since === null
      ? say(rules, `disclosure.state.${key}`)
      : say(rules, `disclosure.state.${key}-since`, { since: clock(since, asOf), age: age(rules, asOf - since) });
  return {
    key,
    since: since === null ? null : formatIso(since),
    title: say(rules, `disclosure.state.${key}-title`),
    detail,
  };
}

const FACILITY_STATES = ["off", "run", "calibrate", "maintain", "alarm", "back-flush"] as const;

/** Treatment facilities only: whether a production line runs is the plant's own business. */
function facilityViews(facts: DisclosureFacts, rules: RuleData): FacilityView[] {
  const tooOld = silentAfter(rules.warning(facts.asOf), 1);
  return facts.permit.facilities
    .filter((f) => f.kind === "treatment")
    .map((facility) => {
      const report = facts.facilities.find((f) => f.code === facility.code);
      const until = report === undefined ? null : report.at + tooOld;
      const current = until !== null && facts.asOf <= until;
      const state = (current && report ? FACILITY_STATES[report.state] : undefined) ?? "unknown";
      const at = report === undefined ? plain("") : plain(clock(report.at, facts.asOf));
      const key = report === undefined ? "never" : state === "unknown" ? "old" : state;
      return {
        code: facility.code,
        outlets: facility.outlets,
        state,
        at: report === undefined ? null : formatIso(report.at),
        until: until === null ? null : formatIso(until),
        text: say(rules, `disclosure.facility.${key}`, { at }),
      };
    });
}
