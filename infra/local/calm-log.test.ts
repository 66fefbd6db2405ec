import { expect, test } from "vitest";
import { calmLog } from "./calm-log.ts";

test("lines of one shape are said once in ten seconds, with the number of those left out; others at once", () => {
  let now = 0;
  const lines: string[] = [];
  const log = calmLog(
    (line) => lines.push(line),
    () => now,
  );
  for (let i = 0; i < 5; i += 1) log(`mqtt: a message of 330483A89000${i} could not be stored: disk full`);
  log("http: something else");
  now = 10_000;
  log("mqtt: a message of MN7 could not be stored: disk full");
  now = 25_000;
  log("mqtt: a message of MN8 could not be stored: disk full");
  expect(lines).toEqual([
    "mqtt: a message of 330483A890000 could not be stored: disk full",
    "http: something else",
    "mqtt: a message of MN7 could not be stored: disk full (and 4 more like it)",
    "mqtt: a message of MN8 could not be stored: disk full",
  ]);
});
