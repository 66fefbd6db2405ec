/** Ticks on the real engine: who is told what, once; what a cut-off, a rival or a slow carrier leaves behind. */
import type { Context } from "aws-lambda";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { startDynamo, type TestDynamo } from "../../tests/dynamo.ts";
import { house } from "../shared/handler.ts";
import { formatClock, formatIso, MINUTE } from "../shared/shanghai.ts";
import { shardOf } from "../shared/shard.ts";
import { at, device, fill, limit, outlet, permit, PHONES } from "../telemetry/fixtures.ts";
import { acknowledge } from "./acknowledge.ts";
import { hashPhone } from "./dispatch.ts";
import { minute, startWorld, type Ingester, type World } from "./fixtures.ts";
import type { TickServices } from "./tick.ts";
import { run } from "./warn-plants.ts";

const plant = permit();
const { permitNo } = plant;
const shard = shardOf(permitNo);
let dynamo: TestDynamo;
let world: World;
let ingester: Ingester;

beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.stop());
const start = async (permits = [plant]): Promise<void> => {
  world = await startWorld(dynamo, permits);
  ingester = world.ingester();
};
beforeEach(() => start());

/** `n` minutes of NOx from `from` on, each received 10 seconds after its end. */
const feed = async (from: string, n: number, value: number, mn = "A"): Promise<void> => {
  const messages = Array.from({ length: n }, (_, i) => minute(mn, at(from) + i * MINUTE, { a21002: value }));
  await ingester.take(...messages);
};
const sendsOf = async (clock: string): Promise<Record<string, string>> => {
  const sends = await world.ledger.sends(permitNo, at(clock));
  const role = (phone: string): string => Object.entries(PHONES).find(([, p]) => p === phone)?.[0] ?? phone;
  return Object.fromEntries(sends.map((s) => [role(s.to), s.state]));
};
const LEVEL2 = ["environment-manager", "maintenance", "operator"];

