/**
 * The text messages of this machine as `/_local/sms` shows them: what reached the carrier (the outbox), and what the
 * ledger knows of every send (claimed, sent, failed, unknown, expired), taken from the ledger's stream as it passes.
 */
import { formatIso } from "../../functions/shared/shanghai.ts";
import type { LocalSns } from "./sns.ts";
import type { Store } from "./store.ts";

export interface SmsLine {
  at: string;
  to: string;
  permitNo: string;
  text: string;
  state: string;
}
export interface SmsView {
  /** Takes the change records of the ledger that are sends. */
  observe(records: readonly Record<string, unknown>[]): Promise<void>;
  /** Newest first. */
  list(limit?: number): SmsLine[];
}

interface Attribute {
  S?: string;
  N?: string;
}
type Image = Record<string, Attribute>;

export function openSmsView(store: Store, outbox: LocalSns["outbox"]): SmsView {
  const { db } = store;
  db.exec(`CREATE TABLE IF NOT EXISTS sends (pk TEXT, sk TEXT, tick INTEGER, phone TEXT, text TEXT, state TEXT, PRIMARY KEY (pk, sk)) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS sends_by_tick ON sends (tick)`);
  const put = db.prepare("INSERT OR REPLACE INTO sends VALUES (?, ?, ?, ?, ?, ?)");
  const newest = db.prepare("SELECT * FROM sends ORDER BY tick DESC, sk DESC LIMIT ?");
  return {
    observe: async (records) => {
      const sends = records.flatMap((record) => {
        const image = (record["dynamodb"] as { NewImage?: Image } | undefined)?.NewImage;
        return image?.["sk"]?.S?.startsWith("SEND#") ? [image] : [];
      });
      if (sends.length === 0) return;
      await store.write(() => {
        for (const image of sends)
          put.run(
            image["pk"]?.S ?? "",
            image["sk"]?.S ?? "",
            Number(image["tick"]?.N ?? 0),
            image["to"]?.S ?? "",
            image["text"]?.S ?? "",
            image["state"]?.S ?? "",
          );
      });
    },
    list: (limit = 1_000) => {
      const reached = outbox(limit);
      const sends = (newest.all(limit) as Record<string, unknown>[]).map((row) => ({
        at: row["tick"] as number,
        to: row["phone"] as string,
        permitNo: String(row["pk"]).replace(/^PLANT#/, ""),
        text: row["text"] as string,
        state: row["state"] as string,
      }));
      const known = new Set(sends.map((send) => `${send.to} ${send.text}`));
      // What reached the carrier without a send in the ledger (yet) is shown as well.
      const others = reached.flatMap((message) =>
        known.has(`${message.to} ${message.text}`)
          ? []
          : [{ at: message.at, to: message.to, permitNo: message.permitNo ?? "", text: message.text, state: "sent" }],
      );
      return [...others, ...sends]
        .sort((a, b) => b.at - a.at)
        .slice(0, limit)
        .map((line) => ({ ...line, at: formatIso(line.at) }));
    },
  };
}
