/**
 * One good request of every operation that needs more than a plant, for the walk of rights: by operation id, made for the
 * plant and the person's turn. `n` differs with every request, for what may be made once.
 */
import { formatIso, MINUTE, parseIso } from "../../functions/shared/shanghai.ts";
import { hashAddress } from "../../functions/notices/repository.ts";
import type { Operation } from "../../functions/api/operation.ts";
import type { Services } from "../../functions/api/operations.ts";
import { createHash } from "node:crypto";
import { readHead, runImportJob } from "../../functions/imports/import-jobs.ts";
import { newJob } from "../../functions/jobs/domain/job.ts";
import type { Answered } from "./call-api.ts";
import { DEVICE_EXAMPLES } from "./device-examples.ts";

export interface At {
  permitNo: string;
  town: string;
  n: number;
  /** A request of somebody who may make it, here a regulator who also belongs to every plant: for what the example refers to. */
  ask(method: Operation["method"], path: string, body?: unknown, query?: Record<string, string>): Promise<Answered>;
  services: Services;
}
export interface Example {
  /** Parts of the path beside the plant. */
  path?: Record<string, string>;
  query?: Record<string, string>;
  body?: unknown;
  headers?: Record<string, string>;
}

export const EXAMPLES: Readonly<Record<string, (at: At) => Example | Promise<Example>>> = {
  acknowledge: ({ n }) => ({
    body: { episode: null, action: "adjusting", expectedAt: null, note: "", key: `walk-acknowledgement-${n}` },
  }),
  getEpisode: async ({ permitNo, ask }) => {
    const { body } = await ask("GET", "/api/episodes", undefined, { permitNo });
    return { path: { id: String(body.episodes[0].id) } };
  },
  getFrames: async ({ permitNo, ask }) => {
    const { body } = await ask("GET", `/api/plants/${permitNo}`);
    return { query: { mn: String(body.devices[0].mn), at: "2026-10-01T08:10:00+08:00" } };
  },
  getValues: () => ({ query: { outlet: "DA001", pollutant: "a21002", step: "hour" } }),
  putContacts: async ({ permitNo, ask }) => {
    const { body, headers } = await ask("GET", `/api/plants/${permitNo}/contacts`);
    return { body: { contacts: body.contacts }, headers: { "if-match": String(headers.etag) } };
  },
  getRevision: () => ({ path: { revision: "1" } }),
  checkPermit: async (at) => ({ body: { permit: (await thePermit(at)).permit } }),
  putPermit: async (at) => {
    const { permit, etag } = await thePermit(at);
    return {
      body: { permit: { ...permit, industry: `industry ${at.n}` }, reason: "walk" },
      headers: { "if-match": etag },
    };
  },
  putNoticeSettings: () => ({
    body: { kinds: { warning: ["push"], data: [] } },
    headers: { "if-match": "notices-0" },
  }),
  readNotices: () => ({ body: { ids: ["a-notice"] } }),
  addPushDevice: () => ({
    body: { endpoint: PUSH_ENDPOINT, p256dh: "A".repeat(87), auth: "A".repeat(22), name: "Edge" },
  }),
  sendTestNotice: () => ({ body: { channel: "push", device: hashAddress(PUSH_ENDPOINT) } }),
  removePushDevice: () => ({ path: { id: hashAddress(PUSH_ENDPOINT) } }),
  getPerson: () => ({ path: { sub: "target" } }),
  putPerson: async ({ n, ask }) => ({
    path: { sub: "target" },
    body: aPerson({ name: `Anna ${n}` }),
    headers: { "if-match": String((await ask("GET", "/api/people/target")).headers.etag) },
  }),
  invitePerson: () => ({ body: { ...aPerson({}), active: undefined } }),
  inviteAgain: () => ({ path: { sub: "target" }, body: {} }),
  signOutEverywhere: () => ({ path: { sub: "target" } }),
  putImportPart: ({ n }) => ({ path: { id: uuid(n), n: "0" }, body: { base64: "e30=" } }),
  checkImport: ({ n }) => ({
    path: { id: uuid(n) },
    body: { fileName: "walk.json", parts: 1, sha256: "0".repeat(64) },
  }),
  getImport: async (at) => ({ path: { id: (await anImport(at)).id } }),
  applyImport: async (at) => {
    const { id, revision } = await anImport(at);
    return { path: { id }, body: { job: uuid(at.n + 500_000) }, headers: { "if-match": `"${revision}"` } };
  },
  getJob: async (at) => ({ path: { id: await aJob(at) } }),
  cancelJob: async (at) => ({ path: { id: await aJob(at) } }),
  ...DEVICE_EXAMPLES,
  simulateRules: ({ permitNo, n, services }) => ({ body: aSimulation(permitNo, n, services) }),
  getSimulation: async (at) => ({ path: { id: await simulated(at) } }),
  getSimulationHour: async (at) => {
    const limit = { outlet: "DA001", pollutant: "a21002", statistic: "hour", hour: "2026-09-30T08:00" };
    return { path: { id: await simulated(at) }, query: { permitNo: at.permitNo, ...limit } };
  },
  getSimulationFile: async (at) => {
    const id = await simulated(at);
    const result = { ...SIMULATED, id, numbers: at.services.ruleData.warning(0) };
    await at.services.bucket.put(`results/simulations/${id}.json`, JSON.stringify(result), "application/json");
    await at.services.jobs.end(id, { state: "done", result: null, problem: null }, 0);
    return { path: { id }, query: { effectiveFrom: "2027-07-01" } };
  },
  replayQuarantine: ({ n }) => ({
    body: { id: `walk-replay-${n}`, dryRun: true, chosen: { from: "2026-10-01", to: "2026-10-01" } },
  }),
  putMark: ({ n }) => ({ body: mark(n) }),
  endMark: async (at) => ({ path: { id: await aMark(at) }, body: { withdraw: true, reason: "by mistake" } }),
  judgeMark: async (at) => ({ path: { id: await aMark(at) }, body: { decision: "valid", reason: "seen on site" } }),
};

