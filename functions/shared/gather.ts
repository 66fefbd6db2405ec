/**
 * Asks for many things by one call: what is asked for within one turn of the event loop goes together, at most `most` of it
 * in a call. `work` answers in the order of its items; when it fails, everybody in that call has the failure.
 */
export function gathered<T, R>(
  most: number,
  work: (items: readonly T[]) => Promise<readonly R[]>,
): (item: T) => Promise<R> {
  interface Waiting {
    item: T;
    resolve: (result: R) => void;
    reject: (error: unknown) => void;
  }
  let waiting: Waiting[] = [];
  const call = async (part: readonly Waiting[]): Promise<void> => {
    try {
      const results = await work(part.map(({ item }) => item));
      if (results.length !== part.length) throw new Error(`${part.length} asked, ${results.length} answered`);
      for (const [i, { resolve }] of part.entries()) resolve(results[i]!);
    } catch (error) {
      for (const { reject } of part) reject(error);
    }
  };
  const flush = (): void => {
    const all = waiting;
    waiting = [];
    for (let i = 0; i < all.length; i += most) void call(all.slice(i, i + most));
  };
  return (item) =>
    new Promise<R>((resolve, reject) => {
      // Behind everything that answers which came in together make run on: those who waited for one call ask again as one.
      if (waiting.push({ item, resolve, reject }) === 1) setImmediate(flush);
    });
}
