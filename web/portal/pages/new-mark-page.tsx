/** The form of a mark. It goes into the queue, so that it can be filled in without a network. */
import { useId, useState, type FormEvent, type ReactNode } from "react";
import { useLocation } from "wouter";
import { useDraft } from "../../shared/draft.ts";
import { fromInput } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import { useMarks, useWords } from "../data.ts";
import { enter } from "../offline/queue.ts";
import { EMPTY_MARK, markDraftName, problemsOf, type MarkDraft, type MarkProblem } from "../parts/mark-draft.ts";
import { PlantFrame, type Plant } from "../parts/plant-frame.tsx";
import type { NewMark } from "../send.ts";
import { useText } from "../texts.ts";

export const NewMarkPage = ({ permitNo }: { permitNo: string }): ReactNode => (
  <PlantFrame permitNo={permitNo}>{(plant) => <MarkForm plant={plant} />}</PlantFrame>
);

function MarkForm({ plant }: { plant: Plant }): ReactNode {
  const t = useText();
  const id = useId();
  const language = useLanguage();
  const { name } = useWords();
  const [, go] = useLocation();
  const { permitNo, outlets } = plant;
  const kinds = useMarks(permitNo).data?.data.kinds ?? [];
  const [draft, setDraft, clear] = useDraft<MarkDraft>(markDraftName(permitNo), EMPTY_MARK);
  const [tried, setTried] = useState(false);
  const [failed, setFailed] = useState(false);
  const outlet = outlets.find((o) => o.code === draft.outlet) ?? (outlets.length === 1 ? outlets[0] : undefined);
  const kind = kinds.find((each) => each.kind === draft.kind);
  const problems = problemsOf({ ...draft, outlet: outlet?.code ?? "" }, kind?.maxHours ?? null);
  const limited = [...new Set((outlet?.limits ?? []).filter((l) => l.inForce).map((l) => l.pollutant))];
  const set = (changes: Partial<MarkDraft>): void => setDraft({ ...draft, ...changes });

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (problems.length > 0 || !outlet) return;
    const body: NewMark["body"] = {
      outlet: outlet.code,
      pollutants: draft.pollutants.length === 0 ? null : draft.pollutants,
      kind: draft.kind,
      from: fromInput(draft.from) ?? "",
      to: fromInput(draft.to) ?? "",
      reason: draft.reason.trim(),
    };
    enter({ kind: "mark", permitNo, body }).then(
      () => {
        clear();
        go(`/plants/${permitNo}/marks`);
      },
      () => setFailed(true),
    );
  };
  const wrong = (field: MarkProblem): boolean => tried && problems.includes(field);
  const field = (key: MarkProblem): { id: string; "aria-invalid": boolean; "aria-describedby"?: string } => ({
    id: `${id}-${key}`,
    "aria-invalid": wrong(key),
    ...(wrong(key) && { "aria-describedby": `${id}-${key}-problem` }),
  });
  const problem = (key: MarkProblem): ReactNode =>
    wrong(key) && (
      <p className="error" id={`${id}-${key}-problem`} role="alert">
        {t(`wrong.${key}`, { hours: kind?.maxHours ?? "" })}
      </p>
    );
  return (
    <form className="card" onSubmit={submit} noValidate>
      <h2 className="flush">{t("newMark")}</h2>
      <p className="soft">{t("markHint")}</p>
      <label htmlFor={`${id}-outlet`}>{t("outlet")}</label>
      <select
        {...field("outlet")}
        value={outlet?.code ?? ""}
        onChange={(e) => set({ outlet: e.target.value, pollutants: [] })}
      >
        <option value="">{t("choose")}</option>
        {outlets.map(({ code, name: outletName }) => (
          <option key={code} value={code}>
            {code} {outletName}
          </option>
        ))}
      </select>
      {problem("outlet")}
      {limited.length > 1 && (
        <fieldset>
          <legend>{t("pollutantsNoneIsAll")}</legend>
          {limited.map((code) => (
            <label key={code} className="check">
              <input
                type="checkbox"
                checked={draft.pollutants.includes(code)}
                onChange={(e) =>
                  set({
                    pollutants: e.target.checked
                      ? [...draft.pollutants, code]
                      : draft.pollutants.filter((each) => each !== code),
                  })
                }
              />
              {name(code)}
            </label>
          ))}
        </fieldset>
      )}
      <label htmlFor={`${id}-kind`}>{t("markKind")}</label>
      <select {...field("kind")} value={draft.kind} onChange={(e) => set({ kind: e.target.value })}>
        <option value="">{t("choose")}</option>
        {kinds.map((each) => (
          <option key={each.kind} value={each.kind}>
            {each[language]}
          </option>
        ))}
      </select>
      {problem("kind")}
      <div className="pair">
        <div>
          <label htmlFor={`${id}-from`}>{t("from")}</label>
          <input
            {...field("from")}
            type="datetime-local"
            value={draft.from}
            onChange={(e) => set({ from: e.target.value })}
          />
          {problem("from")}
        </div>
        <div>
          <label htmlFor={`${id}-to`}>{t("to")}</label>
          <input
            {...field("to")}
            type="datetime-local"
            value={draft.to}
            onChange={(e) => set({ to: e.target.value })}
          />
          {problem("to")}
          {problem("hours")}
        </div>
      </div>
      <label htmlFor={`${id}-reason`}>{t("reason")}</label>
      <textarea
        {...field("reason")}
        maxLength={500}
        value={draft.reason}
        onChange={(e) => set({ reason: e.target.value })}
      />
      {problem("reason")}
      {failed && (
        <p className="error" role="alert">
          {t("storageFailed")}
        </p>
      )}
      <div className="row">
        <button type="submit" className="main">
          {t("sendMark")}
        </button>
        <button type="button" onClick={() => go(`/plants/${permitNo}/marks`)}>
          {t("back")}
        </button>
      </div>
    </form>
  );
}
