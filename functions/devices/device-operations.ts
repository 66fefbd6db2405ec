/**
 * Devices of a plant and their certificates, for the console.
 *
 * AWS IoT and the table are not one transaction, so every change stands in the audit trail BEFORE it is made in AWS IoT:
 * nothing is ever put in or out of force without a trace, and what a crash leaves behind is finished by doing the same again.
 * - A new certificate is signed first, because the entry names it: not in force and without a thing it opens nothing, and
 *   the record beside the entry remembers it, so that the next try with the same request goes on with the same certificate.
 * - Putting in or out of force is entered with the ids, then done; what is so already is neither done nor entered again.
 * The record of what was seen (certificate-record.ts) follows at last; whoever looks at the device next puts it right.
 */
import type * as z from "zod/mini";
import { RULES } from "../../events/rules.ts";
import { atPlant, Refusal, type Call, type Operation } from "../api/operation.ts";
import { bindingsOf } from "../register/domain/bindings.ts";
import type { PlantRecord } from "../register/stored-items.ts";
import { inParallel } from "../shared/in-parallel.ts";
import { DAY, floorDay, formatIso } from "../shared/shanghai.ts";
import { blockRepository } from "../telemetry/block-repository.ts";
import type { DeviceHead } from "../telemetry/domain/block.ts";
import { certificateRecords, type CertificateRecord } from "./certificate-record.ts";
import { lastRefusals } from "./device-refusals.ts";
import {
  Activation,
  Changed,
  Deactivation,
  Devices,
  Issued,
  Request,
  RotationEnd,
  type CertificateView,
  type DeviceView,
} from "./device-schema.ts";
import type { DeviceServices } from "./device-services.ts";
import { deviceIdentity, type Identity } from "./domain/identity.ts";
import { keyText, type DeviceCertificate } from "./iot-registry.ts";
import { gradesOf } from "./keep-quality.ts";
import { qualityFacts } from "./quality-repository.ts";
import { activate, deactivate, finishRotation, IdentityRefusal, issueCertificate } from "./issue-certificate.ts";
import { readRequest, UnusableRequest } from "./read-request.ts";

type AtPlant<B> = Call<Record<string, never>, B> & { plant: PlantRecord };

const REFUSALS = 5;
const WIDTH = 2;

