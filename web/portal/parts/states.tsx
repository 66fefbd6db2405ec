import type { ReactNode } from "react";
import { problemText } from "../../shared/api.ts";
import { SignInNeeded, signIn } from "../../shared/session.ts";
import { useText } from "../texts.ts";
import { useWords } from "../data.ts";

export function Loading(): ReactNode {
  const t = useText();
  return (
    <p role="status" className="soft">
      {t("loading")}
    </p>
  );
}

/** What went wrong and what to do about it. */
export function Failed({ error, again }: { error: unknown; again: () => void }): ReactNode {
  const t = useText();
  const ended = error instanceof SignInNeeded;
  return (
    <div className="note bad" role="alert">
      <p>{problemText(error, t)}</p>
      <button type="button" onClick={() => (ended ? void signIn().catch(() => undefined) : again())}>
        {t(ended ? "signIn" : "retry")}
      </button>
    </div>
  );
}

const LOOKS: Readonly<Record<string, string>> = { normal: "good", warned: "bad", lost: "care", silent: "care" };

export function StateBadge({ state }: { state: string }): ReactNode {
  const { word } = useWords();
  return <span className={`badge ${LOOKS[state] ?? ""}`}>{word(`state.${state}`)}</span>;
}
