/** What somebody is told beside text messages, and how. */
import type { ReactNode } from "react";
import { Link } from "wouter";
import { NoticeChoice } from "../parts/notice-choice.tsx";
import { PushDevices } from "../parts/push-devices.tsx";
import { useText } from "../texts.ts";

export function NoticesPage(): ReactNode {
  const t = useText();
  return (
    <>
      <p>
        <Link href="/" className="button">
          ‹ {t("myPlants")}
        </Link>
      </p>
      <h1 className="title">{t("noticeSettings")}</h1>
      <PushDevices />
      <NoticeChoice />
    </>
  );
}
