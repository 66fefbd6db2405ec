/** First sign-in: who has the link of an invitation chooses a name and a password. */
import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import * as z from "zod/mini";
import { keys } from "../../../functions/people/stored-items.ts";
import { failedPage, inviteOverPage, invitedPage, invitePage } from "../../../web/sign-in/pages.ts";
import type { DynamoCall } from "../dynamodb-call.ts";
import { nameKey, type Accounts } from "./accounts.ts";
import { readForm, sendPage } from "./forms.ts";
import { weaknesses, type PasswordPolicy, type Weakness } from "./password-policy.ts";

export interface Invitation {
  sub: string;
  name: string;
  /** Epoch ms. */
  expires: number;
}
export interface Invitations {
  /** By the hash of the link's token. */
  find(hash: string): Promise<Invitation | null>;
  /** It cannot be used again. */
  used(hash: string): Promise<void>;
}

const Stored = z.object({
  Item: z.optional(
    z.object({
      sub: z.object({ S: z.string() }),
      name: z.object({ S: z.string() }),
      expires: z.object({ N: z.string() }),
    }),
  ),
});
const attributes = (key: Record<string, string>): Record<string, { S: string }> =>
  Object.fromEntries(Object.entries(key).map(([name, value]) => [name, { S: value }]));

/** Those of the people table. */
export const storedInvitations = (call: DynamoCall, table: string): Invitations => ({
  find: async (hash) => {
    const Key = attributes(keys.invite(hash));
    const { Item } = Stored.parse(await call("GetItem", { TableName: table, Key, ConsistentRead: true }));
    return Item ? { sub: Item.sub.S, name: Item.name.S, expires: Number(Item.expires.N) } : null;
  },
  used: async (hash) => void (await call("DeleteItem", { TableName: table, Key: attributes(keys.invite(hash)) })),
});

export interface InviteParts {
  invitations: Invitations;
  accounts: Accounts;
  policy: PasswordPolicy;
  origin: string;
  /** Whoever was signed in with the former password is not any more. */
  signOut(sub: string): void;
}

/** Answers `/invite/{token}`; true when the path was its own. */
export function invitePages({
  invitations,
  accounts,
  policy,
  origin,
  signOut,
}: InviteParts): (path: string, request: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  const answer = async (token: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const hash = createHash("sha256").update(token).digest("hex");
    const invitation = await invitations.find(hash);
    if (!invitation || invitation.expires <= Date.now()) return sendPage(response, 410, inviteOverPage());
    const { sub, name } = invitation;
    const show = (status: number, username: string, problem: Words | null): void =>
      sendPage(
        response,
        status,
        invitePage({ action: `/oidc/invite/${token}`, person: name, username, rules: rulesOf(policy), problem }),
      );
    if (request.method !== "POST") return show(200, accounts.find(sub)?.username ?? "", null);
    const form = await readForm(request, origin);
    if (!form) return sendPage(response, 403, failedPage("origin"));
    const [username, password] = [(form.get("username") ?? "").trim(), form.get("password") ?? ""];
    const wrong = problemOf(username, password, form.get("again") ?? "", policy);
    if (wrong) return show(422, username, wrong);
    const owner = accounts.byUsername(username);
    if (owner && owner.sub !== sub) return show(422, username, TAKEN);
    if (accounts.find(sub)) {
      // Invited again, or made by the bureau beforehand.
      if (!accounts.rename(sub, username)) return show(422, username, TAKEN);
      await accounts.setPassword(sub, password);
      signOut(sub);
    } else if (!(await accounts.create({ sub, username, name }, password))) return show(422, username, TAKEN);
    await invitations.used(hash);
    sendPage(response, 200, invitedPage(username));
  };
  return async (path, request, response) => {
    const token = /^\/invite\/([\w-]{20,200})$/.exec(path.split("?")[0] ?? "")?.[1];
    if (token === undefined || !["GET", "HEAD", "POST"].includes(request.method ?? "")) return false;
    await answer(token, request, response);
    return true;
  };
}

type Words = readonly [zh: string, en: string];

const TAKEN: Words = ["这个用户名已有人使用，请换一个。", "This user name is taken. Choose another."];
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._@+-]{2,63}$/u;

function problemOf(username: string, password: string, again: string, policy: PasswordPolicy): Words | null {
  if (!NAME.test(nameKey(username)))
    return [
      "用户名为 3–64 个字母、数字或汉字，可含 . _ - @ +。",
      "A user name is 3–64 letters or digits, with . _ - @ + between.",
    ];
  const [weak] = weaknesses(password, username, policy);
  if (weak) return weakness(weak, policy);
  return password === again
    ? null
    : ["两次输入的密码不一样，请重新输入。", "The two passwords differ. Type them again."];
}

function weakness(weak: Weakness, { length }: PasswordPolicy): Words {
  const words: Record<Weakness, Words> = {
    length: [`密码太短，至少 ${length} 个字符。`, `The password is too short: at least ${length} characters.`],
    "too-long": ["密码太长，最多 256 个字符。", "The password is too long: at most 256 characters."],
    lower: ["密码里缺少小写字母。", "The password needs a small letter."],
    upper: ["密码里缺少大写字母。", "The password needs a capital letter."],
    digit: ["密码里缺少数字。", "The password needs a digit."],
    symbol: ["密码里缺少符号，例如 - 或 !。", "The password needs a symbol, such as - or !."],
    name: ["密码里不能包含用户名。", "The password must not contain the user name."],
  };
  return words[weak];
}

function rulesOf(policy: PasswordPolicy): Words[] {
  const kinds: [boolean, string, string][] = [
    [policy.upper, "大写字母", "a capital"],
    [policy.lower, "小写字母", "a small letter"],
    [policy.digit, "数字", "a digit"],
    [policy.symbol, "符号", "a symbol"],
  ];
  const asked = kinds.filter(([needed]) => needed);
  return [
    [`至少 ${policy.length} 个字符`, `at least ${policy.length} characters`],
    ...(asked.length > 0
      ? [[`含有${asked.map(([, zh]) => zh).join("、")}`, `with ${asked.map(([, , en]) => en).join(", ")}`] as const]
      : []),
    ["不含用户名", "without the user name"],
  ];
}
