import type * as z from "zod/mini";
import { parseInput } from "./problems.ts";

/** A stored item as `schema` says; throws naming the table, the item's key and what is wrong with it. */
export function parseStored<T>(table: string, schema: z.ZodMiniType<T>, item: Record<string, unknown>): T {
  const parsed = parseInput(schema, item);
  if (parsed.ok) return parsed.data;
  const [first] = parsed.problems;
  throw new Error(`${table} item ${String(item.pk)} / ${String(item.sk)}: ${first?.path} ${first?.reason}`);
}
