/** What somebody wants to be told by web push and e-mail, on which devices, and a test of either. */
import * as z from "zod/mini";
import { overReach, Refusal, type Operation } from "../api/operation.ts";
import type { Services } from "../api/operations.ts";
import { formatIso } from "../shared/shanghai.ts";
import { maskEmail, sendMail, sendPush } from "./deliver.ts";
import { clip } from "./domain/message-text.ts";
import {
  CHANNELS,
  QUIET_KINDS,
  settingsProblems,
  usualSettings,
  type Channel,
  type NoticeSettings,
} from "./domain/settings.ts";
import { hashAddress, noticeRepository } from "./repository.ts";
import { Settings, type DeviceItem } from "./stored-items.ts";

const SettingsView = z.object({
  settings: Settings,
  /** Hours that a digest may be chosen for, and the usual one; what it tells of. */
  digest: z.object({
    earliestHour: z.int(),
    latestHour: z.int(),
    usualHour: z.int(),
    kinds: z.array(z.object({ kind: z.enum(QUIET_KINDS), zh: z.string(), en: z.string() })),
  }),
  /** Key that a browser subscribes with, base64url. */
  pushKey: z.string(),
  /** Whether e-mail is sent at all here. */
  emailOn: z.boolean(),
  /** Where it would go, with its middle covered; null: the account has no address. */
  email: z.nullable(z.string()),
});

const base64url = (bytes: number): z.ZodMiniType<string, string> =>
  z.string().check(
    z.regex(/^[\w-]+$/),
    z.refine((text) => Buffer.from(text, "base64url").length === bytes, {
      error: `must be ${bytes} bytes in base64url`,
    }),
  );
const NewDevice = z.strictObject({
  endpoint: z.string().check(z.maxLength(1_000)),
  /** The browser's public key and secret, base64url. */
  p256dh: base64url(65),
  auth: base64url(16),
  /** What to call it in lists: browser and system. */
  name: z.string().check(z.trim(), z.minLength(1), z.maxLength(60), z.regex(/^[^\p{C}\p{Zl}\p{Zp}]*$/u)),
});
const DeviceView = z.object({ id: z.string(), name: z.string(), since: z.string() });
const deviceView = ({ id, name, at }: DeviceItem): z.output<typeof DeviceView> => ({ id, name, since: formatIso(at) });

const MOST_DEVICES = 10;
const TestStates = z.enum(["sent", "failed", "unknown"]);

/** In one order, each once, so that the audit trail shows changes only; what a client does not know of stays as it is. */
function chosen({ kinds, digest: asked }: NoticeSettings, before: NoticeSettings): NoticeSettings {
  const ordered = (channels: readonly Channel[]): Channel[] => CHANNELS.filter((each) => channels.includes(each));
  const digest = asked ?? before.digest;
  const quiet = asked?.kinds ?? before.digest?.kinds;
  const recovery = kinds.recovery ?? before.kinds.recovery;
  return {
    ...(digest && {
      digest: {
        hour: digest.hour,
        channels: ordered(digest.channels),
        ...(quiet && {
          kinds: Object.fromEntries(
            QUIET_KINDS.flatMap((kind) => (quiet[kind] ? [[kind, ordered(quiet[kind])]] : [])),
          ) as NonNullable<typeof quiet>,
        }),
      },
    }),
    kinds: {
      warning: ordered(kinds.warning),
      ...(recovery && { recovery: ordered(recovery) }),
      data: ordered(kinds.data),
    },
  };
}

