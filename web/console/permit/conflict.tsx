/** Somebody saved meanwhile: his changes beside mine, and how to join them. Mine are lost only when I say so. */
import { Alert, Button, Popconfirm, Space } from "antd";
import { useEffect, useRef, type ReactNode } from "react";
import type { PermitForm } from "../../../functions/register/domain/file-form.ts";
import { formDifferences } from "../../../functions/register/domain/permit-difference.ts";
import { rebasePermit } from "../../../functions/register/domain/rebase-permit.ts";
import type { Answer } from "../answers.ts";
import { DifferenceList, oneText, useWords, whatText } from "./difference-list.tsx";
import { formOf, type Draft } from "./edit-state.ts";

interface ConflictProps {
  draft: Draft;
  state: Answer<"getPermit">;
  /** Goes on from the register's state with `mine`. */
  join: (mine: PermitForm) => void;
  giveUp: () => void;
}

export function Conflict({ draft, state, join, giveUp }: ConflictProps): ReactNode {
  const words = useWords();
  const { t } = words;
  const here = useRef<HTMLElement>(null);
  // Who pressed the button stands at the end of the page.
  useEffect(() => here.current?.focus(), []);
  const theirs = formOf(state.permit);
  const last = state.revisions[0];
  const who = last?.by ?? (last ? t("aFile", { file: last.source }) : "");
  const [their, my] = [formDifferences(draft.base, theirs), formDifferences(draft.base, draft.mine)];
  const { collisions } = rebasePermit(draft.base, draft.mine, theirs, "mine");
  const named = (path: string): string => {
    const found = [...my, ...their].find((d) => d.path === path);
    return found ? whatText(found, words) : path;
  };
  const value = (path: string, each: unknown): string =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? t("change.changed")
      : each === null && path.endsWith("]")
        ? t("change.removed")
        : oneText(path.split(".").at(-1) ?? "", each, words);
  return (
    <section className="conflict" ref={here} tabIndex={-1}>
      <Alert
        type="warning"
        showIcon
        role="alert"
        title={t("conflictTitle", { who, revision: state.revision })}
        description={
          <>
            {last?.reason && <p className="free">“{last.reason}”</p>}
            <p>{t("conflictText")}</p>
          </>
        }
      />
      <div className="sides">
        <div>
          <h3>{t("theirChanges")}</h3>
          <DifferenceList label={t("theirChanges")} differences={their} />
        </div>
        <div>
          <h3>{t("myChanges")}</h3>
          <DifferenceList label={t("myChanges")} differences={my} />
        </div>
      </div>
      {collisions.length > 0 && (
        <>
          <h3>{t("collisions", { count: collisions.length })}</h3>
          <ul>
            {collisions.map(({ path, mine, theirs: other }) => (
              <li key={path} className="free">
                {t("collision", { path: named(path), mine: value(path, mine), theirs: value(path, other) })}
              </li>
            ))}
          </ul>
        </>
      )}
      <Space wrap>
        <Button type="primary" onClick={() => join(rebasePermit(draft.base, draft.mine, theirs, "mine").permit)}>
          {t("rebaseMine")}
        </Button>
        {collisions.length > 0 && (
          <Button onClick={() => join(rebasePermit(draft.base, draft.mine, theirs, "theirs").permit)}>
            {t("rebaseTheirs")}
          </Button>
        )}
        <Popconfirm title={t("giveUpSure")} okText={t("giveUpYes")} cancelText={t("cancel")} onConfirm={giveUp}>
          <Button danger>{t("takeTheirs")}</Button>
        </Popconfirm>
      </Space>
    </section>
  );
}
