/**
 * The disk is full: the program of `npm start` may not write another byte to any file (RLIMIT_FSIZE 0, which SQLite and
 * Node see as a failed write), and later may again. What it cannot store it does not acknowledge.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { floorMinute, MINUTE } from "../../functions/shared/shanghai.ts";
import { startMachine } from "../../infra/local/machine.ts";
import { synthesizeApart } from "../../infra/local/synthesize-apart.ts";
import { eventually, temporaryFolder } from "../../infra/local/test-assembly.ts";
import { archiveProblems, chainProblems, firstProblems, readAftermath, valueProblems } from "./aftermath.ts";
import { startProgram } from "./machine-program.ts";
import { startPublisher } from "./publisher.ts";
import { frameMaker, messageOf, permitsFile, trialPlants, type TrialMessage } from "./trial-city.ts";

const limitFiles = (pid: number, bytes: "0" | "unlimited"): void =>
  void execFileSync("prlimit", ["--pid", String(pid), `--fsize=${bytes}:unlimited`]);

test(
  "a full disk: no acknowledgement, a clear line, health says so; with room again everything arrives",
  { timeout: 240_000 },
  async () => {
    using folder = temporaryFolder();
    const dataDir = join(folder.path, "data");
    const plants = trialPlants(6);
    const started = Date.now();
    const { frame } = frameMaker(started - 60 * MINUTE);
    const batch = (from: number): TrialMessage[] =>
      plants.flatMap((plant) =>
        Array.from({ length: 5 }, (_, i) =>
          messageOf([frame(plant, "gas", floorMinute(started) - (20 - from - i) * MINUTE, 20 + i)]),
        ),
      );
    const messages = [batch(0), batch(5), batch(10)] as const;

    const program = await startProgram({ dataDir });
    const publisher = startPublisher();
    try {
      expect(await program.request("POST", "/_local/permits", permitsFile(plants))).toMatchObject({ status: 200 });
      publisher.connect(program.mqttPort);
      publisher.add(messages[0]);
      await publisher.settled(30_000);

      // What was acknowledged just now has not been through the function yet.
      limitFiles(program.pid, "0");
      publisher.add(messages[1]);
      await eventually(() => /mqtt: a message of \S+ could not be stored/.test(program.said()), 30_000);
      expect(program.said()).toMatch(/cannot write .*machine\.sqlite: /);
      const health = await program.request("GET", "/_local/health");
      expect(health).toMatchObject({
        status: 503,
        body: { status: "degraded", disk: expect.stringMatching(/cannot write/) },
      });
      // Tried again and again meanwhile; nothing of it was acknowledged.
      await eventually(() => messages[1].some((m) => m.sends > 2), 30_000);
      expect(messages[1].filter((m) => m.acknowledged)).toEqual([]);

      // Longer than a batch is tried before it is given up: the disk is not the batch's fault.
      await eventually(() => /ingest-telemetry: .*trying again/.test(program.said()), 30_000);
      await new Promise((done) => setTimeout(done, 12_000));

      limitFiles(program.pid, "unlimited");
      publisher.add(messages[2]);
      await publisher.settled(60_000);
      await program.drained(60_000);
      expect(await program.request("GET", "/_local/health")).toMatchObject({ status: 200, body: { disk: "ok" } });
      expect(await program.stop()).toBe(0);
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${program.said()}`, { cause: error });
    } finally {
      await publisher.close();
      await program.killAll();
    }

    const machine = await startMachine({
      dataDir,
      port: null,
      mqttPort: null,
      schedules: false,
      log: () => undefined,
      template: await synthesizeApart(),
    });
    try {
      const after = await readAftermath(machine, plants, started - 60 * MINUTE, started + MINUTE);
      expect(
        firstProblems({
          archive: archiveProblems(messages.flat(), after.archive),
          chains: chainProblems(after.archive),
          values: valueProblems(messages.flat(), after.values),
          undelivered: after.undelivered,
        }),
      ).toEqual([]);
    } finally {
      await machine.stop();
    }
  },
);
