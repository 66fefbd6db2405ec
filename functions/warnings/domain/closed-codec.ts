/**
 * Packs a closed period into bytes, as blocks are: names once, verdicts by reference to them, numbers as decimal mantissa
 * and scale. Nine verdicts as maps were 1.2 KB, two write units and a year of storage each hour; packed they are a fifth
 * of it. Exact: what is unpacked equals what was packed.
 */
import { Names, Reader, readValue, Writer, writeValue } from "../../telemetry/domain/block-codec.ts";
import type { ClosedPeriod, JudgedLimit } from "../stored-items.ts";

const FORMAT = 1;
/** In the order of their two bits: words are added at the end, and then bits. */
const VERDICTS = ["met", "exceeded", "insufficient", "marked"] as const;
const WEIGHTED = 4;
/** Revision, cause and notes follow: most verdicts are the closing's own and have none. */
const MORE = 8;
const CLOSING = "closing";

/** Bytes of a closed period; `start`, `at`, `valid` and revisions are non-negative integers. */
export function packClosed({ start, index, at, ruleData, verdicts }: ClosedPeriod): Uint8Array {
  const names = new Names();
  const body = new Writer();
  body.uint(start);
  body.uint(index);
  body.int(at - start);
  body.text(ruleData);
  body.uint(verdicts.length);
  for (const v of verdicts) {
    const more = v.revision !== 0 || v.cause !== CLOSING || v.notes.length > 0;
    body.byte(VERDICTS.indexOf(v.verdict) | (v.weighted ? WEIGHTED : 0) | (more ? MORE : 0));
    body.uint(names.of(v.outlet));
    body.uint(names.of(v.pollutant));
    body.uint(v.valid);
    writeValue(body, v.mean, null);
    writeValue(body, v.limit, null);
    if (!more) continue;
    body.uint(v.revision);
    body.uint(names.of(v.cause));
    body.uint(v.notes.length);
    for (const note of v.notes) body.uint(names.of(note));
  }
  const head = new Writer();
  head.byte(FORMAT);
  head.uint(names.list.length);
  for (const name of names.list) head.text(name);
  return Buffer.concat([head.bytes, body.bytes]);
}

/** The period of `packClosed`'s bytes; throws when they are not such bytes. */
export function unpackClosed(bytes: Uint8Array): ClosedPeriod {
  const r = new Reader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  const format = r.byte();
  if (format !== FORMAT) throw new Error(`closed period: unknown format ${format}, this version reads ${FORMAT}`);
  const names = Array.from({ length: r.uint() }, () => r.text());
  const name = (): string => {
    const n = r.uint();
    const known = names[n];
    if (known === undefined) throw new Error(`closed period: name ${n} of ${names.length}`);
    return known;
  };
  const start = r.uint();
  const index = r.uint();
  const at = r.int() + start;
  const ruleData = r.text();
  const verdicts = Array.from({ length: r.uint() }, (): JudgedLimit => {
    const bits = r.byte();
    const what = {
      outlet: name(),
      pollutant: name(),
      valid: r.uint(),
      mean: readValue(r).value,
      limit: readValue(r).value ?? NaN,
      verdict: VERDICTS[bits & 3]!,
      weighted: (bits & WEIGHTED) !== 0,
    };
    if ((bits & MORE) === 0) return { ...what, revision: 0, cause: CLOSING, notes: [] };
    return { ...what, revision: r.uint(), cause: name(), notes: Array.from({ length: r.uint() }, name) };
  });
  if (r.at !== bytes.length) throw new Error(`closed period: ${bytes.length - r.at} bytes too many`);
  return { start, index, at, ruleData, verdicts };
}
