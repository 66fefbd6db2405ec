/** Messages of a plant: a gateway's bundle of frames, and the JSON messages that only the device itself may send. */
import { MINUTE } from "../../../functions/shared/shanghai.ts";
import { deviceMinute, type Sending } from "./frames.ts";
import type { SimDevice, SimPlant } from "./profile.ts";
import { deviceTopic, gatewayOf, gatewayTopic } from "./topics.ts";

export interface Message {
  topic: string;
  payload: Uint8Array;
  /** Epoch ms at which it arrives when it is not sent live. */
  receivedAt: number;
}

/** Below the 128 KB of a message, with room for the envelope. */
const MAX_PAYLOAD = 96 * 1024;
/** Time on the way. */
const TRANSIT = 400;

/** What a plant's gateway publishes of all that reached it in [from, to) (epoch ms). */
export function bundle(plant: SimPlant, from: number, to: number): Message[] {
  const frames: Sending[] = [];
  const messages: Message[] = [];
  for (let minute = Math.floor(from / MINUTE); minute * MINUTE < to; minute++)
    for (const device of plant.devices)
      for (const sending of deviceMinute(plant, device, minute)) {
        const arrival = sending.sentAt + TRANSIT; // in the same minute: a device is done 42 s after its start
        if (arrival < from || arrival >= to) continue;
        if (device.channel === "telemetry") messages.push(single(deviceTopic(device.mn, "telemetry"), sending));
        else frames.push(sending);
      }
  frames.sort((a, b) => a.sentAt - b.sentAt);
  return [...messages, ...join(gatewayTopic(gatewayOf(plant.town), plant.permitNo), frames)];
}

/** What a device that holds its own connection sends in a clock minute. */
export function ownMessages(plant: SimPlant, device: SimDevice, minute: number): Message[] {
  const sendings = deviceMinute(plant, device, minute);
  const topic = deviceTopic(device.mn, device.channel);
  return device.channel === "telemetry" ? sendings.map((s) => single(topic, s)) : join(topic, sendings);
}

const single = (topic: string, { bytes, sentAt }: Sending): Message => ({
  topic,
  payload: bytes,
  receivedAt: sentAt + TRANSIT,
});

/** Frames back to back, in as few messages as the size allows. */
function join(topic: string, sendings: readonly Sending[]): Message[] {
  const messages: Message[] = [];
  let part: Sending[] = [];
  let size = 0;
  const flush = (): void => {
    const last = part.at(-1);
    if (last)
      messages.push({ topic, payload: Buffer.concat(part.map((s) => s.bytes)), receivedAt: last.sentAt + TRANSIT });
    part = [];
    size = 0;
  };
  for (const sending of sendings) {
    if (size + sending.bytes.length > MAX_PAYLOAD) flush();
    part.push(sending);
    size += sending.bytes.length;
  }
  flush();
  return messages;
}
