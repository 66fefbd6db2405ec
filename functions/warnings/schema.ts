import * as z from "zod/mini";
import { parseEvent } from "../shared/problems.ts";
import { parseIso } from "../shared/shanghai.ts";

const ScheduleEvent = z.object({ schedule: z.enum(["warn", "close-hour", "close-day", "digest"]), at: z.string() });

type Schedule = z.output<typeof ScheduleEvent>["schedule"];

/** The scheduled time of a schedule's event, epoch ms; throws when it is another schedule's or no moment. */
export function scheduledAt(event: unknown, schedule: Schedule): number {
  const parsed = parseEvent(ScheduleEvent, event, "schedule event");
  const at = parseIso(parsed.at);
  if (parsed.schedule !== schedule)
    throw new Error(`schedule event: is of "${parsed.schedule}", expected "${schedule}"`);
  if (at === null) throw new Error(`schedule event: at is not a moment (${parsed.at})`);
  return at;
}
