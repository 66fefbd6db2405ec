/** Who can sign in to a new machine: one administrator, and with the simulated city one person of every role. */
import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Person, Role } from "../../../functions/people/domain/rights.ts";
import { peopleRepository } from "../../../functions/people/repository.ts";
import { demoPlants } from "../demo/demo-register.ts";
import type { Machine } from "../machine.ts";
import { machineRegion } from "../template.ts";
import type { Accounts } from "./accounts.ts";
import { newPassword, type PasswordPolicy } from "./password-policy.ts";

export interface FirstPerson {
  username: string;
  name: string;
  role: Role;
  plants?: readonly string[];
  towns?: readonly string[];
}
export interface FirstPassword {
  username: string;
  password: string;
  role: Role;
  /** What the person is bound to, for the line on the terminal. */
  of: string;
}

const ADMINISTRATOR: FirstPerson = { username: "admin", name: "管理员", role: "regulator" };

/** The demo's people; the enterprises' are those of its first two plants. */
export function demoPeople(plants: number): FirstPerson[] {
  const [first, second] = [...demoPlants({ count: Math.min(2, plants), seed: 0 })];
  return [
    { username: "inspector", name: "（演示）执法人员", role: "inspector" },
    ...(first
      ? [{ username: "town", name: "（演示）镇街网格员", role: "town-officer", towns: [first.town] } as const]
      : []),
    ...[first, second].flatMap((plant, i): FirstPerson[] =>
      plant
        ? [{ username: `plant${i + 1}`, name: "（演示）企业环保负责人", role: "enterprise", plants: [plant.permitNo] }]
        : [],
    ),
    { username: "auditor", name: "（演示）审计人员", role: "auditor" },
    ...(first ? [{ username: "expert", name: "（演示）专家", role: "expert", plants: [first.permitNo] } as const] : []),
  ];
}

/**
 * Makes whom the machine does not know yet, account and rights, and returns the passwords of the new ones: they are
 * nowhere else. Does nothing on a machine without sign-in.
 */
export async function firstPeople(
  machine: Pick<Machine, "issuer" | "definition" | "dynamoEndpoint" | "setting">,
  demo: readonly FirstPerson[],
  now: number,
): Promise<FirstPassword[]> {
  const { issuer, definition } = machine;
  if (!issuer || !definition.functions.some(({ environment }) => "PEOPLE_TABLE" in environment)) return [];
  const made: FirstPassword[] = [];
  for (const person of [ADMINISTRATOR, ...demo]) {
    const { sub, password } = await accountOf(person, issuer.accounts, issuer.settings.policy);
    if (password !== null) {
      const of = [...(person.towns ?? []), ...(person.plants ?? [])].join(", ");
      made.push({ username: person.username, password, role: person.role, of });
    }
    await giveRights(machine, rightsOf(person, sub), now);
  }
  return made;
}

/** Writes a person's rights as our own function would, with the entry in the audit trail; leaves them alone where there are any. */
export async function giveRights(
  { dynamoEndpoint: endpoint, setting }: Pick<Machine, "dynamoEndpoint" | "setting">,
  person: Person,
  at: number,
): Promise<void> {
  const credentials = { accessKeyId: "machine", secretAccessKey: "local" };
  const client = new DynamoDBClient({ endpoint, region: machineRegion, credentials });
  try {
    const db = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
    const people = peopleRepository({ db, table: setting("PEOPLE_TABLE") });
    if (await people.person(person.sub)) return;
    await people.change(people.personWrites(person), {
      id: randomUUID(),
      at,
      sub: "machine",
      name: "本机 this machine",
      operation: "firstStart",
      permitNo: null,
      target: `person ${person.sub}`,
      before: null,
      after: person,
    });
  } finally {
    client.destroy();
  }
}

/** A new password for who lost it; null when there is no such account. */
export async function resetPassword({ issuer }: Pick<Machine, "issuer">, username: string): Promise<string | null> {
  const account = issuer?.accounts.byUsername(username);
  if (!issuer || !account) return null;
  const password = newPassword(issuer.settings.policy);
  await issuer.accounts.setPassword(account.sub, password);
  issuer.signOutEverywhere(account.sub);
  return password;
}

async function accountOf(
  { username, name }: FirstPerson,
  accounts: Accounts,
  policy: PasswordPolicy,
): Promise<{ sub: string; password: string | null }> {
  const known = accounts.byUsername(username);
  if (known) return { sub: known.sub, password: null };
  const [sub, password] = [randomUUID(), newPassword(policy)];
  await accounts.create({ sub, username, name }, password);
  return { sub, password };
}

const rightsOf = ({ name, role, plants = [], towns = [] }: FirstPerson, sub: string): Person => ({
  sub,
  name,
  phone: null,
  email: null,
  roles: [role],
  plants: [...plants],
  towns: [...towns],
  active: true,
  sessionsFrom: 0,
  version: 1,
});
