/**
 * One five-minute tick: late data are judged again, plants at risk and plants that are due are judged, what falls due
 * is sent. Running the same tick again changes nothing and sends nothing twice: a plant's state names the tick it stands
 * at, and every message is claimed. A plant that fails costs no other plant its warning: the tick fails at its end, and
 * is run again for what is left.
 */
import { contactsAt } from "../register/domain/contacts.ts";
import type { PlantRecord } from "../register/stored-items.ts";
import type { CachedRegister } from "../register/cached-register.ts";
import { eachInParallel, inParallel, throwAny } from "../shared/in-parallel.ts";
import { MINUTE } from "../shared/shanghai.ts";
import { SHARDS } from "../shared/shard.ts";
import { mergeLive } from "../telemetry/block-repository.ts";
import type { StoredBlock } from "../telemetry/block-repository.ts";
import type { BlockRecord, LiveHead } from "../telemetry/domain/block.ts";
import { closesAt, rejudgePeriod, type CloseServices } from "./close.ts";
import { dispatch, settleLeftovers, type DispatchServices, type Outcome, type Owed } from "./dispatch.ts";
import { calmUntil, deficitIsFar, evaluatePlant, windowOf, type EpisodeEvent } from "./domain/evaluate-plant.ts";
import { LENGTH } from "./domain/judge-limit.ts";
import type { PlantState } from "./domain/plant-state.ts";
import { outages, silences, type Silence } from "./domain/silence.ts";
import type { DuePlant } from "./repository.ts";

export interface TickServices extends CloseServices, DispatchServices {
  register: Pick<CachedRegister, "getPlant" | "refresh">;
  /** What the function's memory knows of calm plants: for others it is only more visits. */
  calm: CalmPlants;
  /** One alarm to the operator of the system. */
  alarm(subject: string, text: string): Promise<void>;
  /** A plant owes messages; `live` is how far its evidence went when it was judged. */
  onOwed?(permitNo: string, state: PlantState, live: LiveHead | null): void;
  /** Hands on what is owed to those who send it by other ways than text messages; after these have left. */
  handOn?(owed: readonly Owed[]): Promise<void>;
}

/**
 * By permit number: looked at `since`, and nothing to look for before `until`, as long as the item of its due time is the one
 * of then (`of`). Between two writes of that item, which come once an hour, a plant is in the list of those due at every tick.
 */
export type CalmPlants = Map<string, { of: string; since: number; until: number }>;

export interface TickReport {
  plants: number;
  atRisk: number;
  rejudged: number;
  opened: number;
  /** Episodes that recovered or lapsed. */
  closed: number;
  /** Plants of which no device speaks. */
  silent: number;
  sends: Partial<Record<Outcome, number>>;
}

interface Visit {
  plant: PlantRecord;
  live: LiveHead | null;
  /** Set when the plant stands in the risk partition. */
  riskUntil: number | null;
  /** Records of the window, when they were read with `live` and there was room to keep them. */
  records: BlockRecord[] | null;
  /** Set when only its silence has to be looked at: no data deficit before `deficit`, by the item (`of`) of its due time. */
  quiet: { of: string; deficit: number } | null;
}

/** Plants read or judged at a time: they share calls (table-calls.ts). */
const WIDTH = 50;
/** Records kept from the reading of all plants to their judgement: some 100 MB; who is above that is read again. */
const KEPT_RECORDS = 250_000;
const ALL_SHARDS = Array.from({ length: SHARDS }, (_, s) => s);

export async function tick(t: number, services: TickServices): Promise<TickReport> {
  const failures: unknown[] = [];
  await services.register.refresh();
  const rejudged = await rejudgeClosed(t, services, failures);
  const visits = await visitsOf(t, services, failures);
  const inOutage = await outOf(t, visits, services);
  const late = services.now() - t > services.ruleData.warning(t).sms.lateTick * MINUTE;
  const owed: Owed[] = [];
  let [opened, closed, silent] = [0, 0, 0];
  await eachInParallel(visits, WIDTH, failures, async (visit) => {
    const result = await judgePlant(visit, t, { late, inOutage }, services);
    opened += result.opened;
    closed += result.closed;
    silent += result.silent ? 1 : 0;
    owed.push(...result.owed);
  });
  const sends = await dispatch(owed, services, failures);
  await services.handOn?.(owed).catch((error: unknown) => failures.push(error));
  throwAny(failures);
  return {
    plants: visits.length,
    atRisk: visits.filter((v) => v.riskUntil !== null).length,
    rejudged,
    opened,
    closed,
    silent,
    sends: Object.fromEntries(sends),
  };
}

