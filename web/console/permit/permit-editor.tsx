/** Changes a permit: kept in the tab until it is saved, checked by the server as it is typed, never over what was not seen. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Popconfirm, Space, Spin } from "antd";
import { useEffect, useState, type ReactNode } from "react";
import type { PermitForm } from "../../../functions/register/domain/file-form.ts";
import { formDifferences } from "../../../functions/register/domain/permit-difference.ts";
import { api, ApiProblem, got } from "../../shared/api.ts";
import { letGo, setQuery } from "../shell/address.ts";
import { Problem } from "../shell/problem.tsx";
import { useText } from "../texts.ts";
import { Conflict } from "./conflict.tsx";
import { formOf, newDraft, type Draft } from "./edit-state.ts";
import { LeaveGuard } from "./leave-guard.tsx";
import { OutletsEditor } from "./outlets-editor.tsx";
import { permitQuery } from "./permit-query.ts";
import { BasicEditor, ContactsEditor, FacilitiesEditor } from "./plant-editor.tsx";
import { Review } from "./review.tsx";

interface EditorProps {
  permitNo: string;
  /** Of the plant as the page knows it: when it is another, the permit is asked for again. */
  revision: number;
  draft: Draft | null;
  setDraft: (draft: Draft | null) => void;
}

const CONFLICT = new Set([409, 412, 428]);
/** The server is asked when nothing was typed for so long. */
const SETTLED_MS = 400;

export default function PermitEditor({ permitNo, revision, draft, setDraft }: EditorProps): ReactNode {
  const t = useText();
  const { message } = App.useApp();
  const client = useQueryClient();
  const permit = useQuery(permitQuery(permitNo));
  const { data: state, refetch } = permit;
  useEffect(() => {
    if (state && draft === null) setDraft(newDraft(state));
  }, [state, draft, setDraft]);
  useEffect(() => {
    if (state && revision > state.revision) void refetch();
  }, [revision, state, refetch]);

  /** Nothing is unsaved any more. */
  const close = (): void => {
    letGo();
    setDraft(null);
    setQuery({ edit: null });
  };
  const mine = useSettled(draft?.mine ?? null);
  const differences = draft ? formDifferences(draft.base, draft.mine) : [];
  const check = useQuery({
    queryKey: ["permit-check", permitNo, mine],
    enabled: mine !== null && differences.length > 0,
    placeholderData: keepPreviousData,
    gcTime: 0,
    queryFn: async () =>
      (
        await got(
          api.POST("/api/plants/{permitNo}/permit/check", { params: { path: { permitNo } }, body: bodyOf(mine!) }),
        )
      ).data,
  });
  const save = useMutation({
    mutationFn: ({ revision: seen, mine: sent, reason }: Draft) =>
      got(
        api.PUT("/api/plants/{permitNo}/permit", {
          params: { path: { permitNo }, header: { "If-Match": `"permit-${seen}"` } },
          body: { ...bodyOf(sent), reason },
        }),
      ),
    onSuccess: async ({ data }) => {
      close();
      message.success(
        data.outcome === "revised" ? t("savedRevision", { revision: data.revision }) : t("savedUnchanged"),
      );
      await Promise.all(["permit", "plant", "audit"].map((key) => client.invalidateQueries({ queryKey: [key] })));
    },
    onError: async (error) => {
      if (error instanceof ApiProblem && CONFLICT.has(error.status)) await refetch();
      else await check.refetch();
    },
  });

  if (!state || !draft)
    return permit.error ? <Problem error={permit.error} retry={refetch} /> : <Spin className="waiting" />;
  const set = (next: PermitForm): void => setDraft({ ...draft, mine: next });
  const conflict = state.revision !== draft.revision;
  const changed = differences.length > 0;
  const asked = changed && check.data;
  const problems = asked ? asked.problems : [];
  const part = { mine: draft.mine, set, problems };
  return (
    <div className="permit-editor">
      {changed && <LeaveGuard permitNo={permitNo} />}
      <div className="editor-bar" role="status">
        <strong>{t("editing", { revision: draft.revision })}</strong>
        <span>{changed ? t("changesCount", { count: differences.length }) : t("noChanges")}</span>
        <Space>
          {changed ? (
            <>
              <Button type="primary" onClick={() => document.getElementById("review")?.focus()}>
                {t("toReview")}
              </Button>
              <Popconfirm title={t("giveUpSure")} okText={t("giveUpYes")} cancelText={t("cancel")} onConfirm={close}>
                <Button danger>{t("giveUp")}</Button>
              </Popconfirm>
            </>
          ) : (
            <Button onClick={close}>{t("backToPermit")}</Button>
          )}
        </Space>
      </div>
      {conflict && (
        <Conflict
          draft={draft}
          state={state}
          giveUp={close}
          join={(joined) => {
            save.reset();
            setDraft({ ...draft, revision: state.revision, base: formOf(state.permit), mine: joined });
            message.info(t("rebased", { revision: state.revision }));
          }}
        />
      )}
      <OutletsEditor {...part} />
      <FacilitiesEditor {...part} />
      <BasicEditor {...part} />
      <ContactsEditor {...part} />
      {check.error ? <Problem error={check.error} retry={check.refetch} /> : null}
      <Review
        draft={draft}
        differences={differences}
        problems={problems}
        past={asked ? asked.past : null}
        checking={changed && (check.isFetching || mine !== draft.mine)}
        conflict={conflict}
        setReason={(reason) => setDraft({ ...draft, reason })}
        error={save.error}
        saving={save.isPending}
        save={() => save.mutate(draft)}
      />
    </div>
  );
}

const bodyOf = (permit: PermitForm): { permit: Record<string, unknown> } => ({ permit: { ...permit } });

/** The value once it has stayed the same for a while. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
