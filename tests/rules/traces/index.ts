import { ambientCases } from "./ambient.ts";
import type { Case } from "./build.ts";
import { conditionCases } from "./conditions.ts";
import { hourEpisodes } from "./hour-episodes.ts";
import { hourLevels } from "./hour-levels.ts";
import { silenceCases } from "./silence.ts";
import { slotCases } from "./slots.ts";
import { verdictCases } from "./verdicts.ts";
import { waterCases } from "./water.ts";

/** Every trace written by hand, with what the rules say comes out of it. */
export const handWritten: readonly Case[] = [
  ...hourLevels,
  ...hourEpisodes,
  ...slotCases,
  ...verdictCases,
  ...waterCases,
  ...conditionCases,
  ...ambientCases,
  ...silenceCases,
];
