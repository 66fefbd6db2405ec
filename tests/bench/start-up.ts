/**
 * From the start of the program of `npm start -- --no-sim` to its ports being open, with its templates built already:
 * on a folder that does not exist, and on the one that this left. Medians of three.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { synthesizeApart } from "../../infra/local/synthesize-apart.ts";
import { startProgram } from "../faults/machine-program.ts";
import { median, type Section } from "./section.ts";

const ROUNDS = 3;

export async function startUp(): Promise<Section> {
  await synthesizeApart();
  const fresh: number[] = [];
  const existing: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const folder = mkdtempSync(join(tmpdir(), "start-up-"));
    try {
      fresh.push(await once(join(folder, "data")));
      existing.push(await once(join(folder, "data")));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return {
    name: "start-up",
    title: "Start of the whole machine",
    figures: [
      { what: "ports open, no data yet", value: median(fresh), unit: "s", note: `of ${seconds(fresh)}` },
      { what: "ports open, on existing data", value: median(existing), unit: "s", note: `of ${seconds(existing)}` },
    ],
    notes: [
      `median of ${ROUNDS}; from the spawn of the program behind \`npm start -- --no-sim --plants 0\`, bundles and templates built; npm itself and the first synthesis are not in it`,
      "a function's process starts with its first event, so that is not in it either",
    ],
  };
}

/** Seconds until the web and the MQTT port take connections. */
async function once(dataDir: string): Promise<number> {
  const begun = performance.now();
  const program = await startProgram({ dataDir });
  try {
    await Promise.all([open(program.mqttPort), open(Number(new URL(program.url).port))]);
    return (performance.now() - begun) / 1000;
  } finally {
    await program.stop();
  }
}

const open = (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1" }, () => {
      socket.destroy();
      resolve();
    });
    socket.once("error", reject);
  });

const seconds = (values: readonly number[]): string => values.map((value) => value.toFixed(2)).join(", ");
