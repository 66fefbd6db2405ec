/** A plant, its devices and what they send, for tests of the core. Times are 1 October 2026, Shanghai. */
import { loadRuleData } from "../../layers/rule-data.ts";
import type { DeviceBinding, Limit, Outlet, Permit } from "../register/domain/permit.ts";
import { MINUTE, parseIso } from "../shared/shanghai.ts";
import { sha256 } from "./domain/archive-line.ts";
import type { AcceptedFrame } from "./domain/merge-plant.ts";
import type { Slot, SlotRow } from "./domain/slots.ts";
import type { DeviceRecord, ReadingItem } from "./domain/reading.ts";

export const ruleData = loadRuleData("layers/rule-data");
export const numbers = ruleData.warning(Date.UTC(2026, 9, 1));

/** `at("08:30")`, `at("24:05")` is the next day's 00:05. */
export const at = (clock: string): number => {
  const [h = 0, m = 0, s = 0] = clock.split(":").map(Number);
  return parseIso("2026-10-01T00:00:00+08:00")! + ((h * 60 + m) * 60 + s) * 1000;
};

export const device = (over: Partial<DeviceBinding> = {}): DeviceBinding => ({
  mn: "A",
  from: Date.UTC(2024, 0, 1),
  to: null,
  minuteInterval: 1,
  units: {},
  secretRef: null,
  ...over,
});

/** NOx, 50 mg/m³ as measured, by the hour. */
export const limit = (over: Partial<Limit> = {}): Limit => ({
  pollutant: "a21002",
  statistic: "hour",
  basis: "measured",
  referenceO2: null,
  max: 50,
  min: null,
  period: null,
  from: null,
  to: null,
  source: "permit",
  ...over,
});

export const outlet = (over: Partial<Outlet> = {}): Outlet => ({
  code: "DA001",
  medium: "gas",
  name: "1 号排放口",
  devices: [device()],
  limits: [limit()],
  ...over,
});

export const PHONES = {
  operator: "+8613900000001",
  "environment-manager": "+8613900000002",
  maintenance: "+8613900000003",
  "legal-person": "+8613900000004",
  "town-officer": "+8613900000005",
} as const;

export const permit = (over: Partial<Permit> = {}): Permit => ({
  permitNo: "91330483MA2000001X001P",
  name: "（演示）热电厂",
  town: "崇福镇",
  industry: "热电联产",
  management: "key",
  validFrom: "2024-01-01",
  validTo: "2028-12-31",
  location: { lon: 120.43, lat: 30.53 },
  contacts: Object.entries(PHONES).map(([role, phone]) => ({ role: role as keyof typeof PHONES, phone })),
  facilities: [],
  outlets: [outlet()],
  ...over,
});

export const item = (pollutant: string, value: number | null, over: Partial<ReadingItem> = {}): ReadingItem => ({
  pollutant,
  value,
  converted: null,
  flag: "N",
  ...over,
});

export const record = (over: Partial<DeviceRecord> = {}): DeviceRecord & { dataTime: number } => ({
  mn: "A",
  command: "2051",
  kind: "minute",
  qn: null,
  items: [item("a21002", 40)],
  facilities: [],
  notes: [],
  ...over,
  dataTime: over.dataTime ?? at("08:00"),
});

/** A frame as it came in, by default 70 seconds after its DataTime. */
export const accepted = (
  over: Partial<DeviceRecord> = {},
  receivedAt?: number,
  via = "",
): AcceptedFrame & { record: DeviceRecord & { dataTime: number } } => {
  const r = record(over);
  const { mn, command, dataTime, qn, items, facilities } = r;
  return {
    record: r,
    receivedAt: receivedAt ?? r.dataTime + 70_000,
    via,
    digest: sha256(JSON.stringify([mn, command, dataTime, qn, items, facilities])).slice(0, 8),
  };
};

/** A slot that counts (number), was received and does not count (null), or has no record (undefined). */
export const slot = (v: number | null | undefined): Slot => ({
  value: v ?? null,
  received: v !== undefined,
  shown: v ?? null,
  flag: v === undefined ? null : v === null ? "D" : "N",
});

export const row = (from: number, values: readonly (number | null | undefined)[]): SlotRow => ({
  from,
  slots: values.map(slot),
});

/** `n` times the same; `fill(3, 40)`. */
export const fill = <T>(n: number, value: T): T[] => Array.from({ length: n }, () => value);

/** Slots of [from, to) by a function of the slot's start. */
export const rowOf = (from: number, to: number, value: (start: number) => number | null | undefined): SlotRow =>
  row(
    from,
    Array.from({ length: (to - from) / MINUTE }, (_, i) => value(from + i * MINUTE)),
  );
