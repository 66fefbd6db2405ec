/** Whether, when and how the daily digest comes: saved as it is chosen. */
import type { ReactNode } from "react";
import { problemText } from "../../shared/api.ts";
import { useLanguage } from "../../shared/language.ts";
import { useNoticeSettings, type NoticeSettings } from "../data.ts";
import { useText } from "../texts.ts";
import { useSaveNotices, type Settings } from "./save-notices.ts";
import { Failed, Loading } from "./states.tsx";

const CHANNELS = ["push", "email"] as const;
type Digest = NonNullable<Settings["digest"]>;
type QuietKind = NoticeSettings["digest"]["kinds"][number]["kind"];

export function DigestChoice(): ReactNode {
  const t = useText();
  const language = useLanguage();
  const asked = useNoticeSettings();
  const { chosen, saved, problem, save: put } = useSaveNotices();
  if (asked.isPending) return <Loading />;
  if (asked.isError) return <Failed error={asked.error} again={() => void asked.refetch()} />;
  const { data, etag } = asked.data.data;
  const { digest: rules, emailOn, email } = data;
  const settings = chosen ?? data.settings;
  const digest = settings.digest ?? { hour: rules.usualHour, channels: [] };
  const busy = chosen !== null;
  const save = (next: Digest): Promise<void> => put({ ...settings, digest: next }, etag);
  const move = (channel: (typeof CHANNELS)[number]): void => {
    const { channels } = digest;
    const after = channels.includes(channel) ? channels.filter((each) => each !== channel) : [...channels, channel];
    void save({ ...digest, channels: after });
  };
  const tells = (kind: QuietKind, channel: (typeof CHANNELS)[number]): boolean =>
    (digest.kinds?.[kind] ?? CHANNELS).includes(channel);
  const moveKind = (kind: QuietKind, channel: (typeof CHANNELS)[number]): void => {
    const after = CHANNELS.filter((each) => tells(kind, each) !== (each === channel));
    void save({ ...digest, kinds: { ...digest.kinds, [kind]: after } });
  };
  const hours = Array.from({ length: rules.latestHour - rules.earliestHour + 1 }, (_, i) => rules.earliestHour + i);
  return (
    <section>
      <h2>{t("digestChoice")}</h2>
      <div className="card">
        <p>{t("digestTells", { kinds: rules.kinds.map((kind) => kind[language]).join(t("comma")) })}</p>
        <p className="row">
          {CHANNELS.map((channel) => (
            <label key={channel} className="check">
              <input
                type="checkbox"
                aria-label={`${t("digestChoice")} ${t(`channel.${channel}`)}`}
                checked={digest.channels.includes(channel)}
                disabled={busy || (channel === "email" && (!emailOn || email === null))}
                onChange={() => move(channel)}
              />{" "}
              {t(`channel.${channel}`)}
            </label>
          ))}
        </p>
        {digest.channels.length > 0 && (
          <table className="switches">
            <caption className="sr">{t("digestKinds")}</caption>
            <thead>
              <tr>
                <th scope="col">{t("kindOfNotice")}</th>
                {digest.channels.map((channel) => (
                  <th key={channel} scope="col">
                    {t(`channel.${channel}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rules.kinds.map(({ kind, ...name }) => (
                <tr key={kind}>
                  <th scope="row">{name[language]}</th>
                  {digest.channels.map((channel) => (
                    <td key={channel}>
                      <label>
                        <input
                          type="checkbox"
                          aria-label={`${name[language]} ${t(`channel.${channel}`)}`}
                          checked={tells(kind, channel)}
                          disabled={busy}
                          onChange={() => moveKind(kind, channel)}
                        />
                      </label>
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        )}
        <label className="field">
          <span>{t("digestHour")}</span>
          <select
            value={digest.hour}
            disabled={busy}
            onChange={(event) => void save({ ...digest, hour: Number(event.target.value) })}
          >
            {hours.map((hour) => (
              <option key={hour} value={hour}>
                {t("hourOfDay", { hour: String(hour).padStart(2, "0") })}
              </option>
            ))}
          </select>
        </label>
        <p className="soft" role="status">
          {saved ? t("saved") : ""}
        </p>
        {problem !== null && (
          <p className="note bad" role="alert">
            {problemText(problem, t)}
          </p>
        )}
      </div>
    </section>
  );
}
