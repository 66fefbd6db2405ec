/** What is being typed, kept in the tab until it is sent: signing in again leads away from the page and back. */
import { useEffect, useState } from "react";
import { person } from "./person.ts";

const PREFIX = "draft:";

const placeOf = (name: string): string => `${PREFIX}${person()}:${name}`;

/** Like useState of a JSON value. `clear` forgets what is kept and begins anew. */
export function useDraft<T>(name: string, empty: T): [value: T, set: (value: T) => void, clear: () => void] {
  const place = placeOf(name);
  const [value, set] = useState<T>(() => {
    const kept = sessionStorage.getItem(place);
    return kept === null ? empty : (JSON.parse(kept) as T);
  });
  useEffect(() => {
    if (JSON.stringify(value) === JSON.stringify(empty)) sessionStorage.removeItem(place);
    else sessionStorage.setItem(place, JSON.stringify(value));
  });
  useEffect(() => {
    const take = (event: Event): void => set((event as CustomEvent<T>).detail);
    addEventListener(placed(place), take);
    return () => removeEventListener(placed(place), take);
  }, [place]);
  return [value, set, () => set(empty)];
}

const placed = (place: string): string => `draft ${place}`;

/** Puts what is to be typed on into a form, whether it is open or will be opened. */
export function keepDraft(name: string, value: unknown): void {
  const place = placeOf(name);
  sessionStorage.setItem(place, JSON.stringify(value));
  dispatchEvent(new CustomEvent(placed(place), { detail: value }));
}

/** When the person signs out. */
export function forgetDrafts(): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
}
