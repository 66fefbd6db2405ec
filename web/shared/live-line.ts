/**
 * The line by which a tab hears that there is something new: one socket for all that the tab shows, opened with a ticket and
 * opened again when it breaks. It carries no facts; who is nudged asks as always, and asks by the clock while there is no line.
 */

/** What a page shows. */
export interface Shown {
  board: boolean;
  plants: readonly string[];
}
export interface LineSocket {
  send(text: string): void;
  close(): void;
}
/** What a socket says of itself, once it was given. */
export interface SocketEvents {
  opened(): void;
  said(text: string): void;
  closed(): void;
}
export interface LineParts {
  /** Gives a socket that is opening; rejects with `Refused` when asking again would be in vain. */
  dial(events: SocketEvents): Promise<LineSocket>;
  /** Between 0 and 1: tabs that were cut at once do not come back at once. */
  random(): number;
}
/** This person is not to have a line, now or in a minute. */
export class Refused extends Error {
  override name = "Refused";
}

export interface Watcher extends Shown {
  /** There is something new since `at`, epoch ms of the server: to be given with the question. */
  nudged(at: number): void;
}
export interface Line {
  /** Until what is returned is called. */
  watch(watcher: Watcher): () => void;
  /** Whether all that the watcher shows is told of. */
  live(shown: Shown): boolean;
  /** Called when `live` may have changed. */
  subscribe(listener: () => void): () => void;
  /** A tab that nobody sees needs no line. */
  setVisible(visible: boolean): void;
  /** The network is back: no need to wait. */
  retryNow(): void;
}

/** Under the ten minutes after which API Gateway and the distribution drop a silent connection. */
const PING_MS = 4 * 60_000;
/** A line that does not answer by then is broken. */
const ANSWER_MS = 20_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;
/** From one page to the next nobody watches for a moment. */
const LINGER_MS = 5_000;

const NOTHING: Shown = { board: false, plants: [] };

export function openLine({ dial, random }: LineParts): Line {
  const watchers = new Set<Watcher>();
  const listeners = new Set<() => void>();
  let visible = true;
  let refused = false;
  let dialling = false;
  let socket: LineSocket | null = null;
  let open = false;
  let said = "";
  let told: Shown = NOTHING;
  let failures = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let ping: ReturnType<typeof setTimeout> | undefined;
  let linger: ReturnType<typeof setTimeout> | undefined;

  const tellListeners = (): void => {
    for (const listener of listeners) listener();
  };
  const wanted = (): Shown => ({
    board: [...watchers].some((each) => each.board),
    plants: [...new Set([...watchers].flatMap((each) => each.plants))].sort(),
  });
  const covers = (shown: Shown): boolean =>
    (told.board || !shown.board) && shown.plants.every((permitNo) => told.plants.includes(permitNo));

  const needed = (): boolean => visible && watchers.size > 0 && !refused;
  const drop = (): void => {
    const old = socket;
    [socket, open, said, told] = [null, false, "", NOTHING];
    clearTimeout(ping);
    old?.close();
    tellListeners();
  };
  /** After ever longer waits, each cut by chance. */
  const again = (): void => {
    clearTimeout(retry);
    if (!needed()) return;
    const wait = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures);
    failures += 1;
    retry = setTimeout(connect, wait * (0.5 + random() / 2));
  };
  const say = (): void => {
    if (!socket || !open) return;
    said = JSON.stringify(wanted());
    socket.send(said);
    clearTimeout(ping);
    ping = setTimeout(broken, ANSWER_MS);
  };
  const broken = (): void => {
    drop();
    again();
  };
  const heard = (text: string): void => {
    const message = parse(text);
    if (message === null || "problem" in message) return broken();
    clearTimeout(ping);
    ping = setTimeout(say, PING_MS);
    const { at, watching, board = false, plants = [] } = message;
    if (watching) {
      failures = 0;
      const fresh = [...watchers].filter((watcher) => !covers(watcher));
      told = watching;
      tellListeners();
      // What changed between the page's last question and now was told to nobody here.
      for (const watcher of fresh) if (covers(watcher)) watcher.nudged(at);
      return;
    }
    for (const watcher of watchers)
      if ((board && watcher.board) || watcher.plants.some((permitNo) => plants.includes(permitNo))) watcher.nudged(at);
  };
  function connect(): void {
    clearTimeout(retry);
    if (!needed() || socket || dialling) return;
    dialling = true;
    let made: LineSocket | null = null;
    /** What a former socket still says is of no interest. */
    const mine = (): boolean => made !== null && made === socket;
    dial({
      opened: () => {
        if (!mine()) return;
        open = true;
        say();
      },
      said: (text) => mine() && heard(text),
      closed: () => mine() && broken(),
    })
      .then(
        (given) => {
          socket = made = given;
          if (!needed()) drop();
        },
        (error: unknown) => {
          if (error instanceof Refused) refused = true;
          else again();
        },
      )
      .finally(() => (dialling = false));
  }
  const update = (): void => {
    clearTimeout(linger);
    if (!visible) return drop();
    if (watchers.size === 0) linger = setTimeout(drop, LINGER_MS);
    else if (!socket) connect();
    else if (open && JSON.stringify(wanted()) !== said) say();
  };
  return {
    watch(watcher) {
      watchers.add(watcher);
      update();
      return () => {
        watchers.delete(watcher);
        update();
      };
    },
    live: (shown) => open && covers(shown),
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    setVisible(now) {
      visible = now;
      failures = 0;
      update();
    },
    retryNow() {
      failures = 0;
      if (!socket) connect();
    },
  };
}

interface Message {
  at: number;
  watching?: Shown;
  board?: boolean;
  plants?: string[];
}
/** Null for what is no message of ours. */
function parse(text: string): Message | { problem: string } | null {
  try {
    const value = JSON.parse(text) as Message | { problem: string };
    return "problem" in value || typeof value.at === "number" ? value : null;
  } catch {
    return null;
  }
}

/**
 * `work` at once, and again for what came meanwhile: one at a time, and not more often than every `everyMs`, so that a storm of
 * nudges is a few questions. What is returned takes the nudge; `stop` forgets what waits.
 */
export function spaced(
  work: (at: number) => Promise<unknown>,
  everyMs: number,
): ((at: number) => void) & { stop(): void } {
  let busy = false;
  let waiting: number | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const run = (at: number): void => {
    busy = true;
    waiting = null;
    const rest = new Promise<void>((resolve) => (timer = setTimeout(resolve, everyMs)));
    void Promise.all([rest, work(at).catch(() => undefined)]).then(() => {
      busy = false;
      if (waiting !== null) run(waiting);
    });
  };
  const nudge = (at: number): void => {
    if (busy) waiting = Math.max(waiting ?? 0, at);
    else run(at);
  };
  return Object.assign(nudge, {
    stop: () => {
      clearTimeout(timer);
      waiting = null;
    },
  });
}
