/** What the simulator needs of the machine it feeds; `infra/local/machine.ts` has it. */

export interface SimMachine {
  /** Into the rules as if the broker had received it at `receivedAt` (epoch ms); resolves when it is durable. */
  publish(topic: string, payload: Uint8Array, receivedAt?: number): Promise<unknown>;
  /** Fires a schedule as of `at` (epoch ms) and resolves when its function is done. */
  fire(schedule: string, at: number): Promise<unknown>;
  /** Resolves when everything published so far has been processed. */
  drain(): Promise<unknown>;
}