describe("a plant", () => {
  it("that heads above its limit is warned at the half hour, once to each phone that level 2 concerns", async () => {
    await feed("08:00", 29, 60);
    const report = await world.tick(at("08:30"));
    expect(report).toMatchObject({ plants: 1, atRisk: 1, opened: 1, sends: { sent: 3 } });
    expect(await sendsOf("08:30")).toEqual(Object.fromEntries(LEVEL2.map((r) => [r, "sent"])));
    expect(world.sent.map((s) => s.text)).toEqual(world.sent.map(() => expect.stringContaining("控制在")));
    expect((await world.ledger.plant(permitNo)).state).toMatchObject({ state: "warned", tick: at("08:30") });
    expect(await world.items(`PLANT#${permitNo}`, "EPISODE#")).toMatchObject([{ closedAt: null, highest: 2 }]);
  });

  it("is not told twice by the same tick, however often it runs", async () => {
    await feed("08:00", 29, 60);
    await world.tick(at("08:30"));
    const before = await world.snapshot();
    expect(await world.tick(at("08:30"))).toMatchObject({ opened: 0, sends: { there: 3 } });
    await world.tick(at("08:25"));
    expect(await world.snapshot()).toBe(before);
    expect(world.sent).toHaveLength(3);
  });

  it("is not told twice by two runs at the same time", async () => {
    await feed("08:00", 29, 60);
    await Promise.all([1, 2, 3].map(() => world.tick(at("08:30"))));
    expect(world.sent.map((s) => s.to).sort((a, b) => (a < b ? -1 : 1))).toEqual(
      LEVEL2.map((r) => PHONES[r as keyof typeof PHONES]).sort((a, b) => (a < b ? -1 : 1)),
    );
    expect(new Set(world.sent.map((s) => s.key)).size).toBe(3);
  });

  it("is told of the recovery, then left alone", async () => {
    await feed("08:00", 29, 60);
    await world.tick(at("08:30"));
    await feed("08:29", 20, 20);
    const report = await world.tick(at("08:50"));
    expect(report.sends).toEqual({ sent: 3 });
    expect(world.sent.at(-1)?.text).toContain("已恢复");
    expect(await world.items(`PLANT#${permitNo}`, "EPISODE#")).toMatchObject([
      { ended: "recovered", closedAt: at("08:50") },
    ]);
    const visits: number[] = [];
    for (let t = at("08:55"); t <= at("09:40"); t += 5 * MINUTE) {
      await ingester.take(...[6, 5, 4, 3, 2].map((m) => minute("A", t - m * MINUTE, { a21002: 20 })));
      visits.push((await world.tick(t)).plants);
    }
    expect(world.sent).toHaveLength(6);
    expect(await world.ledger.atRisk(shard)).toEqual([]);
    // At risk until 09:30 (values above the limit before 08:29), then visited only when due.
    expect(visits).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 0]);
  });

  it("that is well leaves nothing behind but when to look again", async () => {
    await feed("08:00", 20, 20);
    expect(await world.tick(at("08:25"))).toMatchObject({ plants: 1, atRisk: 0, opened: 0, sends: {} });
    expect(await world.items(`PLANT#${permitNo}`, "WARNING")).toEqual([]);
    // Heard last at 08:20:10.
    expect(await world.items(`DUE#${shard}`)).toMatchObject([{ due: at("08:35:10") }]);
    expect((await world.tick(at("08:35"))).plants).toBe(0);
    expect((await world.tick(at("08:40"))).plants).toBe(1);
  });

  describe("that is well is looked at for silence alone until a deficit can come about, and", () => {
    const dueItem = async (): Promise<unknown> => (await world.items(`DUE#${shard}`))[0];
    beforeEach(async () => {
      await feed("08:00", 50, 20); // heard last at 08:50:10
      await world.tick(at("08:50"));
    });
    /** What it read, by the names of the repositories' calls. */
    const watched = (): { over: Partial<TickServices>; read: string[] } => {
      const read: string[] = [];
      const spy = <T extends object>(of: T): T =>
        new Proxy(of, {
          get: (target, name) => {
            const value: unknown = Reflect.get(target, name);
            return typeof value === "function"
              ? (...given: unknown[]) => {
                  read.push(String(name));
                  return (value as (...args: unknown[]) => unknown)(...given);
                }
              : value;
          },
        });
      return { over: { blocks: spy(world.blocks), ledger: spy(world.ledger) }, read };
    };

    it("leaves the due time as it is: the function remembers", async () => {
      await feed("08:50", 14, 20); // heard last at 09:04:10
      const before = await dueItem();
      expect(before).toMatchObject({ due: at("09:05:10"), deficit: at("09:36"), revision: 1 });
      const { over, read } = watched();
      expect((await world.tick(at("09:10"), over)).plants).toBe(1);
      expect(read).toContain("liveIn");
      expect(read).not.toContain("range");
      expect(read).not.toContain("plant");
      expect(await dueItem()).toEqual(before);
      expect((await world.tick(at("09:15"))).plants).toBe(0);
      // Another process knows nothing of that, and looks once more.
      expect((await world.tick(at("09:15"), { calm: new Map() })).plants).toBe(1);
      // Silent since 09:04:10, and told at the first tick that can know it.
      expect((await world.tick(at("09:20"))).sends).toEqual({ sent: 2 });
    });

    it("is judged whole before a deficit is due, when its permit changed, and when ingest says so", async () => {
      await feed("08:50", 14, 20);
      const { over, read } = watched();
      const record = { permit: plant, revision: 2, code: "code", shard, importedAt: "" };
      const register = { refresh: async () => undefined, getPlant: async () => record };
      await world.tick(at("09:10"), { ...over, register });
      expect(read).toContain("range");
      expect(await dueItem()).toMatchObject({ revision: 2 });
      await feed("09:04", 20, 20);
      // Not at 09:40: the visit before is at 09:25.
      await world.tick(at("09:25"), { register });
      expect(await dueItem()).toMatchObject({ deficit: at("10:36") });
      await world.put({ pk: `DUE#${shard}`, sk: permitNo, due: at("09:26") });
      expect((await world.tick(at("09:30"), { register })).plants).toBe(1);
      expect(await dueItem()).toMatchObject({ deficit: at("10:36"), revision: 2 });
    });

    it("what another process found since is not forgotten over it", async () => {
      await feed("08:50", 14, 20);
      await world.tick(at("09:10"));
      await world.put({ pk: `DUE#${shard}`, sk: permitNo, due: at("09:12"), deficit: at("09:14"), revision: 1 });
      expect((await world.tick(at("09:15"))).plants).toBe(1);
      expect(await dueItem()).toMatchObject({ deficit: at("09:40") }); // eleven minutes are waited for
    });
  });

  it("has a history for each of two statistics of one pollutant that open at the same tick", async () => {
    const limits = [limit(), limit({ statistic: "instant", max: 55 })];
    await start([permit({ outlets: [outlet({ limits })] })]);
    await feed("08:00", 29, 60);
    await world.tick(at("08:30"));
    const histories = await world.items(`PLANT#${permitNo}`, "EPISODE#");
    expect(new Set(histories.map((h) => h.statistic))).toEqual(new Set(["hour", "instant"]));
  });
});

