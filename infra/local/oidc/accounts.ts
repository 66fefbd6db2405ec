/**
 * Accounts of this machine's issuer: who signs in by which name and password. Passwords are kept as scrypt hashes; wrong
 * ones are counted by name, whether the name exists or not, and every answer takes the time of one hash.
 */
import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { MINUTE } from "../../../functions/shared/shanghai.ts";

export interface Account {
  sub: string;
  username: string;
  /** The person's name, in the ID token. */
  name: string;
  enabled: boolean;
}
export type Attempt = { outcome: "ok"; account: Account } | { outcome: "wrong" } | { outcome: "locked"; until: number };

export interface Accounts {
  find(sub: string): Account | null;
  byUsername(username: string): Account | null;
  count(): number;
  /** False when the name is taken. Without a password nobody can sign in yet. */
  create(account: { sub: string; username: string; name: string }, password: string | null): Promise<boolean>;
  /** Another name to sign in by; false when somebody else has it. */
  rename(sub: string, username: string): boolean;
  setPassword(sub: string, password: string): Promise<void>;
  setEnabled(sub: string, enabled: boolean): void;
  remove(sub: string): void;
  attempt(username: string, password: string, at: number): Promise<Attempt>;
}

export const LOCK = { attempts: 5, window: 15 * MINUTE, length: 15 * MINUTE } as const;

/** As strong as OWASP asks of scrypt with 32 MB: about a fifth of a second of one core. */
const COST = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 2 ** 20 } as const;

/** Names are one whatever their case and width. */
export const nameKey = (username: string): string => username.normalize("NFKC").trim().toLowerCase();

export function openAccounts(db: DatabaseSync): Accounts {
  db.exec(`
    CREATE TABLE IF NOT EXISTS accounts (sub TEXT PRIMARY KEY, key TEXT UNIQUE, username TEXT, name TEXT, hash TEXT, enabled INTEGER);
    CREATE TABLE IF NOT EXISTS attempts (key TEXT PRIMARY KEY, since INTEGER, count INTEGER, locked INTEGER)`);
  const bySub = db.prepare("SELECT * FROM accounts WHERE sub = ?");
  const byKey = db.prepare("SELECT * FROM accounts WHERE key = ?");
  const insert = db.prepare("INSERT INTO accounts VALUES (?, ?, ?, ?, ?, 1) ON CONFLICT DO NOTHING");
  const forget = db.prepare("DELETE FROM attempts WHERE key = ?");
  const accountOf = (row: Record<string, unknown> | undefined): Account | null =>
    row
      ? {
          sub: String(row["sub"]),
          username: String(row["username"]),
          name: String(row["name"]),
          enabled: row["enabled"] === 1,
        }
      : null;

  /** Counts an attempt before it is looked at, so that many at once are not more than five. */
  const begin = (key: string, at: number): { locked: number | null; last: boolean } => {
    db.prepare("DELETE FROM attempts WHERE since <= ? AND locked <= ?").run(at - LOCK.window, at);
    const row = db
      .prepare(
        `INSERT INTO attempts VALUES (?, ?, 1, 0)
         ON CONFLICT (key) DO UPDATE SET count = count + 1 RETURNING count, locked`,
      )
      .get(key, at) as { count: number; locked: number };
    if (row.locked > at) return { locked: row.locked, last: false };
    return { locked: row.count > LOCK.attempts ? at + LOCK.length : null, last: row.count === LOCK.attempts };
  };

  return {
    find: (sub) => accountOf(bySub.get(sub)),
    byUsername: (username) => accountOf(byKey.get(nameKey(username))),
    count: () => Number(db.prepare("SELECT count(*) AS n FROM accounts").get()?.["n"]),
    create: async ({ sub, username, name }, password) => {
      const hash = password === null ? null : await hashOf(password);
      return insert.run(sub, nameKey(username), username.normalize("NFKC").trim(), name, hash).changes === 1;
    },
    rename: (sub, username) => {
      const [key, written] = [nameKey(username), username.normalize("NFKC").trim()];
      return (
        db.prepare("UPDATE OR IGNORE accounts SET key = ?, username = ? WHERE sub = ?").run(key, written, sub)
          .changes === 1
      );
    },
    setPassword: async (sub, password) => {
      const hash = await hashOf(password);
      db.prepare("UPDATE accounts SET hash = ? WHERE sub = ?").run(hash, sub);
      const account = accountOf(bySub.get(sub));
      if (account) forget.run(nameKey(account.username));
    },
    setEnabled: (sub, enabled) =>
      void db.prepare("UPDATE accounts SET enabled = ? WHERE sub = ?").run(enabled ? 1 : 0, sub),
    remove: (sub) => void db.prepare("DELETE FROM accounts WHERE sub = ?").run(sub),
    attempt: async (username, password, at) => {
      const key = nameKey(username).slice(0, 200);
      const { locked, last } = begin(key, at);
      const row = byKey.get(key);
      const right = await isRight(password, typeof row?.["hash"] === "string" ? row["hash"] : NOBODY);
      const account = accountOf(row);
      if (locked !== null) return { outcome: "locked", until: locked };
      if (right && account?.enabled) {
        forget.run(key);
        return { outcome: "ok", account };
      }
      if (!last) return { outcome: "wrong" };
      const until = at + LOCK.length;
      db.prepare("UPDATE attempts SET locked = ? WHERE key = ?").run(until, key);
      return { outcome: "locked", until };
    },
  };
}

const derive = (password: string, salt: Buffer, length: number, cost: ScryptOptions): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(password.normalize("NFKC"), salt, length, cost, (error, key) => (error ? reject(error) : resolve(key)));
  });

async function hashOf(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, 32, COST);
  return ["scrypt", COST.N, COST.r, COST.p, salt.toString("base64"), key.toString("base64")].join("$");
}

async function isRight(password: string, stored: string): Promise<boolean> {
  const [, N, r, p, salt = "", hash = ""] = stored.split("$");
  const expected = Buffer.from(hash, "base64");
  const cost = { N: Number(N), r: Number(r), p: Number(p), maxmem: COST.maxmem };
  const key = await derive(password, Buffer.from(salt, "base64"), expected.length, cost);
  return timingSafeEqual(key, expected);
}

/** Of nobody's password: what a name that does not exist is compared with. */
const NOBODY = [
  "scrypt",
  COST.N,
  COST.r,
  COST.p,
  randomBytes(16).toString("base64"),
  randomBytes(32).toString("base64"),
].join("$");
