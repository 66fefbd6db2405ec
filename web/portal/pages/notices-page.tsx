/** What is not urgent, as the daily digest tells it; and what somebody is told beside text messages, and how. */
import type { ReactNode } from "react";
import { Link } from "wouter";
import { DigestChoice } from "../parts/digest-choice.tsx";
import { NoticeChoice } from "../parts/notice-choice.tsx";
import { NoticeList } from "../parts/notice-list.tsx";
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
      <h1 className="title">{t("notices")}</h1>
      <NoticeList />
      <PushDevices />
      <NoticeChoice />
      <DigestChoice />
    </>
  );
}
