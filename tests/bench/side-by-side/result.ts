/** What is measured of every contender alike. */
export interface Round {
  /** CPU of all its processes, broker included, seconds per 1,000 outlet-messages. */
  cpuPer1000: number;
  /** Planned sending → PUBACK, ms. */
  acks: number[];
  /** Planned sending of the sample → alarm, ms (peers; the product's alarms come at its tick). */
  alarms: number[];
  /** Alarms that had to come and did not, and those that came twice. */
  missing: number;
  twice: number;
}

export interface Result {
  name: string;
  rounds: Round[];
  /** Most resident memory over the run, MB, by process. */
  memory: Record<string, number>;
  /** The generator's own worst delay, ms: latencies below it say nothing. */
  generatorLate: number;
  /** After kill -9 and restart: alarms raised although they had been raised before it. */
  raisedAgain: number;
  /** Of so many that stood. */
  raisedBefore: number;
}
