/** Which rate is offered next, and whether one was sustained; pure. */

/** What a step at a rate showed. */
export interface Step {
  /** Plant-messages a second offered. */
  rate: number;
  sent: number;
  acknowledged: number;
  /** Time the generator took to hand them over, s; `sent / rate` when it kept pace. */
  sendSeconds: number;
  /** Seconds from the last message sent until everything was merged into blocks. */
  behindSeconds: number;
}

/**
 * A batching window of 2 s and the batch that it makes. A machine that takes a tenth less than it is offered over a step of
 * 7 s is 0.8 s further behind. The backlog itself goes up and down by the window, so it tells less.
 */
const BEHIND_SECONDS = 3;
const PACE = 0.97;

/** Why the rate was not sustained; null when it was. */
export function shortfall(step: Step): string | null {
  const { rate, sent, acknowledged, sendSeconds, behindSeconds } = step;
  if (acknowledged < sent) return `${sent - acknowledged} of ${sent} messages were not acknowledged`;
  if (sent / rate < PACE * sendSeconds) return `the generator offered ${Math.round(sent / sendSeconds)}/s only`;
  if (behindSeconds > BEHIND_SECONDS) return `the last were merged ${behindSeconds.toFixed(1)} s late`;
  return null;
}

/** Rates closer than this share are not told apart. */
const CLOSE = 0.15;
const STEP_UP = 1.5;

/** The next rate to offer: upwards by half until one fails, then between; null when the answer is close enough. */
export function nextRate(done: readonly { rate: number; sustained: boolean }[]): number | null {
  const best = Math.max(0, ...done.filter((step) => step.sustained).map((step) => step.rate));
  const failed = done.filter((step) => !step.sustained && step.rate > best).map((step) => step.rate);
  const worst = Math.min(...failed);
  const next = failed.length === 0 ? best * STEP_UP : (best + worst) / 2;
  if (failed.length > 0 && worst - best <= CLOSE * worst) return null;
  const rounded = Math.max(50, Math.round(next / 50) * 50);
  return done.some((step) => step.rate === rounded) ? null : rounded;
}
