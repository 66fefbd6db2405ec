/**
 * Sends what ticks owe by web push and e-mail. Every message is claimed before it leaves, so that an event that comes twice
 * sends nothing twice; what comes too late is not sent, as with text messages.
 */
import type { RuleData } from "../../layers/rule-data.ts";
import { covers, reachOf, type Person } from "../people/domain/rights.ts";
import type { People } from "../people/repository.ts";
import type { Register } from "../register/repository.ts";
import { cached } from "../shared/cached.ts";
import { eachInParallel, inParallel, throwAny } from "../shared/in-parallel.ts";
import { formatDay, formatMinute, MINUTE } from "../shared/shanghai.ts";
import { linesInWords } from "../warnings/domain/compose-sms.ts";
import type { OwedPlant } from "../warnings/owed-event.ts";
import type { Senders } from "./channels.ts";
import { wordsOf, type Words } from "./domain/message-text.ts";
import { recipientsOf, type Candidate, type Recipient } from "./domain/recipients.ts";
import type { NoticeSettings } from "./domain/settings.ts";
import { hashAddress, type Delivery, type Notices } from "./repository.ts";
import type { DeviceItem } from "./stored-items.ts";

export interface SendServices extends Senders {
  notices: Notices;
  ruleData: RuleData;
  now(): number;
}
export interface DeliverServices extends SendServices {
  people: Pick<People, "person" | "list">;
  register: Pick<Register, "getPlant">;
}
export type Delivered = Partial<Record<"sent" | "failed" | "unknown" | "there" | "expired", number>>;

const WIDTH = 16;
/** A push service keeps a warning for a device that is away as long as an hour goes, seconds. */
const KEEP_WARNING = 3_600;

export function deliverer(services: DeliverServices): (owed: readonly OwedPlant[]) => Promise<Delivered> {
  const members = membersOf(services);
  return async (owed) => {
    const tally: Delivered = {};
    const failures: unknown[] = [];
    const count = (what: keyof Delivered): void => void (tally[what] = (tally[what] ?? 0) + 1);
    await eachInParallel(owed, WIDTH, failures, async (plant) => {
      const late = services.ruleData.warning(plant.tick).sms.lateTick * MINUTE;
      if (services.now() - plant.tick > late) return count("expired");
      const record = await services.register.getPlant(plant.permitNo);
      if (!record) return;
      const people = await candidates(record.permit, await members(), services);
      for (const to of recipientsOf(plant.lines, record.contacts, people, plant.tick))
        count(await deliver(plant, to, services));
    });
    const sums = Object.fromEntries(Object.entries(tally).map(([what, n]) => [`messages-${what}`, n]));
    await services.notices.count(formatDay(services.now()), sums);
    throwAny(failures);
    return tally;
  };
}

type Member = Pick<Person, "sub" | "plants"> & { settings: NoticeSettings };

/**
 * Who of which plant wants anything: read at most once a minute, since most ticks find the same people. Rights are asked for
 * anew before anything is sent.
 */
function membersOf({ notices, people, now }: DeliverServices): () => Promise<ReadonlyMap<string, Member[]>> {
  const read = async (): Promise<Map<string, Member[]>> => {
    const wishes = await notices.everybody();
    const byPlant = new Map<string, Member[]>();
    let from: string | null = null;
    do {
      if (wishes.size === 0) break;
      const page: Awaited<ReturnType<People["list"]>> = await people.list(1_000, from);
      for (const { sub, plants } of page.items) {
        const settings = wishes.get(sub);
        if (settings)
          for (const plant of plants) byPlant.set(plant, [...(byPlant.get(plant) ?? []), { sub, plants, settings }]);
      }
      from = page.next;
    } while (from !== null);
    return byPlant;
  };
  const kept = cached(read, () => MINUTE, now, 1);
  return () => kept("");
}

async function candidates(
  permit: { permitNo: string; town: string },
  members: ReadonlyMap<string, Member[]>,
  { people, notices }: DeliverServices,
): Promise<Candidate<DeviceItem>[]> {
  const found = await inParallel(members.get(permit.permitNo) ?? [], WIDTH, async ({ sub, settings }) => {
    const person = await people.person(sub);
    const reach = person && reachOf(person, "notice.read");
    if (!person || !reach || !covers(reach, permit)) return [];
    const { phone, email } = person;
    return [{ sub, phone, email, settings, devices: await notices.devices(sub) }];
  });
  return found.flat();
}

async function deliver(
  plant: OwedPlant,
  to: Recipient<DeviceItem>,
  services: DeliverServices,
): Promise<"sent" | "failed" | "unknown" | "there"> {
  const { notices, ruleData, language } = services;
  // Off: there is nothing that could be claimed or missed.
  if (to.channel === "email" && !services.mail) return "failed";
  const said = linesInWords(to.lines, ruleData, language);
  const words = wordsOf(plant, to.lines, said);
  const delivery: Delivery = {
    permitNo: plant.permitNo,
    tick: plant.tick,
    channel: to.channel,
    hash: to.channel === "push" ? to.device.id : hashAddress(to.address.toLowerCase()),
    to: to.channel === "push" ? to.device.name : maskEmail(to.address),
    text: words.body,
  };
  if ((await notices.claim(delivery)) === "there") return "there";
  const key = `${plant.permitNo}|${formatMinute(plant.tick)}|${delivery.hash}`;
  const state =
    to.channel === "push"
      ? await sendPush(to.sub, to.device, words, { ttl: KEEP_WARNING, urgent: true }, services)
      : await sendMail(to.address, words, key, services);
  await notices.settle(delivery, state);
  return state;
}

/** Sends to a device, and forgets one that takes nothing any more. */
export async function sendPush(
  sub: string,
  device: DeviceItem,
  words: Words,
  { ttl, urgent }: { ttl: number; urgent: boolean },
  { push, notices }: Pick<SendServices, "push" | "notices">,
): Promise<"sent" | "failed" | "unknown"> {
  const { state } = await push.send(device, {
    payload: JSON.stringify(words),
    ttl,
    urgency: urgent ? "high" : "normal",
    topic: hashAddress(words.tag),
  });
  if (state !== "gone") return state;
  await notices.forgetDevice(sub, device.id);
  return "failed";
}

export async function sendMail(
  to: string,
  { title, body, page }: Words,
  key: string,
  { mail, portal, language }: Pick<SendServices, "mail" | "portal" | "language">,
): Promise<"sent" | "failed" | "unknown"> {
  if (!mail) return "failed";
  const link = portal === null ? "" : `\n\n${portal}#${page}`;
  const why =
    language === "zh"
      ? "您在企业端的通知设置里选了电子邮件，可以随时关闭。"
      : "You chose e-mail in the notice settings of the portal, and can turn it off there.";
  const first = body.split("\n")[0] ?? "";
  const { state } = await mail({
    to,
    subject: `${title}：${first}`.slice(0, 150),
    text: `${title}\n${body}${link}\n\n${why}\n`,
    key,
  });
  return state;
}

/** `wa***@plant.example`: enough for its owner to know it. */
export const maskEmail = (address: string): string => address.replace(/^(.{1,2})[^@]*/, "$1***");
