/**
 * Puts an accepted record where it belongs: the binding in force at its DataTime gives outlet and units, the limits in
 * force give the basis, and each value becomes a value of a channel (warning-rules, "Minute slots").
 */
import type { RuleData } from "../../../layers/rule-data.ts";
import { inForce, type Limit, type Outlet, type Permit } from "../../register/domain/permit.ts";
import { floorMinute } from "../../shared/shanghai.ts";
import { channelOf, facilityChannel, type BlockRecord, type BlockValue } from "./block.ts";
import type { DeviceRecord, ReadingItem } from "./reading.ts";

const OXYGEN = "a19001";

export interface Placed {
  records: BlockRecord[];
  /** `outlet/pollutant` of every item the frame carries, known or not, counting or not. */
  carried: string[];
  outlet: Outlet | null;
}

/** Does a value with this flag count? Only N; no flag counts too, and the codec has noted it. */
const normal = (flag: string | null): boolean => flag === "N" || flag === null;

/** Where this permit binds the device at `t`, or null. */
export function bindingAt(
  permit: Permit,
  mn: string,
  t: number,
): { outlet: Outlet; device: Outlet["devices"][number] } | null {
  for (const outlet of permit.outlets)
    for (const device of outlet.devices) if (device.mn === mn && inForce(device, t)) return { outlet, device };
  return null;
}

/**
 * Records for the block of the record's DataTime; `null` when the device is not bound to this permit then.
 * Values are in the rule data's unit. `oxygenCeiling`: from this O2 (%) on nothing can be converted.
 */
export function placeRecord(
  record: DeviceRecord & { dataTime: number },
  permit: Permit,
  receivedAt: number,
  ruleData: RuleData,
): Placed | null {
  const bound = bindingAt(permit, record.mn, record.dataTime);
  // A device may report nothing but facility states: then no outlet lists it.
  if (!bound && !permit.facilities.some((f) => f.mn === record.mn)) return null;
  const base = { mn: record.mn, at: record.dataTime, qn: record.qn, receivedAt };
  const records: BlockRecord[] = [];
  if (bound && record.kind && record.items.length > 0) {
    const { outlet, device } = bound;
    const oxygen = record.items.find((i) => i.pollutant === OXYGEN);
    const ceiling = ruleData.warning(record.dataTime).hour.oxygenCeiling;
    const inForceNow = outlet.limits.filter((l) => inForce(l, record.dataTime));
    const values = record.items.flatMap((item) =>
      valuesOf(item, oxygen, inForceNow, {
        factor: unitFactor(ruleData, device.units[item.pollutant], item.pollutant),
        ceiling,
      }),
    );
    // A minute mean is of its minute: two records that differ in the second only are the same record.
    const at = record.kind === "minute" ? floorMinute(record.dataTime) : record.dataTime;
    records.push({ ...base, at, outlet: outlet.code, kind: record.kind, values: onePerChannel(values) });
  }
  const states = record.facilities.flatMap((report): BlockValue[] => {
    const facility = permit.facilities.find((f) =>
      report.code !== null ? f.code === report.code : f.mn === record.mn && f.sb === report.sb,
    );
    return facility ? [{ channel: facilityChannel(facility.code), value: report.state, flag: "N" }] : [];
  });
  if (states.length > 0) records.push({ ...base, outlet: "", kind: "facility", values: onePerChannel(states) });
  const carried = bound ? record.items.map((i) => `${bound.outlet.code}/${i.pollutant}`) : [];
  return { records, carried, outlet: bound?.outlet ?? null };
}

function unitFactor(ruleData: RuleData, sent: string | undefined, pollutant: string): number {
  const known = ruleData.pollutants.get(pollutant);
  if (sent === undefined || !known) return 1;
  const factor = ruleData.unitFactor(sent, known.unit);
  if (factor === null) throw new Error(`unit ${sent} of ${pollutant} does not convert into ${known.unit}`);
  return factor;
}

/** One value for each basis that some limit in force asks for; measured where none does. */
function valuesOf(
  item: ReadingItem,
  oxygen: ReadingItem | undefined,
  limits: readonly Limit[],
  unit: { factor: number; ceiling: number },
): BlockValue[] {
  const own = limits.filter((l) => l.pollutant === item.pollutant);
  const asked = new Map(own.map((l) => [channelOf(item.pollutant, l.basis, l.referenceO2), l]));
  if (asked.size === 0) asked.set(channelOf(item.pollutant, "measured", null), { basis: "measured" } as Limit);
  return [...asked].map(([channel, limit]) => {
    const value =
      limit.basis === "converted" ? convert(item, oxygen, limit.referenceO2 ?? 0, unit.ceiling) : item.value;
    return { channel, value: value === null ? null : value * unit.factor, flag: item.flag };
  });
}

/**
 * Value at reference oxygen: the device's own ZsAvg/ZsRtd when the frame has it, whatever the O2; else
 * C·(21−O2ref)/(21−O2) with the O2 of the same frame (HJ 212-2017 Annex D); null without an O2 that counts.
 */
function convert(
  item: ReadingItem,
  oxygen: ReadingItem | undefined,
  referenceO2: number,
  ceiling: number,
): number | null {
  if (item.converted !== null) return item.converted;
  if (item.value === null || !oxygen || oxygen.value === null || !normal(oxygen.flag) || oxygen.value >= ceiling)
    return null;
  return (item.value * (21 - referenceO2)) / (21 - oxygen.value);
}

/** A frame that names a pollutant twice: the last one stands, as devices that correct themselves mean it. */
const onePerChannel = (values: BlockValue[]): BlockValue[] => [...new Map(values.map((v) => [v.channel, v])).values()];
