/** The unit in which a quantity is shown and told. */
import type { RuleData } from "../../layers/rule-data.ts";

/** How one pollutant is shown: the unit people read, the factor from the rule data's unit into it, its decimals. */
export interface Scale {
  unit: string;
  factor: number;
  decimals: number;
}

/** Mass per volume, small to large: the rule data's ng/m³ of particles would print a limit of 1 mg/m³ as 1000000. */
const LADDER = ["ng/m³", "µg/m³", "mg/m³"];
const TOO_LONG = 1_000;

/** The scale of `pollutant` whose limit (or value) is about `size` in the rule data's unit. */
export function scaleOf(rules: RuleData, pollutant: string, size: number): Scale {
  const known = rules.pollutants.get(pollutant);
  const unit = known?.unit ?? "";
  const place = LADDER.indexOf(unit);
  if (place >= 0 && size >= TOO_LONG)
    for (const wider of LADDER.slice(place + 1)) {
      const factor = rules.unitFactor(unit, wider);
      if (factor === null || size * factor >= TOO_LONG) continue;
      return { unit: wider, factor, decimals: Math.max(0, 3 - Math.ceil(Math.log10(size * factor))) };
    }
  return { unit, factor: 1, decimals: known?.decimals ?? 2 };
}
