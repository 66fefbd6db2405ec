/** A moment as bodies and queries write it. */
import * as z from "zod/mini";
import { parseIso } from "../shared/shanghai.ts";

export const Moment = z
  .string()
  .check(z.refine((t) => parseIso(t) !== null, "must be a moment like 2026-10-01T08:00:00+08:00"));
