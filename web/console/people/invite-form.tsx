/** Invites somebody: the link or the first password is shown once, here. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Checkbox, Drawer, Space } from "antd";
import { useState, type ReactNode } from "react";
import { api, got } from "../../shared/api.ts";
import type { Answer } from "../answers.ts";
import { Problem } from "../shell/problem.tsx";
import { useText } from "../texts.ts";
import { keep, kept, type Fields } from "./draft.ts";
import { Invitation, type Invited } from "./invitation.tsx";
import { PersonFields } from "./person-fields.tsx";

const NOBODY: Fields = { name: "", phone: null, email: null, roles: [], plants: [], towns: [], active: true };
const DRAFT = "new";

export function InviteForm({ close }: { close: () => void }): ReactNode {
  const t = useText();
  const client = useQueryClient();
  const [fields, setFields] = useState<Fields>(() => kept(DRAFT) ?? NOBODY);
  const [sms, setSms] = useState(true);
  /** Of what stands in the form: submitted twice it is one invitation, changed it is another. */
  const [key, setKey] = useState(() => crypto.randomUUID());
  const byPhone = sms && fields.phone !== null;
  const invite = useMutation({
    mutationFn: async (): Promise<Invited> => {
      const { name, phone, email, roles, plants, towns } = fields as Answer<"getPerson">;
      const { data } = await got(
        api.POST("/api/people", { body: { name, phone, email, roles, plants, towns, key, sms: byPhone } }),
      );
      return data;
    },
    onSuccess: () => {
      keep(DRAFT, null);
      return client.invalidateQueries({ queryKey: ["people"] });
    },
  });
  const set = (change: Partial<Fields>): void => {
    const next = { ...fields, ...change };
    keep(DRAFT, next);
    setFields(next);
    setKey(crypto.randomUUID());
  };
  return (
    <Drawer open size={520} title={t("invite")} onClose={close} closable={{ "aria-label": t("close") }}>
      {invite.isSuccess ? (
        <Invitation invited={invite.data} />
      ) : (
        <form
          className="form"
          onSubmit={(event) => {
            event.preventDefault();
            invite.mutate();
          }}
        >
          {invite.error ? <Problem error={invite.error} /> : null}
          <PersonFields fields={fields} set={set} note={() => null} />
          <p>
            <Checkbox
              checked={byPhone}
              disabled={fields.phone === null}
              onChange={(event) => setSms(event.target.checked)}
            >
              {t("inviteBySms")}
            </Checkbox>
          </p>
          <Space>
            <Button type="primary" htmlType="submit" loading={invite.isPending}>
              {t("invite")}
            </Button>
            <Button
              onClick={() => {
                keep(DRAFT, null);
                close();
              }}
            >
              {t("cancel")}
            </Button>
          </Space>
        </form>
      )}
    </Drawer>
  );
}
