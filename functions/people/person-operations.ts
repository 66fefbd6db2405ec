/** Who has an account here and may do what: for regulators; and ending one's own sessions. */
import * as z from "zod/mini";
import { fromCursor, toCursor } from "../api/cursor.ts";
import { overReach, Refusal, type Call, type Operation, type Reply } from "../api/operation.ts";
import type { Services } from "../api/operations.ts";
import { plantLists } from "../register/plant-lists.ts";
import {
  fieldProblems,
  nextSessionsFrom,
  ownRightsProblems,
  tidyFields,
  type PersonFields,
} from "./domain/person-change.ts";
import type { SaidProblem } from "../shared/problems.ts";
import type { Person } from "./domain/rights.ts";
import { invitationText } from "./invitation-text.ts";
import { Invitation, invite, inviteAgain } from "./invitations.ts";
import { limit } from "./page-query.ts";
import type { Write } from "./repository.ts";
import { InviteBody, PersonBody, PersonView, personView } from "./person-schema.ts";

const Paged = z.object({ cursor: z.optional(z.string()), limit });

const Invited = z.object({
  person: PersonView,
  invitation: z.nullable(Invitation),
  /** What became of the text message; null: none was asked for. `unknown`: the carrier gave no answer. */
  sms: z.nullable(z.enum(["sent", "failed", "unknown"])),
});
type Invited = z.output<typeof Invited>;
/** Of another invitation: to his phone as well? */
const Again = z.strictObject({ sms: z._default(z.boolean(), false) });

