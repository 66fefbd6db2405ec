import { describe, expect, test } from "vitest";
import { readSettings, UsageError } from "./cli.ts";

const read = (args: string[], env: Record<string, string> = {}): ReturnType<typeof readSettings> =>
  readSettings(args, env, "/project/.data");

test("defaults are the contract's", () => {
  expect(read([])).toEqual({
    plants: 24,
    simulator: true,
    data: "/project/.data",
    port: 8080,
    mqttPort: 1883,
    mqttsPort: 8883,
    mqttsHost: "127.0.0.1",
    hj212Port: 9212,
    hj212Host: "127.0.0.1",
    newPassword: null,
  });
});

test("flags win over the environment, which wins over defaults", () => {
  const env = {
    PLANTS: "5",
    PORT: "1",
    MQTT_PORT: "2",
    MQTTS_PORT: "3",
    MQTTS_HOST: "0.0.0.0",
    HJ212_PORT: "6",
    HJ212_HOST: "10.0.0.1",
    DATA: "/e",
    NO_SIM: "1",
  };
  expect(read([], env)).toEqual({
    plants: 5,
    simulator: false,
    data: "/e",
    port: 1,
    mqttPort: 2,
    mqttsPort: 3,
    mqttsHost: "0.0.0.0",
    hj212Port: 6,
    hj212Host: "10.0.0.1",
    newPassword: null,
  });
  expect(
    read(["--plants", "7", "--port=9", "--mqtt-port", "0", "--mqtts-port=4", "--hj212-port", "8", "--data", "x"], env),
  ).toEqual({
    plants: 7,
    simulator: false,
    data: "x",
    port: 9,
    mqttPort: 0,
    mqttsPort: 4,
    mqttsHost: "0.0.0.0",
    hj212Port: 8,
    hj212Host: "10.0.0.1",
    newPassword: null,
  });
  expect(read(["--no-sim"], { NO_SIM: "0" }).simulator).toBe(false);
});

describe("refuses", () => {
  test.each<[string[], Record<string, string>, RegExp]>([
    [["--nothing"], {}, /--nothing[\s\S]*--plants N/],
    [["stray"], {}, /stray/],
    [["--plants", "many"], {}, /--plants takes a whole number from 0 to 100000, not "many"/],
    [["--plants", "100001"], {}, /--plants/],
    [["--port", "65536"], {}, /--port takes/],
    [[], { PORT: "x" }, /PORT takes a whole number/],
    [[], { NO_SIM: "perhaps" }, /NO_SIM takes 1 or 0/],
    [["--port"], {}, /--port/],
    [["--hj212-port", "x"], {}, /--hj212-port takes a whole number/],
    [["--mqtts-port=x"], {}, /--mqtts-port takes/],
    [["--mqtts-host", "everywhere"], {}, /--mqtts-host takes an address/],
    [[], { HJ212_HOST: "everywhere" }, /HJ212_HOST takes an address/],
  ])("%j with %j", (args, env, message) => {
    expect(() => read(args, env)).toThrow(message);
    expect(() => read(args, env)).toThrow(UsageError);
  });
});
