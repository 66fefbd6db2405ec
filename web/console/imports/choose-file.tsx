/** The file: chosen or dropped, sent in parts, and its check asked for. */
import { Alert, Button, Progress, Space } from "antd";
import { useEffect, useRef, useState, type DragEvent, type ReactNode } from "react";
import { api, got } from "../../shared/api.ts";
import { setQuery } from "../shell/address.ts";
import { Problem } from "../shell/problem.tsx";
import { useText } from "../texts.ts";
import { MOST_MB, partsOf, sendFile, type Upload } from "./upload-file.ts";

export function ChooseFile(): ReactNode {
  const t = useText();
  const [upload, setUpload] = useState<Upload | null>(null);
  const [tooLarge, setTooLarge] = useState<number | null>(null);
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);

  function take(file: File | undefined): void {
    if (!file) return;
    const size = file.size / 2 ** 20;
    setTooLarge(size > MOST_MB ? size : null);
    if (size <= MOST_MB) setUpload({ id: crypto.randomUUID(), file, sent: 0 });
  }
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  };
  if (upload) return <Sending key={upload.id} begun={upload} again={setUpload} leave={() => setUpload(null)} />;
  return (
    <>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- what is dropped here can be chosen by the keyboard as well */}
      <label
        className="drop"
        data-over={over}
        onDragOver={(event) => (event.preventDefault(), setOver(true))}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <input
          ref={input}
          type="file"
          accept=".json,.csv,.xlsx"
          onChange={(event) => (take(event.target.files?.[0]), (event.target.value = ""))}
        />
        <span>{t("dropFile", { most: MOST_MB })}</span>
      </label>
      {tooLarge !== null && (
        <Alert
          type="error"
          showIcon
          role="alert"
          title={t("fileTooLarge", { size: tooLarge.toFixed(1), most: MOST_MB })}
        />
      )}
    </>
  );
}

/** Begins at once; what hindered it can be tried again from where it was. */
function Sending({ begun, again, leave }: { begun: Upload; again(from: Upload): void; leave(): void }): ReactNode {
  const t = useText();
  const [sent, setSent] = useState(begun.sent);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    const stop = new AbortController();
    async function send(): Promise<void> {
      const { file, id } = begun;
      const uploaded = await sendFile(begun, setSent, stop.signal);
      const body = { ...uploaded, fileName: file.name };
      await got(api.POST("/api/imports/{id}/check", { params: { path: { id } }, body, signal: stop.signal }));
      setQuery({ id });
    }
    send().catch((reason: unknown) => {
      if (!stop.signal.aborted) setError(reason);
    });
    return () => stop.abort();
  }, [begun]);
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, []);
  const percent = Math.floor((100 * sent) / partsOf(begun.file));
  const label = t("uploading", { name: begun.file.name, percent });
  return (
    <div className="job" aria-live="polite">
      <p className="name">{label}</p>
      <Progress aria-label={label} percent={percent} status={error === null ? "active" : "exception"} />
      {error === null ? null : (
        <>
          <Problem error={error} />
          <p>{t("uploadFailed")}</p>
        </>
      )}
      <Space>
        {error === null ? null : (
          <Button type="primary" onClick={() => (setError(null), again({ ...begun, sent }))}>
            {t("uploadOn")}
          </Button>
        )}
        <Button onClick={leave}>{t("cancel")}</Button>
      </Space>
    </div>
  );
}