export function personOperations({
  people,
  register,
  accounts,
  senders,
  ruleData,
  now,
}: Pick<Services, "people" | "register" | "accounts" | "senders" | "ruleData" | "now">): Operation[] {
  const lists = plantLists(register, now);
  const find = async (sub: string): Promise<Person> => {
    const person = await people.person(sub);
    if (!person) throw new Refusal(404, "no such person", "There is no such person. Load the list again.");
    return person;
  };
  const check = async (fields: PersonFields): Promise<void> => {
    const plants = fields.plants.length > 0 ? await register.getPlants(fields.plants) : [];
    const towns = fields.towns.length > 0 ? (await lists.all()).plants.map(({ town }) => town) : [];
    refuse(fieldProblems(fields, { plants: new Set(plants.map((p) => p.permit.permitNo)), towns: new Set(towns) }));
  };
  /** Ends every session of `before` from now on. */
  const signOut = async (
    call: Pick<Call<unknown, unknown>, "at" | "change">,
    before: Person,
    writes: readonly Write[] = [],
  ): Promise<Person> => {
    const after = { ...before, sessionsFrom: nextSessionsFrom(call.at), version: before.version + 1 };
    const entry = { permitNo: null, target: `person ${before.sub}`, before, after };
    await call.change([...people.personWrites(after), ...writes], entry);
    // Ours refuses the tokens that are out; the issuer must renew none.
    await accounts.pool?.signOut(before.sub);
    return after;
  };
  /** To the phone, once it is good; what the carrier says is shown, and the answer has the invitation all the same. */
  const send = async (
    wanted: boolean,
    { person, invitation }: Pick<Invited, "person" | "invitation">,
    key: string,
  ): Promise<Invited["sms"]> => {
    if (!wanted || invitation === null || person.phone === null) return null;
    const site = senders.portal;
    const content = invitationText(invitation, { name: person.name, site, ruleData, language: senders.language });
    return (await accounts.sms({ ...content, to: person.phone, key })).state;
  };
  const expectPhone = (wanted: boolean, phone: string | null): void => {
    if (!wanted || phone !== null) return;
    const problem = {
      path: "phone",
      reason: "is missing: the invitation cannot be sent to it",
      zh: "没有填写手机号，无法发送短信",
    };
    refuse([problem]);
  };
  const again = async (
    call: Pick<Call<unknown, unknown>, "id" | "at" | "change">,
    before: Person,
    sms: boolean,
  ): Promise<Reply<Invited>> => {
    expectPhone(sms, before.phone);
    const { invitation, writes } = await inviteAgain(accounts, people, before, call.at);
    const after = await signOut(call, before, writes);
    const invited = { person: personView(after), invitation };
    return {
      status: 201,
      body: { ...invited, sms: await send(sms, invited, call.id) },
      revision: String(after.version),
    };
  };
  return [
    overReach({
      id: "listPeople",
      method: "GET",
      path: "/api/people",
      summary: "Everybody with an account here",
      action: "person.read",
      query: Paged,
      answer: z.object({ people: z.array(PersonView), next: z.nullable(z.string()) }),
      async handle({ query }) {
        const list = ["listPeople"];
        const { items, next } = await people.list(query.limit, fromCursor(list, query.cursor));
        return { body: { people: items.map(personView), next: toCursor(list, next) } };
      },
    }),
    overReach({
      id: "getPerson",
      method: "GET",
      path: "/api/people/:sub",
      summary: "One person and what he may do",
      action: "person.read",
      answer: PersonView,
      async handle({ params }) {
        const person = await find(params.sub ?? "");
        return { body: personView(person), revision: String(person.version) };
      },
    }),
    overReach({
      id: "invitePerson",
      method: "POST",
      path: "/api/people",
      summary: "Invite somebody; the link or first password in the answer is shown once",
      action: "person.write",
      body: InviteBody,
      answer: Invited,
      async handle(call) {
        const { username, subject, key, sms, ...rest } = call.body;
        const fields = tidyFields({ ...rest, active: true });
        await check(fields);
        expectPhone(sms, fields.phone);
        // Asked again: the link went to nobody, or twice to one; where it is kept, only the last one is good.
        const asked = key !== null && accounts.page !== null ? await people.person(key) : null;
        if (asked) return again(call, asked, sms);
        const wish = { ...fields, username, subject, key };
        const { sub, invitation, writes } = await invite(accounts, people, wish, call.at);
        const after: Person = { sub, ...fields, sessionsFrom: 0, version: 1 };
        const entry = { permitNo: null, target: `person ${sub}`, before: null, after };
        await call.change([...people.personWrites(after), ...writes], entry);
        const invited = { person: personView(after), invitation };
        return { status: 201, body: { ...invited, sms: await send(sms, invited, call.id) }, revision: "1" };
      },
    }),
    overReach({
      id: "inviteAgain",
      method: "POST",
      path: "/api/people/:sub/invitation",
      summary: "Another link or first password, for who came too late or lost his; his sessions end",
      action: "person.write",
      body: Again,
      answer: Invited,
      handle: async (call) => again(call, await find(call.params.sub ?? ""), call.body.sms),
    }),
    overReach({
      id: "putPerson",
      method: "PUT",
      path: "/api/people/:sub",
      summary: "Change what a person is called and may do; needs If-Match, and works at his next request",
      action: "person.write",
      body: PersonBody,
      answer: PersonView,
      async handle(call) {
        const before = await find(call.params.sub ?? "");
        expectVersion(before, call.ifMatch);
        const fields = tidyFields(call.body);
        refuse(ownRightsProblems(call.person, before, fields));
        await check(fields);
        const after: Person = { ...before, ...fields, version: before.version + 1 };
        const writes = [...people.personWrites(after), ...people.stillRegulator(call.person, before)];
        await call.change(writes, { permitNo: null, target: `person ${before.sub}`, before, after });
        return { body: personView(after), revision: String(after.version) };
      },
    }),
    overReach({
      id: "signOutEverywhere",
      method: "POST",
      path: "/api/people/:sub/sign-out",
      summary: "End all sessions of a person at once",
      action: "person.write",
      answer: PersonView,
      async handle(call) {
        const after = await signOut(call, await find(call.params.sub ?? ""));
        return { body: personView(after), revision: String(after.version) };
      },
    }),
    overReach({
      id: "signOutSelfEverywhere",
      method: "POST",
      path: "/api/self/sign-out",
      summary: "End all sessions of mine at once, this one too",
      action: "self.write",
      answer: z.object({ sessionsFrom: z.string() }),
      async handle(call) {
        return { body: { sessionsFrom: personView(await signOut(call, call.person)).sessionsFrom ?? "" } };
      },
    }),
  ];
}

function refuse(problems: readonly SaidProblem[]): void {
  if (problems.length === 0) return;
  const detail = problems.map(({ path, reason }) => `${path} ${reason}`).join("; ");
  throw new Refusal(422, "not as expected", detail, { problems });
}

function expectVersion(person: Person, ifMatch: string | null): void {
  if (ifMatch === null)
    throw new Refusal(428, "If-Match is missing", "Name the version that you read (its ETag) in If-Match.");
  if (ifMatch !== String(person.version))
    throw new Refusal(
      412,
      "changed meanwhile",
      "Somebody else changed this person since you loaded him. Nothing of yours was saved; load again and repeat your change.",
    );
}
