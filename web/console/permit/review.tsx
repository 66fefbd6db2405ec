/** What will be saved: the differences, what is wrong, what it means for the past; why; and the button. */
import { Alert, Button, Input, Spin } from "antd";
import type { ReactNode } from "react";
import { minuteText } from "../../shared/format.ts";
import type { Answer } from "../answers.ts";
import { Problem } from "../shell/problem.tsx";
import { DifferenceList, useWords } from "./difference-list.tsx";
import type { Draft, Problem as Wrongness } from "./edit-state.ts";
import { Wrong } from "./fields.tsx";
import type { Difference } from "../../../functions/register/domain/permit-difference.ts";

interface ReviewProps {
  draft: Draft;
  differences: readonly Difference[];
  problems: readonly Wrongness[];
  past: Answer<"checkPermit">["past"];
  /** The server has not yet said of this very state what it thinks. */
  checking: boolean;
  conflict: boolean;
  setReason: (reason: string) => void;
  error: unknown;
  saving: boolean;
  save: () => void;
}

export function Review(props: ReviewProps): ReactNode {
  const { draft, differences, problems, past, checking, conflict, setReason, error, saving, save } = props;
  const { t, language } = useWords();
  const since = (from: string): string =>
    from === "ever" ? t("sinceBegin") : t("sinceTime", { at: minuteText(from, language) });
  const obstacle = conflict
    ? t("resolveFirst")
    : problems.length > 0
      ? t("correctFirst", { count: problems.length })
      : differences.length === 0
        ? t("noChanges")
        : draft.reason.trim() === ""
          ? t("reasonFirst")
          : null;
  return (
    <section id="review" aria-label={t("review")} tabIndex={-1}>
      <h2>
        {t("review")} {checking && <Spin size="small" aria-label={t("checking")} />}
      </h2>
      {problems.length > 0 && (
        <Alert
          type="error"
          showIcon
          role="alert"
          title={t("problemsFound", { count: problems.length })}
          description={<Wrong problems={problems.slice(0, 20)} named />}
        />
      )}
      <DifferenceList label={t("review")} differences={differences} />
      {past?.limits && <Alert type="warning" showIcon title={t("pastLimits", { since: since(past.limits) })} />}
      {past?.basis && <Alert type="warning" showIcon title={t("pastBasis", { since: since(past.basis) })} />}
      {past?.bindings && <Alert type="warning" showIcon title={t("pastBindings", { since: since(past.bindings) })} />}
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <label>
          {t("reasonForChange")}
          <Input.TextArea
            rows={2}
            maxLength={500}
            showCount
            value={draft.reason}
            onChange={({ target }) => setReason(target.value)}
          />
        </label>
        {error ? <Problem error={error} /> : null}
        <p role="status">
          <Button type="primary" htmlType="submit" disabled={obstacle !== null || checking} loading={saving}>
            {t("saveRevision", { revision: draft.revision + 1 })}
          </Button>{" "}
          <small>{obstacle ?? (checking ? t("checking") : "")}</small>
        </p>
      </form>
    </section>
  );
}