export function deviceOperations({ db, tables, ruleData, identities: { registry, ca } }: DeviceServices): Operation[] {
  const records = certificateRecords({ db, table: tables.register });
  const blocks = blockRepository({ db, table: tables.blocks });
  const ledger = { db, table: tables.ledger };
  const facts = qualityFacts(ledger);

  /** Asks AWS IoT, and remembers the answer where it is news. */
  async function look(mn: string, at: number): Promise<DeviceCertificate[]> {
    const [found, held] = await Promise.all([registry.certificates(mn), records.get(mn)]);
    const seen = found.map(seenOf);
    const pending = held.pending !== null && seen.some(({ id }) => id === held.pending) ? null : held.pending;
    const news =
      held.version === 0 || pending !== held.pending || JSON.stringify(seen) !== JSON.stringify(held.certificates);
    if (news) await records.remember({ ...held, certificates: seen, pending, at });
    return found;
  }

  /** What is read once for all devices of a plant. */
  interface Known {
    heads: Record<string, DeviceHead>;
    history: Awaited<ReturnType<typeof facts.history>>;
  }
  async function known(permitNo: string, at: number): Promise<Known> {
    const [live, history] = await Promise.all([blocks.live(permitNo, at), facts.history(permitNo, floorDay(at) - DAY)]);
    return { heads: live?.devices ?? {}, history };
  }

  async function viewOf({ permit }: PlantRecord, mn: string, at: number, { heads, history }: Known): Promise<Device> {
    const head = heads[mn];
    const last = history.at(-1)?.day ?? at;
    const rules = ruleData.deviceQuality(last);
    const [certificates, refusals] = await Promise.all([look(mn, at), lastRefusals(ledger, mn, REFUSALS)]);
    const views = certificates.map((certificate) => certificateView(certificate, at));
    return {
      mn,
      bindings: bound(permit, at)
        .filter((binding) => binding.mn === mn)
        .map(({ outlet, from, to }) => ({ outlet, from: formatIso(from), to: to === null ? null : formatIso(to) })),
      certificates: views,
      rotating: views.filter(({ inForce }) => inForce).length > 1,
      via: head?.via ?? null,
      lastSeen: head ? formatIso(head.seen) : null,
      refusals,
      quality: [...new Set(outletsOf(permit, mn, at))].map((outlet) => ({
        outlet,
        ...gradesOf(history, { mn, outlet }, last, rules),
      })),
    };
  }

  async function issue(call: AtPlant<z.output<typeof Request>>, rotates: boolean): Promise<z.output<typeof Issued>> {
    const { plant, params, body, at, change } = call;
    const identity = identityAt(plant, params, at);
    const { name } = identity;
    const [before, held] = await Promise.all([registry.certificates(name), records.get(name)]);
    const certificate = await refusing(async () => {
      return await issueCertificate(registry, {
        identity,
        request: body.request,
        kept: await pendingFor(held, body.request, name),
        rotates,
        keep: async (made) => {
          // Asked again after it was done: nothing changes, and nothing is entered.
          if (before.some(({ id, status }) => id === made.id && status === "ACTIVE")) return;
          await change([records.write({ ...held, pending: made.id, at })], {
            permitNo: plant.permit.permitNo,
            target: `device ${name}`,
            before: before.map(statusOf),
            after: [...before.map(statusOf), { certificate: made.id, status: "ACTIVE" }],
          });
        },
      });
    });
    await look(name, at);
    return {
      certificate: certificateView(certificate, at),
      pem: certificate.pem,
      connection: { ...topicsOf(identity), endpoint: await registry.endpoint(), clientId: name, ca },
    };
  }

  /** Goes on with the certificate of an interrupted try, when it is of this very key. */
  async function pendingFor({ pending }: CertificateRecord, request: string, name: string): Promise<string | null> {
    if (pending === null) return null;
    const certificate = await registry.certificate(pending);
    if (!certificate || certificate.status === "REVOKED") return null;
    const { publicKey } = await readRequest(request, name).catch((error: Error) => {
      throw new IdentityRefusal("request", error.message, { cause: error });
    });
    return certificate.publicKey === keyText(publicKey) ? pending : null;
  }

  /** Changes the status of certificates; `work` tells what it is about to change, and it is entered before it is done. */
  async function changeStatus<B>(
    call: AtPlant<B>,
    to: DeviceCertificate["status"],
    work: (name: string, announce: (changes: readonly DeviceCertificate[]) => Promise<void>) => Promise<unknown>,
  ): Promise<{ body: z.output<typeof Changed> }> {
    const { plant, params, at, change } = call;
    const { permitNo } = plant.permit;
    const { name } = identityAt(plant, params, at);
    const changed: string[] = [];
    await refusing(() =>
      work(name, async (changes) => {
        if (changes.length === 0) return;
        changed.push(...changes.map(({ id }) => id));
        await change([], {
          permitNo,
          target: `device ${name}`,
          before: changes.map(statusOf),
          after: changed.map((certificate) => ({ certificate, status: to })),
        });
      }),
    );
    return { body: { device: await viewOf(plant, name, at, await known(permitNo, at)), changed } };
  }

  return [
    atPlant({
      id: "listDevices",
      method: "GET",
      path: "/api/plants/:permitNo/devices",
      summary:
        "Devices that the permit binds now or in future, with their certificates, last receipt and last refusals",
      action: "device.read",
      answer: Devices,
      async handle({ plant, at }) {
        const mns = [...new Set(bound(plant.permit, at).map(({ mn }) => mn))];
        const all = await known(plant.permit.permitNo, at);
        return { body: { devices: await inParallel(mns, WIDTH, (mn) => viewOf(plant, mn, at, all)) } };
      },
    }),
    atPlant({
      id: "provisionDevice",
      method: "POST",
      path: "/api/plants/:permitNo/devices/:mn/provision",
      summary: "First certificate of a device, for a request (PKCS #10) whose key stays with it",
      action: "device.write",
      body: Request,
      answer: Issued,
      handle: async (call) => ({ status: 201, body: await issue(call, false) }),
    }),
    atPlant({
      id: "rotateDevice",
      method: "POST",
      path: "/api/plants/:permitNo/devices/:mn/rotate",
      summary: "A further certificate of a device; the former stays in force until the rotation is finished",
      action: "device.write",
      body: Request,
      answer: Issued,
      handle: async (call) => ({ status: 201, body: await issue(call, true) }),
    }),
    atPlant({
      id: "finishRotation",
      method: "POST",
      path: "/api/plants/:permitNo/devices/:mn/finish-rotation",
      summary: "Ends a rotation: one certificate stays in force, the others are put out of force",
      action: "device.write",
      body: RotationEnd,
      answer: Changed,
      handle: (call) =>
        changeStatus(call, "INACTIVE", (name, announce) => finishRotation(registry, name, call.body.keep, announce)),
    }),
    atPlant({
      id: "deactivateDevice",
      method: "POST",
      path: "/api/plants/:permitNo/devices/:mn/deactivate",
      summary: "Puts certificates of a device out of force, or revokes them for good; its connections end",
      action: "device.write",
      body: Deactivation,
      answer: Changed,
      handle: (call) => {
        const { certificate: only, revoke } = call.body;
        return changeStatus(call, revoke ? "REVOKED" : "INACTIVE", (name, announce) =>
          deactivate(registry, { name, only, revoke }, announce),
        );
      },
    }),
    atPlant({
      id: "activateDevice",
      method: "POST",
      path: "/api/plants/:permitNo/devices/:mn/activate",
      summary: "Puts a deactivated certificate of a device in force again",
      action: "device.write",
      body: Activation,
      answer: Changed,
      handle: (call) =>
        changeStatus(call, "ACTIVE", (name, announce) => activate(registry, name, call.body.certificate, announce)),
    }),
  ];
}

