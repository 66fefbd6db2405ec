/** Counters and gauges in Prometheus text format (version 0.0.4). */

export interface Counters {
  add(name: CounterName, label?: string, by?: number): void;
  value(name: CounterName, label?: string): number;
  gauge(name: string, help: string, read: () => number): void;
  text(): string;
}

/** Every counter, with the label that tells its kinds apart (null: none) and what it counts. */
const COUNTERS = {
  connections_total: [null, "TCP connections accepted"],
  connections_refused_total: ["reason", "TCP connections refused or ended by a limit"],
  frames_total: ["edition", "frames taken in, by edition of HJ 212"],
  frames_refused_total: ["reason", "frames not taken in: kept in the local quarantine, never sent on"],
  frames_unstored_total: ["reason", "frames that found no room on disk: not answered, so that the device keeps them"],
  answers_total: ["cn", "answers sent, by CN"],
  clock_set_total: ["result", "results that devices reported of a setting of their clock"],
  mn_claimed_twice_total: [null, "frames of an MN while another open connection speaks for it too"],
  slowed_total: [null, "times a connection was not read for a while because it sent too fast"],
  bundles_total: ["kind", "bundles acknowledged by the broker: fresh, or backlog of an outage"],
  bundle_bytes_total: [null, "bytes of acknowledged bundles"],
  uplink_lost_total: [null, "times the uplink was lost"],
  quarantine_dropped_total: [null, "refused frames that were counted but not kept: the quarantine could not keep up"],
} as const satisfies Record<string, readonly [label: string | null, help: string]>;
export type CounterName = keyof typeof COUNTERS;

const PREFIX = "permit_watch_gateway_";
const escape = (text: string): string => text.replaceAll(/[\\"\n]/g, (c) => (c === "\n" ? "\\n" : `\\${c}`));

export function openCounters(): Counters {
  const values = new Map<CounterName, Map<string, number>>();
  const gauges: { name: string; help: string; read: () => number }[] = [];
  return {
    add(name, label = "", by = 1) {
      const of = values.get(name) ?? new Map<string, number>();
      values.set(name, of.set(label, (of.get(label) ?? 0) + by));
    },
    value: (name, label = "") => values.get(name)?.get(label) ?? 0,
    gauge: (name, help, read) => void gauges.push({ name, help, read }),
    text() {
      const lines: string[] = [];
      for (const [name, [label, help]] of Object.entries(COUNTERS)) {
        const of = values.get(name as CounterName) ?? (label === null ? new Map([["", 0]]) : new Map<string, number>());
        lines.push(`# HELP ${PREFIX}${name} ${help}`, `# TYPE ${PREFIX}${name} counter`);
        for (const [key, value] of of)
          lines.push(`${PREFIX}${name}${label === null ? "" : `{${label}="${escape(key)}"}`} ${value}`);
      }
      for (const { name, help, read } of gauges)
        lines.push(`# HELP ${PREFIX}${name} ${help}`, `# TYPE ${PREFIX}${name} gauge`, `${PREFIX}${name} ${read()}`);
      return `${lines.join("\n")}\n`;
    },
  };
}
