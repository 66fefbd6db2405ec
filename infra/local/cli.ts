/** Flags of `npm start`, each also as an environment variable; what is unknown is refused with what is known. */
import { isIP } from "node:net";
import { parseArgs } from "node:util";

export interface Settings {
  plants: number;
  simulator: boolean;
  data: string;
  port: number;
  mqttPort: number;
  mqttsPort: number;
  mqttsHost: string;
  hj212Port: number;
  hj212Host: string;
  /** Whose password is made anew and printed; null for nobody. */
  newPassword: string | null;
}

/** Wrong usage: the message is for the person at the terminal. */
export class UsageError extends Error {
  override name = "UsageError";
}

export const HELP = `npm start -- [flags]            (environment variable)
  --plants N      simulated plants, 0–100,000, default 24        (PLANTS)
  --no-sim        no simulated telemetry                         (NO_SIM=1)
  --data DIR      folder of everything that is kept, .data       (DATA)
  --port P        web pages and API on 127.0.0.1, 8080           (PORT)
  --mqtt-port M   MQTT on 127.0.0.1, 1883                        (MQTT_PORT)
  --mqtts-port S  MQTT with mutual TLS, 8883                     (MQTTS_PORT)
  --mqtts-host A  address it listens on, 127.0.0.1               (MQTTS_HOST)
  --hj212-port H  HJ 212 over TCP, 9212; its metrics behind it   (HJ212_PORT)
  --hj212-host A  address it listens on, 127.0.0.1               (HJ212_HOST)
  --new-password USER  makes a new password for this user and prints it once`;

/** Reads flags over environment over defaults. Throws UsageError naming the flag and what it takes. */
export function readSettings(
  args: readonly string[],
  env: Record<string, string | undefined>,
  defaultData: string,
): Settings {
  const given = parse(args);
  const value = (flag: TextFlag): { text: string; from: string } | null => {
    if (given[flag] !== undefined) return { text: given[flag], from: `--${flag}` };
    const variable = variableOf(flag);
    return env[variable] ? { text: env[variable], from: variable } : null;
  };
  const whole = (flag: TextFlag, fallback: number, most: number): number => {
    const found = value(flag);
    if (!found) return fallback;
    const number = Number(found.text);
    if (!/^\d+$/.test(found.text) || number > most)
      throw new UsageError(`${found.from} takes a whole number from 0 to ${most}, not "${found.text}"`);
    return number;
  };
  const noSim = env["NO_SIM"];
  if (noSim !== undefined && !["", "0", "1", "true", "false"].includes(noSim))
    throw new UsageError(`NO_SIM takes 1 or 0, not "${noSim}"`);
  return {
    plants: whole("plants", 24, 100_000),
    simulator: given["no-sim"] !== true && !(noSim === "1" || noSim === "true"),
    data: value("data")?.text ?? defaultData,
    port: whole("port", 8080, 65_535),
    mqttPort: whole("mqtt-port", 1883, 65_535),
    mqttsPort: whole("mqtts-port", 8883, 65_535),
    mqttsHost: address(value("mqtts-host")),
    hj212Port: whole("hj212-port", 9212, 65_535),
    hj212Host: address(value("hj212-host")),
    newPassword: given["new-password"] ?? null,
  };
}

const variableOf = (flag: string): string => flag.toUpperCase().replaceAll("-", "_");

type TextFlag = "plants" | "data" | "port" | "mqtt-port" | "mqtts-port" | "mqtts-host" | "hj212-port" | "hj212-host";

function address(given: { text: string; from: string } | null): string {
  if (given && isIP(given.text) === 0)
    throw new UsageError(`${given.from} takes an address of this machine, such as 0.0.0.0, not "${given.text}"`);
  return given?.text ?? "127.0.0.1";
}

type Given = Partial<Record<TextFlag | "new-password", string>> & { "no-sim"?: boolean };

function parse(args: readonly string[]): Given {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        plants: { type: "string" },
        "no-sim": { type: "boolean" },
        data: { type: "string" },
        port: { type: "string" },
        "mqtt-port": { type: "string" },
        "mqtts-port": { type: "string" },
        "mqtts-host": { type: "string" },
        "hj212-port": { type: "string" },
        "hj212-host": { type: "string" },
        "new-password": { type: "string" },
      },
      strict: true,
      allowPositionals: false,
    });
    return values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split(". To specify")[0]}\n${HELP}`, { cause: error });
  }
}
