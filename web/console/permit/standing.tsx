import type { ReactNode } from "react";
import { useText } from "../texts.ts";

const COLOURS = { now: "normal", future: "marked", past: "silent" } as const;

/** Whether a limit or binding holds now. */
export function Standing({ standing }: { standing: keyof typeof COLOURS }): ReactNode {
  const t = useText();
  return (
    <span className="state" data-state={COLOURS[standing]}>
      {t(`standing.${standing}`)}
    </span>
  );
}
