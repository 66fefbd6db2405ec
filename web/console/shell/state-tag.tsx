import type { ReactNode } from "react";
import { useLabels } from "../labels.ts";

export type PlantStateName = "normal" | "warned" | "lost" | "silent" | "marked";
export const STATES: readonly PlantStateName[] = ["lost", "warned", "silent", "marked", "normal"];
/** A shape for each, since colours alone tell nothing to one in twelve men. */
export const STATE_SIGN: Readonly<Record<PlantStateName, string>> = {
  normal: "●",
  warned: "▲",
  lost: "◆",
  silent: "○",
  marked: "■",
};

export function StateTag({ state }: { state: PlantStateName }): ReactNode {
  const { say } = useLabels();
  return (
    <span className="state" data-state={state}>
      <span aria-hidden>{STATE_SIGN[state]}</span> {say(`state.${state}`)}
    </span>
  );
}
