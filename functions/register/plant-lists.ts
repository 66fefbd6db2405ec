/** The register as lists show it: kept in memory for as long as the register stays the same. */
import { inParallel } from "../shared/in-parallel.ts";
import { SHARDS } from "../shared/shard.ts";
import { changedSince } from "./register-state.ts";
import type { Register } from "./repository.ts";
import { shownInLists, type PlantRecord, type ShownInLists, type SiteInLists } from "./stored-items.ts";

export interface ListedPlant extends ShownInLists {
  site: SiteInLists;
  permitNo: string;
  code: string;
  name: string;
  town: string;
}

export interface PlantLists {
  /** Every plant by permit number, and the register's version that they are of. */
  all(): Promise<{ version: string; plants: readonly ListedPlant[] }>;
  /** These plants, by permit number, read without the rest of the city. */
  some(permitNos: Iterable<string>): Promise<ListedPlant[]>;
}

/** Within this time nobody asks whether the register changed. */
const FRESH_MS = 5_000;
const byPermit = (a: ListedPlant, b: ListedPlant): number => (a.permitNo < b.permitNo ? -1 : 1);
const listed = ({ permit, code }: PlantRecord): ListedPlant => ({
  permitNo: permit.permitNo,
  code,
  name: permit.name,
  town: permit.town,
  ...shownInLists(permit),
});

export function plantLists(
  register: Pick<Register, "state" | "listShard" | "getPlants">,
  now: () => number,
): PlantLists {
  let held: { version: string; plants: readonly ListedPlant[] } | null = null;
  let checked = -Infinity;
  let running: Promise<{ version: string; plants: readonly ListedPlant[] }> | null = null;

  const some = async (permitNos: Iterable<string>, consistent = false): Promise<ListedPlant[]> =>
    (await register.getPlants([...permitNos], consistent)).map(listed).sort(byPermit);

  async function read(): Promise<readonly ListedPlant[]> {
    const plants: ListedPlant[] = [];
    const bare: string[] = [];
    await inParallel(
      Array.from({ length: SHARDS }, (_, shard) => shard),
      SHARDS,
      async (shard) => {
        for await (const { permitNo, code, name, town, shown } of register.listShard(shard, true))
          if (shown?.site) plants.push({ permitNo, code, name, town, ...shown, site: shown.site });
          else bare.push(permitNo);
      },
    );
    return [...plants, ...(bare.length > 0 ? await some(bare, true) : [])].sort(byPermit);
  }

  async function refresh(): Promise<{ version: string; plants: readonly ListedPlant[] }> {
    const at = now();
    const state = await register.state();
    const version = state?.version ?? "none";
    if (held && held.version !== version) {
      const changed = changedSince(state, held.version);
      if (changed !== "all") {
        const now = new Set(changed.plants);
        const others = held.plants.filter(({ permitNo }) => !now.has(permitNo));
        const read = now.size > 0 ? await some(now, true) : [];
        held = { version, plants: [...others, ...read].sort(byPermit) };
      }
    }
    if (held?.version !== version) held = { version, plants: await read() };
    checked = at;
    return held;
  }

  return {
    some: (permitNos) => some(permitNos),
    all() {
      const age = now() - checked;
      // A clock that was set back says nothing about how old it is.
      if (held && age >= 0 && age < FRESH_MS) return Promise.resolve(held);
      running ??= refresh().finally(() => {
        running = null;
      });
      return running;
    },
  };
}
