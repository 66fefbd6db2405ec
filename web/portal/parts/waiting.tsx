/** What was entered and is not at the server yet: it waits, or was refused with a reason. */
import type { ReactNode } from "react";
import { ApiProblem, problemText } from "../../shared/api.ts";
import { minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import { discard, tryAgain, useQueue, type Entry } from "../offline/queue.ts";
import { useText } from "../texts.ts";

export function WaitingList(): ReactNode {
  const t = useText();
  const entries = useQueue();
  if (entries.length === 0) return null;
  return (
    <section className="note" aria-label={t("waiting")}>
      <h2 className="flush">{t("waitingCount", { count: entries.length })}</h2>
      <ul>
        {entries.map((entry) => (
          <WaitingLine key={entry.key} entry={entry} />
        ))}
      </ul>
    </section>
  );
}

function WaitingLine({ entry }: { entry: Entry }): ReactNode {
  const t = useText();
  const language = useLanguage();
  const { kind, at, refused, permitNo } = entry;
  return (
    <li>
      <p>
        {t(kind === "mark" ? "aMark" : "anAcknowledgement")} · {permitNo} ·{" "}
        {t("enteredAt", { at: minuteText(at, language) })}
      </p>
      {refused && (
        <div role="alert">
          <p className="error">{problemText(new ApiProblem(refused.status, refused.detail, refused.title), t)}</p>
          <div className="row">
            <button type="button" onClick={() => void tryAgain(entry)}>
              {t("retry")}
            </button>
            <button type="button" onClick={() => void discard(entry)}>
              {t("discard")}
            </button>
          </div>
        </div>
      )}
    </li>
  );
}
