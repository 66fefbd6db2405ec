export interface TokenBucket {
  /** Takes `n` if there is a whole token: the debt of a larger take is paid by waiting. */
  take(n: number, now: number): boolean;
  /** Milliseconds until something can be taken again, 0 for now. */
  wait(now: number): number;
}

/** `rate` a second, at most `burst` (1 or more) at once. `now` is any steady clock in ms. */
export function tokenBucket(rate: number, burst: number): TokenBucket {
  let level = burst;
  let at = -Infinity;
  const refill = (now: number): void => {
    if (at !== -Infinity) level = Math.min(burst, level + (Math.max(0, now - at) / 1000) * rate);
    at = now;
  };
  return {
    take(n, now) {
      refill(now);
      if (level < 1) return false;
      level -= n;
      return true;
    },
    wait(now) {
      refill(now);
      return level >= 1 ? 0 : Math.ceil(((1 - level) / rate) * 1000);
    },
  };
}
