/** Sending a file in parts through the API: each can be sent again, and what was sent need not be. */
import { api, got } from "../../shared/api.ts";
import { NoNetwork } from "../../shared/session.ts";

/** Bytes of a part, as the API takes them (functions/imports/import-schema.ts). */
const PART = 512 * 1024;
export const MOST_MB = 50;
const TRIES = 3;

export interface Upload {
  /** Of the import: made here. */
  id: string;
  file: File;
  /** Parts that arrived. */
  sent: number;
}
export interface Uploaded {
  parts: number;
  sha256: string;
}

export const partsOf = ({ size }: Blob): number => Math.max(1, Math.ceil(size / PART));

/** Sends what is not sent yet; `told` after each part. Throws what hinders it, or the signal's reason. */
export async function sendFile(upload: Upload, told: (sent: number) => void, signal: AbortSignal): Promise<Uploaded> {
  const bytes = new Uint8Array(await upload.file.arrayBuffer());
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const parts = partsOf(upload.file);
  for (let n = upload.sent; n < parts; n += 1) {
    await sendPart(upload.id, n, base64Of(bytes.subarray(n * PART, (n + 1) * PART)), signal);
    told(n + 1);
  }
  return { parts, sha256: [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("") };
}

async function sendPart(id: string, n: number, base64: string, signal: AbortSignal): Promise<void> {
  for (let left = TRIES; ; left -= 1) {
    signal.throwIfAborted();
    try {
      const path = { id, n: String(n) };
      await got(api.PUT("/api/imports/{id}/parts/{n}", { params: { path }, body: { base64 }, signal }));
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof NoNetwork) || left === 1) throw error;
    }
  }
}

/** In pieces: a call takes only so many arguments. */
function base64Of(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}
