/** Gives a device a certificate: for a key made in this browser, or for a request that the device made. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Input, Modal, Radio } from "antd";
import { useRef, useState, type ReactNode } from "react";
import { api, dataOf } from "../../shared/api.ts";
import { save } from "../export/table-file.ts";
import { Problem } from "../shell/problem.tsx";
import { useText } from "../texts.ts";
import { certificateFile, type IssuedCertificate } from "./certificate-file.ts";
import { newRequest, type NewRequest } from "./new-request.ts";

interface FormProps {
  permitNo: string;
  mn: string;
  way: "provision" | "rotate";
  close: () => void;
}

export function CertificateForm({ permitNo, mn, way, close }: FormProps): ReactNode {
  const t = useText();
  const client = useQueryClient();
  const [here, setHere] = useState(true);
  const [pasted, setPasted] = useState("");
  const [saved, setSaved] = useState(false);
  // Asked again after a failure it is the same request: the server goes on with what it has begun.
  const made = useRef<NewRequest | null>(null);
  const issue = useMutation({
    mutationFn: async (): Promise<IssuedCertificate> => {
      if (here) made.current ??= await newRequest(mn);
      const request = here ? (made.current?.request ?? "") : pasted;
      const asked = { params: { path: { permitNo, mn } }, body: { request } };
      return dataOf(
        way === "rotate"
          ? api.POST("/api/plants/{permitNo}/devices/{mn}/rotate", asked)
          : api.POST("/api/plants/{permitNo}/devices/{mn}/provision", asked),
      );
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["devices"] }),
  });
  const issued = issue.data;
  const download = async (): Promise<void> => {
    if (!issued) return;
    const file = await certificateFile(issued, here ? (made.current?.key ?? null) : null);
    save(file, `${mn}.zip`);
    setSaved(true);
  };
  // A key that was made here exists nowhere else: the window stays until it is saved.
  const held = issued !== undefined && here && !saved;
  return (
    <Modal
      open
      title={`${t(way)} · ${mn}`}
      width={640}
      mask={{ closable: false }}
      keyboard={!held}
      closable={held ? false : { "aria-label": t("close") }}
      onCancel={close}
      footer={
        issued
          ? [
              <Button key="save" type={saved ? "default" : "primary"} onClick={() => void download()}>
                {t(here ? "saveWithKey" : "saveCertificate")}
              </Button>,
              <Button key="close" disabled={held} onClick={close}>
                {t("close")}
              </Button>,
            ]
          : [
              <Button key="cancel" onClick={close}>
                {t("cancel")}
              </Button>,
              <Button
                key="issue"
                type="primary"
                loading={issue.isPending}
                disabled={!here && pasted.trim() === ""}
                onClick={() => issue.mutate()}
              >
                {t("issue")}
              </Button>,
            ]
      }
    >
      {issue.error ? <Problem error={issue.error} /> : null}
      {issued ? (
        <IssuedText issued={issued} held={held} rotated={way === "rotate"} />
      ) : (
        <>
          <p>{t(way === "rotate" ? "rotateIs" : "provisionIs")}</p>
          <Radio.Group
            aria-label={t("whereKey")}
            value={here}
            disabled={issue.isPending}
            onChange={(event) => setHere(event.target.value as boolean)}
          >
            <Radio value>{t("keyHere")}</Radio>
            <Radio value={false}>{t("keyOnDevice")}</Radio>
          </Radio.Group>
          {here ? (
            <p>{t("keyHereIs")}</p>
          ) : (
            <p>
              <label htmlFor="request">{t("pasteRequest", { mn })}</label>
              <Input.TextArea
                id="request"
                rows={8}
                maxLength={10_000}
                spellCheck={false}
                value={pasted}
                placeholder="-----BEGIN CERTIFICATE REQUEST-----"
                onChange={(event) => setPasted(event.target.value)}
              />
            </p>
          )}
        </>
      )}
    </Modal>
  );
}

function IssuedText({
  issued: { certificate, connection },
  held,
  rotated,
}: {
  issued: IssuedCertificate;
  held: boolean;
  rotated: boolean;
}): ReactNode {
  const t = useText();
  return (
    <>
      <p role="status">{t("issued", { id: certificate.id.slice(0, 12), until: certificate.notAfter.slice(0, 10) })}</p>
      {held && (
        <p className="state" data-state="warned">
          {t("saveFirst")}
        </p>
      )}
      {rotated && <p>{t("thenFinish")}</p>}
      <dl className="connection">
        <dt>{t("endpoint")}</dt>
        <dd>
          <code>{connection.endpoint}</code>
        </dd>
        <dt>{t("clientId")}</dt>
        <dd>
          <code>{connection.clientId}</code>
        </dd>
        <dt>{t("topics")}</dt>
        <dd>
          {connection.publish.map((topic) => (
            <div key={topic}>
              <code>{topic}</code>
            </div>
          ))}
        </dd>
      </dl>
    </>
  );
}
