/** Says when what is shown is not of now, and why. */
import type { ReactNode } from "react";
import { minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import { signIn, SignInNeeded } from "../../shared/session.ts";
import { useSelf } from "../data.ts";
import { useText } from "../texts.ts";

export function Connection(): ReactNode {
  const t = useText();
  const language = useLanguage();
  const { data } = useSelf();
  if (!data?.old) return null;
  const ended = data.old instanceof SignInNeeded;
  return (
    <div className="note" role="status">
      <p>{t(ended ? "endedAsOf" : "asOf", { at: minuteText(data.at, language) })}</p>
      {ended && (
        <button type="button" className="main" onClick={() => void signIn().catch(() => undefined)}>
          {t("signIn")}
        </button>
      )}
    </div>
  );
}
