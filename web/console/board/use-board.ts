/** The board's figures and plants, kept up to date: whole at first, then what changed since the answer before. */
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useRef } from "react";
import { api, dataOf } from "../../shared/api.ts";
import type { Answer } from "../answers.ts";
import { boardAfter, type Board } from "./board-state.ts";

const EVERY_MS = 5_000;

/** `answer`: the newest one, with the day's figures. `board`: all plants, those of former answers among them. */
export interface BoardNow {
  answer: Answer<"getBoard">;
  board: Board;
}

export function useBoard(): UseQueryResult<BoardNow> {
  const held = useRef<Board | null>(null);
  return useQuery({
    queryKey: ["board"],
    queryFn: async () => {
      const since = held.current?.version;
      const answer = await dataOf(api.GET("/api/board", { params: { query: since === undefined ? {} : { since } } }));
      held.current = boardAfter(held.current, answer);
      return { answer, board: held.current };
    },
    refetchInterval: EVERY_MS,
    refetchOnWindowFocus: true,
    structuralSharing: false, // ten thousand plants are not compared one by one
    gcTime: 0,
    staleTime: 0,
  });
}
