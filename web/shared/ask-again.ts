/** Asking once more for what has changed. */
import type { QueryClient, QueryFilters } from "@tanstack/react-query";

/**
 * Asks again for all that the filters match and a page shows. The library does not ask anew while a first question is on
 * its way; its answer may be older than what was told of, so that one is asked once more when it is answered.
 */
export async function askAgain(queries: QueryClient, filters: QueryFilters): Promise<void> {
  const first = queries
    .getQueryCache()
    .findAll({ ...filters, fetchStatus: "fetching" })
    .filter(({ state }) => state.data === undefined);
  await queries.invalidateQueries(filters);
  await Promise.all(first.map(({ queryKey }) => queries.refetchQueries({ queryKey, exact: true })));
}
