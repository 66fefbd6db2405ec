/**
 * The city's list of standings says what the plants' own states say: one that was never written, or written before lists
 * showed as much, is written at the closing of the hour, which comes by every plant.
 */
import { PutCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { CityReader } from "./city-reader.ts";
import { calm, listedAs, sameStanding, standingOf, type Standing } from "./list-items.ts";
import { conditional } from "../shared/conditional.ts";

export interface StandingLists {
  /** Lists the standing unless a tick wrote a newer one. */
  put(permitNo: string, standing: Standing, at: number): Promise<void>;
}

export const standingLists = ({ db, table }: { db: DynamoDBDocumentClient; table: string }): StandingLists => ({
  async put(permitNo, standing, at) {
    await conditional(() =>
      db.send(
        new PutCommand({
          TableName: table,
          Item: listedAs(permitNo, standing, at),
          // A tick of this very minute has seen more than what was read here.
          ConditionExpression: "attribute_not_exists(pk) OR #at < :at",
          ExpressionAttributeNames: { "#at": "at" },
          ExpressionAttributeValues: { ":at": at },
        }),
      ),
    );
  },
});

/** `listed`: the lists as they were read at `at`. Returns how many were wrong. */
export async function mendStandings(
  permitNos: readonly string[],
  listed: ReadonlyMap<string, Standing>,
  at: number,
  { city, standings }: { city: Pick<CityReader, "warnings">; standings: StandingLists },
): Promise<number> {
  let mended = 0;
  for (const [permitNo, { state }] of await city.warnings(permitNos)) {
    if (!state) continue;
    const standing = standingOf(state);
    const shown = listed.get(permitNo);
    // Who is not listed is well.
    if (shown ? sameStanding(shown, standing) : calm(standing)) continue;
    await standings.put(permitNo, standing, at);
    mended += 1;
  }
  return mended;
}
