/**
 * What people enter goes into a queue on the device and from there to the server, each with a key that makes a second
 * delivery harmless. It waits while there is no network or no session; what the server refuses stays with the reason.
 */
import { useSyncExternalStore } from "react";
import { ApiProblem, type Wrong } from "../../shared/api.ts";
import { NoNetwork, SignInNeeded } from "../../shared/session.ts";
import { deleteItem, itemsOf, putItem } from "./database.ts";
import { person } from "../../shared/person.ts";

export interface Entry<K extends string = string, B = unknown> {
  /** Client-made, unique: the server's key for it as well. */
  key: string;
  kind: K;
  permitNo: string;
  body: B;
  /** When it was entered, epoch ms. */
  at: number;
  /** Why the server refused it; null while it waits. */
  refused: { status: number; detail: string; title: string; zh?: string | null; wrong?: readonly Wrong[] } | null;
}

export interface QueueOptions {
  send(entry: Entry): Promise<void>;
  /** After something was sent: what it changed has to be asked for again. */
  sent(entry: Entry): void;
}

let options: QueueOptions | null = null;
let entries: readonly Entry[] = [];
const listeners = new Set<() => void>();
const RETRY_MS = 15_000;

const place = ({ at, key }: Entry): string => `${person()}|${new Date(at).toISOString()}|${key}`;

async function reload(): Promise<void> {
  const sub = person();
  entries = sub === null ? [] : ((await itemsOf("queue", sub)) as Entry[]);
  for (const listener of listeners) listener();
}

/** Begins to send, now and whenever there may be a network again. Returns how to stop. */
export function openQueue(given: QueueOptions): () => void {
  options = given;
  const tryNow = (): void => void flush();
  const timer = setInterval(tryNow, RETRY_MS);
  addEventListener("online", tryNow);
  document.addEventListener("visibilitychange", tryNow);
  tryNow();
  return () => {
    clearInterval(timer);
    removeEventListener("online", tryNow);
    document.removeEventListener("visibilitychange", tryNow);
  };
}

/** Keeps it, then tries to send it; resolves when it is safe on the device and was tried once. */
export async function enter(entry: Omit<Entry, "key" | "at" | "refused">): Promise<void> {
  const whole: Entry = { ...entry, key: crypto.randomUUID(), at: Date.now(), refused: null };
  await putItem("queue", place(whole), whole);
  await reload();
  await flush();
}

export async function discard(entry: Entry): Promise<void> {
  await deleteItem("queue", place(entry));
  await reload();
}

/** Puts a refused one back among those that wait. */
export async function tryAgain(entry: Entry): Promise<void> {
  await putItem("queue", place(entry), { ...entry, refused: null });
  await flush();
}

/** One window at a time, in the order in which they were entered. */
async function flush(): Promise<void> {
  await navigator.locks.request("portal-queue", async () => {
    await reload();
    for (const entry of entries)
      if (entry.refused === null && options !== null && !(await sendOne(entry, options))) break;
    await reload();
  });
}

/** False when the rest has to wait as well. */
async function sendOne(entry: Entry, { send, sent }: QueueOptions): Promise<boolean> {
  try {
    await send(entry);
  } catch (error) {
    if (error instanceof NoNetwork || error instanceof SignInNeeded) return false;
    if (!(error instanceof ApiProblem)) throw error;
    if (error.status === 429 || error.status >= 500) return false;
    const { status, message: detail, title, zh, wrong } = error;
    await putItem("queue", place(entry), { ...entry, refused: { status, detail, title, zh, wrong } });
    return true;
  }
  await deleteItem("queue", place(entry));
  sent(entry);
  return true;
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};
export const useQueue = (): readonly Entry[] => useSyncExternalStore(subscribe, () => entries);
