/** What a page needs to be told of changes: `const live = useLive(shown, ask)`. One socket per tab (live-line.ts). */
import { useEffect, useRef, useSyncExternalStore, type ReactNode } from "react";
import { api, ApiProblem, dataOf } from "./api.ts";
import { textsOf } from "./language.ts";
import { openLine, Refused, spaced, type Line, type LineSocket, type Shown, type SocketEvents } from "./live-line.ts";
import { SignInNeeded } from "./session.ts";

/** While nobody tells of changes. */
export const ASK_MS = 30_000;
/** While somebody does: for what no nudge tells of, such as a plant's newest minute. */
export const CALM_MS = 60_000;
/** Of questions after nudges. */
const SPACING_MS = 3_000;

/** With a ticket that is good once; the socket is on the page's own host. */
async function dial({ opened, said, closed }: SocketEvents): Promise<LineSocket> {
  try {
    const { ticket, path } = await dataOf(api.POST("/api/live/ticket"));
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}${path}?ticket=${ticket}`);
    socket.addEventListener("open", opened);
    socket.addEventListener("message", ({ data }) => said(String(data)));
    socket.addEventListener("close", closed);
    return socket;
  } catch (error) {
    // Only signing in again, which loads the page anew, or other rights would help.
    const inVain = error instanceof SignInNeeded || (error instanceof ApiProblem && error.status === 403);
    throw inVain ? new Refused(error.message, { cause: error }) : error;
  }
}

let lineNow: Line | null = null;
/** Made with the first page that watches something. */
function line(): Line {
  if (lineNow) return lineNow;
  const made = openLine({ dial, random: Math.random });
  const seen = (): void => made.setVisible(document.visibilityState === "visible");
  document.addEventListener("visibilitychange", seen);
  addEventListener("online", () => made.retryNow());
  seen();
  return (lineNow = made);
}

const IDLE = (): (() => void) => () => undefined;

/**
 * Whether changes of what is shown are told as they happen; while they are, `ask` is called with the time to give with the
 * question, and the page need not ask by the clock as often (`CALM_MS` instead of `ASK_MS`). `shown` null: nothing.
 */
export function useLive(shown: Shown | null, ask: (at: number) => Promise<unknown>): boolean {
  const newest = useRef(ask);
  useEffect(() => {
    newest.current = ask;
  });
  const key = shown && JSON.stringify(shown);
  useEffect(() => {
    if (key === null) return undefined;
    const nudged = spaced((at) => newest.current(at), SPACING_MS);
    const unwatch = line().watch({ ...(JSON.parse(key) as Shown), nudged });
    return () => {
      unwatch();
      nudged.stop();
    };
  }, [key]);
  return useSyncExternalStore(shown ? line().subscribe : IDLE, () => shown !== null && line().live(shown));
}

const useText = textsOf({});

/** Small, beside a page's time: how the page is kept up to date. */
export function LiveSign({ live }: { live: boolean }): ReactNode {
  const t = useText();
  return (
    <span className="live-sign no-print" data-live={live}>
      {t(live ? "pushed" : "askedEvery", { seconds: ASK_MS / 1000 })}
    </span>
  );
}
