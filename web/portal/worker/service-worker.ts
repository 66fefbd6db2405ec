/**
 * The portal without a network: its files are kept on the device, the page is asked for first and taken from there when
 * nobody answers. What the API answers is kept elsewhere, by person (web/portal/offline).
 */
declare const FILES: readonly string[];
declare const VERSION: string;

interface Extendable extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetched extends Extendable {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Worker {
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: Extendable) => void): void;
  addEventListener(type: "fetch", listener: (event: Fetched) => void): void;
}
const worker = globalThis as unknown as Worker;

const CACHE = `portal-${VERSION}`;
const page = (): string => worker.registration.scope;

worker.addEventListener("install", (event) => {
  const keep = async (): Promise<void> => {
    const cache = await caches.open(CACHE);
    await cache.addAll([page(), ...FILES.map((file) => page() + file)]);
    await worker.skipWaiting();
  };
  event.waitUntil(keep());
});

worker.addEventListener("activate", (event) => {
  const tidy = async (): Promise<void> => {
    const old = (await caches.keys()).filter((name) => name.startsWith("portal-") && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    await worker.clients.claim();
  };
  event.waitUntil(tidy());
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(page())) return;
  if (request.mode === "navigate") event.respondWith(newest(request));
  else event.respondWith(kept(request));
});

/** The page as it is now; without an answer the one on the device. */
async function newest(request: Request): Promise<Response> {
  try {
    const answer = await fetch(request);
    if (answer.ok || answer.status < 500) return answer;
  } catch {
    // no network: below
  }
  return (await caches.match(page())) ?? Response.error();
}

/** Files are named by their content, so that what is on the device is right. */
const kept = async (request: Request): Promise<Response> => (await caches.match(request)) ?? fetch(request);
