/**
 * What DynamoDB's auto-scaling makes of the blocks' writes, second by second. Plants begin ten minutes together, so one
 * minute of ten writes more than the nine others, and all of a minute comes within seconds. Its rules are AWS's own, as
 * its documentation has them: capacity grows after two consecutive minutes above the target, and shrinks after fifteen
 * below it by twenty points; of unused capacity 300 seconds are kept for bursts. What bursts is best effort there.
 */
export interface Load {
  /** Units of an ordinary minute, and of the one that begins ten. */
  ordinary: number;
  first: number;
  /** Second of the minute at which they begin to come, and for how many they do. */
  from: number;
  spread: number;
}
export interface Settled {
  /** Units a second at the end. */
  capacity: number;
  /** Of the last day: mean use of the capacity, share of units that were refused, and the least that was left of the bursts' store (0–1). */
  use: number;
  refused: number;
  least: number;
}

const MINUTES = 2 * 24 * 60;
const BURST_SECONDS = 300;
/** From an alarm to the new capacity, minutes. */
const DELAY = 3;
const SHRINK_POINTS = 0.2;

/** Two days of `load` at a target (0–1), beginning with `capacity` units a second; what is refused comes again a second later. */
export function autoScaled({ ordinary, first, from, spread }: Load, target: number, capacity: number): Settled {
  let now = capacity;
  let store = now * BURST_SECONDS;
  const minutes: number[] = [];
  let waiting = 0;
  /** A change that is under way: from which minute, to what. */
  let changes = { at: -1, to: 0 };
  const day = { used: 0, offered: 0, refused: 0, given: 0, least: 1 };
  for (let minute = 0; minute < MINUTES; minute++) {
    if (changes.at === minute) {
      now = changes.to;
      store = Math.min(store, now * BURST_SECONDS);
    }
    const units = minute % 10 === 0 ? first : ordinary;
    let used = 0;
    for (let second = 0; second < 60; second++) {
      const fresh = second >= from && second < from + spread ? units / spread : 0;
      const offered = waiting + fresh;
      const taken = Math.min(offered, store + now);
      waiting = offered - taken;
      store = Math.min(now * BURST_SECONDS, store + now - taken);
      used += taken;
      if (minute < MINUTES / 2) continue;
      day.offered += fresh;
      day.refused += waiting;
      day.given += now;
      day.used += taken;
      day.least = Math.min(day.least, store / (now * BURST_SECONDS));
    }
    minutes.push(used / 60);
    if (changes.at > minute) continue;
    const [two, fifteen] = [minutes.slice(-2), minutes.slice(-15)];
    const above = two.length === 2 && two.every((use) => use > target * now);
    const below = fifteen.length === 15 && fifteen.every((use) => use < (target - SHRINK_POINTS) * now);
    if (above || below) changes = { at: minute + DELAY, to: minutes.at(-1)! / target };
  }
  return { capacity: now, use: day.used / day.given, refused: day.refused / day.offered, least: day.least };
}
