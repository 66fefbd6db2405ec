/** Changes a person's rights. When somebody else was faster nothing typed is lost: his values stand beside, and one decides. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Alert, Button, Checkbox, Drawer, Popconfirm, Space, Spin } from "antd";
import { useState, type ReactNode } from "react";
import { api, ApiProblem, got } from "../../shared/api.ts";
import type { Answer } from "../answers.ts";
import { Problem } from "../shell/problem.tsx";
import { useText } from "../texts.ts";
import { Invitation } from "./invitation.tsx";
import { PersonFields } from "./person-fields.tsx";
import { differing, fieldsOf, keep, kept, type FieldName, type Fields } from "./draft.ts";

type Body = Omit<Answer<"getPerson">, "sub" | "version" | "sessionsFrom">;
const CONFLICT = new Set([409, 412, 428]);

export function PersonForm({ sub, close }: { sub: string; close: () => void }): ReactNode {
  const t = useText();
  const person = useQuery({
    queryKey: ["person", sub],
    queryFn: () => got(api.GET("/api/people/{sub}", { params: { path: { sub } } })),
    staleTime: Infinity,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  return (
    <Drawer
      open
      size={520}
      title={person.data?.data.name ?? t("edit")}
      onClose={close}
      closable={{ "aria-label": t("close") }}
    >
      {person.error ? <Problem error={person.error} retry={person.refetch} /> : null}
      {person.data ? (
        <Form sub={sub} now={person.data.data} etag={person.data.etag} reload={person.refetch} close={close} />
      ) : (
        !person.error && <Spin />
      )}
    </Drawer>
  );
}

interface FormProps {
  sub: string;
  now: Fields;
  etag: string | null;
  reload: () => Promise<unknown>;
  close: () => void;
}

function Form({ sub, now, etag, reload, close }: FormProps): ReactNode {
  const t = useText();
  const { message } = App.useApp();
  const client = useQueryClient();
  const [fields, setFields] = useState<Fields>(() => kept(sub) ?? fieldsOf(now));
  /** What stood there when the form was opened: what differs from it now was changed by others. */
  const [base] = useState(() => fieldsOf(now));
  const theirs = differing(base, now);
  const set = (change: Partial<Fields>): void => {
    const next = { ...fields, ...change };
    keep(sub, next);
    setFields(next);
  };
  const done = async (text: string): Promise<void> => {
    keep(sub, null);
    await client.invalidateQueries({ queryKey: ["people"] });
    message.success(text);
    close();
  };
  const save = useMutation({
    mutationFn: () =>
      got(
        api.PUT("/api/people/{sub}", {
          params: { path: { sub }, header: { "If-Match": etag ?? "" } },
          body: fields as Body,
        }),
      ),
    onSuccess: () => done(t("saved")),
    onError: async (error) => error instanceof ApiProblem && CONFLICT.has(error.status) && (await reload()),
  });
  const signOut = useMutation({
    mutationFn: () => got(api.POST("/api/people/{sub}/sign-out", { params: { path: { sub } } })),
    onSuccess: () => done(t("signedOut")),
  });
  const again = useMutation({
    mutationFn: async () => {
      const params = { path: { sub }, header: { "If-Match": etag ?? "" } };
      const body = { sms: now.phone !== null };
      return (await got(api.POST("/api/people/{sub}/invitation", { params, body }))).data;
    },
    onSuccess: () => Promise.all([reload(), client.invalidateQueries({ queryKey: ["people"] })]),
  });
  const error = save.error ?? signOut.error ?? again.error;
  const note = (name: FieldName): ReactNode =>
    theirs.includes(name) && (
      <small className="state" data-state="warned">
        {t("theirs", { value: show(now[name], t("none")) })}
      </small>
    );
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      {error ? <Problem error={error} /> : null}
      {again.isSuccess && <Invitation invited={again.data} />}
      {theirs.length > 0 && <Alert type="warning" showIcon title={t("changedByOthers")} />}
      <PersonFields fields={fields} set={set} note={note} />
      <p>
        <Checkbox checked={fields.active} onChange={(event) => set({ active: event.target.checked })}>
          {t("mayWork")}
        </Checkbox>{" "}
        {note("active")}
      </p>
      <Space wrap>
        <Button type="primary" htmlType="submit" loading={save.isPending}>
          {t("save")}
        </Button>
        <Button
          onClick={() => {
            keep(sub, null);
            close();
          }}
        >
          {t("cancel")}
        </Button>
        <Popconfirm
          title={t("signOutEverywhereSure")}
          okText={t("yes")}
          cancelText={t("cancel")}
          onConfirm={() => signOut.mutate()}
        >
          <Button danger loading={signOut.isPending}>
            {t("signOutEverywhere")}
          </Button>
        </Popconfirm>
        <Button loading={again.isPending} onClick={() => again.mutate()}>
          {t("inviteAgain")}
        </Button>
      </Space>
    </form>
  );
}

const show = (value: Fields[FieldName], none: string): string =>
  Array.isArray(value) ? value.join("、") || none : typeof value === "boolean" ? (value ? "✓" : "✗") : (value ?? none);