/** Judges closed periods again whose slots changed since. */
async function rejudgeClosed(t: number, services: TickServices, failures: unknown[]): Promise<number> {
  let count = 0;
  await eachInParallel(ALL_SHARDS, SHARDS, failures, async (shard) => {
    await eachInParallel(await services.ledger.rejudges(shard), 1, failures, async (item) => {
      const kind = item.sk.includes("#HOUR#") ? "HOUR" : "DAY";
      if (closesAt(kind, item.start, services.ruleData) > t) return;
      const plant = await services.register.getPlant(item.permitNo);
      // A mark names all the periods that it touches at once.
      for (let start = item.start; plant && start < (item.until ?? item.start + 1); start += LENGTH[kind])
        await rejudgePeriod(plant, kind, start, t, services, item.cause);
      await services.ledger.clearRejudge(item);
      count += 1;
    });
  });
  return count;
}

async function visitsOf(t: number, services: TickServices, failures: unknown[]): Promise<Visit[]> {
  const wanted = new Map<string, { riskUntil: number | null; due?: DuePlant }>();
  await inParallel(ALL_SHARDS, SHARDS, async (shard) => {
    const [due, risk] = await Promise.all([services.ledger.due(shard, t), services.ledger.atRisk(shard)]);
    for (const one of due) if (!isCalm(one, t, services)) wanted.set(one.permitNo, { riskUntil: null, due: one });
    for (const { permitNo, until } of risk) wanted.set(permitNo, { riskUntil: until });
  });
  const numbers = services.ruleData.warning(t);
  const visits: Visit[] = [];
  let kept = 0;
  await eachInParallel([...wanted], WIDTH, failures, async ([permitNo, { riskUntil, due }]) => {
    const plant = await services.register.getPlant(permitNo);
    if (!plant) return;
    const look = due?.look?.revision === plant.revision ? due.look : null;
    const quiet =
      due && look && deficitIsFar(look.deficit, t, numbers) ? { of: itemOf(due), deficit: look.deficit } : null;
    const from = quiet ? null : windowOf(plant.permit, t, riskUntil !== null, numbers);
    const { live, records } = await presentOf(permitNo, from, t, services);
    const room = records !== null && kept + records.length <= KEPT_RECORDS;
    if (room) kept += records.length;
    const contacts = contactsAt(plant.permit, plant.contacts, t);
    const permit = { ...plant.permit, contacts };
    visits.push({ plant: { ...plant, permit }, live, riskUntil, records: room ? records : null, quiet });
  });
  return visits.sort((a, b) => (a.plant.permit.permitNo < b.plant.permit.permitNo ? -1 : 1));
}

const itemOf = ({ due, look }: DuePlant): string => `${due} ${look?.deficit ?? ""} ${look?.revision ?? ""}`;

function isCalm(one: DuePlant, t: number, { calm }: TickServices): boolean {
  const known = calm.get(one.permitNo);
  return known !== undefined && known.of === itemOf(one) && known.since <= t && t < known.until;
}

/** Blocks that tell a plant's present: the last of them that were received carry it on. */
const NEWEST = 3;

/** The plant's present, with the records since `from` (null: not asked for): one read, unless it has been silent for long. */
async function presentOf(
  permitNo: string,
  from: number | null,
  t: number,
  { blocks }: TickServices,
): Promise<{ live: LiveHead | null; records: BlockRecord[] | null }> {
  const liveOf = (some: readonly StoredBlock[]): LiveHead | null =>
    some.reduce<LiveHead | null>((l, { block }) => mergeLive(block.live, l), null);
  if (from === null)
    return {
      live: (await blocks.liveIn(permitNo, t)) ?? liveOf(await blocks.latest(permitNo, t, NEWEST)),
      records: null,
    };
  const window = await blocks.range(permitNo, from, t + 1, true);
  const live = liveOf(window);
  return {
    live: live ?? liveOf(await blocks.latest(permitNo, t, NEWEST)),
    records: window.flatMap(({ block }) => block.records.filter((r) => r.at >= from && r.at <= t)),
  };
}

