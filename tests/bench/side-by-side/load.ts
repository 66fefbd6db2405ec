/**
 * The load that all contenders get: 1,500 outlets of 500 plants, 1,000 outlet-messages a second, each of six pollutants.
 * Plants take turns, so an outlet speaks every 1.5 s (a "turn"). In every round another 2 % of the outlets go far over the
 * limit and stay there: 30 outlets of ten plants, 180 pollutants, so 180 alarms a round. Deterministic.
 */
export const PLANTS = 500;
export const OUTLETS = 3;
export const RATE = 1_000;
export const TURN_MS = (PLANTS * OUTLETS * 1_000) / RATE;
export const POLLUTANTS = ["a21026", "a21002", "a34013", "a21005", "a21024", "a24088"] as const;
export const LIMIT = 50;
/** Samples of the peers' rolling mean: an hour of minutes. */
export const SAMPLES = 60;

/** Turns of the warm-up (not counted) and of each measured round. */
const WARM_UP_TURNS = 1;
const ROUND_TURNS = 1;
export const ROUNDS = 3;
export const ALARMS_PER_ROUND = (PLANTS / 50) * OUTLETS * POLLUTANTS.length;

/** First turn of a round; round 0 is the warm-up. */
export const firstTurn = (round: number): number => (round === 0 ? 0 : WARM_UP_TURNS + (round - 1) * ROUND_TURNS);
export const turnsOf = (round: number): number => (round === 0 ? WARM_UP_TURNS : ROUND_TURNS);

/** The round from whose first turn on a plant is over its limits; null: never. */
export function hotSince(plant: number): number | null {
  const place = plant % 50;
  const found = [7, 24, 41].indexOf(place);
  return found < 0 ? null : found + 1;
}

/** What a plant's outlet measures of a pollutant in a turn, mg/m3: around 20, or 400 when it is over. */
export function valueOf(plant: number, outlet: number, pollutant: number, turn: number): number {
  const since = hotSince(plant);
  const hot = since !== null && turn >= firstTurn(since);
  const ripple = ((plant * 31 + outlet * 17 + pollutant * 7 + turn * 13) % 97) / 20;
  return Number(((hot ? 400 : 18) + ripple).toFixed(2));
}

/** Name of an outlet in the peers' messages. */
export const outletName = (plant: number, outlet: number): string => `P${String(plant).padStart(3, "0")}-${outlet + 1}`;

/** The peers' JSON message of an outlet. */
export function outletMessage(plant: number, outlet: number, turn: number): string {
  const values = POLLUTANTS.map((code, i) => `"${code}":${valueOf(plant, outlet, i, turn).toFixed(2)}`);
  return `{"o":"${outletName(plant, outlet)}","t":${1_790_000_000 + turn * 60},"v":{${values.join(",")}}}`;
}

/** Alarms that a message must set off: those of an outlet that goes over with it. */
export function alarmsOf(plant: number, outlet: number, turn: number): string[] {
  const since = hotSince(plant);
  if (since === null || turn !== firstTurn(since)) return [];
  return POLLUTANTS.map((code) => `${outletName(plant, outlet)}/${code}`);
}

/** The warm-up says its turn so often, in the time of one: the compilers of all contenders get something to do. */
const WARM_UP_TIMES = 3;

/** The moments at which plants speak in a round: ms after its start, in order. `pass` counts what is said again. */
export function speakersOf(round: number): { at: number; plant: number; turn: number; pass: number }[] {
  const times = round === 0 ? WARM_UP_TIMES : 1;
  const spacing = TURN_MS / PLANTS / times;
  return Array.from({ length: turnsOf(round) * times * PLANTS }, (_, n) => {
    const [pass, plant] = [Math.floor(n / PLANTS), n % PLANTS];
    return {
      at: n * spacing,
      plant,
      turn: firstTurn(round) + (round === 0 ? 0 : pass),
      pass,
    };
  });
}

/** One message of the open-loop generator, to be sent `at` ms after its start. */
export interface Sending {
  at: number;
  /** Which of the generator's connections. */
  connection: number;
  topic: string;
  payload: string | Uint8Array;
}
