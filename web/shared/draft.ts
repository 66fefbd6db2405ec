/** What is being typed, kept in the tab until it is sent: signing in again leads away from the page and back. */
import { useEffect, useState } from "react";

const PREFIX = "draft:";

/** Like useState of a JSON value. `clear` forgets what is kept and begins anew. */
export function useDraft<T>(name: string, empty: T): [value: T, set: (value: T) => void, clear: () => void] {
  const [value, set] = useState<T>(() => {
    const kept = sessionStorage.getItem(PREFIX + name);
    return kept === null ? empty : (JSON.parse(kept) as T);
  });
  useEffect(() => {
    if (JSON.stringify(value) === JSON.stringify(empty)) sessionStorage.removeItem(PREFIX + name);
    else sessionStorage.setItem(PREFIX + name, JSON.stringify(value));
  });
  return [value, set, () => set(empty)];
}
