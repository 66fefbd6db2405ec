/** Good requests on a plant's devices and their certificates, for the walk of rights: each on a device of its own. */
import { newKey, newRequest } from "../../functions/devices/new-request.ts";
import type { At, Example } from "./rights-examples.ts";

/** Devices that a plant of the walk needs beside the one that speaks. */
export const IDLE_DEVICES = 5;

type Make = (at: At, mn: string) => Promise<Example>;
interface Device {
  mn: string;
  certificates: { inForce: boolean }[];
}

const path = (permitNo: string, rest = ""): string => `/api/plants/${permitNo}/devices${rest}`;

/** Keys and certificates take their time: what nobody was allowed to use is good for the next. */
function onDevice(index: number, make: Make): (at: At) => Promise<Example> {
  const held = new Map<string, { example: Example; stood: string }>();
  return async (at) => {
    const look = async (): Promise<Device> =>
      ((await at.ask("GET", path(at.permitNo))).body.devices as Device[])[index]!;
    const device = await look();
    const former = held.get(at.permitNo);
    if (former?.stood === JSON.stringify(device)) return former.example;
    const example = await make(at, device.mn);
    held.set(at.permitNo, { example, stood: JSON.stringify(await look()) });
    return example;
  };
}

const request = async (mn: string): Promise<{ request: string }> => ({ request: await newRequest(mn, newKey()) });

/** A new certificate in force, beside whatever the device has. */
async function certify({ permitNo, ask }: At, mn: string): Promise<string> {
  const body = await request(mn);
  const rotated = await ask("POST", path(permitNo, `/${mn}/rotate`), body);
  const made = rotated.status === 201 ? rotated : await ask("POST", path(permitNo, `/${mn}/provision`), body);
  return String(made.body.certificate.id);
}

const deactivate = ({ permitNo, ask }: At, mn: string, certificate: string | null): Promise<unknown> =>
  ask("POST", path(permitNo, `/${mn}/deactivate`), { certificate, revoke: false });

export const DEVICE_EXAMPLES: Readonly<Record<string, (at: At) => Promise<Example>>> = {
  provisionDevice: onDevice(1, async (at, mn) => {
    await deactivate(at, mn, null);
    return { path: { mn }, body: await request(mn) };
  }),
  rotateDevice: onDevice(2, async (at, mn) => {
    await certify(at, mn);
    return { path: { mn }, body: await request(mn) };
  }),
  finishRotation: onDevice(3, async (at, mn) => {
    await certify(at, mn);
    return { path: { mn }, body: { keep: await certify(at, mn) } };
  }),
  deactivateDevice: onDevice(4, async (at, mn) => ({
    path: { mn },
    body: { certificate: await certify(at, mn), revoke: false },
  })),
  activateDevice: onDevice(5, async (at, mn) => {
    const certificate = await certify(at, mn);
    await deactivate(at, mn, certificate);
    return { path: { mn }, body: { certificate } };
  }),
};