type Device = z.output<typeof DeviceView>;
type Certificate = z.output<typeof CertificateView>;

/** Devices of this permit at `at` or later; who was bound in the past only has nothing to send here. */
const bound = (permit: PlantRecord["permit"], at: number): ReturnType<typeof bindingsOf> =>
  bindingsOf(permit).filter(({ to }) => to === null || to > at);

const outletsOf = (permit: PlantRecord["permit"], mn: string, at: number): string[] =>
  bound(permit, at).flatMap((binding) => (binding.mn === mn && binding.outlet !== null ? [binding.outlet] : []));

function identityAt({ permit }: PlantRecord, { mn = "" }: Call<unknown, unknown>["params"], at: number): Identity {
  if (!bound(permit, at).some((binding) => binding.mn === mn))
    throw new Refusal(
      404,
      "no such device",
      `The permit of this plant binds no device ${mn}, now or in future. Import a permit that names it first.`,
    );
  try {
    return deviceIdentity(mn);
  } catch (error) {
    throw new Refusal(422, "not a device's name", (error as Error).message);
  }
}

const seenOf = ({ id, status, created, notAfter }: DeviceCertificate): CertificateRecord["certificates"][number] => ({
  id,
  status,
  created: created.getTime(),
  notAfter: notAfter.getTime(),
});

const statusOf = ({ id, status }: DeviceCertificate): { certificate: string; status: string } => ({
  certificate: id,
  status,
});

const certificateView = ({ id, status, created, notAfter }: DeviceCertificate, at: number): Certificate => ({
  id,
  status,
  created: formatIso(created.getTime()),
  notAfter: formatIso(notAfter.getTime()),
  inForce: status === "ACTIVE" && notAfter.getTime() > at,
});

/** The standard topics, and the same behind each rule: Basic Ingest costs nothing at the broker. */
function topicsOf({ topics }: Identity): { publish: string[]; subscribe: string } {
  const [branch = ""] = topics.split("/");
  const rules = RULES.filter((rule) => rule.topic.startsWith(`${branch}/`));
  const own = rules.map(({ name, topic }) => ({ name, topic: `${topics}${topic.split("/").at(-1)}` }));
  return {
    publish: [...own.map(({ topic }) => topic), ...own.map(({ name, topic }) => `$aws/rules/${name}/${topic}`)],
    subscribe: `${topics}#`,
  };
}

/** Says what an identity's refusal means in the console. */
async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof IdentityRefusal)) throw error;
    const [status, title, detail] = ANSWERS[error.kind];
    const zh = error.cause instanceof UnusableRequest ? { zh: error.cause.zh } : {};
    throw new Refusal(status, title, detail ?? error.message, zh);
  }
}

/** Without a text of its own the reason is told as it is: it names what is wrong with the request. */
const ANSWERS: Readonly<Record<IdentityRefusal["kind"], [Refusal["status"], string, string?]>> = {
  request: [422, "certificate request not usable"],
  "in-force": [
    409,
    "certificate in force",
    "The device has a certificate in force. Rotate it, or put it out of force first.",
  ],
  "nothing-to-follow": [409, "nothing to rotate", "The device has no certificate in force. Provision it instead."],
  "same-key": [
    409,
    "key already in use",
    "This request's key is the one whose certificate is in force. Make a new key on the device.",
  ],
  "not-in-force": [
    409,
    "certificate out of force",
    "The certificate of this key is out of force. Put it in force again, or make a new key on the device.",
  ],
  revoked: [409, "certificate revoked", "A revoked certificate is never in force again. Make a new key on the device."],
  unknown: [404, "no such certificate", "The device has no such certificate. Load the list again."],
};
