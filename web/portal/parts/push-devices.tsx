/** The devices that take push messages: this one, turned on and off here, and the person's others. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { api, got, problemText } from "../../shared/api.ts";
import { minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import { useNoticeSettings, usePushDevices } from "../data.ts";
import { NoPushService, pushState, turnPushOff, turnPushOn } from "../push.ts";
import { useText } from "../texts.ts";
import { Failed, Loading } from "./states.tsx";

export type TestState = "sent" | "failed" | "unknown";

export function PushDevices(): ReactNode {
  const t = useText();
  const language = useLanguage();
  const queries = useQueryClient();
  const here = useQuery({ queryKey: ["push-state"], queryFn: pushState, staleTime: 0 });
  const devices = usePushDevices();
  const settings = useNoticeSettings();
  const [problem, setProblem] = useState<unknown>(null);
  const [tested, setTested] = useState<TestState | null>(null);
  const [busy, setBusy] = useState(false);
  if (here.isPending || devices.isPending || settings.isPending) return <Loading />;
  if (devices.isError) return <Failed error={devices.error} again={() => void devices.refetch()} />;
  if (settings.isError) return <Failed error={settings.error} again={() => void settings.refetch()} />;
  const { state, id } = here.data ?? { state: "impossible", id: null };
  const all = devices.data.data.devices;
  // The browser may have a subscription that the server has forgotten: turning it on tells it again.
  const on = state === "on" && all.some((device) => device.id === id);
  const act = async (work: () => Promise<unknown>): Promise<void> => {
    setBusy(true);
    setProblem(null);
    setTested(null);
    try {
      await work();
    } catch (error) {
      setProblem(error);
    } finally {
      await queries.invalidateQueries({ queryKey: ["push-state"] });
      await queries.invalidateQueries({ queryKey: ["push-devices"] });
      await queries.invalidateQueries({ queryKey: ["notice-settings"] });
      setBusy(false);
    }
  };
  const test = async (): Promise<void> => {
    const { data } = await got(api.POST("/api/self/test-notice", { body: { channel: "push", device: id } }));
    setTested(data.state);
  };
  const remove = (other: string): Promise<unknown> =>
    got(api.DELETE("/api/self/push-devices/{id}", { params: { path: { id: other } } }));
  const others = all.filter((device) => device.id !== id);
  return (
    <section>
      <h2>{t("thisDevice")}</h2>
      <div className="card">
        <p role="status">
          {t(on ? "pushOn" : state === "denied" ? "pushDenied" : state === "impossible" ? "pushImpossible" : "pushOff")}
        </p>
        {(state === "off" || (state === "on" && !on)) && (
          <p className="row">
            <button
              type="button"
              className="main"
              disabled={busy}
              onClick={() => void act(() => turnPushOn(settings.data.data.data.pushKey))}
            >
              {t("turnPushOn")}
            </button>
          </p>
        )}
        {on && (
          <p className="row">
            <button type="button" disabled={busy} onClick={() => void act(test)}>
              {t("sendTest")}
            </button>
            <button type="button" disabled={busy} onClick={() => void act(turnPushOff)}>
              {t("turnPushOff")}
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
            {problem instanceof NoPushService ? t("pushFailed") : problemText(problem, t)}
          </p>
        )}
      </div>
      {others.length > 0 && <h2>{t("otherDevices")}</h2>}
      <ul>
        {others.map((device) => (
          <li key={device.id} className="card">
            <div className="head">
              <div>
                <h3>{device.name}</h3>
                <p className="soft">{t("deviceSince", { at: minuteText(device.since, language) })}</p>
              </div>
              <button type="button" disabled={busy} onClick={() => void act(() => remove(device.id))}>
                {t("remove")}
              </button>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