const thePermit = async ({ permitNo, ask }: At): Promise<{ permit: object; etag: string }> => {
  const { body, headers } = await ask("GET", `/api/plants/${permitNo}/permit`);
  return { permit: body.permit, etag: String(headers.etag) };
};
/** The device that a person adds, tests and removes in turn. */
const PUSH_ENDPOINT = "https://push.service.cn/walk";

const aPerson = (over: object): object => ({
  name: "Anna",
  phone: null,
  email: null,
  roles: ["inspector"],
  plants: [],
  towns: [],
  active: true,
  ...over,
});

/** Each of its own minute, since two of a kind may not overlap. */
const mark = (n: number): object => {
  const from = parseIso("2026-10-01T00:00:00+08:00")! + n * MINUTE;
  const period = { from: formatIso(from), to: formatIso(from + MINUTE) };
  return { outlet: "DA001", kind: "stopped", ...period, reason: "boiler off", key: `walk-mark-${n}` };
};
const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

/** An empty file that was checked. */
async function anImport({ n, services }: At): Promise<{ id: string; revision: string }> {
  const id = uuid(n + 1_000_000);
  const { jobs, people, bucket, tables, db, ruleData } = services;
  const bytes = Buffer.from('{"permits":[]}');
  const input = {
    upload: id,
    fileName: "walk.json",
    parts: 1,
    sha256: createHash("sha256").update(bytes).digest("hex"),
  };
  const by = { sub: "helper", name: "helper" };
  const entry = { id, at: n, sub: by.sub, name: by.name, operation: "walk", permitNo: null, target: id };
  const writes = jobs.askWrites(newJob({ id, kind: "check-permits", by, input, at: n }));
  await people.change(writes, { ...entry, before: null, after: null });
  await bucket.put(`uploads/${id}/000`, bytes, "application/octet-stream");
  const event = { detail: { object: { key: `jobs/check-permits/${id}.json` } } };
  const register = { db, table: tables.register };
  await runImportJob(event, { jobs, bucket, register, ruleData, newCode: () => id, now: () => n });
  return { id, revision: (await readHead(bucket, id))!.revision };
}

/** One that waits, so that it can be cancelled. */
async function aJob({ n, services }: At): Promise<string> {
  const id = `walk-job-${n}`;
  const by = { sub: "helper", name: "helper" };
  const at = n;
  const entry = { id, at, sub: by.sub, name: by.name, operation: "walk", permitNo: null, target: id };
  const writes = services.jobs.askWrites(newJob({ id, kind: "check-permits", by, input: null, at }));
  await services.people.change(writes, { ...entry, before: null, after: null });
  return id;
}
const figures = {
  episodes: 1,
  limitEpisodes: 1,
  trueEpisodes: 1,
  levels: [1, 1, 0],
  escalated: 0,
  recovered: 1,
  told: 0,
  hours: { met: 23, exceeded: 1, insufficient: 0, marked: 0 },
  days: { met: 0, exceeded: 0, insufficient: 0, marked: 0 },
  exceededHours: 1,
  hoursAhead: 1,
  hoursAhead10: 1,
  exceededDays: 0,
  daysAhead: 0,
  lead: null,
  dayLead: null,
  messages: 3,
  otherMessages: 0,
  capped: 0,
  riskHours: 1,
  messagesPerRiskHour: 3,
  perPhoneDay: 3,
  mostPerPhoneDay: 3,
};
const SIMULATED = {
  by: "helper",
  askedAt: "2026-10-01T08:00:00+08:00",
  from: "2026-09-30",
  to: "2026-09-30",
  chosen: "",
  plants: 1,
  plantDays: 1,
  unfinished: [],
  ruleData: "2026.1",
  inForce: ["2026-01-01"],
  changed: [],
  rows: [],
  byDay: [],
  figures: { force: figures, draft: figures },
  agreement: {
    episodes: { real: 1, same: 1, extra: 0 },
    messages: { real: 3, same: 3, extra: 0 },
    plants: 1,
    differing: [],
  },
};
const aSimulation = (permitNo: string, n: number, { ruleData }: Services): object => ({
  id: `walk-simulation-${n}`,
  numbers: { ...ruleData.warning(0), effectiveFrom: "2027-07-01" },
  from: "2026-09-30",
  to: "2026-09-30",
  plants: { permitNos: [permitNo] },
});
async function simulated({ permitNo, n, ask, services }: At): Promise<string> {
  const { body } = await ask("POST", "/api/rule-data/simulations", aSimulation(permitNo, n, services));
  return String(body.id);
}
const aMark = async ({ permitNo, n, ask }: At): Promise<string> =>
  String((await ask("POST", `/api/plants/${permitNo}/marks`, mark(n))).body.id);

/** Operations other than GET that change nothing, and so leave nothing in the audit trail. */
export const CHANGE_NOTHING: ReadonlySet<string> = new Set<string>([
  "checkPermit",
  "openLive",
  "sendTestNotice",
  // Bytes that nobody reads until a check is asked for, which is entered.
  "putImportPart",
]);
