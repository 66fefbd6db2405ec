/** Push messages of this browser: turning them on and off, and what stands in the way. */
import { api, got } from "../shared/api.ts";

export type PushState = "on" | "off" | "denied" | "impossible";

/** The browser has no push service, or does not reach it. */
export class NoPushService extends Error {
  override name = "NoPushService";
}

const possible = (): boolean => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

async function registration(): Promise<ServiceWorkerRegistration | null> {
  return possible() ? ((await navigator.serviceWorker.getRegistration(import.meta.env.BASE_URL)) ?? null) : null;
}

/** The id of this browser's subscription among the person's devices (`hashAddress`, functions/notices/repository.ts). */
async function idOf({ endpoint }: PushSubscription): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`address:${endpoint}`));
  return [...new Uint8Array(digest)]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("")
    .slice(0, 24);
}

export async function pushState(): Promise<{ state: PushState; id: string | null }> {
  const here = await registration();
  if (!here) return { state: "impossible", id: null };
  const subscription = await here.pushManager.getSubscription();
  if (subscription) return { state: "on", id: await idOf(subscription) };
  return { state: Notification.permission === "denied" ? "denied" : "off", id: null };
}

/** Asks the person, the browser and the server, in this order; false when the person said no. */
export async function turnPushOn(key: string): Promise<boolean> {
  const here = await registration();
  if (!here) throw new NoPushService("there is no service worker");
  if ((await Notification.requestPermission()) !== "granted") return false;
  const subscription = await here.pushManager
    .subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(key) })
    .catch((error: unknown) => {
      throw new NoPushService(String(error), { cause: error });
    });
  const { endpoint = "", keys = {} } = subscription.toJSON();
  try {
    const body = { endpoint, p256dh: keys.p256dh ?? "", auth: keys.auth ?? "", name: browserName() };
    await got(api.POST("/api/self/push-devices", { body }));
  } catch (error) {
    // Nobody would ever send there.
    await subscription.unsubscribe();
    throw error;
  }
  return true;
}

export async function turnPushOff(): Promise<void> {
  const subscription = await (await registration())?.pushManager.getSubscription();
  if (!subscription) return;
  await got(api.DELETE("/api/self/push-devices/{id}", { params: { path: { id: await idOf(subscription) } } }));
  await subscription.unsubscribe();
}

/** Who signs out leaves a device that somebody else may use. Without a network the browser alone forgets: the server hears that it is gone. */
export async function forgetThisDevice(): Promise<void> {
  const subscription = await (await registration())?.pushManager.getSubscription();
  if (!subscription) return;
  const params = { path: { id: await idOf(subscription) } };
  await got(api.DELETE("/api/self/push-devices/{id}", { params })).catch(() => undefined);
  await subscription.unsubscribe();
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64url.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
}

/** `Edge · Android`, to tell one's devices apart. */
function browserName(): string {
  const agent = navigator.userAgent;
  const browser = /Edg|Firefox|MicroMessenger|HuaweiBrowser|UCBrowser|Chrome|Safari/.exec(agent)?.[0] ?? "browser";
  const system = /Android|iPhone|iPad|Windows|Mac OS|HarmonyOS|Linux/.exec(agent)?.[0] ?? "";
  const short = browser === "Edg" ? "Edge" : browser === "MicroMessenger" ? "WeChat" : browser;
  return system === "" ? short : `${short} · ${system}`;
}
