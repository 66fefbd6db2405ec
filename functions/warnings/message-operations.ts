/** What the plant's contacts were sent, and what became of it: a receipt of every message that was due. */
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { fromCursor, toCursor } from "../api/cursor.ts";
import { atPlant, type Operation } from "../api/operation.ts";
import type { Services } from "../api/operations.ts";
import { contactsAt } from "../register/domain/contacts.ts";
import { maskPhone } from "../shared/logger.ts";
import { formatIso } from "../shared/shanghai.ts";
import { SendItem, SendStates } from "./stored-items.ts";

const View = z.object({
  /** Tick that owed it. */
  at: z.string(),
  /** Roles of the contact by now; none: the number is no contact's any more. */
  roles: z.array(z.string()),
  /** With its middle covered. */
  phone: z.string(),
  text: z.string(),
  /** `claimed`: on its way; `unknown`: the carrier gave no answer, and nothing is sent twice; `capped`: above the day's limit of the phone. */
  state: z.enum(SendStates),
});
const PAGE = 50;
/** Of a list newest first, what stands before everything. */
const NEWEST = "SEND#~";

export function messageOperations({ db, tables }: Services): Operation[] {
  return [
    atPlant({
      id: "listMessages",
      method: "GET",
      path: "/api/plants/:permitNo/messages",
      summary: "Text messages to the contacts of a plant, newest first, each with its receipt",
      action: "contact.read",
      query: z.object({ cursor: z.optional(z.string()) }),
      answer: z.object({ messages: z.array(View), next: z.nullable(z.string()) }),
      async handle({ plant: { permit, contacts: own }, query, at }) {
        const pk = `PLANT#${permit.permitNo}`;
        const list = ["listMessages", permit.permitNo];
        const from = fromCursor(list, query.cursor);
        const { Items = [], LastEvaluatedKey } = await db.send(
          new QueryCommand({
            TableName: tables.ledger,
            KeyConditionExpression: "pk = :pk AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues: { ":pk": pk, ":first": "SEND#", ":last": NEWEST },
            ScanIndexForward: false,
            Limit: PAGE,
            ExclusiveStartKey: from === null ? undefined : { pk, sk: from },
          }),
        );
        const contacts = contactsAt(permit, own, at);
        const messages = Items.map((item) => {
          const { to, text, state, tick } = SendItem.parse({ ...item, phoneHash: String(item.sk).split("#").at(-1) });
          const roles = contacts.filter((c) => c.phone === to).map((c) => c.role);
          return { at: formatIso(tick), roles, phone: maskPhone(to), text, state };
        });
        const last = LastEvaluatedKey === undefined ? null : String(LastEvaluatedKey.sk);
        return { body: { messages, next: toCursor(list, last) } };
      },
    }),
  ];
}
