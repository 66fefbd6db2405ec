/** EventBridge Scheduler of one machine: fires the template's schedules, and after a stop those that were missed. */
import cron from "aws-cron-parser";
import type { AsyncQueue } from "./async-queue.ts";
import type { ScheduleDefinition } from "./definition.ts";
import type { Store } from "./store.ts";

export interface Scheduler {
  /** Known schedules: label, cron, next time (epoch ms; null when it never comes again). */
  list(): { label: string; cron: string; next: number | null }[];
  /** The invocation payload of a schedule as of `at`; null when no schedule has that name. */
  payload(name: string, at: number): { functionName: string; payload: string } | null;
  /** From now on schedules fire by themselves. */
  run(): void;
  stop(): void;
}

const TICK_MS = 500;

export interface SchedulerOptions {
  schedules: readonly ScheduleDefinition[];
  store: Store;
  queue: AsyncQueue;
  now: () => number;
  log: (line: string) => void;
}

/**
 * Each (schedule, time) is put into the queue once, in one transaction with the note that it was. Times missed while
 * the machine was off are made up in order, as far back as the schedule's maximum event age.
 */
export function startScheduler({ schedules, store, queue, now, log }: SchedulerOptions): Scheduler {
  const { db } = store;
  db.exec("CREATE TABLE IF NOT EXISTS schedule_fires (name TEXT PRIMARY KEY, last INTEGER) WITHOUT ROWID");
  const lastOf = db.prepare("SELECT last FROM schedule_fires WHERE name = ?");
  const remember = db.prepare("INSERT OR REPLACE INTO schedule_fires VALUES (?, ?)");
  const timed = schedules.map((schedule) => ({ schedule, next: nextOf(schedule) }));
  let busy = false;

  const tick = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    try {
      const due = timed.flatMap(({ schedule, next }) => dueTimes(schedule, next)).sort((a, b) => a.at - b.at);
      for (const { schedule, at } of due)
        await store.write(() => {
          queue.insert(
            {
              functionName: schedule.functionName,
              payload: inputOf(schedule, at),
              retries: schedule.retries,
              maxAgeMs: schedule.maxAgeMs,
              deadLetterArn: schedule.deadLetterArn,
            },
            at,
          );
          remember.run(schedule.name, at);
        });
    } catch (error) {
      log(`schedules: ${(error as Error).message}; trying again`);
    } finally {
      busy = false;
    }
  };
  const dueTimes = (
    schedule: ScheduleDefinition,
    next: (from: number) => number | null,
  ): { schedule: ScheduleDefinition; at: number }[] => {
    const time = now();
    const last = (lastOf.get(schedule.name) as { last: number } | undefined)?.last;
    // A machine that starts for the first time owes nothing.
    if (last === undefined) {
      remember.run(schedule.name, time);
      return [];
    }
    const times: { schedule: ScheduleDefinition; at: number }[] = [];
    let at = next(Math.max(last, time - schedule.maxAgeMs - 1));
    while (at !== null && at <= time) {
      times.push({ schedule, at });
      at = next(at);
    }
    return times;
  };

  let timer: NodeJS.Timeout | undefined;
  return {
    list: () => timed.map(({ schedule, next }) => ({ label: schedule.label, cron: schedule.cron, next: next(now()) })),
    payload: (name, at) => {
      const schedule = schedules.find((each) => each.label === name || each.name === name);
      return schedule ? { functionName: schedule.functionName, payload: inputOf(schedule, at) } : null;
    },
    run: () => {
      timer ??= setInterval(() => void tick(), TICK_MS);
      void tick();
    },
    stop: () => clearInterval(timer),
  };
}

/** The context attribute is replaced by the scheduled time in UTC, to the second, as Scheduler writes it. */
const inputOf = (schedule: ScheduleDefinition, at: number): string =>
  schedule.input.replaceAll("<aws.scheduler.scheduled-time>", `${new Date(at).toISOString().slice(0, 19)}Z`);

/** Next time of the cron expression after `from`, in its time zone. */
function nextOf(schedule: ScheduleDefinition): (from: number) => number | null {
  const parsed = cron.parse(schedule.cron);
  const offset = zoneOffset(schedule.timezone);
  // The parser thinks in UTC: the zone's wall clock is handed to it as if it were UTC.
  return (from) => {
    const found = cron.next(parsed, new Date(from + offset));
    return found ? found.getTime() - offset : null;
  };
}

/** Milliseconds east of UTC. A zone whose offset changes over the year is refused: no schedule of this project has one. */
function zoneOffset(zone: string): number {
  const at = (time: number): number => {
    const parts = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" }).formatToParts(time);
    const match = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(parts.find((part) => part.type === "timeZoneName")?.value ?? "");
    return (match?.[1] === "-" ? -1 : 1) * (Number(match?.[2] ?? 0) * 60 + Number(match?.[3] ?? 0)) * 60_000;
  };
  const [winter, summer] = [at(Date.UTC(2026, 0, 1)), at(Date.UTC(2026, 6, 1))];
  if (winter !== summer)
    throw new Error(`time zone ${zone} has daylight saving, which the one-machine scheduler does not do`);
  return winter;
}
