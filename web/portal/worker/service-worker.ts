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
interface Pushed extends Extendable {
  readonly data: { json(): unknown } | null;
}
interface Clicked extends Extendable {
  readonly notification: { readonly data: { page: string }; close(): void };
}
interface Page {
  focus(): Promise<unknown>;
  navigate(url: string): Promise<unknown>;
}
interface Worker {
  readonly registration: {
    readonly scope: string;
    showNotification(title: string, options: object): Promise<void>;
  };
  readonly clients: {
    claim(): Promise<void>;
    matchAll(which: { type: "window"; includeUncontrolled: boolean }): Promise<readonly Page[]>;
    openWindow(url: string): Promise<unknown>;
  };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: Extendable) => void): void;
  addEventListener(type: "fetch", listener: (event: Fetched) => void): void;
  addEventListener(type: "push", listener: (event: Pushed) => void): void;
  addEventListener(type: "notificationclick", listener: (event: Clicked) => void): void;
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

worker.addEventListener("push", (event) => {
  // A browser takes the subscription away from who shows nothing.
  const { title, body, page: opens, tag } = said(event.data);
  event.waitUntil(
    worker.registration.showNotification(title, {
      body,
      tag,
      renotify: true,
      icon: `${page()}icon-192.png`,
      lang: "zh-CN",
      data: { page: opens },
    }),
  );
});

interface Message {
  title: string;
  body: string;
  /** Page of the portal, behind its `#`. */
  page: string;
  tag: string;
}
/** What was sent (functions/notices/domain/message-text.ts); of anything else, that there is something to look at. */
function said(data: Pushed["data"]): Message {
  const usual = { title: "企业端", body: "有新的通知。", page: "/notices", tag: "notice" };
  try {
    const given = data?.json() as Partial<Message> | undefined;
    const texts = Object.entries({ ...given }).filter(([name, value]) => name in usual && typeof value === "string");
    return { ...usual, ...Object.fromEntries(texts) };
  } catch {
    return usual;
  }
}

worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = `${page()}#${event.notification.data.page}`;
  const open = async (): Promise<void> => {
    const [first] = await worker.clients.matchAll({ type: "window", includeUncontrolled: false });
    if (!first) return void (await worker.clients.openWindow(url));
    await first.navigate(url);
    await first.focus();
  };
  event.waitUntil(open());
});
