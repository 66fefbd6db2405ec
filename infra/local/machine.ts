/** The whole system in one process: reads the synthesized template, starts its parts in order, stops them in reverse. */
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { formatIso } from "../../functions/shared/shanghai.ts";
import { SYNTH_LOCK, withLock } from "../lock.ts";
import { startAsyncQueue, type AsyncQueue } from "./async-queue.ts";
import { calmLog } from "./calm-log.ts";
import { startBroker, type Broker, type SecureDoor } from "./broker.ts";
import { readDefinition, type FunctionDefinition, type MachineDefinition } from "./definition.ts";
import { openLog } from "./durable-log.ts";
import type { DynamoCall } from "./dynamodb-call.ts";
import { startDynamo, type LocalDynamo } from "./dynamodb.ts";
import { lockFolder } from "./folder-lock.ts";
import { startDynamoGuard } from "./iam/dynamodb-guard.ts";
import { openPermissions, type AllowedAccess } from "./iam/permissions.ts";
import { readRoles } from "./iam/roles.ts";
import { startIdentities, type Identities } from "./identity/identities.ts";
import { openObjectStore, type ObjectStore } from "./object-store.ts";
import { startRules } from "./rules-engine.ts";
import { startLambda, type InvocationResult, type LambdaService } from "./runtime-api.ts";
import { objectEvents } from "./object-events.ts";
import { topicSubscribers } from "./topic-subscribers.ts";
import { startS3 } from "./s3.ts";
import { readSocketApi } from "./live/socket-api.ts";
import { startSocketHub, type SocketHub } from "./live/socket-hub.ts";
import { startSources } from "./sources.ts";
import { startMail, type LocalMail } from "./mail.ts";
import { openSecretKey } from "./dynamic-references.ts";
import { startScheduler } from "./scheduler.ts";
import { startSsm } from "./ssm.ts";
import { startSns, type CarrierFault, type OutboxMessage } from "./sns.ts";
import { openSmsView } from "./sms-view.ts";
import { openStore } from "./store.ts";
import { openStatus, type StatusView } from "./status/status.ts";
import { machineAccount, machineRegion, readAssembly } from "./template.ts";
import { startIssuer, type Issuer } from "./oidc/issuer.ts";
import { startCognito } from "./oidc/cognito.ts";
import { storedInvitations } from "./oidc/invite.ts";
import { readIssuerSettings } from "./oidc/settings.ts";
import { openWebServer } from "./web-server.ts";
import { webHandlers } from "./web.ts";

export interface MachineOptions {
  /** Folder of everything that is kept; made when missing. One machine at a time. */
  dataDir: string;
  /** Web and API on 127.0.0.1; 0 is a free port, null none. */
  port: number | null;
  /** MQTT on 127.0.0.1; 0 is a free port, null none. */
  mqttPort: number | null;
  /** MQTT with mutual TLS, and the identities behind it; 0 is a free port, null or absent none. */
  mqttsPort?: number | null;
  /** Address that the mutual TLS port listens on; 127.0.0.1 unless told otherwise. */
  mqttsHost?: string;
  /** Absent: the real clock. While `virtual` the functions' idea of now follows it as well. */
  clock?: { now(): number; virtual?(): boolean };
  /** Whether the template's schedules fire by themselves. */
  schedules: boolean;
  log: (line: string) => void;
  /** File of the parameters that SSM serves; absent: `secrets.json` in the data folder. */
  secrets?: string;
  /** Folder of the cloud assembly. */
  template: string;
  /** Whether a push service on this machine's loopback may be subscribed to: for tests. */
  pushLoopback?: boolean;
  /** Sees every call of a function that its role allowed, for the record of a trial. */
  onAllowed?: (access: AllowedAccess) => void;
  /** Runs when everything works inside, before schedules fire and ports open (first import, back-fill). */
  prepare?: (machine: Machine) => Promise<void>;
}

export interface Health {
  status: "ok" | "degraded";
  [part: string]: unknown;
}

