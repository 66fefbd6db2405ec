/** What people with an account read: lists over the city, and everything of one plant. */
import type { Operation } from "../api/operation.ts";
import type { Services } from "../api/operations.ts";
import { plantLists } from "../register/plant-lists.ts";
import { blockRepository } from "../telemetry/block-repository.ts";
import { getFramesOperation } from "../telemetry/get-frames.ts";
import { getValuesOperation } from "../telemetry/get-values.ts";
import { lastSeen } from "../telemetry/last-seen.ts";
import { quarantineOperations } from "../telemetry/list-quarantine.ts";
import { quarantine } from "../telemetry/quarantine.ts";
import { cityReader } from "../warnings/city-reader.ts";
import { getEpisodeOperation } from "../warnings/get-episode.ts";
import { listEpisodesOperation } from "../warnings/list-episodes.ts";
import { warningLedger } from "../warnings/repository.ts";
import { cityFacts } from "./city-facts.ts";
import { getBoardOperation } from "./get-board.ts";
import { getPlantOperation } from "./get-plant.ts";
import { labelOperations } from "./label-operations.ts";
import { listPlantsOperation } from "./list-plants.ts";

export function readOperations({ db, tables, ruleData, register, archive, now }: Services): Operation[] {
  const blocks = blockRepository({ db, table: tables.blocks });
  const ledger = warningLedger({ db, table: tables.ledger });
  const reader = cityReader({ db, table: tables.ledger });
  const lists = plantLists(register, now);
  const city = cityFacts(reader, now);
  const refused = quarantine({ db, table: tables.ledger });
  return [
    ...labelOperations({ rules: ruleData }),
    listPlantsOperation({
      lists,
      city,
      reader,
      lastSeen: (permitNos, at) => lastSeen({ db, table: tables.blocks }, permitNos, at),
      async seenEver(permitNo, at) {
        const heads = Object.values((await blocks.live(permitNo, at))?.devices ?? {});
        return heads.length === 0 ? null : Math.max(...heads.map((head) => head.seen));
      },
    }),
    listEpisodesOperation({ lists, reader }),
    getEpisodeOperation({ reader, ledger, blocks, rules: ruleData }),
    getBoardOperation({ lists, city, noise: (at) => ruleData.warning(at).noise }),
    getPlantOperation({ blocks, ledger, rules: ruleData }),
    getFramesOperation({ archive, blocks, quarantine: refused }),
    getValuesOperation({ blocks, ledger, rules: ruleData }),
    ...quarantineOperations({ quarantine: refused }),
  ];
}
