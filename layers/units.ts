/** Unit conversion from the table of the rule data (units.json). */

interface Dimension {
  dimension: string;
  units: { unit: string; factor: number; spellings: string[] }[];
}

/**
 * One spelling for many: NFKC turns µ (U+00B5) into μ, ³ into 3, ℃ into °C, ㎎ into mg; devices differ in case and blanks
 * besides. No two units of a dimension of the table differ in case alone, and the table refuses any that would.
 */
const fold = (unit: string): string => unit.normalize("NFKC").replaceAll(/[\s^]/g, "").toLowerCase();

/** The function behind `RuleData.unitFactor`; throws when a spelling means two units of one dimension. */
export function unitTable(dimensions: Dimension[], file: string): (from: string, to: string) => number | null {
  const tables = dimensions.map(({ dimension, units }) => {
    const factors = new Map<string, number>();
    for (const { unit, factor, spellings } of units)
      for (const spelling of new Set([unit, ...spellings].map(fold))) {
        if (factors.has(spelling)) throw new Error(`rule data: ${file} at ${dimension}: "${spelling}" is listed twice`);
        factors.set(spelling, factor);
      }
    return factors;
  });
  // A spelling may belong to several dimensions (度 is colour and direction): the one that knows both sides counts.
  return (from, to) => {
    for (const factors of tables) {
      const a = factors.get(fold(from));
      const b = factors.get(fold(to));
      if (a !== undefined && b !== undefined) return a / b;
    }
    return null;
  };
}
