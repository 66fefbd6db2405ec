/** What went wrong, said so that one knows what to do, with the button that does it. */
import { Alert, Button } from "antd";
import type { ReactNode } from "react";
import { problemText } from "../../shared/api.ts";
import { signIn, SignInNeeded } from "../../shared/session.ts";
import { useText } from "../texts.ts";

export function Problem({ error, retry }: { error: unknown; retry?: (() => unknown) | undefined }): ReactNode {
  const t = useText();
  const over = error instanceof SignInNeeded;
  const act = over ? () => void signIn().catch(() => undefined) : retry && (() => void retry());
  return (
    <Alert
      type={over ? "warning" : "error"}
      showIcon
      role="alert"
      className="problem"
      title={problemText(error, t)}
      action={act && <Button onClick={act}>{over ? t("signIn") : t("retry")}</Button>}
    />
  );
}
