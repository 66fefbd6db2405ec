/** The sign-in form: shown and answered while oidc-provider waits for who it is. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { errors, type Provider } from "oidc-provider";
import { formatClock, MINUTE } from "../../../functions/shared/shanghai.ts";
import { failedPage, signInPage, type SignInProblem } from "../../../web/sign-in/pages.ts";
import type { Accounts } from "./accounts.ts";
import { readForm, sendPage } from "./forms.ts";

export interface InteractionParts {
  provider: Provider;
  accounts: Accounts;
  /** Where our own forms come from. */
  origin: string;
}

/** Answers true when the path was its own. */
export function interactions({
  provider,
  accounts,
  origin,
}: InteractionParts): (path: string, request: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  const answer = async (uid: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // Finds the interaction by the browser's signed cookie, not by the address: nobody else's can be continued.
    const details = await provider.interactionDetails(request, response);
    const action = `/oidc/interaction/${details.uid}`;
    const show = (status: number, username: string, wrong: SignInProblem | null): void =>
      sendPage(response, status, signInPage(action, username, wrong));
    if (details.uid !== uid || details.prompt.name !== "login")
      return sendPage(response, 400, failedPage("interaction"));
    if (request.method === "GET" || request.method === "HEAD")
      return show(200, typeof details.params["login_hint"] === "string" ? details.params["login_hint"] : "", null);
    const form = await readForm(request, origin);
    if (!form) return sendPage(response, 403, failedPage("origin"));
    const [username, password] = [form.get("username") ?? "", form.get("password") ?? ""];
    if (!username.trim() || !password) return show(422, username, { kind: "empty" });
    const attempt = await accounts.attempt(username, password, Date.now());
    if (attempt.outcome === "wrong") return show(422, username, { kind: "wrong" });
    if (attempt.outcome === "locked") {
      response.setHeader("retry-after", Math.max(1, Math.ceil((attempt.until - Date.now()) / 1000)));
      return show(429, username, { kind: "locked", until: formatClock(attempt.until + MINUTE) });
    }
    const login = { accountId: attempt.account.sub, amr: ["pwd"] };
    await provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
  };

  return async (path, request, response) => {
    const uid = /^\/interaction\/([\w-]+)$/.exec(path.split("?")[0] ?? "")?.[1];
    if (uid === undefined) return false;
    if (!["GET", "HEAD", "POST"].includes(request.method ?? "")) return false;
    try {
      await answer(uid, request, response);
    } catch (error) {
      if (!(error instanceof errors.SessionNotFound)) throw error;
      sendPage(response, 400, failedPage(error.message));
    }
    return true;
  };
}
