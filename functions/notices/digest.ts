/**
 * Sends the day's digests: over the people who chose one and whose hour it is, each claimed before it leaves, so that a run
 * that comes twice sends nothing twice. Who was missed is found by the next run, as long as it is not too late.
 */
import { covers, reachOf } from "../people/domain/rights.ts";
import type { People } from "../people/repository.ts";
import { eachInParallel, inParallel, throwAny } from "../shared/in-parallel.ts";
import { formatDay } from "../shared/shanghai.ts";
import { maskEmail, sendMail, sendPush, type SendServices } from "./deliver.ts";
import type { DigestItem, Digests, Receipt } from "./digest-repository.ts";
import { digestDue, digestSince, digestWords } from "./domain/digest.ts";
import type { Words } from "./domain/message-text.ts";
import { digestTells, type Channel, type Digest } from "./domain/settings.ts";
import { personNotices, type NoticeServices } from "./person-notices.ts";

export interface DigestServices extends SendServices, NoticeServices {
  digests: Digests;
  people: Pick<People, "person">;
}
export type DigestTally = Partial<Record<"sent" | "failed" | "unknown" | "empty" | "there", number>>;

/** People at a time. */
const WIDTH = 4;
/** Days back to the last digest that told of everything: further back none tells anyway. */
const LOOK_BACK = 10;
/** A push service keeps it for a device that is away, seconds. */
const KEEP_DIGEST = 12 * 3_600;

export async function sendDigests(services: DigestServices): Promise<DigestTally> {
  const { notices, ruleData, now } = services;
  const rules = ruleData.notices(now()).digest;
  const due = [...(await notices.everybody())].flatMap(([sub, { digest }]) =>
    digest && digestDue(digest, now(), rules) ? [{ sub, digest }] : [],
  );
  const tally: DigestTally = {};
  const failures: unknown[] = [];
  await eachInParallel(due, WIDTH, failures, async ({ sub, digest }) => {
    const state = await sendDigest(sub, digest, services);
    if (state !== null) tally[state] = (tally[state] ?? 0) + 1;
  });
  const { sent = 0, failed = 0, unknown = 0 } = tally;
  const counts = { "digests-sent": sent, "digests-failed": failed, "digests-unknown": unknown };
  await notices.count(formatDay(now()), counts);
  throwAny(failures);
  return tally;
}

/** Null: the person may see no plant any more. */
async function sendDigest(sub: string, chosen: Digest, services: DigestServices): Promise<keyof DigestTally | null> {
  const { people, digests, ruleData, language, now } = services;
  const at = now();
  const rules = ruleData.notices(at);
  const last = await digests.last(sub, LOOK_BACK);
  const today = last.find((digest) => formatDay(digest.at) === formatDay(at));
  if (today) {
    // One that another run is sending right now is claimed as well, but for seconds: a run takes up what is minutes old.
    if (today.state === "claimed" && at - today.at > CUT_OFF) await digests.settleUnknown(sub, today.at);
    return "there";
  }
  const person = await people.person(sub);
  const reach = person && reachOf(person, "notice.read");
  if (!person || !reach) return null;
  const plants = person.plants.filter((permitNo) => covers(reach, { permitNo, town: "" }));
  if (plants.length === 0) return null;
  const since = digestSince(toldUntil(last), at, rules);
  const notices = await personNotices(plants, since, at, services);
  const wordsBy = (by: readonly Channel[]): Words | null =>
    digestWords(
      notices.filter(({ kind }) => by.some((channel) => digestTells(chosen, kind, channel))),
      rules,
      language,
    );
  const words = wordsBy(chosen.channels);
  const digest = { since, at, state: words ? "claimed" : "empty", text: words?.body ?? "" } as const;
  if ((await digests.claim(sub, digest)) === "there") return "there";
  if (!words) return "empty";
  const receipts = await sendWords(person, (channel) => wordsBy([channel]), at, services);
  const state = overall(receipts);
  await digests.settle(sub, at, state, receipts);
  return state;
}

/** After so long a claim without an outcome is one of a run that was cut off, ms: longer than a run may take. */
const CUT_OFF = 20 * 60_000;

/** Until when the person was told everything. What failed, or may not have arrived, is told again. */
const toldUntil = (last: readonly DigestItem[]): number | null =>
  last.find(({ state }) => state === "sent" || state === "empty")?.at ?? last.at(-1)?.since ?? null;

async function sendWords(
  { sub, email }: { sub: string; email: string | null },
  /** Null: nothing that this channel tells of, or the channel is not chosen. */
  wordsOf: (channel: Channel) => Words | null,
  at: number,
  services: DigestServices,
): Promise<Receipt[]> {
  const receipts: Receipt[] = [];
  const [pushed, mailed] = [wordsOf("push"), wordsOf("email")];
  if (pushed) {
    const devices = await services.notices.devices(sub);
    receipts.push(
      ...(await inParallel(devices, WIDTH, async (device): Promise<Receipt> => {
        const state = await sendPush(sub, device, pushed, { ttl: KEEP_DIGEST, urgent: false }, services);
        return { channel: "push", to: device.name, state };
      })),
    );
  }
  if (mailed && email !== null) {
    const state = await sendMail(email, mailed, `digest|${sub}|${formatDay(at)}`, services);
    receipts.push({ channel: "email", to: maskEmail(email), state });
  }
  return receipts;
}

/** Of one message by several ways: sent when it left by one. Without any way (no device, no address) it failed. */
const overall = (receipts: readonly Receipt[]): "sent" | "failed" | "unknown" =>
  (["sent", "unknown"] as const).find((state) => receipts.some((r) => r.state === state)) ?? "failed";
