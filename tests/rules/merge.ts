/** Many cases as one city: plants, devices and phones of each get names of their own, so that one replay runs them all. */
import type { TraceMessage } from "./oracle/types.ts";
import { at, type Case, frameOf, inOrder, type PermitsFile } from "./traces/build.ts";

export interface Merged {
  permits: PermitsFile;
  messages: TraceMessage[];
  until: number;
}

/** Every payload must be one whole frame or a JSON message. */
export function merged(cases: readonly Case[]): Merged {
  let site = 0;
  const plants: Record<string, unknown>[] = [];
  const messages: TraceMessage[][] = [];
  for (const [i, c] of cases.entries()) {
    const name = `K${String(i).padStart(2, "0")}-`;
    for (const p of c.permits.permits) {
      const permitNo = `91330483MA2ABCD126${String(++site).padStart(3, "0")}P`;
      const text = JSON.stringify({ ...p, permitNo })
        .replaceAll(/"mn":"/g, `"mn":"${name}`)
        .replaceAll("+861390000000", `+86139${String(i).padStart(3, "0")}0000`);
      plants.push(JSON.parse(text) as Record<string, unknown>);
    }
    messages.push(c.messages.map((m) => renamed(m, name)));
  }
  const until = Math.max(...cases.map((c) => at(c.until)));
  return { permits: { permits: plants }, messages: inOrder(...messages), until };
}

/** One city more in the same replay, under permit numbers of its own: ticks are what a replay costs, not plants. */
export function withCity(city: Merged, other: Merged): Merged {
  const own = (text: string): string => text.replaceAll("MA2ABCD1260", "MA2ABCD1269");
  const { permits } = JSON.parse(own(JSON.stringify(other.permits))) as PermitsFile;
  return {
    permits: { permits: [...city.permits.permits, ...permits] },
    messages: inOrder(
      city.messages,
      other.messages.map((m) => ({ ...m, topic: own(m.topic) })),
    ),
    until: Math.max(city.until, other.until),
  };
}

function renamed(m: TraceMessage, name: string): TraceMessage {
  const topic = m.topic.replace(/^plants\//, `plants/${name}`);
  if (!topic.endsWith("/hj212")) return { ...m, topic };
  const text = Buffer.from(m.payload).toString("latin1");
  const segment = text.slice(6, -4).replace(/MN=/, `MN=${name}`);
  return { ...m, topic, payload: frameOf(segment) };
}
