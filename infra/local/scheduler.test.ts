import { join } from "node:path";
import { expect, test } from "vitest";
import { formatIso, parseIso } from "../../functions/shared/shanghai.ts";
import { startAsyncQueue, type AsyncQueue } from "./async-queue.ts";
import type { ScheduleDefinition } from "./definition.ts";
import type { InvocationResult, LambdaService } from "./runtime-api.ts";
import { startScheduler, type Scheduler } from "./scheduler.ts";
import { openStore, type Store } from "./store.ts";
import { eventually, temporaryFolder } from "./test-assembly.ts";

const schedule = (
  label: string,
  cron: string,
  maxAgeMs: number,
  more: Partial<ScheduleDefinition> = {},
): ScheduleDefinition => ({
  name: `Stack-${label}`,
  label,
  cron,
  timezone: "Asia/Shanghai",
  functionName: label,
  input: `{"schedule":"${label}","at":"<aws.scheduler.scheduled-time>"}`,
  retries: 0,
  maxAgeMs,
  deadLetterArn: "arn:dead",
  ...more,
});
const MINUTE = 60_000;
const SCHEDULES = [
  schedule("warn", "0/5 * * * ? *", 5 * MINUTE),
  schedule("close-hour", "10 * * * ? *", 24 * 60 * MINUTE),
  schedule("close-day", "30 0 * * ? *", 24 * 60 * MINUTE),
];
const at = (text: string): number => parseIso(`2026-10-01T${text}:00+08:00`) ?? Number.NaN;

interface Running {
  store: Store;
  queue: AsyncQueue;
  scheduler: Scheduler;
  stop(): Promise<void>;
}
/** A machine's scheduler at the time that `clock` says; `fired` collects label and Shanghai time. */
function start(
  file: string,
  clock: { now: number },
  fired: string[],
  answer: (payload: string) => InvocationResult = () => ({ payload: "null" }),
): Running {
  const store = openStore(file);
  const lambda = {
    invoke: async (name: string, payload: string) => {
      const event = JSON.parse(payload) as { schedule: string; at: string };
      expect(event.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      fired.push(`${name} ${formatIso(Date.parse(event.at)).slice(11, 16)}`);
      return answer(payload);
    },
  } as unknown as LambdaService;
  const queue = startAsyncQueue({ store, lambda, now: () => clock.now, log: () => undefined, label: (name) => name });
  const scheduler = startScheduler({ schedules: SCHEDULES, store, queue, now: () => clock.now, log: () => undefined });
  scheduler.run();
  return {
    store,
    queue,
    scheduler,
    stop: async () => {
      scheduler.stop();
      await queue.stop();
      store.close();
    },
  };
}

test("the first start owes nothing; then each time fires once", async () => {
  using folder = temporaryFolder();
  const clock = { now: at("08:07") };
  const fired: string[] = [];
  const machine = start(join(folder.path, "a"), clock, fired);
  clock.now = at("08:10");
  await eventually(() => fired.length === 2);
  clock.now = at("08:14");
  expect(machine.scheduler.list().map(({ label, next }) => `${label} ${formatIso(next ?? 0).slice(5, 16)}`)).toEqual([
    "warn 10-01T08:15",
    "close-hour 10-01T09:10",
    "close-day 10-02T00:30",
  ]);
  await machine.stop();
  expect(fired.toSorted()).toEqual(["close-hour 08:10", "warn 08:10"]);
});

test("what was missed is made up in order, as far back as its maximum age; nothing fires twice", async () => {
  using folder = temporaryFolder();
  const clock = { now: at("08:07") };
  const before: string[] = [];
  await start(join(folder.path, "a"), clock, before).stop();
  clock.now = at("11:12");
  const fired: string[] = [];
  const machine = start(join(folder.path, "a"), clock, fired);
  await eventually(() => fired.length >= 5);
  await machine.queue.drained();
  await machine.stop();
  // warn: only the tick that is at most five minutes old; close-hour: every hour that was missed, oldest first.
  expect(fired.filter((each) => each.startsWith("warn"))).toEqual(["warn 11:10"]);
  expect(fired.filter((each) => each.startsWith("close-hour"))).toEqual([
    "close-hour 08:10",
    "close-hour 09:10",
    "close-hour 10:10",
    "close-hour 11:10",
  ]);
  const again: string[] = [];
  const next = start(join(folder.path, "a"), clock, again);
  await next.queue.drained();
  await next.stop();
  expect(again).toEqual([]);
});

test("an event that fails beyond its retries is a dead letter with its reason", async () => {
  using folder = temporaryFolder();
  const clock = { now: at("08:07") };
  const fired: string[] = [];
  const machine = start(join(folder.path, "a"), clock, fired, () => ({
    payload: "",
    error: { errorType: "Error", errorMessage: "no table" },
  }));
  clock.now = at("08:15");
  await eventually(() => machine.queue.deadLetters().length === 3);
  expect(machine.queue.deadLetters().map((letter) => letter.reason)).toEqual(
    Array.from({ length: 3 }, () => "Error: no table"),
  );
  expect(machine.queue.deadLetters()[0]).toMatchObject({ destination: "arn:dead", at: clock.now });
  await machine.stop();
});

test("an event in the queue when the machine died is invoked after the start, in order", async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, "a");
  const clock = { now: at("08:07") };
  const lambda = { invoke: () => new Promise(() => undefined) } as unknown as LambdaService;
  const store = openStore(file);
  const queue = startAsyncQueue({ store, lambda, now: () => clock.now, log: () => undefined, label: (name) => name });
  await store.write(() => {
    for (const time of ["08:00", "08:05"])
      queue.insert(
        {
          functionName: "warn",
          payload: JSON.stringify({ at: new Date(at(time)).toISOString().replace(".000", "") }),
          retries: 2,
          maxAgeMs: 600_000,
          deadLetterArn: null,
        },
        at(time),
      );
  });
  store.close(); // died: the invocations never ended
  const fired: string[] = [];
  const machine = start(file, clock, fired);
  await machine.queue.drained();
  await machine.stop();
  expect(fired).toEqual(["warn 08:00", "warn 08:05"]);
});

test("a schedule is found by the name people use, and its payload carries the time in UTC", () => {
  using folder = temporaryFolder();
  const clock = { now: at("08:07") };
  const machine = start(join(folder.path, "a"), clock, []);
  expect(machine.scheduler.payload("warn", at("08:35"))).toEqual({
    functionName: "warn",
    payload: '{"schedule":"warn","at":"2026-10-01T00:35:00Z"}',
  });
  expect(machine.scheduler.payload("nothing", 0)).toBeNull();
  return machine.stop();
});
