/** A closing of the whole city: all plants, a few at a time, so that the tables are asked evenly. */
import { MetricUnit } from "@aws-lambda-powertools/metrics";
import * as z from "zod/mini";
import { loadRuleData } from "../../layers/rule-data.ts";
import { countRefusals } from "../devices/device-refusals.ts";
import { keepQuality, type QualityServices } from "../devices/keep-quality.ts";
import { qualityFacts } from "../devices/quality-repository.ts";
import { keepUnmarked, listedDays } from "../marks/keep-unmarked.ts";
import { markRepository } from "../marks/mark-repository.ts";
import { retestMarks, type RetestServices } from "../marks/retest-marks.ts";
import { unmarkedList, type UnmarkedList } from "../marks/unmarked-repository.ts";
import { registerRepository, type Register } from "../register/repository.ts";
import { documentClient } from "../shared/clients.ts";
import { DAY, floorDay, HOUR } from "../shared/shanghai.ts";
import { eachInParallel, throwAny } from "../shared/in-parallel.ts";
import { gatheredCalls } from "../shared/table-calls.ts";
import { metrics } from "../shared/logger.ts";
import { HouseEnv, readEnv } from "../shared/env.ts";
import { blockRepository } from "../telemetry/block-repository.ts";
import type { LiveHead } from "../telemetry/domain/block.ts";
import { ledgerHints, type LedgerHints } from "../telemetry/ledger-hints.ts";
import { readOnce } from "../telemetry/read-once.ts";
import { closePeriod, periodClosedAt, type CloseServices } from "./close.ts";
import { cityReader, type CityReader } from "./city-reader.ts";
import type { Kind } from "./domain/judge-limit.ts";
import { mendStandings, standingLists, type StandingLists } from "./mend-standings.ts";
import { wasTold } from "./told-periods.ts";
import { warningLedger } from "./repository.ts";
import type { JudgedLimit } from "./stored-items.ts";

export interface ClosingServices extends CloseServices {
  register: Pick<Register, "getPlants" | "listPlants">;
  hints: Pick<LedgerHints, "keepHeads" | "headsOf">;
  quality: QualityServices["quality"];
  refusals: QualityServices["refusals"];
  marks: RetestServices["marks"];
  unmarked: UnmarkedList;
  city: Pick<CityReader, "dayOfEpisodes" | "standings" | "warnings">;
  standings: StandingLists;
}

const Env = z.extend(HouseEnv, { REGISTER_TABLE: z.string(), BLOCKS_TABLE: z.string(), LEDGER_TABLE: z.string() });

const PAGE = 100;
const WIDTH = 24;

/**
 * Closes the period that ended before `at` for every plant; returns how many were visited, and tells every verdict that
 * it wrote, also when the closing fails at last. A plant that fails keeps no
 * other open: the closing fails at its end, and run again finds the rest closed.
 */
export async function closeAll(
  kind: Kind,
  at: number,
  services: ClosingServices,
  onVerdict: (verdict: JudgedLimit) => void = () => undefined,
): Promise<number> {
  const start = periodClosedAt(kind, at);
  const failures: unknown[] = [];
  let plants = 0;
  const [told, listed, unmarked] = await Promise.all([
    toldBefore(kind, start, services.city),
    kind === "HOUR" ? services.city.standings() : null,
    kind === "DAY" ? listedDays(start, services) : null,
  ]);
  for await (const permitNos of pages(services.register)) {
    const records = await services.register.getPlants(permitNos);
    if (listed) await mendStandings(permitNos, listed, at, services);
    await eachInParallel(records, WIDTH, failures, async (plant) => {
      for (const verdict of await closePeriod(plant, kind, start, at, services, told.get(plant.permit.permitNo)))
        onVerdict(verdict);
      if (kind === "HOUR") return;
      const heads = await keepHeads(plant.permit.permitNo, start, at, services);
      await retestMarks(plant, start, at, services);
      // Both look at the whole day; the hours beside it are the unmarked's.
      const day = [start - 2 * HOUR, start + DAY + HOUR] as const;
      const once = { ...services, blocks: readOnce(services.blocks, plant.permit.permitNo, day) };
      await keepUnmarked(plant.permit, start, at, unmarked?.get(plant.permit.permitNo) ?? [], once);
      await keepQuality(plant.permit, start, heads, services.ruleData.deviceQuality(start), once);
    });
    plants += records.length;
  }
  throwAny(failures);
  return plants;
}

/** `outlet/pollutant` by plant of which a warning went out in the period; whose episode is over is known of the days' lists only. */
async function toldBefore(kind: Kind, start: number, city: ClosingServices["city"]): Promise<Map<string, Set<string>>> {
  const days = await Promise.all([start, start - DAY].map((t) => city.dayOfEpisodes(floorDay(t))));
  const told = new Map<string, Set<string>>();
  for (const row of days.flat()) {
    if (!wasTold(row, kind, start)) continue;
    const own = told.get(row.permitNo) ?? new Set();
    told.set(row.permitNo, own.add(`${row.outlet}/${row.pollutant}`));
  }
  return told;
}

/** The same, and counts the verdicts that were written by their kind. */
export async function closeAndCount(kind: Kind, at: number, services: ClosingServices): Promise<number> {
  const written = new Map<string, number>();
  try {
    return await closeAll(kind, at, services, ({ verdict }) => written.set(verdict, (written.get(verdict) ?? 0) + 1));
  } finally {
    for (const [verdict, count] of written) metrics.addMetric(`Verdicts_${verdict}`, MetricUnit.Count, count);
  }
}

/** The chains' heads at the end of the day: what a verification starts from, and what outlives the blocks. */
async function keepHeads(
  permitNo: string,
  day: number,
  at: number,
  { blocks, hints }: ClosingServices,
): Promise<LiveHead["devices"]> {
  const live = await blocks.live(permitNo, at);
  if (live) await hints.keepHeads(permitNo, day, live.devices);
  return live?.devices ?? {};
}

async function* pages(register: Pick<Register, "listPlants">): AsyncGenerator<string[]> {
  let page: string[] = [];
  for await (const { permitNo } of register.listPlants()) {
    page.push(permitNo);
    if (page.length === PAGE) {
      yield page;
      page = [];
    }
  }
  if (page.length > 0) yield page;
}

export function closingServices(): ClosingServices {
  const env = readEnv(Env);
  const db = documentClient();
  return {
    register: registerRepository({ db, table: env.REGISTER_TABLE }),
    blocks: blockRepository({ db, table: env.BLOCKS_TABLE }),
    ledger: warningLedger({ db, table: env.LEDGER_TABLE, calls: gatheredCalls({ db, table: env.LEDGER_TABLE }) }),
    hints: ledgerHints({ db, table: env.LEDGER_TABLE }),
    quality: qualityFacts({ db, table: env.LEDGER_TABLE }),
    refusals: (mn, from, to) => countRefusals({ db, table: env.LEDGER_TABLE }, mn, from, to),
    marks: markRepository({ db, table: env.LEDGER_TABLE }),
    unmarked: unmarkedList({ db, table: env.LEDGER_TABLE }),
    city: cityReader({ db, table: env.LEDGER_TABLE }),
    standings: standingLists({ db, table: env.LEDGER_TABLE }),
    ruleData: loadRuleData(env.RULE_DATA_DIR),
  };
}
