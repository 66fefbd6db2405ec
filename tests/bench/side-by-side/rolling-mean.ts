/**
 * The peers' whole logic: the mean of the last `samples` values of every outlet and pollutant, and who went over the limit
 * with this message. Self-contained: the Node-RED flow gets its very text for its function node.
 */
export function rollingMeans(
  limit: number,
  samples: number,
): (outlet: string, values: Record<string, number>) => string[] {
  const series = new Map<string, { ring: number[]; next: number; sum: number; over: boolean }>();
  return (outlet, values) => {
    const over: string[] = [];
    for (const pollutant in values) {
      const value = values[pollutant] ?? 0;
      const key = outlet + "/" + pollutant;
      let own = series.get(key);
      if (!own) series.set(key, (own = { ring: [], next: 0, sum: 0, over: false }));
      own.sum += value - (own.ring[own.next] ?? 0);
      own.ring[own.next] = value;
      own.next = (own.next + 1) % samples;
      const isOver = own.sum / own.ring.length > limit;
      if (isOver && !own.over) over.push(key);
      own.over = isOver;
    }
    return over;
  };
}
