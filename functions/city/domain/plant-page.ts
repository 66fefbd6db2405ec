/** Everything that is live of one plant, for people with an account: the public view's figures, and what they come from. */
import type { RuleData } from "../../../layers/rule-data.ts";
import type { StoredFacts } from "../../disclosure/domain/collect-facts.ts";
import { collectFacts } from "../../disclosure/domain/collect-facts.ts";
import type { Text } from "../../disclosure/domain/text.ts";
import { plantView, type PlantView } from "../../disclosure/domain/plant-view.ts";
import type { QuantityView } from "../../disclosure/domain/quantity-view.ts";
import { inForce, type Facility, type Limit, type Permit } from "../../register/domain/permit.ts";
import { formatIso, HOUR, MINUTE } from "../../shared/shanghai.ts";
import { counts, type BlockRecord, type LiveHead } from "../../telemetry/domain/block.ts";
import { intervalAt } from "../../telemetry/domain/slots.ts";
import { openEpisodeView, type EpisodeView } from "../../warnings/domain/episode-view.ts";
import type { PlantState } from "../../warnings/domain/plant-state.ts";
import { holdOf, inUnit, projectionsOf, type ProjectionView } from "../../warnings/domain/projection.ts";
import { silences } from "../../warnings/domain/silence.ts";

export type LiveQuantity = Pick<
  QuantityView,
  | "pollutant"
  | "name"
  | "unit"
  | "decimals"
  | "latest"
  | "standing"
  | "soFar"
  | "judged"
  | "summary"
  | "series"
  | "hours"
> & { projections: ProjectionView[] };

export interface DeviceView {
  mn: string;
  outlet: string;
  /** Gateway that brings it, "" when it speaks for itself; null: it never spoke. */
  via: string | null;
  /** Receipt of its last accepted frame. */
  lastSeen: string | null;
  state: "online" | "offline" | "never";
  /** Links of its hash chain so far, and the last of them. */
  links: number;
  link: string | null;
  /** Of the last full hour's minutes: those that a record covers, and those of which some value counts. */
  minutes: { received: number; counting: number; of: number };
}

export interface PlantPage {
  asOf: string;
  /** Version of the rule data. */
  rules: string;
  inForce: boolean;
  state: PlantView["state"];
  episodes: (EpisodeView & { hold: ProjectionView | null })[];
  outlets: {
    code: string;
    name: string;
    medium: Permit["outlets"][number]["medium"];
    devices: {
      mn: string;
      from: string;
      to: string | null;
      minuteInterval: number;
      units: Record<string, string>;
      encrypted: boolean;
    }[];
    limits: (Omit<Limit, "from" | "to"> & { from: string | null; to: string | null; unit: string; inForce: boolean })[];
    quantities: LiveQuantity[];
  }[];
  facilities: (Pick<Facility, "code" | "kind" | "outlets" | "mn" | "sb"> & {
    /** `SBn-RS` of its newest report of the last day: 0 off, 1 run, 2 calibrate, 3 maintain, 4 alarm, 5 back-flush. */
    reported: number | null;
    at: string | null;
    text: Text | null;
  })[];
  devices: DeviceView[];
}

/** What `loadStored` reads. */
export type PlantFacts = Omit<StoredFacts, "warning"> & { warning: PlantState | null };

const iso = (t: number | null): string | null => (t === null ? null : formatIso(t));

export function plantPage(stored: PlantFacts, live: LiveHead | null, rules: RuleData): PlantPage {
  const { permit, asOf, records } = stored;
  const facts = collectFacts(stored);
  const view = plantView(facts, rules);
  const projections = projectionsOf(permit, records, stored.marks, asOf, rules);
  return {
    asOf: view.asOf,
    rules: view.rules,
    inForce: view.permit.inForce,
    state: view.state,
    episodes: (stored.warning?.episodes ?? []).map((episode) => ({
      ...openEpisodeView(permit.permitNo, episode, asOf),
      hold: holdOf(episode, projections, rules),
    })),
    outlets: permit.outlets.map((outlet) => ({
      code: outlet.code,
      name: outlet.name,
      medium: outlet.medium,
      devices: outlet.devices.map(({ mn, from, to, minuteInterval, units, secretRef }) => ({
        mn,
        from: formatIso(from),
        to: iso(to),
        minuteInterval,
        units,
        encrypted: secretRef !== null,
      })),
      limits: outlet.limits.map((limit) => ({
        ...limit,
        from: iso(limit.from),
        to: iso(limit.to),
        unit: rules.pollutants.get(limit.pollutant)?.unit ?? "",
        inForce: inForce(limit, asOf),
      })),
      quantities: (view.outlets.find((o) => o.code === outlet.code)?.quantities ?? []).map((quantity) => {
        const { pollutant, name, unit, decimals, latest, standing, soFar, judged, summary, series, hours } = quantity;
        const own = projections.filter((p) => p.outlet === outlet.code && p.pollutant === pollutant);
        const shown = { pollutant, name, unit, decimals, latest, standing, soFar, judged, summary, series, hours };
        return { ...shown, projections: own.map((p) => inUnit(p, unit, rules)) };
      }),
    })),
    facilities: permit.facilities.map(({ code, kind, outlets, mn, sb }) => {
      const report = facts.facilities.find((f) => f.code === code);
      const text = view.facilities.find((f) => f.code === code)?.text ?? null;
      return { code, kind, outlets, mn, sb, reported: report?.state ?? null, at: iso(report?.at ?? null), text };
    }),
    devices: deviceViews(stored, live, rules),
  };
}

/** Devices bound now; one that has been silent for longer than blocks are kept is known from the warnings' memory. */
function deviceViews(
  { permit, asOf, records, warning }: PlantFacts,
  live: LiveHead | null,
  rules: RuleData,
): DeviceView[] {
  const quiet = silences(permit, live, asOf, rules.warning(asOf).silence);
  const to = Math.floor(asOf / HOUR) * HOUR;
  return permit.outlets.flatMap((outlet) =>
    outlet.devices
      .filter((device) => inForce(device, asOf))
      .map(({ mn }): DeviceView => {
        const head = live?.devices[mn];
        const remembered = warning?.offline[mn]?.since ?? null;
        const seen = head?.seen ?? remembered;
        const silence = quiet.find((s) => s.mn === mn && s.outlet === outlet.code);
        const offline = silence ? asOf >= silence.offlineAt : seen !== null;
        return {
          mn,
          outlet: outlet.code,
          via: head?.via ?? null,
          lastSeen: iso(seen),
          state: seen === null ? "never" : offline ? "offline" : "online",
          links: head?.links ?? 0,
          link: head?.link ?? null,
          minutes: minutesOf(
            records.filter((r) => r.mn === mn && r.outlet === outlet.code),
            intervalAt(outlet, mn, asOf),
            to - HOUR,
            to,
          ),
        };
      }),
  );
}

function minutesOf(records: readonly BlockRecord[], interval: number, from: number, to: number): DeviceView["minutes"] {
  const of = Math.round((to - from) / MINUTE);
  const received = new Set<number>();
  const counting = new Set<number>();
  for (const { kind, at, values } of records) {
    if (kind !== "minute" && kind !== "realtime") continue;
    const first = Math.floor((at - from) / MINUTE);
    for (let i = Math.max(0, first); i < Math.min(of, first + (kind === "minute" ? interval : 1)); i++) {
      received.add(i);
      if (values.some(counts)) counting.add(i);
    }
  }
  return { received: received.size, counting: counting.size, of };
}
