/** What differs between two JSON values, leaf by leaf: what an entry of the audit trail is read by. */

export interface FieldChange {
  /** As one writes it: `contacts[1].phone`; empty when the values themselves are leaves. */
  path: string;
  /** Undefined: not there. */
  before: Leaf | undefined;
  after: Leaf | undefined;
}
type Leaf = string | number | boolean;

/** In the order of the former value, what is new behind it; nothing when both are the same. */
export function changesOf(before: unknown, after: unknown): FieldChange[] {
  const [former, later] = [leaves(before), leaves(after)];
  return [...new Set([...former.keys(), ...later.keys()])]
    .map((path) => ({ path, before: former.get(path), after: later.get(path) }))
    .filter((change) => change.before !== change.after);
}

/** Empty lists and objects are leaves too, as text: that one became empty is a change. */
function leaves(value: unknown, path = "", found = new Map<string, Leaf>()): Map<string, Leaf> {
  const parts: [string, unknown][] = Array.isArray(value)
    ? value.map((each, i) => [`${path}[${i}]`, each])
    : typeof value === "object" && value !== null
      ? Object.entries(value).map(([key, each]) => [path === "" ? key : `${path}.${key}`, each])
      : [];
  if (parts.length > 0) for (const [at, each] of parts) leaves(each, at, found);
  else if (typeof value === "object" && value !== null) found.set(path, JSON.stringify(value));
  // Null and nothing look alike to a reader.
  else if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") found.set(path, value);
  return found;
}
