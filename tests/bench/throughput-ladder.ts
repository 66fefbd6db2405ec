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
  /** Messages that waited, over the step: [seconds since its start, messages]. */
  backlog: readonly (readonly [number, number])[];
}

/** The batching window fills first; from here on a machine that keeps pace has a backlog that goes up and down only. */
const SETTLED_SECONDS = 2.5;
/** Messages may stand in an open window and a running batch. */
const BEHIND_SECONDS = 5;
/** Share of the offered messages by which the backlog may grow: what its ups and downs are taken for. */
const GROWTH = 0.05;
const PACE = 0.97;

/** Messages a second by which the backlog grew, from the first half of the settled part of the step to the second. */
export function growth({ backlog }: Pick<Step, "backlog">): number {
  const settled = backlog.filter(([at]) => at >= SETTLED_SECONDS);
  const half = settled.length >> 1;
  const [first, second] = [settled.slice(0, half), settled.slice(half)];
  if (first.length === 0) return 0;
  const mean = (points: readonly (readonly [number, number])[], of: 0 | 1): number =>
    points.reduce((sum, point) => sum + point[of], 0) / points.length;
  const seconds = mean(second, 0) - mean(first, 0);
  return seconds > 0 ? (mean(second, 1) - mean(first, 1)) / seconds : 0;
}

/** Why the rate was not sustained; null when it was. */
export function shortfall(step: Step): string | null {
  const { rate, sent, acknowledged, sendSeconds, behindSeconds } = step;
  if (acknowledged < sent) return `${sent - acknowledged} of ${sent} messages were not acknowledged`;
  if (sent / rate < PACE * sendSeconds) return `the generator offered ${Math.round(sent / sendSeconds)}/s only`;
  const grew = growth(step);
  if (grew > GROWTH * rate) return `the backlog grew by ${Math.round(grew)} messages a second`;
  if (behindSeconds > BEHIND_SECONDS) return `it was ${behindSeconds.toFixed(1)} s behind`;
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
