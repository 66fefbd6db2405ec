/**
 * Patterns that speak of the instrument rather than of the stack (warning-rules, "Suspicious data"): quality notes for
 * people, never a message and never part of a verdict.
 */
import type { WarningNumbers } from "../../../layers/rule-data.ts";
import { round6 } from "../../shared/round.ts";
import type { SlotRow } from "../../telemetry/domain/slots.ts";

/**
 * Notes on one period: `flat-line` (the same value in `flatSlots` valid slots in a row), `jump` (a factor above
 * `jumpFactor` between neighbouring slots), `near-limit` (every value within 90–99 % of the limit;
 * whether it lasts `hugMinutes` is seen over successive hours, in close.ts).
 */
export function suspicions(row: SlotRow, limit: number, numbers: WarningNumbers["suspicious"]): string[] {
  const notes = new Set<string>();
  let run = 0;
  let held: number | null = null;
  let before: number | null = null;
  let near = 0;
  let valid = 0;
  for (const { value } of row.slots) {
    if (value !== null) {
      valid += 1;
      if (value >= numbers.hugLow * limit && value <= numbers.hugHigh * limit) near += 1;
      run = held !== null && round6(value) === round6(held) ? run + 1 : 1;
      held = value;
      if (run >= numbers.flatSlots) notes.add("flat-line");
      if (before !== null && before > 0 && value > 0 && Math.max(value / before, before / value) > numbers.jumpFactor)
        notes.add("jump");
    }
    before = value;
  }
  if (valid > 0 && near === valid) notes.add("near-limit");
  return [...notes];
}
