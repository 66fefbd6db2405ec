/** How the console looks on this device: light or dark, and the wall, which is dark and shows nothing but the page. Kept here. */
import { useSyncExternalStore } from "react";

export interface Display {
  dark: boolean;
  wall: boolean;
}

const KEY = "display";
const listeners = new Set<() => void>();

function kept(): Display {
  try {
    const { dark, wall } = JSON.parse(localStorage.getItem(KEY) ?? "null") as Display;
    return { dark, wall };
  } catch {
    return { dark: matchMedia("(prefers-color-scheme: dark)").matches, wall: false };
  }
}

let display = kept();
const show = (): void => {
  document.documentElement.dataset["theme"] = display.dark || display.wall ? "dark" : "light";
};
show();

export function setDisplay(change: Partial<Display>): void {
  display = { ...display, ...change };
  localStorage.setItem(KEY, JSON.stringify(display));
  show();
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};
export const useDisplay = (): Display => useSyncExternalStore(subscribe, () => display);