export interface Machine {
  /** `http://127.0.0.1:port`, null without a web port. */
  url: string | null;
  mqttPort: number | null;
  mqttsPort: number | null;
  /** Null without a port for mutual TLS. */
  identities: Identities | null;
  /** Who people are; null without a web port, or when the template has no user pool. */
  issuer: Issuer | null;
  definition: MachineDefinition;
  objects: ObjectStore;
  /** Open sockets of pages. */
  hub: SocketHub;
  dynamo: LocalDynamo;
  lambda: LambdaService;
  /** As if a device had published; resolves when the message is durable. */
  publish(topic: string, payload: Uint8Array | string, receivedAt?: number, clientId?: string): Promise<void>;
  /** Invokes a schedule's function as of `at` and answers with its result. Throws on an unknown schedule. */
  fire(schedule: string, at: number, options?: { asOf?: boolean }): Promise<InvocationResult>;
  /**
   * Resolves when every stream record, table change and asynchronous invocation is done. `tables: false` leaves out the
   * changes of tables (public pages): they go on beside it.
   */
  drain(what?: { tables?: boolean }): Promise<void>;
  /** Text messages that reached the carrier, newest first. */
  outbox(limit?: number): OutboxMessage[];
  /** E-mail that reached the gateway. */
  mail: Pick<LocalMail, "list" | "setStatus">;
  setCarrierFault(decide: ((to: string, text: string) => CarrierFault | null) | null): void;
  /** Puts the file into the imports bucket, waits, and returns the import's result object. */
  importPermits(name: string, content: string | Uint8Array): Promise<Record<string, unknown>>;
  /** Value of an environment variable that the template gives to a function, such as LEDGER_TABLE. */
  setting(variable: string): string;
  /** For who is not a function: the machine itself, replay, tests. No permission is asked for there. */
  dynamoEndpoint: string;
  call: DynamoCall;
  /** Messages that wait on the streams, by what this process knows: may be asked many times a second. */
  backlog(): number;
  health(): Promise<Health>;
  /** Metrics and alarms of the last hours. */
  status(): StatusView;
  stop(): Promise<void>;
}

