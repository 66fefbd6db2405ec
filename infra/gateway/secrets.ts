/** What a device proves itself with, by MN: `{ "<MN>": "<PW>" }`, or with SM4 keys `{ "<MN>": { "password": …, "sm4Keys": […] } }`. */
import * as z from "zod/mini";

export interface Secret {
  password: string;
  /** 32 hex digits each, the newest first. */
  sm4Keys: string[];
}

const Full = z.object({ password: z.string(), sm4Keys: z._default(z.array(z.string()), []) });
const Short = z.pipe(
  z.string(),
  z.transform((password): Secret => ({ password, sm4Keys: [] })),
);
export const Secrets = z.record(z.string(), z.union([Full, Short]));
