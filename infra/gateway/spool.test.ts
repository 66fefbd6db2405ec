import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeFrame } from "../../functions/telemetry/domain/hj212/decode.ts";
import { splitFrames } from "../../functions/telemetry/domain/hj212/frame.ts";
import { temporaryFolder } from "../local/test-assembly.ts";
import { frameOf } from "./fixture.ts";
import { packetSets } from "./packet-sets.ts";
import { BUNDLE_BYTES, openSpool, SpoolFull, windowEnd, windowOf } from "./spool.ts";

const ROOMY = { maxBytes: 1024 ** 3, minFreeBytes: 0 };
const bytes = (size: number, fill = 1): Uint8Array => new Uint8Array(size).fill(fill);
const at = (clock: string): number => Date.parse(`2026-10-01T${clock}+08:00`);

test("a window is the minute that ends 20 s after the clock's", () => {
  expect(windowOf(at("08:31:19.999"))).toBe(windowOf(at("08:30:20.000")));
  expect(windowOf(at("08:31:20.000"))).toBe(windowOf(at("08:30:20.000")) + 1);
  expect(windowEnd(windowOf(at("08:30:20.000")))).toBe(at("08:31:20.000"));
});

test("bundles hold 5 KB, with CRLF behind each frame; what they carried is forgotten, what came later stays", async () => {
  using folder = temporaryFolder();
  const spool = openSpool(folder.path, ROOMY);
  const slot = { window: 7, permitNo: "P" };
  await Promise.all([1022, 1022, 1022, 1022, 1022, 3].map((size, i) => spool.add(slot, bytes(size, i), null)));
  const first = spool.bundle(slot)!;
  expect([first.payload.length, first.frames, first.more]).toEqual([BUNDLE_BYTES, 5, true]);
  await spool.add(slot, bytes(9, 9), null);
  await spool.remove(first);
  const rest = spool.bundle(slot)!;
  expect([rest.payload.length, rest.frames, rest.more]).toEqual([5 + 11, 2, false]);
  await spool.remove(rest);
  expect(spool.bundle(slot)).toBeNull();
  expect(spool.oldestWindow()).toBeNull();
  spool.close();
});

test("a frame beyond 5 KB travels alone; a set of packets is never cut", async () => {
  using folder = temporaryFolder();
  const spool = openSpool(folder.path, ROOMY);
  await spool.add({ window: 1, permitNo: "P" }, bytes(8000), null);
  await spool.add({ window: 1, permitNo: "P" }, bytes(10), null);
  expect(spool.bundle({ window: 1, permitNo: "P" })).toMatchObject({ frames: 1, more: true });
  const slot = { window: 2, permitNo: "P" };
  // Packets a1 … a3 among frames of others: all up to a3 in one bundle, though that is more than 5 KB.
  for (const set of ["a", null, "b", "a", null, "b", "a", null]) await spool.add(slot, bytes(2000), set);
  expect(spool.bundle(slot)).toMatchObject({ frames: 7, more: true });
  spool.close();
});

test("any frames in any slots come out once, in order, over a restart", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          window: fc.integer({ min: 0, max: 2 }),
          permitNo: fc.constantFrom("P", "Q"),
          size: fc.integer({ min: 1, max: 3000 }),
          set: fc.constantFrom(null, null, "a"),
        }),
        { maxLength: 40 },
      ),
      fc.nat(40),
      async (frames, restartAt) => {
        using folder = temporaryFolder();
        let spool = openSpool(folder.path, ROOMY);
        const put: string[] = [];
        for (const [i, { window, permitNo, size, set }] of frames.entries()) {
          if (i === restartAt) {
            spool.close();
            spool = openSpool(folder.path, ROOMY);
          }
          const text = `${window}${permitNo}${i}`.padEnd(size, ".");
          put.push(text);
          await spool.add({ window, permitNo }, Buffer.from(text), set);
        }
        const got: string[] = [];
        for (let slot = spool.next(null, [-1, -1]); slot; slot = spool.next(slot, [-1, -1]))
          for (let bundle = spool.bundle(slot); bundle; bundle = spool.bundle(slot)) {
            got.push(...bundle.payload.toString().split("\r\n").slice(0, -1));
            await spool.remove(bundle);
          }
        const keyOf = (text: string): string => text.slice(0, 2);
        // By slot in order; inside a slot as they came.
        const expected = put
          .map((text, i) => ({ text, i }))
          .sort((a, b) => (keyOf(a.text) === keyOf(b.text) ? a.i - b.i : keyOf(a.text) < keyOf(b.text) ? -1 : 1));
        expect(got).toEqual(expected.map(({ text }) => text));
        spool.close();
      },
    ),
    { numRuns: 15 },
  );
});

