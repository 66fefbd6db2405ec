/** What a tick owes, as it is handed on to those who send it by web push and e-mail (functions/notices). */
import * as z from "zod/mini";
import type { Owed } from "./dispatch.ts";
import { episodeIdOf } from "./domain/episode-id.ts";
import type { Line } from "./domain/line.ts";
import { LineShape } from "./stored-items.ts";

const text = z.nullable(z.string());
const OwedPlant = z.object({
  permitNo: z.string(),
  name: z.string(),
  /** Epoch ms. */
  tick: z.number(),
  /** Each once, whoever it is for: lines say by role. */
  lines: z.array(LineShape),
  /** Where each warning is followed. */
  episodes: z.array(z.object({ id: z.string(), outlet: text, pollutant: text, facility: text, statistic: z.string() })),
});
export type OwedPlant = z.output<typeof OwedPlant>;
export const OwedEvent = z.object({ owed: z.array(OwedPlant) });

/** A message of SNS has at most 256 KiB. */
const MOST_BYTES = 200_000;

/** The texts of the messages that hand `owed` on, each within what SNS takes. */
export function owedMessages(owed: readonly Owed[]): string[] {
  const messages: string[][] = [];
  let size = Infinity;
  for (const all of Map.groupBy(owed, (o) => o.permit.permitNo).values()) {
    const [{ permit, tick, episodes }] = all as [Owed, ...Owed[]];
    const lines = new Map<string, Line>(all.flatMap((o) => o.message.lines.map((l) => [JSON.stringify(l), l])));
    const plant: OwedPlant = {
      permitNo: permit.permitNo,
      name: permit.name,
      tick,
      lines: [...lines.values()],
      episodes: episodes.map((e) => ({
        id: episodeIdOf(e),
        outlet: e.outlet,
        pollutant: e.pollutant,
        facility: e.facility,
        statistic: e.statistic,
      })),
    };
    const one = JSON.stringify(plant);
    const bytes = Buffer.byteLength(one) + 1;
    if (size + bytes > MOST_BYTES) {
      messages.push([]);
      size = 0;
    }
    messages.at(-1)?.push(one);
    size += bytes;
  }
  return messages.map((plants) => `{"owed":[${plants.join(",")}]}`);
}
