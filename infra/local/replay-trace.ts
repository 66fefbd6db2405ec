/** Reads the two files of a replay: the permits and the recorded trace. */
import { parseIso } from "../../functions/shared/shanghai.ts";

export interface TraceMessage {
  receivedAt: number;
  topic: string;
  payload: Uint8Array;
}

/**
 * One message a line: `received-at TAB topic TAB payload`, in order of receipt. The payload is text, or `b64:` and
 * base64. Throws with the number of the first line that is not so.
 */
export function parseTrace(text: string): TraceMessage[] {
  const messages: TraceMessage[] = [];
  for (const [i, raw] of text.split("\n").entries()) {
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (line === "") continue;
    const where = `line ${i + 1} of the trace`;
    const [at = "", topic, ...rest] = line.split("\t");
    if (topic === undefined || rest.length === 0)
      throw new Error(`${where}: expected received-at TAB topic TAB payload`);
    const receivedAt = parseIso(at);
    if (receivedAt === null) throw new Error(`${where}: "${at}" is not an ISO 8601 time`);
    const before = messages.at(-1)?.receivedAt ?? receivedAt;
    if (receivedAt < before)
      throw new Error(`${where}: received before the line above it; a trace is in order of receipt`);
    const body = rest.join("\t");
    messages.push({
      receivedAt,
      topic,
      payload: body.startsWith("b64:") ? base64(body.slice(4), where) : Buffer.from(body, "utf8"),
    });
  }
  if (messages.length === 0) throw new Error("the trace holds no message");
  return messages;
}

function base64(text: string, where: string): Uint8Array {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new Error(`${where}: what follows b64: is not base64`);
  return Buffer.from(text, "base64");
}
