/** The answer to a warning: what is being done, until when it should be over; one tap sends it. */
import { useId, useState, type ReactNode } from "react";
import { clockText, fromInput, inputOf, minuteText } from "../../shared/format.ts";
import { useDraft } from "../../shared/draft.ts";
import { useLanguage } from "../../shared/language.ts";
import { enter, useQueue } from "../offline/queue.ts";
import type { Acknowledgement } from "../send.ts";
import { useText } from "../texts.ts";

export const ACTIONS = ["adjusting", "repairing", "stopping", "device-fault"] as const;
export type Action = (typeof ACTIONS)[number];
const MINUTES = [15, 30, 60, 120] as const;
const LONGEST_NOTE = 500;

const EMPTY = { expected: "", note: "" };

/** `episode`: null answers all that is open at the plant. */
export function Acknowledge({ permitNo, episode }: { permitNo: string; episode: string | null }): ReactNode {
  const t = useText();
  const id = useId();
  const [draft, setDraft, clear] = useDraft(`acknowledge:${permitNo}:${episode}`, EMPTY);
  const [failed, setFailed] = useState(false);
  const language = useLanguage();
  const waiting = useQueue().filter(
    (entry): entry is Acknowledgement =>
      entry.kind === "acknowledgement" && (entry as Acknowledgement).body.episode === episode,
  );
  const answer = (action: Action): void => {
    const body: Acknowledgement["body"] = {
      episode,
      action,
      expectedAt: fromInput(draft.expected),
      note: draft.note.trim().slice(0, LONGEST_NOTE),
    };
    enter({ kind: "acknowledgement", permitNo, body }).then(clear, () => setFailed(true));
  };
  return (
    <section aria-labelledby={`${id}-title`}>
      <h3 className="choices-title" id={`${id}-title`}>
        {t("whatIsDone")}
      </h3>
      <div className="choices">
        {ACTIONS.map((action) => (
          <button key={action} type="button" className="main" onClick={() => answer(action)}>
            {t(`action.${action}`)}
          </button>
        ))}
      </div>
      {waiting.map((entry) => (
        <p key={entry.key} className="note" role="status">
          {t(`action.${entry.body.action}`)} · {t("waitsToBeSent")}
        </p>
      ))}
      {failed && (
        <p className="error" role="alert">
          {t("storageFailed")}
        </p>
      )}
      <details open={draft.expected !== "" || draft.note !== ""}>
        <summary>
          {t("expectedAndNote")}
          {draft.expected !== "" && `: ${clockText(fromInput(draft.expected) ?? "", language)}`}
        </summary>
        <div className="row" role="group" aria-label={t("expectedAt")}>
          {MINUTES.map((minutes) => (
            <button
              key={minutes}
              type="button"
              onClick={() => setDraft({ ...draft, expected: inputOf(Date.now() + minutes * 60_000) })}
            >
              {t("inMinutes", { minutes })}
            </button>
          ))}
        </div>
        <label htmlFor={`${id}-expected`}>{t("expectedAt")}</label>
        <input
          id={`${id}-expected`}
          type="datetime-local"
          value={draft.expected}
          onChange={(event) => setDraft({ ...draft, expected: event.target.value })}
        />
        <label htmlFor={`${id}-note`}>{t("note")}</label>
        <textarea
          id={`${id}-note`}
          maxLength={LONGEST_NOTE}
          value={draft.note}
          onChange={(event) => setDraft({ ...draft, note: event.target.value })}
        />
        <p className="soft">{t("thenTap")}</p>
      </details>
    </section>
  );
}

/** What was answered: `正在调整，预计 10:30`. */
export function useAnswered(): (answered: { action: string; expectedAt?: string | null }) => string {
  const t = useText();
  const language = useLanguage();
  return ({ action, expectedAt }) => {
    const known = ACTIONS.find((each) => each === action);
    const what = known ? t(`action.${known}`) : action;
    return expectedAt ? `${what}${t("expectedBy", { at: minuteText(expectedAt, language) })}` : what;
  };
}
