/** Which kinds by which channel: each switch is saved as it is moved. */
import { useState, type ReactNode } from "react";
import { api, got, problemText } from "../../shared/api.ts";
import { useNoticeSettings } from "../data.ts";
import { useText } from "../texts.ts";
import type { TestState } from "./push-devices.tsx";
import { useSaveNotices } from "./save-notices.ts";
import { Failed, Loading } from "./states.tsx";

const KINDS = ["warning", "recovery", "data"] as const;
const CHANNELS = ["push", "email"] as const;

export function NoticeChoice(): ReactNode {
  const t = useText();
  const asked = useNoticeSettings();
  const { chosen, saved, problem, setProblem, save } = useSaveNotices();
  const [tested, setTested] = useState<TestState | null>(null);
  const busy = chosen !== null;
  if (asked.isPending) return <Loading />;
  if (asked.isError) return <Failed error={asked.error} again={() => void asked.refetch()} />;
  const { data, etag } = asked.data.data;
  const { emailOn, email } = data;
  const settings = chosen ?? data.settings;
  // Recoveries come as warnings do until they are chosen by themselves.
  const channelsOf = (kind: (typeof KINDS)[number]) => settings.kinds[kind] ?? settings.kinds.warning;
  const move = (kind: (typeof KINDS)[number], channel: (typeof CHANNELS)[number]): void => {
    const before = channelsOf(kind);
    const after = before.includes(channel) ? before.filter((each) => each !== channel) : [...before, channel];
    void save({ ...settings, kinds: { ...settings.kinds, recovery: channelsOf("recovery"), [kind]: after } }, etag);
  };
  const test = async (): Promise<void> => {
    setTested(null);
    setProblem(null);
    try {
      const { data: done } = await got(api.POST("/api/self/test-notice", { body: { channel: "email", device: null } }));
      setTested(done.state);
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <section>
      <h2>{t("noticeChoice")}</h2>
      <div className="card">
        <table className="switches">
          <thead>
            <tr>
              <th scope="col">{t("kindOfNotice")}</th>
              {CHANNELS.map((channel) => (
                <th key={channel} scope="col">
                  {t(`channel.${channel}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {KINDS.map((kind) => (
              <tr key={kind}>
                <th scope="row">{t(`kind.${kind}`)}</th>
                {CHANNELS.map((channel) => (
                  <td key={channel}>
                    <label>
                      <input
                        type="checkbox"
                        aria-label={`${t(`kind.${kind}`)} ${t(`channel.${channel}`)}`}
                        checked={channelsOf(kind).includes(channel)}
                        disabled={busy || (channel === "email" && (!emailOn || email === null))}
                        onChange={() => move(kind, channel)}
                      />
                    </label>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        <p className="soft" role="status">
          {saved ? t("saved") : ""}
        </p>
        <p className="soft">
          {emailOn ? (email === null ? t("noEmail") : t("emailGoesTo", { address: email })) : t("emailIsOff")}
        </p>
        {emailOn && email !== null && (
          <p className="row">
            <button type="button" onClick={() => void test()}>
              {t("sendTest")}
            </button>
          </p>
        )}
        {tested && (
          <p className={`note ${tested === "sent" ? "good" : "bad"}`} role="status">
            {t(`test.${tested}`)}
          </p>
        )}
        {problem !== null && (
          <p className="note bad" role="alert">
            {problemText(problem, t)}
          </p>
        )}
      </div>
    </section>
  );
}