test("the backlog leaves out open windows and goes on behind a slot", async () => {
  using folder = temporaryFolder();
  const spool = openSpool(folder.path, ROOMY);
  for (const [window, permitNo] of [
    [5, "Q"],
    [5, "P"],
    [6, "P"],
    [7, "P"],
  ] as const)
    // prettier-ignore
    await spool.add({ window, permitNo }, bytes(10), null);
  expect(spool.next(null, [6, 7])).toEqual({ window: 5, permitNo: "P" });
  expect(spool.next({ window: 5, permitNo: "P" }, [6, 7])).toEqual({ window: 5, permitNo: "Q" });
  expect(spool.next({ window: 5, permitNo: "Q" }, [6, 7])).toBeNull();
  expect(spool.next({ window: 5, permitNo: "Q" }, [7, 8])).toEqual({ window: 6, permitNo: "P" });
  expect(spool.sizes(7)).toEqual(new Map([["P", 12]]));
  spool.close();
});

test("a full spool refuses with both figures", async () => {
  using folder = temporaryFolder();
  const small = openSpool(folder.path, { maxBytes: 1, minFreeBytes: 0 });
  await expect(small.add({ window: 1, permitNo: "P" }, bytes(1), null)).rejects.toThrow(SpoolFull);
  await expect(small.add({ window: 1, permitNo: "P" }, bytes(1), null)).rejects.toThrow(
    /wait for the uplink; the limit is 1$/,
  );
  small.close();
  const crowded = openSpool(folder.path, { maxBytes: 1024 ** 3, minFreeBytes: Number.MAX_SAFE_INTEGER });
  expect(crowded.full()).toMatch(/free on the disk/);
  crowded.close();
});

test("packets of one message share a window; others of the plant know that they wait", () => {
  const place = packetSets();
  const packet = (pno: number, of: number): Parameters<typeof place>[0] => {
    const [piece] = splitFrames(frameOf(1, { flag: 7, packet: [pno, of] }));
    const decoded = piece?.ok ? decodeFrame(piece.segment) : null;
    if (!decoded?.ok) throw new Error("not a frame");
    return decoded.frame;
  };
  const whole = { ...packet(1, 2), pnum: null, pno: null };
  // Begun 5 s before the end of a window: all of it belongs to the next.
  const first = place(packet(1, 3), "P", at("08:31:15.000"));
  expect(first).toMatchObject({ window: windowOf(at("08:31:20.000")), settled: false });
  expect(place(whole, "P", at("08:31:15.100"))).toEqual({
    window: windowOf(at("08:31:15.100")),
    packets: null,
    settled: false,
  });
  expect(place(whole, "Q", at("08:31:15.100")).settled).toBe(true);
  expect(place(packet(3, 3), "P", at("08:31:19.000"))).toEqual(first);
  expect(place(packet(2, 3), "P", at("08:31:44.000"))).toEqual({ ...first, settled: true });
  // Never completed: after 30 s nobody waits for it.
  place(packet(1, 3), "P", at("08:40:00.000"));
  expect(place(whole, "P", at("08:40:29.999")).settled).toBe(false);
  expect(place(whole, "P", at("08:40:30.000")).settled).toBe(true);
});
