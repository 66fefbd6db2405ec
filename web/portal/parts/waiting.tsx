/** What was entered and is not at the server yet: it waits, or was refused with a reason. */
import type { ReactNode } from "react";
import { useLocation } from "wouter";
import { ApiProblem, problemText } from "../../shared/api.ts";
import { keepDraft } from "../../shared/draft.ts";
import { minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import { discard, tryAgain, useQueue, type Entry } from "../offline/queue.ts";
import { draftOf, markDraftName } from "./mark-draft.ts";
import type { NewMark } from "../send.ts";
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
  const [, go] = useLocation();
  /** Back into the form; sent anew it is another mark. */
  const correct = (): void => {
    keepDraft(markDraftName(permitNo), draftOf((entry as NewMark).body));
    void discard(entry).then(() => go(`/plants/${permitNo}/marks/new`));
  };
  return (
    <li>
      <p>
        {t(kind === "mark" ? "aMark" : "anAcknowledgement")} · {permitNo} ·{" "}
        {t("enteredAt", { at: minuteText(at, language) })}
      </p>
      {refused && (
        <div role="alert">
          <p className="error">{problemText(problemOf(refused), t)}</p>
          <div className="row">
            {entry.kind === "mark" ? (
              <button type="button" onClick={correct}>
                {t("correct")}
              </button>
            ) : (
              <button type="button" onClick={() => void tryAgain(entry)}>
                {t("retry")}
              </button>
            )}
            <button type="button" onClick={() => void discard(entry)}>
              {t("discard")}
            </button>
          </div>
        </div>
      )}
    </li>
  );
}

const problemOf = ({ status, detail, title, zh, wrong }: NonNullable<Entry["refused"]>): ApiProblem =>
  new ApiProblem(status, detail, title, zh, wrong);
