import { Alert, Button } from "antd";
import type { ReactNode } from "react";
import { minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import type { components } from "../../shared/api-types.gen.ts";
import { useText } from "../texts.ts";

export type Invited = Pick<components["schemas"]["InvitePersonAnswer"], "invitation" | "sms">;

/** What the person needs for the first sign-in; nobody can show it a second time. */
export function Invitation({ invited: { invitation, sms } }: { invited: Invited }): ReactNode {
  const t = useText();
  const language = useLanguage();
  if (!invitation) return <Alert type="success" showIcon title={t("invitedElsewhere")} />;
  const text = invitation.kind === "link" ? invitation.link : invitation.password;
  return (
    <>
      {sms !== null && <Alert type={sms === "sent" ? "success" : "warning"} showIcon title={t(`invitedSms.${sms}`)} />}
      <Alert type="success" showIcon title={t("invitedOnce", { until: minuteText(invitation.until, language) })} />
      {invitation.kind === "password" && invitation.username && (
        <p>
          {t("username")}: <code>{invitation.username}</code>
        </p>
      )}
      <p className="once">
        <code>{text}</code> <Button onClick={() => void navigator.clipboard.writeText(text)}>{t("copy")}</Button>
      </p>
    </>
  );
}
