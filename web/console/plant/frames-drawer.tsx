/** The raw frames of a minute, as they came, with hash and chain; this browser checks them as well. */
import { useQuery } from "@tanstack/react-query";
import { Drawer, Empty, Segmented, Spin } from "antd";
import { useState, type ReactNode } from "react";
import { formatIso } from "../../../functions/shared/shanghai.ts";
import { api, dataOf } from "../../shared/api.ts";
import { minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import type { Answer } from "../answers.ts";
import { Problem } from "../shell/problem.tsx";
import { useText } from "../texts.ts";
import { checkFrame } from "./check-frame.ts";

type Frame = Answer<"getFrames">["frames"][number];

interface FramesDrawerProps {
  permitNo: string;
  /** Loggers of the outlet. */
  devices: readonly string[];
  minute: number;
  close: () => void;
}

export function FramesDrawer({ permitNo, devices, minute, close }: FramesDrawerProps): ReactNode {
  const t = useText();
  const language = useLanguage();
  const [mn, setMn] = useState(devices[0] ?? "");
  const frames = useQuery({
    queryKey: ["frames", permitNo, mn, minute],
    queryFn: () =>
      dataOf(
        api.GET("/api/plants/{permitNo}/frames", {
          params: { path: { permitNo }, query: { mn, at: formatIso(minute) } },
        }),
      ),
    staleTime: 60_000,
  });
  const { data } = frames;
  return (
    <Drawer
      open
      size={720}
      title={t("framesOf", { at: minuteText(minute, language) })}
      onClose={close}
      closable={{ "aria-label": t("close") }}
    >
      {devices.length > 1 && <Segmented aria-label="MN" value={mn} options={[...devices]} onChange={setMn} />}
      {frames.error ? <Problem error={frames.error} retry={frames.refetch} /> : null}
      {frames.isPending && <Spin />}
      {data && (
        <>
          <p>
            MN <code>{data.mn}</code>
          </p>
          {data.missing && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t(`missing.${data.missing}`)} />}
          {data.verified !== null && (
            <p className="state" data-state={data.verified ? "normal" : "lost"}>
              {data.verified ? t("chainWhole") : t("chainBroken", { reason: data.reason ?? "" })}
            </p>
          )}
          {data.frames.map((frame) => (
            <OneFrame key={frame.shard + frame.sequence + frame.piece} frame={frame} />
          ))}
        </>
      )}
    </Drawer>
  );
}

function OneFrame({ frame }: { frame: Frame }): ReactNode {
  const t = useText();
  const checked = useQuery({
    queryKey: ["check", frame.sha256, frame.link, frame.base64],
    queryFn: () => checkFrame(frame),
    staleTime: Infinity,
  });
  const sign = (right: boolean | null | undefined): ReactNode =>
    right === undefined || right === null ? null : (
      <span className="state" data-state={right ? "normal" : "lost"}>
        {" "}
        {t(right ? "checkedHere" : "wrongHere")}
      </span>
    );
  return (
    <section className="card frame" data-of={frame.ofMinute || undefined}>
      <h3>
        {t(frame.ofMinute ? "thisMinute" : "neighbour")} · {t(`disposition.${frame.disposition}`)}
      </h3>
      <pre className="frame-text" aria-label={t("asText")}>
        {frame.text}
      </pre>
      <dl>
        <dt>SHA-256</dt>
        <dd>
          <code>{frame.sha256}</code>
          {sign(checked.data?.sha256)}
        </dd>
        {frame.link !== null && (
          <>
            <dt>{t("link")}</dt>
            <dd>
              <code>{frame.link}</code>
              {sign(checked.data?.link)}
            </dd>
            <dt>{t("previousLink")}</dt>
            <dd>
              <code>{frame.previous}</code>
            </dd>
          </>
        )}
        <dt>{t("receivedAt")}</dt>
        <dd>{frame.receivedAt}</dd>
        <dt>{t("topic")}</dt>
        <dd>
          <code>{frame.topic}</code>
        </dd>
        <dt>{t("archive")}</dt>
        <dd>
          <code>
            {frame.shard} / {frame.sequence} / {frame.piece}
          </code>
        </dd>
        {frame.notes.length > 0 && (
          <>
            <dt>{t("notes")}</dt>
            <dd>
              {frame.notes.join("、")} {frame.grade}
            </dd>
          </>
        )}
      </dl>
    </section>
  );
}
