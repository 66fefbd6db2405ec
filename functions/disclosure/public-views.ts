/** Public views by code or permit number: what the page and the API are both made from. */
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { RuleData } from "../../layers/rule-data.ts";
import { registerRepository } from "../register/repository.ts";
import type { PlantRecord } from "../register/stored-items.ts";
import { blockRepository } from "../telemetry/block-repository.ts";
import { warningLedger } from "../warnings/repository.ts";
import { plantView, type PlantView } from "./domain/plant-view.ts";
import { loadFacts } from "./load-facts.ts";

export interface PublicViews {
  /** The view of a plant as of now; null when nobody has that code or permit. */
  viewByCode: (code: string) => Promise<PlantView | null>;
  viewByPermit: (permitNo: string) => Promise<PlantView | null>;
}

export interface PublicViewSources {
  db: DynamoDBDocumentClient;
  tables: { REGISTER_TABLE: string; BLOCKS_TABLE: string; LEDGER_TABLE: string };
  rules: RuleData;
  /** Epoch ms; the process's clock. */
  now: () => number;
}

export function publicViews({ db, tables, rules, now }: PublicViewSources): PublicViews {
  const register = registerRepository({ db, table: tables.REGISTER_TABLE });
  const blocks = blockRepository({ db, table: tables.BLOCKS_TABLE });
  const ledger = warningLedger({ db, table: tables.LEDGER_TABLE });
  const view = async (plant: PlantRecord | null): Promise<PlantView | null> =>
    plant && plantView(await loadFacts(plant, Math.floor(now() / 1000) * 1000, { blocks, ledger }), rules);
  return {
    viewByCode: async (code) => view(await register.getPlantByCode(code)),
    viewByPermit: async (permitNo) => view(await register.getPlant(permitNo)),
  };
}
