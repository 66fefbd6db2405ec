/** Changes a plant's contacts: kept in the tab until saved, checked while typed, never over what was not seen. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Popconfirm, Space, Spin } from "antd";
import type { ReactNode } from "react";
import { api, ApiProblem, got } from "../../shared/api.ts";
import { Wrong } from "../permit/fields.tsx";
import { Problem } from "../shell/problem.tsx";
import { useText } from "../texts.ts";
import { ContactConflict } from "./contact-conflict.tsx";
import {
  contactDifferences,
  NEW_CONTACT,
  problemsOf,
  withChange,
  without,
  type ContactDraft,
} from "./contact-draft.ts";
import { ContactFields } from "./contact-fields.tsx";
import { ContactDifferences } from "./contact-differences.tsx";
import { contactsQuery } from "./contacts-query.ts";

interface EditorProps {
  permitNo: string;
  draft: ContactDraft;
  setDraft: (draft: ContactDraft) => void;
  /** Nothing is unsaved any more. */
  close: () => void;
}

const CONFLICT = new Set([409, 412, 428]);

export default function ContactsEditor({ permitNo, draft, setDraft, close }: EditorProps): ReactNode {
  const t = useText();
  const { message } = App.useApp();
  const client = useQueryClient();
  const { data: state, refetch } = useQuery(contactsQuery(permitNo));
  const save = useMutation({
    mutationFn: ({ etag, mine }: ContactDraft) =>
      got(
        api.PUT("/api/plants/{permitNo}/contacts", {
          params: { path: { permitNo }, header: { "If-Match": etag ?? "" } },
          body: { contacts: mine },
        }),
      ),
    onSuccess: async () => {
      close();
      message.success(t("contactsSaved"));
      await Promise.all(["contacts", "audit"].map((key) => client.invalidateQueries({ queryKey: [key] })));
    },
    onError: (error) => error instanceof ApiProblem && CONFLICT.has(error.status) && refetch(),
  });
  if (!state) return <Spin className="waiting" />;
  const set = (mine: ContactDraft["mine"]): void => setDraft({ ...draft, mine });
  const { base, mine } = draft;
  const differences = contactDifferences(base, mine);
  const changed = differences.length > 0;
  const conflict = state.etag !== draft.etag;
  // What the server refused of exactly this list, such as a phone that is none.
  const refused =
    save.error instanceof ApiProblem && save.error.status === 422 && save.variables?.mine === mine
      ? save.error.wrong.map(({ path, reason, zh = reason }) => ({ path, reason, zh }))
      : [];
  const seen = problemsOf(mine);
  const problems = changed ? [...seen, ...refused.filter((each) => !seen.some(({ path }) => path === each.path))] : [];
  const ofList = problems.filter(({ path }) => path === "contacts");
  return (
    <form
      className="contacts-editor"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(draft);
      }}
    >
      <div className="editor-bar" role="status">
        <strong>{t("changeContacts")}</strong>
        <span>{changed ? t("changesCount", { count: differences.length }) : t("noChanges")}</span>
      </div>
      {conflict && (
        <ContactConflict
          draft={draft}
          state={state.data}
          giveUp={close}
          join={(joined) => {
            save.reset();
            setDraft({ etag: state.etag, base: state.data.contacts, mine: joined });
            message.info(t("contactsJoined"));
          }}
        />
      )}
      {mine.map((contact, i) => (
        <ContactFields
          key={contact.id}
          contact={contact}
          others={mine.filter(({ id, delegateOf }) => id !== contact.id && delegateOf === null)}
          problems={problems.filter(({ path }) => path.startsWith(`contacts[${i}].`))}
          change={(change) => set(withChange(mine, contact.id, change))}
          remove={() => set(without(mine, contact.id))}
        />
      ))}
      <p>
        <Button onClick={() => set([...mine, { ...NEW_CONTACT, id: crypto.randomUUID() }])}>{t("addContact")}</Button>
      </p>
      {changed && (
        <section>
          <h2>{t("reviewChanges")}</h2>
          <ContactDifferences label={t("reviewChanges")} differences={differences} all={[...base, ...mine]} />
        </section>
      )}
      <Wrong problems={ofList} />
      {save.error && !conflict ? <Problem error={save.error} /> : null}
      <Space wrap>
        <Button type="primary" htmlType="submit" loading={save.isPending} disabled={!changed || conflict}>
          {t("save")}
        </Button>
        {changed ? (
          <Popconfirm title={t("giveUpSure")} okText={t("giveUpYes")} cancelText={t("cancel")} onConfirm={close}>
            <Button danger>{t("giveUp")}</Button>
          </Popconfirm>
        ) : (
          <Button onClick={close}>{t("cancel")}</Button>
        )}
      </Space>
    </form>
  );
}