export function settingsOperations({ db, tables, ruleData, senders }: Services): Operation[] {
  const notices = noticeRepository({ db, table: tables.ledger });
  const { push, mail, language } = senders;
  const held = async (sub: string): Promise<{ settings: z.output<typeof Settings>; v: number }> =>
    (await notices.settings(sub)) ?? { settings: usualSettings(), v: 0 };
  const digestOf = (at: number): z.output<typeof SettingsView>["digest"] => {
    const { digest, kinds } = ruleData.notices(at);
    const { earliestHour, latestHour, usualHour } = digest;
    const told = kinds.filter(({ on }) => on).map(({ kind, zh, en }) => ({ kind, zh, en }));
    return { earliestHour, latestHour, usualHour, kinds: told };
  };
  const viewOf = (
    settings: z.output<typeof Settings>,
    email: string | null,
    at: number,
  ): z.output<typeof SettingsView> => ({
    settings,
    digest: digestOf(at),
    pushKey: push.publicKey,
    emailOn: mail !== null,
    email: email === null ? null : maskEmail(email),
  });
  return [
    overReach({
      id: "getNoticeSettings",
      method: "GET",
      path: "/api/self/notice-settings",
      summary: "What I am told by web push and e-mail",
      action: "notice.read",
      answer: SettingsView,
      async handle({ person, at }) {
        const { settings, v } = await held(person.sub);
        return { body: viewOf(settings, person.email, at), revision: `notices-${v}` };
      },
    }),
    overReach({
      id: "putNoticeSettings",
      method: "PUT",
      path: "/api/self/notice-settings",
      summary: "Choose what I am told by web push and e-mail; needs If-Match",
      action: "notice.write",
      body: Settings,
      answer: SettingsView,
      async handle({ person, body, ifMatch, at, change }) {
        const before = await held(person.sub);
        if (ifMatch === null)
          throw new Refusal(428, "If-Match is missing", "Load the settings first, and send their ETag as If-Match.");
        if (ifMatch !== `notices-${before.v}`)
          throw new Refusal(412, "changed meanwhile", "You changed the settings elsewhere. Load them again.");
        const settings = chosen(body, before.settings);
        const problems = settingsProblems(settings, ruleData.notices(at).digest, { email: person.email !== null });
        if (problems.length > 0)
          throw new Refusal(422, "not as expected", problems.map((p) => `${p.path} ${p.reason}`).join("; "), {
            problems,
          });
        await change(notices.settingsWrites(person.sub, settings, before.v + 1), {
          permitNo: null,
          target: "notice settings",
          before: before.v === 0 ? null : before.settings,
          after: settings,
        });
        return { body: viewOf(settings, person.email, at), revision: `notices-${before.v + 1}` };
      },
    }),
    overReach({
      id: "listPushDevices",
      method: "GET",
      path: "/api/self/push-devices",
      summary: "My devices that take push messages",
      action: "notice.read",
      answer: z.object({ devices: z.array(DeviceView) }),
      async handle({ person }) {
        const devices = await notices.devices(person.sub);
        return { body: { devices: devices.toSorted((a, b) => a.at - b.at).map(deviceView) } };
      },
    }),
    overReach({
      id: "addPushDevice",
      method: "POST",
      path: "/api/self/push-devices",
      summary: "Let this browser take push messages; the same browser again is the same device",
      action: "notice.write",
      body: NewDevice,
      answer: DeviceView,
      async handle({ person, body, at, change }) {
        const { sub } = person;
        const wrong = push.endpointProblem(body.endpoint);
        if (wrong !== null)
          throw new Refusal(422, "not as expected", `endpoint ${wrong}`, {
            problems: [{ path: "endpoint", reason: wrong }],
          });
        const id = hashAddress(body.endpoint);
        const [devices, owner, chosen] = await Promise.all([
          notices.devices(sub),
          notices.owner(id),
          notices.settings(sub),
        ]);
        const before = devices.find((each) => each.id === id);
        if (!before && devices.length >= MOST_DEVICES)
          throw new Refusal(
            409,
            "too many devices",
            `At most ${MOST_DEVICES} devices: remove one that you do not use.`,
          );
        const device: DeviceItem = { id, ...body, at: before?.at ?? at };
        const writes = [
          ...notices.deviceWrites(sub, device, owner),
          // Whoever has chosen nothing yet is found by the senders from now on.
          ...(chosen ? [] : notices.settingsWrites(sub, usualSettings(), 1)),
        ];
        // Keys and address of the browser are nobody's business: they are not in the audit trail.
        await change(writes, {
          permitNo: null,
          target: `push device ${id}`,
          before: before ? deviceView(before) : null,
          after: deviceView(device),
        });
        return { status: 201, body: deviceView(device) };
      },
    }),
    overReach({
      id: "sendTestNotice",
      method: "POST",
      path: "/api/self/test-notice",
      summary: "Send me a test now, and say what became of it",
      action: "notice.write",
      body: z.strictObject({ channel: z.enum(CHANNELS), device: z.nullable(z.string()) }),
      answer: z.object({ state: TestStates }),
      async handle({ person, body, id }) {
        const words = {
          title: language === "zh" ? "测试消息" : "A test",
          body:
            language === "zh"
              ? clip(`${person.name}，您好：这个渠道可以收到通知。`, 200)
              : clip(`${person.name}: notices reach you this way.`, 200),
          page: "/notices",
          tag: "test",
        };
        if (body.channel === "email") {
          if (!mail) throw new Refusal(409, "e-mail is off", "E-mail is not set up here. Ask who runs the system.");
          if (person.email === null)
            throw new Refusal(409, "no address", "Your account has no e-mail address: ask your bureau to add it.");
          return { body: { state: await sendMail(person.email, words, id, senders) } };
        }
        const device = (await notices.devices(person.sub)).find((each) => each.id === body.device);
        if (!device) throw new Refusal(404, "no such push device", "This device takes no messages of yours any more.");
        return {
          body: { state: await sendPush(person.sub, device, words, { ttl: 60, urgent: true }, { push, notices }) },
        };
      },
    }),
    overReach({
      id: "removePushDevice",
      method: "DELETE",
      path: "/api/self/push-devices/:id",
      summary: "This device takes no push messages any more",
      action: "notice.write",
      answer: z.object({ devices: z.array(DeviceView) }),
      async handle({ person, params, change }) {
        const devices = await notices.devices(person.sub);
        const device = devices.find(({ id }) => id === params.id);
        if (!device) throw new Refusal(404, "no such push device", "This device takes no messages of yours any more.");
        const before = deviceView(device);
        await change(notices.removeWrites(person.sub, device.id), {
          permitNo: null,
          target: `push device ${device.id}`,
          before,
          after: null,
        });
        return { body: { devices: devices.filter((each) => each !== device).map(deviceView) } };
      },
    }),
  ];
}
