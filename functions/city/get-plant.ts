/** `GET /api/plants/{permitNo}`: the permit and everything that is live of one plant. */
import type { RuleData } from "../../layers/rule-data.ts";
import { atPlant, type Operation } from "../api/operation.ts";
import { loadStored, type FactSources } from "../disclosure/load-facts.ts";
import { contactsAt } from "../register/domain/contacts.ts";
import { covers, reachOf } from "../people/domain/rights.ts";
import type { BlockRepository } from "../telemetry/block-repository.ts";
import { plantPage } from "./domain/plant-page.ts";
import { Plant } from "./plant-schema.ts";

export interface PlantServices extends FactSources {
  blocks: Pick<BlockRepository, "records" | "live">;
  rules: RuleData;
}

export const getPlantOperation = ({ blocks, ledger, rules }: PlantServices): Operation =>
  atPlant({
    id: "getPlant",
    method: "GET",
    path: "/api/plants/:permitNo",
    summary: "One plant: its permit, live values with what they head for, open episodes, devices",
    action: "plant.read",
    answer: Plant,
    async handle({ plant, person, at }) {
      const { permit, revision, code, importedAt } = plant;
      const asOf = Math.floor(at / 1000) * 1000;
      const [stored, live] = await Promise.all([
        loadStored(plant, asOf, { blocks, ledger }),
        blocks.live(permit.permitNo, asOf),
      ]);
      const { permitNo, name, town, industry, management, validFrom, validTo, location } = permit;
      const contacts = reachOf(person, "contact.read");
      return {
        body: {
          permitNo,
          code,
          name,
          town,
          industry,
          management,
          validFrom,
          validTo,
          location,
          revision,
          importedAt,
          ...plantPage(stored, live, rules),
          contacts: contacts && covers(contacts, permit) ? contactsAt(permit, plant.contacts, asOf) : null,
        },
      };
    },
  });
