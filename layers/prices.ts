/** Dated list prices of AWS: prices.json. Read by `npm run bench` and by nobody who serves an event. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type * as z from "zod/mini";
import { parseInput } from "../functions/shared/problems.ts";
import { floorDay, parseIso } from "../functions/shared/shanghai.ts";
import { Prices as Form } from "./rule-data-schema.ts";

export type Price = z.output<typeof Form>[number];

export interface PriceList {
  /** The entry in force at `t` (epoch ms). Throws when there is none. */
  entry(id: string, t: number): Price;
  /** Price of one unit in the partition's currency. Throws when there is no entry, or none was found. */
  unitPrice(id: string, t: number): number;
}

/** Prices of one partition; throws naming what is wrong in the file. */
export function loadPrices(dir: string, partition: Price["partition"]): PriceList {
  const parsed = parseInput(Form, JSON.parse(readFileSync(join(dir, "prices.json"), "utf8")) as unknown);
  if (!parsed.ok) {
    const [first] = parsed.problems;
    throw new Error(`rule data: prices.json at ${first?.path}: ${first?.reason}`);
  }
  return priceList(parsed.data, partition);
}

export function priceList(all: readonly Price[], partition: Price["partition"]): PriceList {
  const own = all
    .filter((p) => p.partition === partition)
    .map((price) => ({ price, from: floorDay(parseIso(price.from) ?? 0) }))
    .sort((a, b) => a.from - b.from);
  const entry = (id: string, t: number): Price => {
    const found = own.findLast((p) => p.price.id === id && p.from <= t);
    if (!found)
      throw new Error(`prices.json has no price "${id}" of ${partition} in force then; add it with its source`);
    return found.price;
  };
  return {
    entry,
    unitPrice(id, t) {
      const { price, per } = entry(id, t);
      if (price === null)
        throw new Error(`the price "${id}" of ${partition} was not found; no total can be made of it`);
      return price / per;
    },
  };
}
