/** What a way of warning has received: by stream and minute, the value that counts. Kept plainly, for what is not the product. */
import type { Slot } from "../../functions/telemetry/domain/slots.ts";
import { MINUTES } from "./clock.ts";
import type { Reading } from "./readings.ts";

const EMPTY: Slot = { value: null, received: false, shown: null, flag: null };

export class Received {
  readonly rows = new Map<string, Slot[]>();

  take({ stream, minute, minutes, value, flag }: Reading): void {
    let row = this.rows.get(stream.key);
    if (!row) this.rows.set(stream.key, (row = Array.from({ length: MINUTES }, () => EMPTY)));
    const slot: Slot = { value: flag === "N" ? value : null, received: true, shown: value, flag };
    for (let m = minute; m < minute + minutes; m++) row[m] = slot;
  }

  /** Values that count of [from, to), minutes by index. */
  values(stream: string, from: number, to: number): number[] {
    return (this.rows.get(stream) ?? []).slice(from, to).flatMap((s) => (s.value === null ? [] : [s.value]));
  }
}