/** Starts everything. On an error what was already started is stopped again. */
export async function startMachine(options: MachineOptions): Promise<Machine> {
  const stops: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    return await start(options, stops, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(options: MachineOptions, stops: (() => unknown)[], stop: () => Promise<void>): Promise<Machine> {
  const log = calmLog(options.log);
  const now = (): number => options.clock?.now() ?? Date.now();
  const virtualNow = (): number | null =>
    options.clock && (options.clock.virtual?.() ?? true) ? options.clock.now() : null;
  mkdirSync(join(options.dataDir, "logs"), { recursive: true });
  stops.push(lockFolder(options.dataDir));
  // A copy of its own: the next build replaces the template and the bundles while this machine runs on. Copied under the
  // build's lock, or half of it could be the old and half the new.
  const own = join(options.dataDir, "assembly");
  rmSync(own, { recursive: true, force: true });
  await withLock(SYNTH_LOCK, async () => cpSync(options.template, own, { recursive: true }));
  const openWeb = async (port: number): ReturnType<typeof openWebServer> => {
    const server = await openWebServer(port, log);
    stops.push(() => server.stop());
    return server;
  };
  // A free port is taken at once: the issuer's name holds it, and that stands in the functions' environment.
  const early = options.port === 0 ? await openWeb(0) : null;
  const port = early?.port ?? options.port;
  const { origin } = new URL(`http://localhost:${port ?? 80}`);
  const secretKey = openSecretKey(join(options.dataDir, "machine.key"));
  const assembly = readAssembly(own, `${origin}/oidc`, secretKey);
  const definition = readDefinition(assembly);
  const store = openStore(join(options.dataDir, "machine.sqlite"));
  stops.push(() => store.close());

  let queue: AsyncQueue | undefined;
  const objects = openObjectStore({
    store,
    folder: join(options.dataDir, "objects"),
    buckets: definition.buckets,
    now,
    onCreated: objectEvents(definition, () => queue, now),
  });
  const labelOf = (name: string): string => definition.functions.find((each) => each.name === name)?.label ?? name;
  const permissions = openPermissions({
    roles: readRoles(assembly).ofFunction,
    labelOf,
    log,
    onAllowed: options.onAllowed,
  });
  const s3 = await startS3(objects, permissions);
  stops.push(() => s3.stop());
  const topics = assembly.ofType("AWS::SNS::Topic").map((topic) => topic.ref);
  const deliver = topicSubscribers(assembly, definition, () => queue, now);
  const sns = await startSns({ store, topics, permissions, now, deliver });
  stops.push(() => sns.stop());
  const mail = await startMail(store, now);
  stops.push(() => mail.stop());
  const ssm = await startSsm(options.secrets ?? join(options.dataDir, "secrets.json"), permissions);
  stops.push(() => ssm.stop());
  const dynamo = await startDynamo({ dataDir: options.dataDir, tables: definition.tables, log });
  stops.push(() => dynamo.stop());
  const people = definition.functions.find(({ environment }) => "PEOPLE_TABLE" in environment)?.environment[
    "PEOPLE_TABLE"
  ];
  const invitations = people === undefined ? null : storedInvitations(dynamo.call, people);
  const settings = port === null ? null : readIssuerSettings(assembly);
  const issuer = settings && (await startIssuer({ dataDir: options.dataDir, origin, settings, invitations, log }));
  if (issuer) stops.push(() => issuer.stop());
  const cognito =
    issuer &&
    (await startCognito({
      accounts: issuer.accounts,
      pool: issuer.settings.pool,
      policy: issuer.settings.policy,
      signOutEverywhere: (sub) => issuer.signOutEverywhere(sub),
      permissions,
      now,
    }));
  if (cognito) stops.push(() => cognito.stop());
  // Before the functions, one of which issues identities; devices come in at the very end.
  const identities =
    (options.mqttsPort ?? null) === null
      ? null
      : await startIdentities({
          dataDir: options.dataDir,
          store,
          policies: definition.iotPolicies,
          permissions,
          now,
        });
  if (identities) stops.push(() => identities.stop());
  const guard = await startDynamoGuard({
    endpoint: dynamo.endpoint,
    permissions,
    arnOf: (table) => `arn:aws:dynamodb:${machineRegion}:${machineAccount}:table/${table}`,
  });
  stops.push(() => guard.stop());
  const hub = await startSocketHub(readSocketApi(assembly), permissions, { log });
  stops.push(() => hub.stop());
  const status = openStatus({ assembly, functions: definition.functions, now });
  stops.push(() => status.stop());
  const lambda = await startLambda({
    functions: definition.functions,
    logDir: join(options.dataDir, "logs"),
    environment: {
      AWS_ENDPOINT_URL_DYNAMODB: guard.endpoint,
      AWS_ENDPOINT_URL_S3: s3.endpoint,
      AWS_ENDPOINT_URL_SNS: sns.endpoint,
      AWS_ENDPOINT_URL_SSM: ssm.endpoint,
      // Without a port for devices there are no identities, and nothing listens there.
      AWS_ENDPOINT_URL_IOT: identities?.control.endpoint ?? "http://127.0.0.1:9",
      ...(identities && { DEVICE_CA_FILE: identities.authority.file }),
      AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: hub.endpoint,
      MAIL_OUTBOX: mail.endpoint,
      SITE_URL: origin,
      ...(options.pushLoopback && { WEB_PUSH_LOOPBACK: "1" }),
      ...(issuer &&
        cognito && {
          AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: cognito.endpoint,
          INVITATION_PAGE: `${issuer.issuer}/invite/`,
        }),
    },
    virtualNow,
    log,
    status,
  });
  stops.push(() => lambda.stop());
  const events = startAsyncQueue({
    store,
    lambda,
    now,
    log,
    label: labelOf,
  });
  queue = events;
  status.watch(() => events.deadLetters());
  stops.push(() => atMost(STOP_MS, events.stop()));

  const streams = new Map(definition.streams.map((stream) => [stream.arn, openLog(store, stream.name)]));
  const rules = startRules({ rules: definition.topicRules, streams, objects, log });
  const sms = openSmsView(store, (limit) => sns.outbox(limit));
  const sources = startSources({ definition, streams, store, dynamo, lambda, objects, observe: sms.observe, log, now });
  // What runs may finish; a function that takes longer is killed with the others, and its batch comes again.
  stops.push(() =>
    atMost(
      STOP_MS,
      Promise.all([...sources.streams, ...sources.tables, ...sources.observers].map((source) => source.stop())),
    ),
  );
  const scheduler = startScheduler({ schedules: definition.schedules, store, queue: events, now, log });
  stops.push(() => scheduler.stop());
  const sweeper = setInterval(() => {
    dynamo.sweepExpired(now()).catch((error: unknown) => log(`expired items: ${(error as Error).message}`));
  }, SWEEP_MS);
  stops.push(() => clearInterval(sweeper));

  let broker: Broker | null = null;
  const machine: Machine = {
    url: null,
    mqttPort: null,
    mqttsPort: null,
    identities: null,
    issuer,
    definition,
    objects,
    hub,
    dynamo,
    lambda,
    publish: (topic, payload, receivedAt = now(), clientId = clientOf(topic)) =>
      rules.route({
        topic,
        payload: typeof payload === "string" ? Buffer.from(payload) : payload,
        receivedAt,
        clientId,
      }),
    fire: (schedule, at, { asOf = false } = {}) => {
      const fired = scheduler.payload(schedule, at);
      if (!fired)
        throw new Error(
          `no schedule ${schedule}; known: ${scheduler
            .list()
            .map((each) => each.label)
            .join(", ")}`,
        );
      return lambda.invoke(fired.functionName, fired.payload, asOf ? { asOf: at } : {});
    },
    drain: async ({ tables = true } = {}) => {
      do {
        await Promise.all(sources.streams.map((source) => source.drain()));
        await events.drained();
        if (tables) await Promise.all(sources.tables.map((source) => source.drain()));
      } while (!events.idle() || !sources.streams.every((source) => source.idle()));
    },
    outbox: (limit) => sns.outbox(limit),
    mail,
    setCarrierFault: (decide) => sns.setFault(decide),
    importPermits: async (name, content) => {
      const bucket = settingOf(definition.functions, "IMPORTS_BUCKET");
      const before = events.deadLetters()[0]?.id ?? 0;
      const key = `permits/${name}`;
      const put = await objects.put({
        bucket,
        key,
        body: typeof content === "string" ? Buffer.from(content) : content,
        headers: { "content-type": "application/json" },
      });
      await events.drained();
      const dead = events.deadLetters().find((letter) => letter.id > before && letter.payload.includes(key));
      if (dead)
        throw new Error(
          `the import of ${name} failed: ${dead.reason}; see ${join(options.dataDir, "logs/import-permits.log")}`,
        );
      const result = await objects.get(bucket, `results/${basename(name, ".json")}.json`);
      if (!result || result.meta.modified < put.modified)
        throw new Error(
          `the import of ${name} left no result; see ${join(options.dataDir, "logs/import-permits.log")}`,
        );
      return JSON.parse(result.body.toString()) as Record<string, unknown>;
    },
    setting: (variable) => settingOf(definition.functions, variable),
    dynamoEndpoint: dynamo.endpoint,
    call: dynamo.call,
    backlog: () => sources.streams.reduce((sum, source) => sum + source.backlog(), 0),
    health: async () => {
      const tables = await dynamo.call("ListTables", { Limit: 1 }).then(
        () => "ok",
        (error: Error) => error.message,
      );
      const disk = store.trouble() ?? "ok";
      return {
        status: tables === "ok" && disk === "ok" ? "ok" : "degraded",
        now: formatIso(now()),
        disk,
        tables,
        backlog: machine.backlog(),
        asyncWaiting: events.waiting(),
        deadLetters: events.deadLetters().length,
        sockets: hub.count(),
        mqttConnections: broker?.connections() ?? 0,
        functions: lambda.counts(),
        schedules: scheduler
          .list()
          .map(({ label, next }) => ({ schedule: label, next: next === null ? null : formatIso(next) })),
      };
    },
    status: () => status.view(),
    stop,
  };
  await options.prepare?.(machine);
  // After the preparation: a page that changes with every hour of a back-fill is written once, not once an hour.
  sources.startTables();
  if (options.prepare) await machine.drain();
  status.begin();
  if (options.schedules) scheduler.run();
  if (port !== null) {
    const handlers = webHandlers({
      assembly,
      issuer,
      definition,
      objects,
      lambda,
      hub,
      scheduler,
      sms,
      mail,
      log,
      call: dynamo.call,
      settled: () => Promise.all(sources.observers.map((source) => source.drain())),
      health: () => machine.health(),
      status: () => machine.status(),
      importPermits: (name, content) => machine.importPermits(name, content),
    });
    (early ?? (await openWeb(port))).serve(handlers);
    machine.url = `http://127.0.0.1:${port}`;
  }
  const door = identities && (await secureDoor(options, identities));
  machine.identities = identities;
  if (options.mqttPort !== null || door) {
    const opened = await startBroker({
      port: options.mqttPort,
      ...(door ? { secure: door } : {}),
      now,
      route: (message) => rules.route(message),
      log,
    });
    stops.push(() => opened.stop());
    broker = opened;
    if (options.mqttPort !== null) machine.mqttPort = opened.port;
    if (identities && door) {
      machine.mqttsPort = opened.securePort;
      identities.registry.onChange((certificate) => opened.recheck(certificate));
      identities.announce(door.host, opened.securePort);
    }
  }
  return machine;
}

/** Where devices come in with their certificates. */
async function secureDoor(
  { mqttsPort, mqttsHost = "127.0.0.1" }: MachineOptions,
  { authority, admit }: Identities,
): Promise<SecureDoor> {
  const shown = await authority.listener(mqttsHost);
  return { port: mqttsPort ?? 0, host: mqttsHost, ca: authority.pem, ...shown, admit };
}

/** The one value of a variable over all functions that have it. */
function settingOf(functions: readonly FunctionDefinition[], variable: string): string {
  const found = functions.find((each) => variable in each.environment)?.environment[variable];
  if (found === undefined) throw new Error(`no function of the template has ${variable} in its environment`);
  return found;
}

const STOP_MS = 5_000;
const atMost = (ms: number, work: Promise<unknown>): Promise<unknown> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
};

const SWEEP_MS = 60 * 60_000;
/** A published topic's second level is the device or the gateway: who would have to be connected to publish it. */
const clientOf = (topic: string): string => {
  const [kind, id = ""] = topic.replace(/^\$aws\/rules\/[^/]+\//, "").split("/");
  return kind === "gateways" ? `gw-${id}` : id;
};
