/** Notice settings are saved as they are chosen: what the switches of a part have in common. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ApiProblem, got } from "../../shared/api.ts";
import type { NoticeSettings } from "../data.ts";

export type Settings = NoticeSettings["settings"];

export interface SaveNotices {
  /** What is being saved: shown as chosen already. */
  chosen: Settings | null;
  saved: boolean;
  problem: unknown;
  setProblem(problem: unknown): void;
  save(next: Settings, etag: string | null): Promise<void>;
}

export function useSaveNotices(): SaveNotices {
  const queries = useQueryClient();
  const [problem, setProblem] = useState<unknown>(null);
  const [saved, setSaved] = useState(false);
  const [chosen, setChosen] = useState<Settings | null>(null);
  return {
    chosen,
    saved,
    problem,
    setProblem,
    async save(next, etag) {
      setChosen(next);
      setProblem(null);
      setSaved(false);
      try {
        const params = { header: { "If-Match": etag ?? "" } };
        await got(api.PUT("/api/self/notice-settings", { params, body: next }));
        setSaved(true);
      } catch (error) {
        // Chosen on another device meanwhile: what stands now is shown, and can be chosen again.
        if (!(error instanceof ApiProblem && error.status === 412)) setProblem(error);
      } finally {
        await queries.invalidateQueries({ queryKey: ["notice-settings"] });
        setChosen(null);
      }
    },
  };
}
