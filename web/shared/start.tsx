/** How both applications begin: finish signing in, then show; and what every page of them stands in. */
import { QueryClient } from "@tanstack/react-query";
import { StrictMode, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { ApiProblem } from "./api.ts";
import { finishSignIn, NoNetwork, session, signIn, SignInNeeded } from "./session.ts";

/** Tries again what may work again; what the server has decided stands. */
export const newQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        retry: (count, error) => !(error instanceof ApiProblem || error instanceof SignInNeeded) && count < 2,
        staleTime: 15_000,
        networkMode: "always", // our own error says that the network is down; a paused query says nothing
      },
      mutations: { retry: false, networkMode: "always" },
    },
  });

/**
 * Shows `page` to who is signed in and sends others to the issuer. `offline`: whether there is something to show without a
 * session when the issuer is out of reach.
 */
export async function start(page: ReactNode, offline: () => Promise<boolean> = async () => false): Promise<void> {
  const outcome = await finishSignIn();
  if (outcome === "none" && !session()) {
    try {
      return await signIn();
    } catch (error) {
      if (!(error instanceof NoNetwork || error instanceof SignInNeeded)) throw error;
      if (!(await offline())) return show(<SignInFailed />);
    }
  }
  show(outcome === "failed" && !session() ? <SignInFailed /> : page);
}

function show(page: ReactNode): void {
  const root = document.getElementById("root");
  if (root) createRoot(root).render(<StrictMode>{page}</StrictMode>);
}

/** Both languages: this stands before anything else is known to work. */
function SignInFailed(): ReactNode {
  return (
    <main className="sign-in-failed">
      <h1>
        登录 <span lang="en">Sign in</span>
      </h1>
      <p role="alert">
        登录没有完成，或者连不上服务器。请检查网络后再试。
        <span lang="en">
          {" "}
          Signing in was not finished, or the server cannot be reached. Check the network and try again.
        </span>
      </p>
      <button type="button" onClick={() => void signIn().catch(() => undefined)}>
        登录 <span lang="en">Sign in</span>
      </button>
    </main>
  );
}
