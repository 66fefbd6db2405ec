/** A plant's devices with quality grade, certificates and last refusals; who may, gives certificates out and ends them. */
import { useQuery } from "@tanstack/react-query";
import { Button, Spin } from "antd";
import { useState, type ReactNode } from "react";
import { api, dataOf } from "../../shared/api.ts";
import { dayText, minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import type { Answer } from "../answers.ts";
import { reasonText } from "../quarantine/reason-text.ts";
import { Problem } from "../shell/problem.tsx";
import { useAllowed } from "../shell/self.ts";
import { useText } from "../texts.ts";
import { CertificateForm } from "./certificate-form.tsx";
import { CertificateTable } from "./certificate-table.tsx";
import { QualityDetails } from "./quality.tsx";

export type Device = Answer<"listDevices">["devices"][number];

export function DeviceSection({ permitNo }: { permitNo: string }): ReactNode {
  const t = useText();
  const may = useAllowed()("device.write");
  const [asked, setAsked] = useState<{ mn: string; way: "provision" | "rotate" } | null>(null);
  const devices = useQuery({
    queryKey: ["devices", permitNo],
    queryFn: () => dataOf(api.GET("/api/plants/{permitNo}/devices", { params: { path: { permitNo } } })),
  });
  if (devices.error) return <Problem error={devices.error} retry={devices.refetch} />;
  if (!devices.data) return <Spin />;
  return (
    <section>
      <h2>{t("identities")}</h2>
      <p>{t("identitiesAre")}</p>
      <ul className="plain">
        {devices.data.devices.map((device) => (
          <DeviceCard
            key={device.mn}
            permitNo={permitNo}
            device={device}
            ask={may ? (way) => setAsked({ mn: device.mn, way }) : null}
          />
        ))}
      </ul>
      {asked && <CertificateForm permitNo={permitNo} {...asked} close={() => setAsked(null)} />}
    </section>
  );
}

interface CardProps {
  permitNo: string;
  device: Device;
  /** Null for who may only look. */
  ask: ((way: "provision" | "rotate") => void) | null;
}

function DeviceCard({ permitNo, device, ask }: CardProps): ReactNode {
  const t = useText();
  const language = useLanguage();
  const { mn, bindings, certificates, rotating, via, refusals, quality } = device;
  const inForce = certificates.some((each) => each.inForce);
  return (
    <li className="card device" data-mn={mn}>
      <h3>
        <code>{mn}</code>
      </h3>
      <p>
        {bindings
          .map(
            ({ outlet, from, to }) =>
              `${outlet ?? t("facilitiesOnly")} ${dayText(from, language)} — ${to ? dayText(to, language) : t("openEnd")}`,
          )
          .join("；")}
        {via !== null && ` · ${via === "" ? t("direct") : via}`}
      </p>
      {quality.map((each) => (
        <QualityDetails key={each.outlet} quality={each} />
      ))}
      <h4>{t("certificates")}</h4>
      {rotating && (
        <p className="state" data-state="warned">
          {t("rotating")}
        </p>
      )}
      {certificates.length === 0 ? (
        <p>{via ? t("noCertificateNeeded", { via }) : t("noCertificate")}</p>
      ) : (
        <CertificateTable permitNo={permitNo} device={device} may={ask !== null} />
      )}
      {ask && (
        <p className="no-print">
          <Button type={inForce || via ? "default" : "primary"} onClick={() => ask(inForce ? "rotate" : "provision")}>
            {t(inForce ? "rotate" : "provision")}
          </Button>
        </p>
      )}
      {refusals.length > 0 && (
        <>
          <h4>{t("lastRefusals")}</h4>
          <ul className="rows">
            {refusals.map(({ at, reason, detail }) => (
              <li key={at + detail}>
                {minuteText(at, language)} {reasonText(reason, t)} <span className="free">{detail}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </li>
  );
}
