import { Button, Result } from "antd";
import type { ReactNode } from "react";
import { useText } from "../texts.ts";

/** An address that leads nowhere, or where this person has nothing to see. */
export function NotHere(): ReactNode {
  const t = useText();
  return (
    <Result
      status="404"
      title={t("notHere")}
      extra={
        <Button type="primary" href="#/">
          {t("toStart")}
        </Button>
      }
    />
  );
}
