/** The certificates of a device: when each ends, and what may be done with it, each with what it stops. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Checkbox, Modal, Space, Table } from "antd";
import { useState, type ReactNode } from "react";
import { api, dataOf } from "../../shared/api.ts";
import { dayText, minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import { Problem } from "../shell/problem.tsx";
import { useText } from "../texts.ts";
import type { Device } from "./device-section.tsx";

type Certificate = Device["certificates"][number];
type Step = { what: "deactivate" | "activate" | "finish"; certificate: Certificate };

const DAY = 86_400_000;
/** Whole days until the certificate ends. */
const daysLeft = ({ notAfter }: Certificate): number => Math.floor((Date.parse(notAfter) - Date.now()) / DAY);
export const WARN_DAYS = 30;
export const shortId = (id: string): string => id.slice(0, 12);

interface TableProps {
  permitNo: string;
  device: Device;
  may: boolean;
}

export function CertificateTable({ permitNo, device, may }: TableProps): ReactNode {
  const t = useText();
  const language = useLanguage();
  const [step, setStep] = useState<Step | null>(null);
  return (
    <>
      <Table<Certificate>
        aria-label={t("certificates")}
        size="small"
        pagination={false}
        scroll={{ x: "max-content" }}
        rowKey="id"
        dataSource={device.certificates}
        columns={[
          { title: t("certificate"), key: "id", render: (_, { id }) => <code title={id}>{shortId(id)}</code> },
          {
            title: t("state"),
            key: "status",
            render: (_, { status, inForce }) => (
              <span className="state" data-state={inForce ? "normal" : "silent"}>
                {t(status === "ACTIVE" && !inForce ? "certificate.EXPIRED" : `certificate.${status}`)}
              </span>
            ),
          },
          { title: t("issuedAt"), key: "created", render: (_, { created }) => minuteText(created, language) },
          {
            title: t("validUntil"),
            key: "notAfter",
            render: (_, each) => (
              <>
                {dayText(each.notAfter, language)}
                {each.inForce && daysLeft(each) <= WARN_DAYS && (
                  <span className="state" data-state="warned">
                    {" "}
                    {t("endsIn", { days: daysLeft(each) })}
                  </span>
                )}
              </>
            ),
          },
          ...(may
            ? [
                {
                  title: t("actions"),
                  key: "actions",
                  className: "no-print",
                  render: (_: unknown, each: Certificate) => (
                    <Actions
                      certificate={each}
                      rotating={device.rotating}
                      act={(what) => setStep({ what, certificate: each })}
                    />
                  ),
                },
              ]
            : []),
        ]}
      />
      {step && <Confirm permitNo={permitNo} device={device} step={step} close={() => setStep(null)} />}
    </>
  );
}

function Actions({
  certificate: { status, inForce },
  rotating,
  act,
}: {
  certificate: Certificate;
  rotating: boolean;
  act: (what: Step["what"]) => void;
}): ReactNode {
  const t = useText();
  return (
    <Space>
      {rotating && inForce && (
        <Button size="small" onClick={() => act("finish")}>
          {t("keepThis")}
        </Button>
      )}
      {status === "INACTIVE" && (
        <Button size="small" onClick={() => act("activate")}>
          {t("activate")}
        </Button>
      )}
      {status !== "REVOKED" && (
        <Button size="small" danger onClick={() => act("deactivate")}>
          {t(status === "ACTIVE" ? "deactivate" : "revoke")}
        </Button>
      )}
    </Space>
  );
}

/** Says what stops before it is done. */
function Confirm({
  permitNo,
  device,
  step: { what, certificate },
  close,
}: {
  permitNo: string;
  device: Device;
  step: Step;
  close: () => void;
}): ReactNode {
  const t = useText();
  const client = useQueryClient();
  const out = what === "deactivate" && certificate.status === "INACTIVE";
  const [revoke, setRevoke] = useState(out);
  const { mn, certificates } = device;
  const others = certificates.filter((each) => each.inForce && each.id !== certificate.id);
  const outlets = device.bindings.flatMap(({ outlet }) => outlet ?? []).join("、");
  const path = { permitNo, mn };
  const change = useMutation({
    mutationFn: (): Promise<unknown> =>
      what === "finish"
        ? dataOf(
            api.POST("/api/plants/{permitNo}/devices/{mn}/finish-rotation", {
              params: { path },
              body: { keep: certificate.id },
            }),
          )
        : what === "activate"
          ? dataOf(
              api.POST("/api/plants/{permitNo}/devices/{mn}/activate", {
                params: { path },
                body: { certificate: certificate.id },
              }),
            )
          : dataOf(
              api.POST("/api/plants/{permitNo}/devices/{mn}/deactivate", {
                params: { path },
                body: { certificate: certificate.id, revoke },
              }),
            ),
    onSuccess: close,
    onSettled: () => client.invalidateQueries({ queryKey: ["devices"] }),
  });
  const id = shortId(certificate.id);
  return (
    <Modal
      open
      title={t(what === "finish" ? "keepThis" : what === "activate" ? "activate" : out ? "revoke" : "deactivate")}
      okText={t("confirm")}
      cancelText={t("cancel")}
      okButtonProps={{ danger: what !== "activate", loading: change.isPending }}
      onOk={() => change.mutate()}
      onCancel={close}
    >
      {change.error ? <Problem error={change.error} /> : null}
      {what === "finish" && (
        <p>{t("finishStops", { id, others: others.map((each) => shortId(each.id)).join("、") })}</p>
      )}
      {what === "activate" && <p>{t("activateOpens", { id, mn })}</p>}
      {what === "deactivate" && (
        <>
          {!out && (
            <p>
              {others.length > 0
                ? t("deactivateLeaves", { id, mn, others: others.map((each) => shortId(each.id)).join("、") })
                : t("deactivateStops", { mn, outlets: outlets || t("facilitiesOnly") })}
            </p>
          )}
          {out ? (
            <p>{t("revokeIs")}</p>
          ) : (
            <Checkbox checked={revoke} onChange={(event) => setRevoke(event.target.checked)}>
              {t("revokeToo")}
            </Checkbox>
          )}
        </>
      )}
    </Modal>
  );
}
