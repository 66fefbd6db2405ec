/**
 * What oidc-provider remembers. Sessions, grants and refresh tokens are kept on disk, so that a restart signs nobody out;
 * what lives for a minute is kept in memory. Their ids are secrets (a refresh token is its id): only hashes are stored.
 */
import { createHash } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { Adapter, AdapterFactory, AdapterPayload } from "oidc-provider";

const KEPT = new Set(["Session", "Grant", "RefreshToken"]);

export interface Models {
  factory: AdapterFactory;
  /** Ends every session of the person and everything granted to them. */
  revoke(accountId: string): void;
}

const hashed = (id: string): string => createHash("sha256").update(id).digest("base64url");

/**
 * `grace`: seconds in which a refresh token that was used may be used again, as the template's pool says: two windows of
 * one browser, or an answer lost on a bad line, end no session. After it, the second use ends everything granted.
 */
export function openModels(db: DatabaseSync, memory: DatabaseSync, grace: number): Models {
  for (const each of [db, memory])
    each.exec(`
      CREATE TABLE IF NOT EXISTS models (model TEXT, id TEXT, payload TEXT, consumed INTEGER, expires INTEGER,
        grant_id TEXT, uid TEXT, account TEXT, PRIMARY KEY (model, id));
      CREATE INDEX IF NOT EXISTS models_grant ON models (grant_id);
      CREATE INDEX IF NOT EXISTS models_uid ON models (uid)`);

  const factory = (model: string): Adapter => {
    const at = KEPT.has(model) ? db : memory;
    const of = model === "RefreshToken" ? grace : 0;
    const live = "model = ? AND (expires IS NULL OR expires > ?)";
    const byId = at.prepare(`SELECT payload, consumed FROM models WHERE ${live} AND id = ?`);
    const byUid = at.prepare(`SELECT payload, consumed, id FROM models WHERE ${live} AND uid = ?`);
    const seconds = (): number => Math.floor(Date.now() / 1000);
    const payloadOf = (row: Record<string, unknown> | undefined, id: string | undefined): AdapterPayload | undefined =>
      row && {
        ...(JSON.parse(String(row["payload"])) as AdapterPayload),
        ...(id !== undefined && { jti: id }),
        ...(typeof row["consumed"] === "number" && row["consumed"] + of <= seconds()
          ? { consumed: row["consumed"] }
          : {}),
      };
    return {
      upsert: async (id, given, expiresIn) => {
        const payload = { ...given };
        delete payload.jti;
        const now = seconds();
        at.prepare("DELETE FROM models WHERE expires <= ?").run(now);
        at.prepare("INSERT OR REPLACE INTO models VALUES (?, ?, ?, ?, ?, ?, ?, ?)").run(
          model,
          hashed(id),
          JSON.stringify(payload),
          null,
          expiresIn ? now + expiresIn : null,
          // A grant is found by its own id as well.
          payload.grantId ? hashed(payload.grantId) : model === "Grant" ? hashed(id) : null,
          payload.uid ?? null,
          payload.accountId ?? null,
        );
      },
      find: async (id) => payloadOf(byId.get(model, seconds(), hashed(id)), id),
      // Only a session is looked up like this; its id stays with the browser.
      findByUid: async (uid) => payloadOf(byUid.get(model, seconds(), uid), undefined),
      findByUserCode: async () => undefined,
      consume: async (id) =>
        void at
          .prepare("UPDATE models SET consumed = coalesce(consumed, ?) WHERE model = ? AND id = ?")
          .run(seconds(), model, hashed(id)),
      destroy: async (id) => void at.prepare("DELETE FROM models WHERE model = ? AND id = ?").run(model, hashed(id)),
      revokeByGrantId: async (grantId) => {
        for (const each of [db, memory]) each.prepare("DELETE FROM models WHERE grant_id = ?").run(hashed(grantId));
      },
    };
  };
  return {
    factory,
    revoke: (accountId) => {
      for (const each of [db, memory]) each.prepare("DELETE FROM models WHERE account = ?").run(accountId);
    },
  };
}
