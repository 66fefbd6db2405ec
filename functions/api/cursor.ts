/** Where the next page of a list begins, as clients carry it: opaque, and good for the very list that it came from. */
import { createHash } from "node:crypto";
import { Refusal } from "./operation.ts";

/** A list is its operation and whatever it was filtered by: a page of one filter is no page of another. */
export type ListName = readonly (string | number | boolean | null | undefined)[];

const SEPARATOR = "\n";
const LONGEST = 1_000;
/** Of the list and the key: not a secret, but what was cut off or altered on its way is known by it. */
const nameOf = (list: ListName, key: string): string =>
  createHash("sha256")
    .update(JSON.stringify([...list, key]))
    .digest("base64url")
    .slice(0, 12);

/** `key`: of the last item shown; null at the end of the list. */
export const toCursor = (list: ListName, key: string | null): string | null =>
  key === null ? null : Buffer.from(`${nameOf(list, key)}${SEPARATOR}${key}`).toString("base64url");

/** Key of the last item that was shown, null to begin; throws what is answered when the cursor is not of this list. */
export function fromCursor(list: ListName, cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  const bytes = Buffer.from(cursor.slice(0, LONGEST), "base64url");
  const text = bytes.toString("utf8");
  const [name, ...rest] = text.split(SEPARATOR);
  const key = rest.join(SEPARATOR);
  // Decoding forgives characters that mean nothing: what does not come out again as it went in was not made here.
  const ours = Buffer.from(text).toString("base64url") === cursor && name === nameOf(list, key) && key !== "";
  if (!ours)
    throw new Refusal(
      400,
      "cursor of another list",
      "This cursor does not belong to this list with these filters. Begin again without a cursor.",
    );
  return key;
}
