/** The template's own alarms: all can be evaluated here, and a real function's metric sets one off and lets it go. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { assembly } from "../../../tests/infra/assembly.ts";
import { startMachine, type Machine } from "../machine.ts";
import { eventually, temporaryFolder } from "../test-assembly.ts";
import { readAssembly } from "../template.ts";
import { readAlarms } from "./alarms.ts";
import type { AlarmView } from "./status.ts";

const MINUTE = 60_000;
let template = "";
let machine: Machine;
let now = Date.parse("2026-10-12T08:00:00+08:00");
const folder = temporaryFolder();

beforeAll(async () => {
  template = await assembly();
  machine = await startMachine({
    dataDir: `${folder.path}/data`,
    port: null,
    mqttPort: null,
    clock: { now: () => now },
    schedules: false,
    log: () => undefined,
    template,
  });
});
afterAll(async () => {
  await machine?.stop();
  folder[Symbol.dispose]();
});

const alarm = (name: string): AlarmView => {
  const found = machine.status().alarms.find((each) => each.name === name);
  if (!found) throw new Error(`no alarm ${name}`);
  return found;
};

test("every alarm of the template is read, with what it means and its place in the runbook", async () => {
  const alarms = readAlarms(readAssembly(template));
  expect(alarms.length).toBeGreaterThan(30);
  for (const { name, runbook, description, state } of machine.status().alarms) {
    expect(runbook, name).toBe(`docs/runbook.md#${name.replace("permit-watch-", "")}`);
    expect(description, name).not.toBe("");
    expect(["OK", "INSUFFICIENT_DATA", "not-measured"], name).toContain(state);
  }
});

test("permits that are refused set off permits-refused; it ends when the failure has left what the alarm looks at", async () => {
  const metric = (name: string): boolean => machine.status().metrics.some((each) => each.name === name);
  expect(alarm("permit-watch-permits-refused").state).toBe("OK");
  expect(await machine.importPermits("wrong.json", '{"permits":[{}]}')).toMatchObject({ ok: false });
  await eventually(() => metric("PermitsRefused"));
  expect(alarm("permit-watch-permits-refused").state).toBe("OK"); // its minute is not over
  now += MINUTE;
  expect(alarm("permit-watch-permits-refused")).toMatchObject({ state: "ALARM", points: [1], since: now });
  expect(alarm("permit-watch-import-permits-errors").state).toBe("OK"); // it was refused, it did not fail
  now += 5 * MINUTE; // no newer point: the newest that is known decides
  expect(alarm("permit-watch-permits-refused").state).toBe("ALARM");
  now += 10 * MINUTE;
  expect(alarm("permit-watch-permits-refused")).toMatchObject({ state: "OK", since: now });
});

test("ticks that stop set off warn-plants-not-running, and the next tick ends it", async () => {
  const invoked = (): number => machine.status().functions.find(({ name }) => name === "warn-plants")?.invocations ?? 0;
  const tick = async (): Promise<void> => {
    const before = invoked();
    await machine.fire("warn", now - (now % (5 * MINUTE)));
    expect(invoked()).toBe(before + 1);
  };
  // 16 minutes without a tick lie behind the test before: both of its periods are known to be empty.
  expect(alarm("permit-watch-warn-plants-not-running").state).toBe("ALARM");
  await tick();
  now += 5 * MINUTE;
  await tick();
  now += MINUTE;
  expect(alarm("permit-watch-warn-plants-not-running")).toMatchObject({ state: "OK", points: [1, 1] });
  now += 30 * MINUTE;
  expect(alarm("permit-watch-warn-plants-not-running").state).toBe("ALARM");
});
