/** Things, certificates and what is attached to what, durable in the machine's store. */
import { X509Certificate } from "node:crypto";
import { certificateId } from "../../../functions/devices/read-request.ts";
import type { Store } from "../store.ts";

export type CertificateStatus = "ACTIVE" | "INACTIVE" | "REVOKED";

export interface Thing {
  name: string;
  attributes: Record<string, string>;
}
export interface Certificate {
  id: string;
  pem: string;
  status: CertificateStatus;
  created: number;
  modified: number;
  notAfter: number;
}

export interface ThingRegistry {
  thing(name: string): Thing | null;
  /** In the order of their names, behind `after`. */
  things(options: { after: string; limit: number; attribute?: readonly [name: string, value: string] }): Thing[];
  addThing(thing: Thing): Promise<void>;
  removeThing(name: string): Promise<void>;
  certificate(id: string): Certificate | null;
  addCertificate(pem: string, status: CertificateStatus): Promise<Certificate>;
  setStatus(id: string, status: CertificateStatus): Promise<void>;
  removeCertificate(id: string): Promise<void>;
  /** Ids of the certificates of a thing, in the order in which they were attached. */
  certificatesOf(thing: string): string[];
  thingsOf(certificate: string): string[];
  policiesOf(certificate: string): string[];
  attach(certificate: string, to: Target): Promise<void>;
  detach(certificate: string, from: Target): Promise<void>;
  /** Called with the certificate whenever what it may do has changed. */
  onChange(listener: (certificate: string) => void): void;
}
export type Target = { thing: string } | { policy: string };

/** Opens the registry; `now` dates what is added. */
export function openThingRegistry(store: Store, now: () => number): ThingRegistry {
  const { db } = store;
  db.exec(`
    CREATE TABLE IF NOT EXISTS things (name TEXT PRIMARY KEY, attributes TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS certificates (id TEXT PRIMARY KEY, pem TEXT NOT NULL, status TEXT NOT NULL, created INTEGER NOT NULL,
      modified INTEGER NOT NULL, not_after INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS certificate_targets (seq INTEGER PRIMARY KEY AUTOINCREMENT, certificate TEXT NOT NULL, kind TEXT NOT NULL,
      target TEXT NOT NULL, UNIQUE (certificate, kind, target));
    CREATE INDEX IF NOT EXISTS certificate_targets_by_target ON certificate_targets (kind, target)`);
  const oneThing = db.prepare("SELECT * FROM things WHERE name = ?");
  const manyThings = db.prepare(
    "SELECT * FROM things WHERE name > ? AND (? IS NULL OR json_extract(attributes, ?) = ?) ORDER BY name LIMIT ?",
  );
  const insertThing = db.prepare("INSERT INTO things VALUES (?, ?)");
  const deleteThing = db.prepare("DELETE FROM things WHERE name = ?");
  const oneCertificate = db.prepare("SELECT * FROM certificates WHERE id = ?");
  const insertCertificate = db.prepare("INSERT INTO certificates VALUES (?, ?, ?, ?, ?, ?)");
  const updateStatus = db.prepare("UPDATE certificates SET status = ?, modified = ? WHERE id = ?");
  const deleteCertificate = db.prepare("DELETE FROM certificates WHERE id = ?");
  const insertTarget = db.prepare(
    "INSERT OR IGNORE INTO certificate_targets (certificate, kind, target) VALUES (?, ?, ?)",
  );
  const deleteTarget = db.prepare("DELETE FROM certificate_targets WHERE certificate = ? AND kind = ? AND target = ?");
  const targets = db.prepare("SELECT target FROM certificate_targets WHERE certificate = ? AND kind = ? ORDER BY seq");
  const holders = db.prepare(
    "SELECT certificate FROM certificate_targets WHERE kind = 'thing' AND target = ? ORDER BY seq",
  );

  const listeners: ((certificate: string) => void)[] = [];
  const change = async (certificate: string, work: () => unknown): Promise<void> => {
    await store.write(work);
    for (const listener of listeners) listener(certificate);
  };
  const parts = (target: Target): [string, string] =>
    "thing" in target ? ["thing", target.thing] : ["policy", target.policy];
  const thingOf = (row: Record<string, unknown>): Thing => ({
    name: row["name"] as string,
    attributes: JSON.parse(row["attributes"] as string) as Record<string, string>,
  });
  const find = (id: string): Certificate | null => {
    const row = oneCertificate.get(id);
    return row
      ? {
          id,
          pem: row["pem"] as string,
          status: row["status"] as CertificateStatus,
          created: row["created"] as number,
          modified: row["modified"] as number,
          notAfter: row["not_after"] as number,
        }
      : null;
  };

  return {
    thing: (name) => {
      const row = oneThing.get(name);
      return row ? thingOf(row) : null;
    },
    things: ({ after, limit, attribute }) =>
      manyThings
        .all(after, attribute?.[0] ?? null, `$.${JSON.stringify(attribute?.[0] ?? "")}`, attribute?.[1] ?? null, limit)
        .map(thingOf),
    addThing: async ({ name, attributes }) => {
      await store.write(() => insertThing.run(name, JSON.stringify(attributes)));
    },
    removeThing: async (name) => {
      await store.write(() => deleteThing.run(name));
    },
    certificate: find,
    addCertificate: async (pem, status) => {
      const certificate = new X509Certificate(pem);
      const id = certificateId(certificate);
      const at = now();
      await store.write(() => insertCertificate.run(id, pem, status, at, at, Date.parse(certificate.validTo)));
      return find(id) as Certificate;
    },
    setStatus: (id, status) => change(id, () => updateStatus.run(status, now(), id)),
    removeCertificate: (id) => change(id, () => deleteCertificate.run(id)),
    certificatesOf: (thing) => holders.all(thing).map((row) => row["certificate"] as string),
    thingsOf: (certificate) => targets.all(certificate, "thing").map((row) => row["target"] as string),
    policiesOf: (certificate) => targets.all(certificate, "policy").map((row) => row["target"] as string),
    attach: (certificate, to) => change(certificate, () => insertTarget.run(certificate, ...parts(to))),
    detach: (certificate, from) => change(certificate, () => deleteTarget.run(certificate, ...parts(from))),
    onChange: (listener) => void listeners.push(listener),
  };
}
