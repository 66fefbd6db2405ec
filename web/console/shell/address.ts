/** Where one is: `#/plants?town=…`. Filters stand in the address, so that it can be kept, passed on, and come back to after signing in. */
import { useMemo, useSyncExternalStore } from "react";

export interface Address {
  /** Decoded parts of the path. */
  parts: string[];
  query: URLSearchParams;
}

export function parseAddress(hash: string): Address {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const parts = path.split("/").filter((part) => part !== "");
  return { parts: parts.map(decoded), query: new URLSearchParams(query) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

type Query = Readonly<Record<string, string | null | undefined>>;

/** `hashOf(["plants", permitNo], { view })`; what is null or empty is left out. */
export function hashOf(parts: readonly string[], query: Query = {}): string {
  const pairs = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]));
  const text = new URLSearchParams(pairs).toString();
  return `#/${parts.map(encodeURIComponent).join("/")}${text && `?${text}`}`;
}

const subscribe = (listener: () => void): (() => void) => {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
};

/** A form with unsaved changes: which addresses are still it, and the last of them. */
let guard: { stays: (hash: string) => boolean; last: string } | null = null;

/** The address that is shown: while a form is guarded, one that leads away from it is not gone to before it is let go. */
function shown(): string {
  if (guard === null) return location.hash;
  if (guard.stays(location.hash)) guard.last = location.hash;
  return guard.last;
}

/** Holds the form at this address; `asked` is told where somebody wanted to go instead. The answer lets go of it. */
export function holdAddress(stays: (hash: string) => boolean, asked: (hash: string) => void): () => void {
  const own = { stays, last: location.hash };
  guard = own;
  const moved = (): void => {
    if (guard !== own || location.hash === shown()) return;
    const wanted = location.hash;
    history.replaceState(null, "", own.last);
    asked(wanted);
  };
  addEventListener("hashchange", moved);
  return () => {
    removeEventListener("hashchange", moved);
    if (guard === own) guard = null;
  };
}
/** What was unsaved is saved or given up: one may go anywhere. */
export const letGo = (): void => {
  guard = null;
};

export function useAddress(): Address {
  const hash = useSyncExternalStore(subscribe, shown);
  return useMemo(() => parseAddress(hash), [hash]);
}

/** Changes some of the query; without a new entry in the browser's history. */
export function setQuery(change: Query): void {
  const { parts, query } = parseAddress(location.hash);
  const next = { ...Object.fromEntries(query), ...change };
  history.replaceState(null, "", hashOf(parts, next));
  dispatchEvent(new HashChangeEvent("hashchange"));
}

export const go = (hash: string): void => void (location.hash = hash);
