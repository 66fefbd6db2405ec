/** Asks before unsaved changes of a permit are left behind: by a link, the keyboard, the way back, or closing the tab. */
import { Modal } from "antd";
import { useEffect, useState, type ReactNode } from "react";
import { go, holdAddress, letGo, parseAddress } from "../shell/address.ts";
import { useText } from "../texts.ts";

export function LeaveGuard({ permitNo }: { permitNo: string }): ReactNode {
  const t = useText();
  const [wanted, setWanted] = useState<string | null>(null);
  useEffect(() => {
    const stays = (hash: string): boolean => {
      const { parts, query } = parseAddress(hash);
      return (
        parts[0] === "plant" && parts[1] === permitNo && query.get("tab") === "permit" && query.get("edit") === "1"
      );
    };
    const closed = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener("beforeunload", closed);
    const release = holdAddress(stays, setWanted);
    return () => {
      removeEventListener("beforeunload", closed);
      release();
    };
  }, [permitNo]);
  return (
    <Modal
      open={wanted !== null}
      title={t("leaveTitle")}
      okText={t("leave")}
      cancelText={t("stay")}
      closable={{ "aria-label": t("close") }}
      onOk={() => {
        letGo();
        go(wanted ?? "");
      }}
      onCancel={() => setWanted(null)}
    >
      {t("leaveText")}
    </Modal>
  );
}
