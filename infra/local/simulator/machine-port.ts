/** What the back-fill needs of the machine it feeds; `infra/local/machine.ts` has it. */

export interface SimMachine {
  /** Into the rules as if the broker had received it at `receivedAt` (epoch ms); resolves when it is durable. */
  publish(topic: string, payload: Uint8Array, receivedAt?: number): Promise<void>;
  /** Fires a schedule as of `at` (epoch ms) and resolves with what its function answered. */
  fire(schedule: string, at: number): Promise<{ error?: { errorMessage: string } }>;
  /** Resolves when everything published so far has been processed. */
  drain(): Promise<void>;
}
