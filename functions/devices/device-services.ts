import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { RuleData } from "../../layers/rule-data.ts";
import type { Register } from "../register/repository.ts";
import type { IotRegistry } from "./iot-registry.ts";

/** Where devices' identities are kept, and what they trust. */
export interface Identities {
  registry: IotRegistry;
  /** PEM of the authorities that the broker's certificate may come from. */
  ca: string;
}

export interface DeviceServices {
  db: DynamoDBDocumentClient;
  tables: Readonly<Record<"register" | "blocks" | "ledger", string>>;
  ruleData: RuleData;
  register: Pick<Register, "getPlant">;
  identities: Identities;
}
