/** One mark: its period, its state, what the facts say, and how its maker takes it back or ends it at another time. */
import { useQueryClient } from "@tanstack/react-query";
import { useId, useState, type ReactNode } from "react";
import { api, got, problemText } from "../../shared/api.ts";
import { useDraft } from "../../shared/draft.ts";
import { fromInput, inputOf, minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import { useWords, type Schemas } from "../data.ts";
import { useText } from "../texts.ts";

export type Mark = Schemas["ListMarksAnswer"]["marks"][number];

const LOOKS: Readonly<Record<Mark["state"], string>> = {
  standing: "good",
  contradicted: "care",
  "judged-valid": "good",
  "judged-invalid": "bad",
  withdrawn: "",
};

export function MarkCard({ mark, kind }: { mark: Mark; kind: string }): ReactNode {
  const t = useText();
  const language = useLanguage();
  const { name } = useWords();
  const { state, outlet, pollutants, from, to, reason, by, at, late, tests, judgement, changed } = mark;
  const minute = (moment: string): string => minuteText(moment, language);
  return (
    <article className={`card ${state === "withdrawn" ? "quiet" : ""}`}>
      <div className="head">
        <h3>
          {kind} · {outlet} · {pollutants === null ? t("allPollutants") : pollutants.map(name).join(t("comma"))}
        </h3>
        <span className={`badge ${LOOKS[state]}`}>{t(`mark.${state}`)}</span>
      </div>
      <p>
        {minute(from)} – {minute(to)}
      </p>
      <p>{reason}</p>
      <p className="soft">
        {t("madeBy", { by, at: minute(at) })} {late && <span className="badge care">{t("late")}</span>}
      </p>
      {changed && (
        <p className="soft">{t("changedBy", { by: changed.by, at: minute(changed.at), reason: changed.reason })}</p>
      )}
      {judgement && (
        <p className="soft">
          {t("judgedBy", { by: judgement.by, at: minute(judgement.at), reason: judgement.reason })}
        </p>
      )}
      {tests.map(({ test, result, fact }) => (
        <p key={test} className={result === "contradicts" ? "over" : "soft"}>
          {t(`test.${test}`)}
          {t(`result.${result}`)}
          {fact && t("fact", { value: fact.value, threshold: fact.threshold, unit: fact.unit })}
        </p>
      ))}
      {(state === "standing" || state === "contradicted") && <Change mark={mark} />}
    </article>
  );
}

const EMPTY = { to: "", reason: "" };

/** Its maker ends it at another time, or takes it back; the server keeps what it was. */
function Change({ mark }: { mark: Mark }): ReactNode {
  const t = useText();
  const id = useId();
  const queries = useQueryClient();
  const [draft, setDraft, clear] = useDraft(`mark-change:${mark.id}`, EMPTY);
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const send = async (body: { to: string } | { withdraw: true }): Promise<void> => {
    setBusy(true);
    setProblem(null);
    const path = { permitNo: mark.permitNo, id: mark.id };
    const header = { "If-Match": `"${mark.version}"` };
    try {
      const asked = { params: { path, header }, body: { ...body, reason: draft.reason.trim() } };
      await got(api.PUT("/api/plants/{permitNo}/marks/{id}", asked));
      clear();
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
      await queries.invalidateQueries({ queryKey: ["marks"] });
    }
  };
  const to = fromInput(draft.to);
  const said = draft.reason.trim() !== "";
  return (
    <details open={draft.reason !== "" || draft.to !== ""}>
      <summary>{t("changeMark")}</summary>
      <label htmlFor={`${id}-reason`}>{t("changeReason")}</label>
      <textarea
        id={`${id}-reason`}
        maxLength={500}
        value={draft.reason}
        onChange={(event) => setDraft({ ...draft, reason: event.target.value })}
      />
      <label htmlFor={`${id}-to`}>{t("otherEnd")}</label>
      <input
        id={`${id}-to`}
        type="datetime-local"
        min={inputOf(Date.parse(mark.from))}
        value={draft.to}
        onChange={(event) => setDraft({ ...draft, to: event.target.value })}
      />
      {problem !== null && (
        <p className="error" role="alert">
          {problemText(problem, t)}
        </p>
      )}
      {!said && <p className="soft">{t("sayWhyFirst")}</p>}
      <div className="row">
        <button type="button" disabled={busy || !said || to === null} onClick={() => to !== null && void send({ to })}>
          {t("saveEnd")}
        </button>
        <button type="button" disabled={busy || !said} onClick={() => void send({ withdraw: true })}>
          {t("withdraw")}
        </button>
      </div>
    </details>
  );
}