describe("what happens to a message", () => {
  beforeEach(() => feed("08:00", 29, 60));

  it.each([
    ["failed", 3],
    ["unknown", 3],
  ] as const)("a carrier's answer %s is recorded and not tried again", async (state, n) => {
    world.carrier = async () => ({ state, id: null });
    expect((await world.tick(at("08:30"))).sends).toEqual({ [state]: n });
    await world.tick(at("08:30"));
    expect(world.sent).toHaveLength(3);
    expect(new Set(Object.values(await sendsOf("08:30")))).toEqual(new Set([state]));
  });

  it("killed between claim and answer it is unknown at the next tick; never claimed it is expired", async () => {
    world.carrier = async ({ to }) => {
      if (to === PHONES.operator) throw new Error("killed");
      return { state: "sent", id: null };
    };
    const ledger = {
      ...world.ledger,
      claim: async (c: Parameters<typeof world.ledger.claim>[0]) => {
        if (c.phone === PHONES.maintenance) throw new Error("killed");
        return world.ledger.claim(c);
      },
    };
    await expect(world.tick(at("08:30"), { ledger })).rejects.toThrow("killed");
    expect(await sendsOf("08:30")).toMatchObject({ operator: "claimed" });
    world.carrier = async () => ({ state: "sent", id: null });
    await world.tick(at("08:35"));
    expect(await sendsOf("08:30")).toEqual({
      operator: "unknown",
      maintenance: "expired",
      "environment-manager": "sent",
    });
    expect(await sendsOf("08:35")).toEqual(Object.fromEntries(LEVEL2.map((r) => [r, "sent"])));
    expect(world.sent.filter((s) => s.to === PHONES.maintenance)).toHaveLength(1);
  });

  it("killed before anything was sent, the same tick run again within five minutes sends it", async () => {
    const claim = async (): Promise<never> => {
      throw new Error("killed");
    };
    await expect(world.tick(at("08:30"), { ledger: { ...world.ledger, claim } })).rejects.toThrow("killed");
    expect((await world.tick(at("08:30"), { now: () => at("08:34:59") })).sends).toEqual({ sent: 3 });
  });

  it("a tick up to five minutes late sends; a later one records what it owed as expired", async () => {
    const late = { now: () => at("08:35") + 1 };
    expect((await world.tick(at("08:30"), late)).sends).toEqual({ expired: 3 });
    expect(world.sent).toEqual([]);
    expect((await world.tick(at("08:35"), { now: () => at("08:40") })).sends).toEqual({ sent: 3 });
    expect(world.sent).toHaveLength(3);
  });

  it("stops at the daily cap of a phone; level 3 is exempt and does not count", async () => {
    const cap = { pk: "CAP#2026-10-01", sk: hashPhone(PHONES.operator) };
    await world.put({ ...cap, sent: 59 });
    await world.tick(at("08:30"));
    expect((await sendsOf("08:30")).operator).toBe("sent");
    await world.tick(at("08:35"));
    expect(await sendsOf("08:35")).toEqual({ operator: "capped", maintenance: "sent", "environment-manager": "sent" });
    await feed("08:29", 20, 250);
    await world.tick(at("08:50"));
    expect(await sendsOf("08:50")).toMatchObject({ operator: "sent", "legal-person": "sent" });
    expect(await world.items(cap.pk)).toContainEqual(expect.objectContaining({ sk: cap.sk, sent: 60 }));
    expect(world.sent.filter((s) => s.to === PHONES.operator)).toHaveLength(2);
  });

  it("two runs at the cap send no more than the cap", async () => {
    await world.put({ pk: "CAP#2026-10-01", sk: hashPhone(PHONES.operator), sent: 59 });
    const lines = (await world.ledger.plant(permitNo)).state.outbox;
    const claims = ["08:30", "08:35", "08:40", "08:45"].map((clock) => ({
      permitNo,
      tick: at(clock),
      phone: PHONES.operator,
      phoneHash: hashPhone(PHONES.operator),
      text: "t",
      lines,
      cap: 60,
    }));
    const outcomes: string[] = [];
    for (const claim of claims) outcomes.push(await world.ledger.claim(claim));
    expect(outcomes).toEqual(["claimed", "capped", "capped", "capped"]);
    expect(await world.ledger.claim(claims[0]!)).toBe("there");
  });

  it("carries no phone number into the log", async () => {
    const written: string[] = [];
    const spies = (["stdout", "stderr"] as const).map((name) =>
      vi.spyOn(process[name], "write").mockImplementation((chunk) => {
        written.push(String(chunk));
        return true;
      }),
    );
    try {
      const event = (clock: string): object => ({ schedule: "warn", at: formatIso(at(clock)) });
      const on = (clock: string): TickServices => world.services({ now: () => at(clock) });
      await run(event("08:30"), on("08:30"));
      world.carrier = async () => ({ state: "failed", id: null });
      await run(event("08:35"), on("08:35"));
      const putPlant = async (): Promise<boolean> => false;
      const losing = { ...on("08:40"), ledger: { ...world.ledger, putPlant } };
      const context = { functionName: "warn-plants", awsRequestId: "r", invokedFunctionArn: "a", memoryLimitInMB: "1" };
      const handler = house((e: unknown) => run(e, losing));
      await expect(handler(event("08:40"), context as unknown as Context)).rejects.toThrow("run this tick again");
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
    expect(world.sent).toHaveLength(6);
    const log = written.join("");
    expect(log).toContain(permitNo);
    expect(log).toContain('"message":"tick"');
    expect(log).toContain('"message":"event failed"');
    for (const phone of Object.values(PHONES)) expect(log).not.toContain(phone.slice(-8));
  });
});

it("a plant that cannot be judged costs no other plant its warning", async () => {
  const other = permit({ permitNo: "91330483MA2000002X001P", outlets: [outlet({ devices: [device({ mn: "B" })] })] });
  await start([plant, other]);
  await feed("08:00", 29, 60);
  await feed("08:00", 29, 60, "B");
  await world.put({ pk: `PLANT#${permitNo}`, sk: "WARNING", v: "damaged" });
  await expect(world.tick(at("08:30"))).rejects.toThrow();
  expect(world.sent).toHaveLength(3);
  expect((await world.ledger.sends(other.permitNo, at("08:30"))).map((s) => s.state)).toEqual(fill(3, "sent"));
});

describe("an answer", () => {
  beforeEach(() => feed("08:00", 29, 60));
  it("pauses repeats to all for thirty minutes, and a rise is sent all the same", async () => {
    await world.tick(at("08:30"));
    const reply = { from: PHONES.maintenance, text: "1", at: at("08:31") };
    expect(await acknowledge(reply, world.services())).toEqual([permitNo]);
    await world.tick(at("08:35"));
    expect(world.sent).toHaveLength(3);
    await feed("08:29", 10, 250);
    await world.tick(at("08:40"));
    expect(Object.keys(await sendsOf("08:40"))).toHaveLength(4);
  });
  it("that comes while the tick judges the plant does not cost the plant that tick's message", async () => {
    await world.tick(at("08:30"));
    await feed("08:29", 10, 250);
    let answered = false;
    const plantOf = world.ledger.plant;
    const ledger = {
      ...world.ledger,
      plant: async (no: string) => {
        const read = await plantOf(no);
        if (!answered) {
          answered = true;
          await acknowledge({ from: PHONES.operator, text: "2", at: at("08:39") }, world.services());
        }
        return read;
      },
    };
    expect((await world.tick(at("08:40"), { ledger })).sends).toEqual({ sent: 4 });
    const { state } = await world.ledger.plant(permitNo);
    expect(state).toMatchObject({ tick: at("08:40"), episodes: [{ level: 3, pausedUntil: at("09:09") }] });
  });
});

describe("silence", () => {
  it("of fifteen minutes is told to operator and environment-manager, again after an hour, until it speaks", async () => {
    await feed("08:00", 1, 20); // heard at 08:01:10
    const told: string[] = [];
    for (let t = at("08:05"); t <= at("09:40"); t += 5 * MINUTE) {
      const before = world.sent.length;
      await world.tick(t);
      if (world.sent.length > before) told.push(`${formatClock(t)} ${world.sent.length - before}`);
    }
    expect(told).toEqual(["08:20 2", "09:20 2"]);
    expect((await world.ledger.plant(permitNo)).state.state).toBe("silent");
    await feed("09:40", 1, 20);
    await world.tick(at("09:45"));
    expect((await world.ledger.plant(permitNo)).state).toMatchObject({ state: "normal", offline: {} });
  });

  const many = (n: number): ReturnType<typeof permit> =>
    permit({ outlets: [outlet({ devices: Array.from({ length: n }, (_, i) => device({ mn: `D${i}` })) })] });
  const speak = async (n: number): Promise<void> => {
    await ingester.take(...Array.from({ length: n }, (_, i) => minute(`D${i}`, at("08:00"), { a21002: 20 })));
  };
  it("of twenty devices together is one alarm to the system's operator and no SMS to the plant", async () => {
    await start([many(20)]);
    await speak(20);
    for (let t = at("08:05"); t <= at("08:45"); t += 5 * MINUTE) await world.tick(t);
    expect(world.alarms).toEqual(["silence: the city"]);
    expect(world.sent).toEqual([]);
    expect((await world.ledger.plant(permitNo)).state.state).toBe("silent");
  });
  it("of nineteen is told to the plant", async () => {
    await start([many(19)]);
    await speak(19);
    await world.tick(at("08:20"));
    expect(world.alarms).toEqual([]);
    expect(world.sent).toHaveLength(2);
  });
});

it("a schedule's event that is another's, or not on a minute divisible by five, is refused", async () => {
  const services = world.services();
  await expect(run({ schedule: "close-hour", at: formatIso(at("08:30")) }, services)).rejects.toThrow('"close-hour"');
  await expect(run({ schedule: "warn", at: formatIso(at("08:31")) }, services)).rejects.toThrow("divisible by 5");
  await expect(run({ schedule: "warn", at: "soon" }, services)).rejects.toThrow("not a moment");
  await expect(run({ at: 1 }, services)).rejects.toThrow("schedule event");
});
