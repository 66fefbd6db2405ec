/** What is being typed, kept in the tab until it is sent: signing in again leads away from the page and back. */
import { useEffect, useState } from "react";
import { person } from "./person.ts";

const PREFIX = "draft:";

/** Like useState of a JSON value. `clear` forgets what is kept and begins anew. */
export function useDraft<T>(name: string, empty: T): [value: T, set: (value: T) => void, clear: () => void] {
  const place = `${PREFIX}${person()}:${name}`;
  const [value, set] = useState<T>(() => {
    const kept = sessionStorage.getItem(place);
    return kept === null ? empty : (JSON.parse(kept) as T);
  });
  useEffect(() => {
    if (JSON.stringify(value) === JSON.stringify(empty)) sessionStorage.removeItem(place);
    else sessionStorage.setItem(place, JSON.stringify(value));
  });
  return [value, set, () => set(empty)];
}

/** When the person signs out. */
export function forgetDrafts(): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
}
