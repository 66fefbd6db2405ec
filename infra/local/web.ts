/** The machine's web side: the public distribution, and `/_local/*` beside it. */
import * as z from "zod/mini";
import { SHARDS } from "../../functions/shared/shard.ts";
import type { MachineDefinition } from "./definition.ts";
import { readDistribution, plain } from "./distribution.ts";
import type { DynamoCall, Item } from "./dynamodb-call.ts";
import { readHttpApis, type WebAnswer, type WebRequest } from "./http-api.ts";
import type { HomePlant } from "./home-page.ts";
import { localAnswer, localHome, type LocalParts } from "./local-pages.ts";
import { readSocketApi, socketApi } from "./live/socket-api.ts";
import type { SocketHub } from "./live/socket-hub.ts";
import type { Health } from "./machine.ts";
import type { LocalMail } from "./mail.ts";
import type { ObjectStore } from "./object-store.ts";
import type { LambdaService } from "./runtime-api.ts";
import type { Scheduler } from "./scheduler.ts";
import type { StatusView } from "./status/status.ts";
import type { SmsView } from "./sms-view.ts";
import type { Assembly } from "./template.ts";
import { signInSide } from "./oidc/sign-in-side.ts";
import type { Issuer } from "./oidc/issuer.ts";
import type { WebHandlers } from "./web-server.ts";

const Acknowledged = z.object({ acknowledged: z.number() });

export interface WebParts {
  assembly: Assembly;
  definition: MachineDefinition;
  objects: ObjectStore;
  lambda: LambdaService;
  /** Open sockets. */
  hub: SocketHub;
  scheduler: Scheduler;
  sms: SmsView;
  mail: Pick<LocalMail, "list">;
  call: DynamoCall;
  /** Resolves when the changes made so far have been seen by the views. */
  settled: () => Promise<unknown>;
  health: () => Promise<Health>;
  status: () => StatusView;
  importPermits: (name: string, content: Buffer) => Promise<Record<string, unknown>>;
  /** Null when the template has no user pool: nobody signs in. */
  issuer: Issuer | null;
  log: (line: string) => void;
}

/** Long enough for a change to pass, short enough for a person. */
const SETTLE_MS = 2_000;

export function webHandlers(parts: WebParts): WebHandlers {
  const { authorizer, elsewhere, direct } = signInSide(parts.issuer);
  const apis = readHttpApis(parts.assembly, parts.lambda, authorizer);
  const live = readSocketApi(parts.assembly);
  const sockets = new Map(live ? [[live.host, socketApi(live, parts.hub, parts.lambda)]] : []);
  const distribution = readDistribution(parts.assembly, parts.objects, apis, sockets);
  const local: LocalParts = {
    health: () => parts.health(),
    status: () => parts.status(),
    undelivered: () => countUndelivered(parts),
    sms: async () => {
      await Promise.race([parts.settled(), new Promise((done) => setTimeout(done, SETTLE_MS).unref())]);
      return parts.sms.list();
    },
    mail: () => parts.mail.list(),
    plants: () => listPlants(parts),
    schedules: () => parts.scheduler.list(),
    fire: (schedule, at) => {
      const fired = parts.scheduler.payload(schedule, at);
      if (!fired) throw new Error(`no schedule ${schedule}`);
      return parts.lambda.invoke(fired.functionName, fired.payload, { asOf: at });
    },
    importPermits: (content) => parts.importPermits(`local-${Date.now()}.json`, content),
    reply: (from, text) => reply(from, text, parts),
  };
  const handle = async (request: WebRequest): ReturnType<typeof localAnswer> => {
    if (request.path.startsWith("/_local/")) return localAnswer(request, local);
    const moved = elsewhere(request);
    if (moved) return moved;
    const answer = distribution ? await distribution.answer(request) : plain(404, "Not Found");
    return answer.status === 404 && request.path === "/" && request.method === "GET" ? localHome(local) : answer;
  };
  const upgrade: WebHandlers["upgrade"] = async (request, socket) => {
    // One address, as for signing in: no foreign name can be pointed at this machine.
    if (!/^(localhost|127\.0\.0\.1)(:\d+)?$/.test(request.headers.host ?? "")) return 421;
    return distribution ? distribution.upgrade(request, socket) : 404;
  };
  return { handle, direct, upgrade };
}

/** An answer by SMS, as two-way messaging brings it: a message on the topic that the replies' function listens to. */
async function reply(from: string, text: string, { definition, lambda }: WebParts): Promise<WebAnswer> {
  const target = definition.functions.find((each) => each.label === "receive-reply");
  if (!target) return plain(404, "no function of the template takes answers in");
  const Message = JSON.stringify({ originationNumber: from, messageBody: text });
  const event = { Records: [{ EventSource: "aws:sns", Sns: { Message, Timestamp: new Date().toISOString() } }] };
  const result = await lambda.invoke(target.name, JSON.stringify(event));
  if (result.error) return plain(502, result.error.errorMessage);
  const { acknowledged } = Acknowledged.parse(JSON.parse(result.payload));
  return acknowledged > 0
    ? plain(200, `已确认 acknowledged: ${acknowledged}`)
    : plain(
        422,
        "回复 1–4；一小时内没有给这个号码的预警 answer 1–4; no warning went to this phone within the last hour",
      );
}

const MOST_COUNTED = 1_000;
/** Objects of the undelivered bucket: messages and batches that nothing could take. At most 1,000 are counted. */
function countUndelivered({ assembly, definition, objects }: WebParts): number {
  const targets = [
    ...definition.topicRules.map((rule) => rule.errorBucket),
    ...definition.sources.flatMap(
      (source) => definition.buckets.find(({ arn }) => arn === source.onFailureArn)?.name ?? [],
    ),
  ];
  return [...new Set(targets)]
    .map((bucket) => assembly.find("AWS::S3::Bucket", bucket)?.name ?? bucket)
    .reduce((sum, bucket) => sum + objects.list(bucket, { limit: MOST_COUNTED }).length, 0);
}

/** All plants by the register's shard listing, in order of their permit numbers. */
async function listPlants({ call, definition }: WebParts): Promise<HomePlant[]> {
  const table = definition.functions.find((each) => "REGISTER_TABLE" in each.environment)?.environment[
    "REGISTER_TABLE"
  ];
  if (table === undefined) return [];
  const plants: HomePlant[] = [];
  for (let shard = 0; shard < SHARDS; shard += 1) {
    let from: Item | undefined;
    do {
      const page: { Items: Item[]; LastEvaluatedKey?: Item } = await call("Query", {
        TableName: table,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": { S: `SHARD#${shard}` } },
        ...(from ? { ExclusiveStartKey: from } : {}),
      });
      for (const item of page.Items)
        plants.push({
          permitNo: text(item["sk"]),
          code: text(item["code"]),
          name: text(item["name"]),
          town: text(item["town"]),
        });
      from = page.LastEvaluatedKey;
    } while (from);
  }
  return plants.sort((a, b) => (a.permitNo < b.permitNo ? -1 : 1));
}

const text = (value: Record<string, unknown> | undefined): string =>
  typeof value?.["S"] === "string" ? value["S"] : "";
