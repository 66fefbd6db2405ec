/** What the editions of HJ 212 ask for, and how well a device keeps to it: hj212.json. */
import type * as z from "zod/mini";
import type { Hj212 as Form } from "./rule-data-schema.ts";

/** `A` as the standard says, `B` deviations that leave no doubt what is meant, `C` such that weaken what the frame proves. */
export type Grade = "A" | "B" | "C";

export interface Hj212Rules {
  /** Quality notes of the codec by word. */
  notes: ReadonlyMap<string, { grade: Grade; zh: string; en: string }>;
  /** The worst of a frame's notes; words that carry no judgement (a production condition) leave it as it is. */
  gradeOf(notes: readonly string[]): Grade;
  /** Is the system code `st` one of the edition's? */
  knowsSystem(edition: 2005 | 2017 | 2025, st: string): boolean;
  /** Does the edition ask for encryption of the command `cn` on the internet? */
  asksEncryption(edition: 2005 | 2017 | 2025, cn: string): boolean;
}

export function hj212Rules({ systems, encrypted, notes }: z.output<typeof Form>): Hj212Rules {
  const byWord = new Map(notes.map(({ note, ...rest }) => [note, rest]));
  return {
    notes: byWord,
    gradeOf(words) {
      let worst: Grade = "A";
      for (const word of words) {
        const grade = byWord.get(word)?.grade ?? "A";
        if (grade > worst) worst = grade;
      }
      return worst;
    },
    knowsSystem: (edition, st) => systems[edition].includes(st),
    asksEncryption: (edition, cn) => encrypted[edition].some(({ from, to }) => from <= cn && cn <= to),
  };
}
