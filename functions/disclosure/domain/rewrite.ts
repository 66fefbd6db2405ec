/** Which changes of the ledger the public can see: only those are worth a new page. */

/** One change of the ledger, keys and the public state before and after. */
export interface LedgerChange {
  pk: string;
  sk: string;
  /** False when the item was taken away. */
  exists: boolean;
  /** `state` of a WARNING item before and after; null where there was none. */
  before: string | null;
  after: string | null;
}

/** New verdicts, marks and first values change what the page shows; of the warnings only their public state does. */
const SHOWN = /^(?:HOUR#|DAY#|MARK#|FIRST$)/;

/** Permit number of the plant whose page has to be written anew, or null. */
export function plantToRewrite(change: LedgerChange): string | null {
  if (!change.exists || !change.pk.startsWith("PLANT#")) return null;
  const shown = change.sk === "WARNING" ? change.before !== change.after : SHOWN.test(change.sk);
  return shown ? change.pk.slice("PLANT#".length) : null;
}
