/** A console that people can read while thousands of devices fail in the same way. */

const QUIET_MS = 10_000;

/**
 * Says the first of lines that differ only in numbers and identifiers; repeats within ten seconds are counted, and the
 * next one that is said carries their number.
 */
export function calmLog(
  log: (line: string) => void,
  clock: () => number = () => performance.now(),
): (line: string) => void {
  const said = new Map<string, { at: number; more: number }>();
  return (line) => {
    const shape = line.replaceAll(/[\w-]*\d[\w-]*/g, "#");
    const last = said.get(shape);
    const now = clock();
    if (last && now - last.at < QUIET_MS) {
      last.more += 1;
      return;
    }
    if (said.size > 1_000) said.clear();
    said.set(shape, { at: now, more: 0 });
    log(last && last.more > 0 ? `${line} (and ${last.more} more like it)` : line);
  };
}
