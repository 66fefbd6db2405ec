/** Operations for people with an account that need no more than the tables and the archive; all of them: all-operations.ts. */
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { RuleData } from "../../layers/rule-data.ts";
import { readOperations } from "../city/read-operations.ts";
import { importOperations } from "../imports/import-operations.ts";
import { jobOperations } from "../jobs/job-operations.ts";
import { jobRepository, type Jobs } from "../jobs/job-repository.ts";
import { liveOperations } from "../live/live-operations.ts";
import { liveRepository, type LiveRepository } from "../live/live-repository.ts";
import { cityDeviceOperations } from "../devices/list-devices.ts";
import { cityUnmarkedOperations } from "../marks/list-unmarked.ts";
import { markOperations } from "../marks/mark-operations.ts";
import { unmarkedOperations } from "../marks/unmarked-operations.ts";
import type { Senders } from "../notices/channels.ts";
import { noticeOperations } from "../notices/notice-operations.ts";
import { settingsOperations } from "../notices/settings-operations.ts";
import type { People } from "../people/repository.ts";
import { peopleRepository } from "../people/repository.ts";
import { auditOperations } from "../people/audit-operations.ts";
import type { Accounts } from "../people/invitations.ts";
import { personOperations } from "../people/person-operations.ts";
import { selfOperations } from "../people/self-operations.ts";
import { contactOperations } from "../register/contact-operations.ts";
import { permitOperations } from "../register/permit-operations.ts";
import { registerRepository, type Register } from "../register/repository.ts";
import type { Bucket } from "../shared/bucket.ts";
import { ruleDataOperations } from "../simulate/rule-data-operations.ts";
import type { ArchiveReader } from "../telemetry/archive-reader.ts";
import { replayOperations } from "../telemetry/replay-operations.ts";
import { acknowledgeOperations } from "../warnings/acknowledge-operations.ts";
import { messageOperations } from "../warnings/message-operations.ts";
import type { Operation } from "./operation.ts";

/** What stands outside of the program: made by the entry from its environment, by a test from an engine in memory. */
export interface Backends {
  db: DynamoDBDocumentClient;
  tables: Readonly<Record<"register" | "blocks" | "ledger" | "people" | "jobs", string>>;
  ruleData: RuleData;
  accounts: Accounts;
  /** Raw frames. */
  archive: ArchiveReader;
  /** The imports bucket: what is asked for, and what comes of it. */
  bucket: Bucket;
  /** Ways out other than text messages. */
  senders: Senders;
  /** Now, epoch ms. */
  now(): number;
}
/** What the features' operations work with. */
export interface Services extends Backends {
  register: Register;
  people: People;
  jobs: Jobs;
  live: LiveRepository;
}

export const servicesOf = (backends: Backends): Services => ({
  ...backends,
  register: registerRepository({ db: backends.db, table: backends.tables.register }),
  people: peopleRepository({ db: backends.db, table: backends.tables.people }),
  jobs: jobRepository({ db: backends.db, table: backends.tables.jobs }),
  live: liveRepository({ db: backends.db, table: backends.tables.ledger }),
});

/** Each feature brings its own; this is their list. Making them calls nobody. */
export const peopleOperations = (services: Services): Operation[] => [
  ...selfOperations(),
  ...readOperations(services),
  ...acknowledgeOperations(services),
  ...markOperations(services),
  ...messageOperations(services),
  ...ruleDataOperations(services),
  ...contactOperations(services),
  ...permitOperations(services),
  ...cityDeviceOperations(services),
  ...unmarkedOperations(services),
  ...cityUnmarkedOperations(services),
  ...settingsOperations(services),
  ...noticeOperations(services),
  ...personOperations(services),
  ...auditOperations(services),
  ...jobOperations(services),
  ...liveOperations(services),
  ...importOperations(services),
  ...replayOperations(services),
];
