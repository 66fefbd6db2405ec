/**
 * How an invited person comes to an account: by a link to the issuer's own page, by a first password of the user pool, or,
 * where others keep the accounts, by the subject that they gave him.
 */
import { createHash, randomBytes, randomInt, randomUUID } from "node:crypto";
import * as z from "zod/mini";
import { Refusal } from "../api/operation.ts";
import { DAY, formatIso } from "../shared/shanghai.ts";
import type { SmsPort } from "../warnings/sms.ts";
import type { Write, People } from "./repository.ts";
import type { Invite } from "./stored-items.ts";
import type { UserPool } from "./user-pool.ts";

export interface Accounts {
  /** The issuer's page for invitations, with a slash at its end; null when it has none. */
  page: string | null;
  /** Null where others keep the accounts. */
  pool: UserPool | null;
  /** Who takes invitations to the phones of the invited. */
  sms: SmsPort;
}

export const Invitation = z.union([
  z.object({ kind: z.literal("link"), link: z.string(), until: z.string() }),
  /** `username` null: the one that the person has. */
  z.object({
    kind: z.literal("password"),
    username: z.nullable(z.string()),
    password: z.string(),
    until: z.string(),
  }),
]);
export type Invitation = z.output<typeof Invitation>;

/** Good for a week, and once. */
const LINK = 7 * DAY;
/** As the pool keeps a first password (infra/constructs/identity.ts). */
const PASSWORD = 3 * DAY;

export interface Invited {
  sub: string;
  /** Shown once, to who invites; null where nothing is to be handed on. */
  invitation: Invitation | null;
  /** To be written with the person. */
  writes: Write[];
}
/** `key`: of the request, made by who asks; null: he has none, and asking twice invites twice. */
type Wish = { name: string; username: string | null; subject: string | null; key: string | null };

/** For somebody who has no account yet. */
export async function invite(
  { page, pool }: Pick<Accounts, "page" | "pool">,
  people: Pick<People, "inviteWrites">,
  { name, username, subject, key }: Wish,
  at: number,
): Promise<Invited> {
  const kept = page !== null || pool !== null;
  if (kept && subject !== null)
    throw new Refusal(422, "not as expected", "subject must be null: the account is made by this invitation", {
      zh: "账号由这次邀请建立，不能另填 subject",
    });
  if (page !== null) {
    const sub = key ?? randomUUID();
    return { sub, ...link(page, people, { sub, name }, at, null) };
  }
  if (pool) {
    const [chosen, password] = [username ?? `user-${key?.slice(0, 8) ?? letters(8)}`, firstPassword()];
    const sub = await pool.create(chosen, name, password);
    if (sub === null)
      throw new Refusal(409, "user name taken", `There is an account ${chosen} already. Choose another user name.`);
    return {
      sub,
      invitation: { kind: "password", username: chosen, password, until: formatIso(at + PASSWORD) },
      writes: [],
    };
  }
  if (subject === null)
    throw new Refusal(
      422,
      "not as expected",
      "subject is missing: ask who keeps the accounts for it (`sub` of his tokens)",
      { zh: "缺少 subject：请向管理账号的一方要（令牌里的 sub）" },
    );
  return { sub: subject, invitation: null, writes: [] };
}

/** Again, for who came too late or lost his password: what he had is no longer good. */
export async function inviteAgain(
  { page, pool }: Pick<Accounts, "page" | "pool">,
  people: Pick<People, "inviteWrites" | "lastInvite">,
  person: { sub: string; name: string },
  at: number,
): Promise<Omit<Invited, "sub">> {
  if (page !== null) return link(page, people, person, at, await people.lastInvite(person.sub));
  if (!pool)
    throw new Refusal(
      409,
      "no accounts here",
      "Passwords are kept by your issuer of accounts. Ask there for a new one.",
    );
  const password = firstPassword();
  if (!(await pool.reset(person.sub, password)))
    throw new Refusal(409, "no account", "The user pool has no account of this person. Invite him anew.");
  const invitation = { kind: "password", username: null, password, until: formatIso(at + PASSWORD) } as const;
  return { invitation, writes: [] };
}

function link(
  page: string,
  people: Pick<People, "inviteWrites">,
  { sub, name }: { sub: string; name: string },
  at: number,
  former: Invite | null,
): Omit<Invited, "sub"> {
  const token = randomBytes(32).toString("base64url");
  const expires = at + LINK;
  // The table has the hash only: who reads it cannot use it.
  const hash = createHash("sha256").update(token).digest("hex");
  return {
    invitation: { kind: "link", link: `${page}${token}`, until: formatIso(expires) },
    writes: people.inviteWrites({ token: hash, sub, name, expires }, former),
  };
}

/** Without letters and digits that look alike. */
const ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";
const letters = (count: number): string =>
  Array.from({ length: count }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
/** About 75 bits, and of every kind that the pool asks for. */
const firstPassword = (): string => `${[letters(5), letters(5), letters(5)].join("-")}-A7`;
