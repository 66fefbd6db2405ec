/** Makes an input that violates an invariant smaller, as long as it violates the same one. */
import { examine, type Input, type Part } from "./invariants.ts";

export function shrink<T extends Input>(input: T, invariant: string): T {
  const fails = (candidate: T): boolean => examine(candidate).violation?.invariant === invariant;
  let best = input;
  const consider = (candidate: T): boolean => {
    if (!fails(candidate)) return false;
    best = candidate;
    return true;
  };
  if (best.chunks.length > 0) consider({ ...best, chunks: [] });
  for (let i = best.parts.length - 1; i >= 0; i--)
    if (best.parts.length > 1) consider({ ...best, parts: best.parts.filter((_, j) => j !== i) });
  // What one changed byte may not do is no longer asked once more are changed: then only the neighbours go.
  if (best.closed && invariant === "one changed byte says nothing new") return best;
  const at = best.parts.findIndex((part) => !part.whole);
  if (at < 0) return best;
  for (let size = best.parts[at]!.bytes.length >> 1; size >= 1; size >>= 1)
    for (let from = 0; from + size <= best.parts[at]!.bytes.length;) {
      const part: Part = best.parts[at]!;
      const bytes = Buffer.concat([part.bytes.subarray(0, from), part.bytes.subarray(from + size)]);
      if (!consider({ ...best, parts: best.parts.with(at, { ...part, bytes }) })) from += size;
    }
  return best;
}
