/** What the plant's people were sent, and what became of it: a receipt of every message that was due. */
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { fromCursor, toCursor } from "../api/cursor.ts";
import { atPlant, type Operation } from "../api/operation.ts";
import type { Services } from "../api/operations.ts";
import { CHANNELS } from "../notices/domain/settings.ts";
import { DELIVERY, DeliveryItem } from "../notices/stored-items.ts";
import { contactsAt } from "../register/domain/contacts.ts";
import { maskPhone } from "../shared/logger.ts";
import { formatIso } from "../shared/shanghai.ts";
import { SendItem, SendStates } from "./stored-items.ts";

const View = z.object({
  /** Tick that owed it. */
  at: z.string(),
  channel: z.enum(["sms", ...CHANNELS]),
  /** Roles of the contact by now; none: the number is no contact's any more, or it is no number. */
  roles: z.array(z.string()),
  /** Phone or address with its middle covered, or the name of the device. */
  to: z.string(),
  text: z.string(),
  /** `claimed`: on its way; `unknown`: no answer came, and nothing is sent twice; `capped`: above the day's limit of the phone. */
  state: z.enum(SendStates),
});
const PAGE = 50;
/** Of a list newest first, what stands before everything. */
const NEWEST = "~";
const SMS = "SEND#";

export function messageOperations({ db, tables }: Services): Operation[] {
  /** The newest of a kind before `from`, which is what stands behind the kind in a sort key: when and to whom. */
  const before = async (permitNo: string, kind: string, from: string): Promise<Record<string, unknown>[]> => {
    const { Items = [] } = await db.send(
      new QueryCommand({
        TableName: tables.ledger,
        KeyConditionExpression: "pk = :pk AND sk BETWEEN :first AND :last",
        ExpressionAttributeValues: { ":pk": `PLANT#${permitNo}`, ":first": kind, ":last": `${kind}${from}` },
        ScanIndexForward: false,
        Limit: PAGE + 2, // the one that the page before ended with, and one more
      }),
    );
    return Items;
  };
  return [
    atPlant({
      id: "listMessages",
      method: "GET",
      path: "/api/plants/:permitNo/messages",
      summary: "Messages to the people of a plant, by SMS, web push and e-mail, newest first, each with its receipt",
      action: "contact.read",
      query: z.object({ cursor: z.optional(z.string()) }),
      answer: z.object({ messages: z.array(View), next: z.nullable(z.string()) }),
      async handle({ plant: { permit, contacts: own }, query, at }) {
        const { permitNo } = permit;
        const list = ["listMessages", permitNo];
        const from = fromCursor(list, query.cursor) ?? NEWEST;
        const [sends, deliveries] = await Promise.all([before(permitNo, SMS, from), before(permitNo, DELIVERY, from)]);
        const contacts = contactsAt(permit, own, at);
        const all = [
          ...sends.map((item) => {
            const sk = String(item.sk).slice(SMS.length);
            const { to, text, state, tick } = SendItem.parse({ ...item, phoneHash: sk.split("#").at(-1) });
            const roles = contacts.filter((c) => c.phone === to).map((c) => c.role);
            return {
              sk,
              view: { at: formatIso(tick), channel: "sms" as const, roles, to: maskPhone(to), text, state },
            };
          }),
          ...deliveries.map((item) => {
            const { sk, channel, to, text, state, tick } = DeliveryItem.parse(item);
            return {
              sk: sk.slice(DELIVERY.length),
              view: { at: formatIso(tick), channel, roles: [], to, text, state },
            };
          }),
        ]
          .filter(({ sk }) => sk !== from)
          .sort((a, b) => (a.sk < b.sk ? 1 : -1));
        const page = all.slice(0, PAGE);
        const next = all.length > PAGE ? (page.at(-1)?.sk ?? null) : null;
        return { body: { messages: page.map(({ view }) => view), next: toCursor(list, next) } };
      },
    }),
  ];
}
