import { describe, expect, it } from "vitest";
import { DAY, formatIso, HOUR, MINUTE } from "../../../functions/shared/shanghai.ts";
import { backfill } from "./backfill.ts";
import { bundle } from "./bundle.ts";
import { demo, ruleData } from "./fixture.ts";
import { buildFleet } from "./fleet.ts";

const UNTIL = Date.parse("2026-11-18T03:27:31+08:00");
const fleet = buildFleet({ permits: demo(3), seed: 1, ruleData, startedAt: UNTIL });

type Event = { at: number; what: "message" | "drain" | "close-hour" | "close-day"; bytes?: Uint8Array };

async function run(hours: number, fails?: string, city = fleet, behind = hours): Promise<Event[]> {
  const events: Event[] = [];
  let last = 0;
  await backfill(
    {
      publish: (_, bytes, receivedAt = NaN) => {
        last = receivedAt;
        events.push({ at: receivedAt, what: "message", bytes });
        return Promise.resolve();
      },
      fire: (schedule, at) => {
        events.push({ at, what: schedule as "close-hour" | "close-day" });
        return Promise.resolve(schedule === fails ? { error: { errorMessage: "table is gone" } } : {});
      },
      drain: () => {
        events.push({ at: last, what: "drain" });
        return Promise.resolve();
      },
    },
    { fleet: city, until: UNTIL, hours, hoursBehindGateways: behind },
  );
  return events;
}

describe("the back-fill", () => {
  it("fires hh:10 and 00:30 of its hours in order, no warn, each after a drain and after all that came before it", async () => {
    const events = await run(6);
    const fired = events
      .filter((e) => e.what.startsWith("close"))
      .map((e) => `${e.what} ${formatIso(e.at).slice(11, 16)}`);
    expect(fired).toEqual([
      "close-hour 22:10",
      "close-hour 23:10",
      "close-hour 00:10",
      "close-day 00:30",
      "close-hour 01:10",
      "close-hour 02:10",
      "close-hour 03:10",
    ]);
    for (const [i, event] of events.entries()) {
      if (!event.what.startsWith("close")) continue;
      expect(events.slice(0, i).findLast((e) => !e.what.startsWith("close"))?.what).toBe("drain");
      for (const before of events.slice(0, i)) if (before.what === "message") expect(before.at).toBeLessThan(event.at);
      for (const after of events.slice(i))
        if (after.what === "message") expect(after.at).toBeGreaterThanOrEqual(event.at);
    }
  });

  it("receives in order within each bundle's ten minutes, from a whole hour up to the end, never beyond it", async () => {
    const messages = (await run(24)).filter((e) => e.what === "message");
    const windows = messages.map((m) => Math.floor(m.at / (10 * MINUTE)));
    expect(windows).toEqual(windows.toSorted((a, b) => a - b));
    expect(Math.min(...messages.map((m) => m.at))).toBeLessThan(UNTIL - DAY + 10 * MINUTE);
    expect(Math.max(...messages.map((m) => m.at))).toBeLessThan(UNTIL);
    expect(Math.max(...messages.map((m) => m.at))).toBeGreaterThan(UNTIL - 2 * MINUTE);
  });

  it("sends the very bytes that the live city would have sent", async () => {
    const messages = (await run(1)).filter((e) => e.what === "message");
    const from = Date.parse("2026-11-18T02:00:00+08:00");
    const live = fleet.plants.flatMap((p) => bundle(p, from, UNTIL));
    const size = (all: { bytes: number }[]): number => all.reduce((sum, m) => sum + m.bytes, 0);
    expect(size(messages.map((m) => ({ bytes: m.bytes!.length })))).toBe(
      size(live.map((m) => ({ bytes: m.payload.length }))),
    );
  });

  it("can give the plants behind gateways a shorter past", async () => {
    const city = buildFleet({ permits: demo(3), seed: 1, ruleData, startedAt: null, direct: 1 });
    const of = (events: Event[], mn: string): number[] =>
      events.filter((e) => e.bytes && Buffer.from(e.bytes).includes(mn)).map((e) => e.at);
    const events = await run(4, undefined, city, 1);
    const [own, other] = [city.plants[0]!, city.plants[1]!].map((p) => of(events, p.devices[0]!.mn));
    expect(Math.min(...own!)).toBeLessThan(UNTIL - 4 * HOUR + 10 * MINUTE);
    expect(Math.min(...other!)).toBeGreaterThanOrEqual(Date.parse("2026-11-18T02:00:00+08:00"));
  });

  it("stops with what failed and when", async () => {
    await expect(run(2, "close-hour")).rejects.toThrow("close-hour of 2026-11-18T02:10:00+08:00 failed: table is gone");
  });

  it("ends in a bundle of less than ten minutes when it has to", async () => {
    expect((await run(0)).filter((e) => e.what === "message").length).toBeGreaterThan(0);
  });
});
