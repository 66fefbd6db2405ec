/**
 * `work` on every item, at most `limit` at a time; results in the items' order. After an error no further item is taken
 * up, and the error is thrown once those under way have ended: nothing goes on behind the caller's back.
 */
export async function inParallel<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  let failure: { error: unknown } | undefined;
  const worker = async (): Promise<void> => {
    for (const [i, item] of queue) {
      if (failure) return;
      try {
        results[i] = await work(item, i);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  if (failure) throw failure.error;
  return results;
}

/** `work` on every item, whatever becomes of the others; what failed is added to `failures`, for `throwAny` at the end. */
export async function eachInParallel<T>(
  items: readonly T[],
  limit: number,
  failures: unknown[],
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  await inParallel(items, limit, async (item) => {
    try {
      await work(item);
    } catch (error) {
      failures.push(error);
    }
  });
}

/** Throws the failure, or all of them as one; nothing when there is none. */
export function throwAny(failures: readonly unknown[]): void {
  if (failures.length === 0) return;
  const [first] = failures;
  const text = first instanceof Error ? first.message : String(first);
  throw failures.length === 1 ? first : new AggregateError(failures, `${failures.length} failed, the first: ${text}`);
}
