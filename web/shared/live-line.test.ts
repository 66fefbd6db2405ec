/** The line on a clock of the test's: it is opened once for all that is shown, comes back when it breaks, and is no burden. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openLine, Refused, spaced, type Line, type LineSocket, type Shown, type SocketEvents } from "./live-line.ts";

class FakeSocket implements LineSocket {
  readonly events: SocketEvents;
  said: Shown[] = [];
  closed = false;
  constructor(events: SocketEvents) {
    this.events = events;
  }
  send(text: string): void {
    this.said.push(JSON.parse(text) as Shown);
  }
  close(): void {
    this.closed = true;
  }
  hears(message: unknown): void {
    this.events.said(typeof message === "string" ? message : JSON.stringify(message));
  }
  /** Cut by the network or the server. */
  breaks(): void {
    this.closed = true;
    this.events.closed();
  }
  /** As the server does it: whatever was asked for is granted. */
  grants(at = 1): void {
    this.hears({ at, watching: this.said.at(-1) });
  }
}

const sockets: FakeSocket[] = [];
let fail: (() => Error) | null;
let dials: number;
let line: Line;
beforeEach(() => {
  vi.useFakeTimers();
  sockets.length = 0;
  [fail, dials] = [null, 0];
  line = openLine({
    random: () => 1,
    dial: async (events) => {
      dials += 1;
      if (fail) throw fail();
      const socket = new FakeSocket(events);
      sockets.push(socket);
      return socket;
    },
  });
});
afterEach(() => vi.useRealTimers());

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);
const last = (): FakeSocket => sockets.at(-1) as FakeSocket;
/** Watches, and lets the line come up. */
async function watch(shown: Shown): Promise<{ heard: number[]; stop: () => void }> {
  const heard: number[] = [];
  const stop = line.watch({ ...shown, nudged: (at) => heard.push(at) });
  await settle();
  return { heard, stop };
}
async function up(): Promise<void> {
  await settle();
  last().events.opened();
  last().grants();
}
const BOARD: Shown = { board: true, plants: [] };
const plant = (...plants: string[]): Shown => ({ board: false, plants });

