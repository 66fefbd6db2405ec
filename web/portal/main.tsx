import { QueryClientProvider } from "@tanstack/react-query";
import { newQueryClient, start } from "../shared/start.tsx";
import { App } from "./app.tsx";
import { anythingKept } from "./offline/answers.ts";
import "./portal.css";

if ("serviceWorker" in navigator)
  // Without it (a private window, a full device) the portal works as a page.
  void navigator.serviceWorker
    .register(`${import.meta.env.BASE_URL}service-worker.js`, { updateViaCache: "none" })
    .catch(() => undefined);

void start(
  <QueryClientProvider client={newQueryClient()}>
    <App />
  </QueryClientProvider>,
  anythingKept,
);
