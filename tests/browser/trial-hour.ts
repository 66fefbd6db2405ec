/** What plants of a trial's city send, for browser tests: minutes of one plant, and the tick after them. */
import { MINUTE } from "../../functions/shared/shanghai.ts";
import { messageOf, type frameMaker, type trialPlants, type TrialFrame } from "../faults/trial-city.ts";
import type { TrialMachine } from "../faults/trial-machine.ts";

type Plant = ReturnType<typeof trialPlants>[number];

/** Five minutes of the plant from `from`, gas at `gas` and water in order, and the tick after them; all of it done at the end. */
export async function fiveMinutes(
  { machine, tick }: TrialMachine,
  frame: ReturnType<typeof frameMaker>["frame"],
  plant: Plant,
  { from, gas }: { from: number; gas: number },
): Promise<void> {
  const frames: TrialFrame[] = [];
  for (let i = 0; i < 5; i += 1)
    frames.push(frame(plant, "gas", from + i * MINUTE, gas), frame(plant, "water", from + i * MINUTE, 7));
  for (const each of Map.groupBy(frames, (f) => f.mn).values()) {
    const { topic, client } = messageOf(each as [TrialFrame, ...TrialFrame[]]);
    await machine.publish(topic, Buffer.concat(each.map((f) => f.bytes)), from + 5 * MINUTE - 5_000, client);
  }
  await machine.drain();
  await tick(from + 5 * MINUTE);
  await machine.drain();
}
