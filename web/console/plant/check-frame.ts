/** Checks a frame where it is read: this browser computes its hash and its link of the device's chain anew. */

export interface HashedFrame {
  base64: string;
  sha256: string;
  previous: string | null;
  link: string | null;
  receivedAt: string;
}
export interface Checked {
  sha256: boolean;
  /** Null: it is in no chain. */
  link: boolean | null;
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** link = SHA-256 of previous, receipt and the bytes' SHA-256, separated by line feeds (functions/telemetry/domain/archive-line.ts). */
export async function checkFrame({ base64, sha256: said, previous, link, receivedAt }: HashedFrame): Promise<Checked> {
  const own = await sha256(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)));
  if (link === null) return { sha256: own === said, link: null };
  const chained = await sha256(new TextEncoder().encode(`${previous ?? ""}\n${receivedAt}\n${own}`));
  return { sha256: own === said, link: chained === link };
}
