/**
 * The events of the running hour: so that whoever starts the system sees warnings, a recovery and a silent plant at the next
 * ticks instead of waiting for chance. Chosen by seed and hour among plants that run; each event on a plant of its own.
 */
import { inForce } from "../../../functions/register/domain/permit.ts";
import { floorHour, MINUTE } from "../../../functions/shared/shanghai.ts";
import type { SimDevice, SimPlant, Span, Stream } from "./profile.ts";
import { keyOf, mix } from "./random.ts";
import { analyserFlag, linkGap, plantLoad } from "./states.ts";

/** What was planned, in words for the console; `permitNo` null when no plant of the register fits. */
export interface Plan {
  event: "recovers" | "lost" | "begins" | "device-silent" | "ph-out" | "treatment-off" | "plant-silent";
  permitNo: string | null;
  outlet: string | null;
  what: string;
}

type Candidate = { plant: SimPlant; device: SimDevice; stream: Stream };

/** Plans the events into `plants` (their `planned` lists) around `startedAt` (epoch ms). */
export function stage(plants: readonly SimPlant[], { seed, startedAt }: { seed: number; startedAt: number }): Plan[] {
  const now = Math.floor(startedAt / MINUTE);
  const key = keyOf(seed, `stage/${floorHour(startedAt)}`);
  const taken = new Set<SimPlant>();
  const order = plants.toSorted((a, b) => mix(key, a.key) - mix(key, b.key));
  const runs = (plant: SimPlant): boolean => [now - 30, now, now + 60].every((m) => plantLoad(plant, m) > 0.35);

  const find = <T>(of: (plant: SimPlant) => T | undefined): T | undefined => {
    for (const plant of order) {
      const found = taken.has(plant) ? undefined : of(plant);
      if (found === undefined) continue;
      taken.add(plant);
      return found;
    }
    return undefined;
  };
  const stream = (fits: (s: Stream, d: SimDevice) => boolean): Candidate | undefined =>
    find((plant) => {
      if (!runs(plant)) return undefined;
      for (const device of plant.devices)
        for (const s of device.streams) if (fits(s, device) && speaks(device, now)) return { plant, device, stream: s };
      return undefined;
    });
  const hourly = (s: Stream, d: SimDevice): boolean =>
    d.medium === "gas" && d.interval === 1 && s.behaviour.kind === "limited" && !s.behaviour.slow;

  const plans: Plan[] = [];
  const upset = (
    event: Plan["event"],
    found: Candidate | undefined,
    shape: Omit<Stream["planned"][number], "start">,
    start: number,
  ): void => {
    found?.stream.planned.push({ ...shape, start: now + start });
    plans.push(
      note(
        event,
        found,
        found ? `${found.stream.code} from ${start} min, up to ${shape.peak} of its limit` : "no plant fits",
      ),
    );
  };

  upset("lost", stream(hourly), { rise: 4, hold: 70, fall: 15, peak: 2.6 }, -22);
  upset("recovers", stream(hourly), { rise: 5, hold: 18, fall: 12, peak: 1.55 }, -14);
  upset("begins", stream(hourly), { rise: 5, hold: 40, fall: 15, peak: 2.2 }, 3);
  upset(
    "ph-out",
    stream((s) => s.code === "w01001" && s.behaviour.kind === "range"),
    { rise: 2, hold: 35, fall: 10, peak: 2.2 },
    -3,
  );

  const off = find((plant) => {
    if (!runs(plant)) return undefined;
    const treatment = plant.facilities.find(
      (t) =>
        t.facility.kind === "treatment" &&
        reported(plant, t.facility.code) &&
        plant.facilities.some(
          (p) =>
            p.facility.kind === "production" &&
            reported(plant, p.facility.code) &&
            p.facility.outlets.some((o) => t.facility.outlets.includes(o)),
        ),
    );
    return treatment ? { plant, treatment } : undefined;
  });
  off?.treatment.plannedOff.push({ from: now - 2, to: now + 33 });
  plans.push({
    event: "treatment-off",
    permitNo: off?.plant.permitNo ?? null,
    outlet: off?.treatment.facility.outlets[0] ?? null,
    what: off
      ? `${off.treatment.facility.code} stands from -2 min for 35 min`
      : "no plant reports treatment and production of one outlet",
  });

  // One device of a plant that has others falls silent; then a whole plant that has been silent for two hours.
  const device = find((plant) => {
    const found = plant.devices.find((d) => d.interval === 1 && speaks(d, now));
    return plant.devices.length > 1 && found ? { plant, device: found } : undefined;
  });
  device?.device.planned.silent.push(span(now - 9, 80));
  plans.push(
    note("device-silent", device, device ? `${device.device.mn} from -9 min for 80 min` : "no plant has two devices"),
  );

  const silent = find((plant) =>
    plant.devices.length > 0 ? { plant, device: plant.devices[0] as SimDevice } : undefined,
  );
  for (const d of silent?.plant.devices ?? []) d.planned.silent.push(span(now - 130, 130 + 24 * 60));
  plans.push(note("plant-silent", silent, silent ? "all devices from -130 min for a day" : "no plant left"));
  return plans;
}

const span = (from: number, minutes: number): Span => ({ from, to: from + minutes });

const note = (event: Plan["event"], found: { plant: SimPlant; device: SimDevice } | undefined, what: string): Plan => ({
  event,
  permitNo: found?.plant.permitNo ?? null,
  outlet: found?.device.outlet ?? null,
  what,
});

/** Neither in a break of the link nor in calibration, maintenance or fault in the coming hour. */
function speaks(device: SimDevice, now: number): boolean {
  if (!inForce(device.binding, now * MINUTE)) return false;
  for (let minute = now - 30; minute <= now + 60; minute++)
    if (linkGap(device, minute) !== null || !["N", "C"].includes(analyserFlag(device, minute))) return false;
  return true;
}

const reported = (plant: SimPlant, code: string): boolean =>
  plant.devices.some((d) => d.facilities.some((f) => f.code === code));