describe("a line", () => {
  test("is one for all that the tab shows, and tells each watcher what is his", async () => {
    const board = await watch(BOARD);
    const a = await watch(plant("A"));
    expect(dials).toBe(1);
    await up();
    expect(last().said).toEqual([{ board: true, plants: ["A"] }]);
    expect([board.heard, a.heard]).toEqual([[1], [1]]); // once, for what changed before
    last().hears({ at: 2, board: true });
    last().hears({ at: 3, plants: ["A", "B"] });
    last().hears({ at: 4, plants: ["B"] });
    expect([board.heard, a.heard]).toEqual([
      [1, 2],
      [1, 3],
    ]);
    await watch(plant("B", "A"));
    expect(last().said.at(-1)).toEqual({ board: true, plants: ["A", "B"] });
    expect(dials).toBe(1);
  });

  test("is live for what the server grants, and for nothing else", async () => {
    const seen: boolean[] = [];
    line.subscribe(() => seen.push(line.live(BOARD)));
    await watch(BOARD);
    const a = await watch(plant("A"));
    await settle();
    last().events.opened();
    expect(line.live(BOARD)).toBe(false);
    last().hears({ at: 1, watching: { board: true, plants: [] } });
    expect([line.live(BOARD), line.live(plant("A")), a.heard]).toEqual([true, false, []]);
    last().breaks();
    expect(line.live(BOARD)).toBe(false);
    expect(seen).toEqual([true, false]);
  });

  test("comes back after ever longer waits, at most a minute, and at once when it was up again", async () => {
    await watch(BOARD);
    fail = () => new Error("no network");
    last().breaks();
    const waits = [];
    for (let i = 0; i < 9; i += 1) {
      const before = dials;
      let waited = 0;
      for (; dials === before; waited += 500) await vi.advanceTimersByTimeAsync(500);
      waits.push(waited / 1000);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    fail = null;
    line.retryNow();
    await up();
    expect(line.live(BOARD)).toBe(true);
    last().breaks();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sockets).toHaveLength(3);
  });

  test("is not asked for again where asking is in vain", async () => {
    fail = () => new Refused("no rights");
    await watch(BOARD);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(dials).toBe(1);
  });

  test("is closed while nobody sees the tab, and soon after the last page left", async () => {
    const { stop } = await watch(BOARD);
    await up();
    line.setVisible(false);
    expect(last().closed).toBe(true);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(dials).toBe(1);
    line.setVisible(true);
    await up();
    expect([dials, line.live(BOARD)]).toEqual([2, true]);
    stop();
    const next = await watch(plant("A")); // the next page, a moment later
    expect([dials, last().closed]).toEqual([2, false]);
    next.stop();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(last().closed).toBe(true);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(dials).toBe(2);
  });

  test("that says nothing when it is spoken to is broken; one that answers is spoken to every four minutes", async () => {
    await watch(BOARD);
    await up();
    await vi.advanceTimersByTimeAsync(4 * 60_000);
    expect(last().said).toHaveLength(2);
    last().grants();
    await vi.advanceTimersByTimeAsync(4 * 60_000 + 19_999);
    expect([last().said.length, last().closed]).toEqual([3, false]);
    await vi.advanceTimersByTimeAsync(1);
    expect(last().closed).toBe(true);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(dials).toBe(2);
  });

  test.each(["hello", "[]", "null", "{}", '{"problem":"this connection is over; open another"}'])(
    "that says %s is opened anew",
    async (text) => {
      await watch(BOARD);
      await up();
      last().hears(text);
      await vi.advanceTimersByTimeAsync(1_000);
      expect(dials).toBe(2);
    },
  );

  test("whatever happens, in the end it is there exactly when it is needed, and knows what is shown", async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("watch" as const), plant: fc.constantFrom("A", "B", "board") }),
      fc.record({ do: fc.constantFrom("leave", "hide", "show", "cut", "open", "wait", "fail", "mend") }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const own: FakeSocket[] = [];
        let broken = false;
        const it = openLine({
          random: () => 0.5,
          dial: async (events) => {
            if (broken) throw new Error("no network");
            own.push(new FakeSocket(events));
            return own.at(-1) as FakeSocket;
          },
        });
        const stops: { stop: () => void; shown: Shown }[] = [];
        let visible = true;
        for (const each of steps) {
          if (each.do === "watch") {
            const shown = each.plant === "board" ? BOARD : plant(each.plant);
            stops.push({ shown, stop: it.watch({ ...shown, nudged: () => undefined }) });
          } else if (each.do === "leave") stops.shift()?.stop();
          else if (each.do === "hide" || each.do === "show") it.setVisible((visible = each.do === "show"));
          else if (each.do === "cut") own.at(-1)?.breaks();
          else if (each.do === "open") own.at(-1)?.events.opened();
          else if (each.do === "fail" || each.do === "mend") broken = each.do === "fail";
          await vi.advanceTimersByTimeAsync(each.do === "wait" ? 30_000 : 1);
        }
        // The network is there and the server answers: within two minutes all is as it should be.
        broken = false;
        for (let s = 0; s < 240; s += 1) {
          const now = own.at(-1);
          if (now && !now.closed && now.said.length === 0) now.events.opened();
          if (now && !now.closed && now.said.length > 0) now.grants();
          await vi.advanceTimersByTimeAsync(500);
        }
        const open = own.filter((socket) => !socket.closed);
        const needed = visible && stops.length > 0;
        expect(open).toHaveLength(needed ? 1 : 0);
        for (const { shown } of stops) expect(it.live(shown)).toBe(needed);
      }),
      { numRuns: 60 },
    );
  });
});

describe("spaced", () => {
  test("a storm is one question now and one after the wait, about the newest; never two at once", async () => {
    const asked: number[] = [];
    let answer: () => void = () => undefined;
    const nudge = spaced((at) => {
      asked.push(at);
      return new Promise<void>((resolve) => (answer = resolve));
    }, 3_000);
    for (let at = 1; at <= 50; at += 1) nudge(at);
    expect(asked).toEqual([1]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked).toEqual([1]); // the first is not answered yet
    answer();
    await settle();
    expect(asked).toEqual([1, 50]);
    answer();
    await vi.advanceTimersByTimeAsync(2_999);
    nudge(60);
    expect(asked).toEqual([1, 50]);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).toEqual([1, 50, 60]);
  });

  test("goes on after a question that failed, and not after it was stopped", async () => {
    let asked = 0;
    const nudge = spaced(async () => {
      asked += 1;
      throw new Error("no network");
    }, 3_000);
    nudge(1);
    nudge(2);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(asked).toBe(2);
    nudge(3);
    nudge.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toBe(2);
  });
});
