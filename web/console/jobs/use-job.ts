/** A job as it goes: asked for every second until it is over. */
import { useQuery, type DefinedUseQueryResult } from "@tanstack/react-query";
import { api, dataOf } from "../../shared/api.ts";
import type { Answer } from "../answers.ts";

export type Job = Answer<"getJob">;
export const isOver = ({ state }: Pick<Job, "state">): boolean => state !== "waiting" && state !== "running";

/** From what is known of it on. */
export const useJob = (known: Job): DefinedUseQueryResult<Job> =>
  useQuery({
    queryKey: ["job", known.id],
    initialData: known,
    queryFn: () => dataOf(api.GET("/api/jobs/{id}", { params: { path: { id: known.id } } })),
    refetchInterval: ({ state }) => (state.data && isOver(state.data) ? false : 1_000),
  });