/** Devices that are silent together with many others; the operator of the system hears of each outage once. */
async function outOf(t: number, visits: readonly Visit[], services: TickServices): Promise<Set<string>> {
  const numbers = services.ruleData.warning(t).silence;
  const offline = visits.flatMap(({ plant, live }) =>
    silences(plant.permit, live, t, numbers).filter((s: Silence) => t >= s.offlineAt),
  );
  if (offline.length < numbers.outageDevices) return new Set();
  const scopes = outages(offline, t, await services.ledger.deviceTotals(), numbers);
  for (const scope of scopes) {
    const before = await services.ledger.outage(scope, t);
    if (before !== null && t - before <= 10 * MINUTE) continue;
    const where = scope === "" ? "the city" : `gateway ${scope}`;
    await services.alarm(
      `silence: ${where}`,
      `${offline.length} devices of ${where} are silent together. Plants are not told; see docs/runbook.md.`,
    );
  }
  return new Set(offline.filter((s) => scopes.has("") || scopes.has(s.via)).map((s) => s.mn));
}

/** Blocks expire; a device that was silent then is silent still. */
function remembered(live: LiveHead | null, { offline }: PlantState): LiveHead | null {
  const gone = Object.entries(offline).filter(([mn]) => live?.devices[mn] === undefined);
  if (gone.length === 0) return live;
  const devices = Object.fromEntries(gone.map(([mn, { since }]) => [mn, { seen: since, link: "", links: 0, via: "" }]));
  return { applied: {}, riskUntil: 0, ...live, devices: { ...devices, ...live?.devices } };
}

/** How often a plant is judged anew when its state changed in between: an answer came in, or another run was faster. */
const ATTEMPTS = 4;

async function judgePlant(
  visit: Visit,
  t: number,
  how: { late: boolean; inOutage: ReadonlySet<string> },
  services: TickServices,
  attempt = 1,
): Promise<{ owed: Owed[]; opened: number; closed: number; silent: boolean }> {
  const { plant, live, riskUntil, quiet } = visit;
  const { late, inOutage } = how;
  const { permit, revision } = plant;
  const { ledger, blocks, ruleData } = services;
  const numbers = ruleData.warning(t);
  if (quiet) {
    const { state } = await ledger.state(permit.permitNo);
    const next = state.tick < t ? calmUntil({ permit, live }, state, quiet.deficit, t, numbers) : null;
    if (next !== null) {
      services.calm.set(permit.permitNo, { of: quiet.of, since: t, until: next });
      return { owed: [], opened: 0, closed: 0, silent: false };
    }
  }
  const { state: held, version, first, marked } = await ledger.plant(permit.permitNo);
  const owedOf = (state: PlantState): Owed[] =>
    state.outbox.map((message) => ({ permit, tick: state.tick, message, episodes: state.episodes }));
  // This tick (or a later one) was judged already: only what it owes may be left.
  if (held.tick >= t)
    return { owed: held.tick === t ? owedOf(held) : [], opened: 0, closed: 0, silent: held.state === "silent" };
  await settleLeftovers(permit, held.tick, held.outbox, services);

  const atRisk = riskUntil !== null;
  const from = windowOf(permit, t, atRisk, numbers);
  const records = visit.records ?? (await blocks.records(permit.permitNo, from, t + 1, true));
  const standing = atRisk && marked ? await ledger.marks(permit.permitNo, from, t) : [];
  const marks = Object.fromEntries(Map.groupBy(standing, (m) => m.outlet));
  const known = remembered(live, held);
  const { state, events, due, deficit } = evaluatePlant({ permit, records, live: known, first, marks }, held, {
    t,
    ruleData,
    atRisk,
    late,
    inOutage,
  });
  const changed = JSON.stringify({ ...state, tick: 0 }) !== JSON.stringify({ ...held, tick: 0 });
  if (changed && !(await ledger.putPlant(permit.permitNo, state, version, events, held))) {
    if (attempt < ATTEMPTS) return judgePlant(visit, t, how, services, attempt + 1);
    throw new Error(
      `the state of ${permit.permitNo} changed ${ATTEMPTS} times while it was judged; run this tick again`,
    );
  }
  if (changed && state.outbox.length > 0) services.onOwed?.(permit.permitNo, state, live);
  const open = state.episodes.length > 0 || state.outbox.length > 0;
  // A plant that owes a message stays in the risk partition until the next tick has settled it.
  const leaves = riskUntil !== null && t > riskUntil && !open;
  if (open && !atRisk) await ledger.risk(permit.permitNo, t);
  // Who is at risk is visited anyway: when he is due counts from when he leaves.
  else if (!atRisk || leaves) await ledger.putDue(permit.permitNo, due, { deficit, revision });
  if (leaves) await ledger.leaveRisk(permit.permitNo, riskUntil);
  const count = (...types: EpisodeEvent["type"][]): number => events.filter((e) => types.includes(e.type)).length;
  return {
    owed: changed ? owedOf(state) : [],
    opened: count("opened"),
    closed: count("recovered", "lapsed"),
    silent: state.state === "silent",
  };
}
